# What is installed, told on the console in helpings. It uses $R, $work, $nonce and $TAB, and what console.sh holds.

inventory=$work/inventory
inventory_at=1

# start_inventory COMMAND...: collects beside everything else. The command is to come to `collect_inventory`.
start_inventory() {
  {
    timeout -k 5 @SECONDS@ nice -n 19 "$@" >"$inventory.rows" || {
      # The last line may be a half one.
      sed '$d' "$inventory.rows" >"$inventory.cut"
      echo @late >>"$inventory.cut"
      mv "$inventory.cut" "$inventory.rows"
    }
    pack_inventory
  } </dev/null >/dev/null 2>&1 &
}

collect_inventory() {
  {
    inventory_of_system
    inventory_of_environments
    inventory_of_places
  } 2>/dev/null
}

# `@whole` stands behind what was told to its end.
inventory_of_system() {
  asked=
  if [ -s "$R/var/lib/dpkg/status" ]; then
    asked=dpkg
    echo @dpkg
    {
      timeout 60 dpkg-query --admindir="$R/var/lib/dpkg" -W -f '${Status}\t${Package}\t${Version}\t${Architecture}\n' &&
        echo '@whole dpkg'
    } | awk -F '\t' '/^@/ { print } NF > 3 && $1 !~ / (not-installed|config-files)$/ { print $2 "\t" $3 "\t" $4 }'
  fi
  for each in "$R/var/lib/rpm" "$R/usr/lib/sysimage/rpm"; do
    [ -e "$each/Packages" ] || [ -e "$each/rpmdb.sqlite" ] || [ -e "$each/Packages.db" ] || continue
    asked=$asked-rpm
    echo @rpm
    {
      timeout 90 rpm ${R:+--dbpath "$each"} -qa --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n' && echo '@whole rpm'
    } | grep -v "^gpg-pubkey$TAB"
    break
  done
  case $asked in
    dpkg) echo '@whole rpm' ;;
    -rpm) echo '@whole dpkg' ;;
    '') printf '@unread %s there is neither dpkg nor rpm\n' dpkg rpm ;;
  esac
}

# conda writes a file for each package, and Python a directory for each distribution: nothing of the guest is run.
inventory_of_environments() {
  set --
  for each in @ROOTS@; do
    [ ! -d "$R/$each" ] || set -- "$@" "$R/$each/."
  done
  if [ $# -eq 0 ]; then
    printf '@whole %s\n' conda python
    return
  fi
  timeout 90 find "$@" -xdev -maxdepth @DEPTH@ -type d \
    \( -name conda-meta -o -name site-packages -o -name dist-packages \) -print -prune >"$inventory.found" ||
    printf '@unread %s not all directories could be searched\n' conda python
  [ "$(wc -l <"$inventory.found")" -le @MOST@ ] || printf '@unread %s more than @MOST@ environments\n' conda python
  head -n @MOST@ "$inventory.found" | while IFS= read -r each; do
    # What conda keeps of packages that are not in use.
    case $each in */pkgs/*) [ ! -e "${each%%/pkgs/*}/pkgs/urls.txt" ] || continue ;; esac
    place=${each#"$R"}
    place=${place%%/./*}/${place#*/./}
    case $each in
      */conda-meta)
        echo "@conda ${place%/*}"
        ls "$each" | sed -n 's/\.json$//p'
        ;;
      *)
        echo "@python $place"
        ls "$each" | sed -n '/^[A-Za-z0-9]/{
s/\.dist-info$//p
s/-py[0-9.]*\.egg$//p
s/-py[0-9.]*\.egg-info$//p
s/\.egg-info$//p
}'
        ;;
    esac
  done
  printf '@whole %s\n' conda python
}

inventory_of_places() {
  echo @placed
  count=0
  for each in "$R"/opt/* "$R"/opt/.[!.]* "$R"/usr/local/* "$R"/usr/local/.[!.]*; do
    [ -e "$each" ] || [ -L "$each" ] || continue
    count=$((count + 1))
    if [ "$count" -gt @MOST@ ]; then
      echo '@unread placed more than @MOST@ entries'
      break
    fi
    kib=$(timeout 30 du -skx "$each") || kib=-
    printf '%s\t%s\n' "${kib%%"$TAB"*}" "${each#"$R"}"
  done
  echo '@whole placed'
}

# Where a console cannot hold it, whole managers are left out, and named.
pack_inventory() {
  left=
  for each in python conda placed rpm dpkg; do
    awk -v left="$left " '
      /^@(unread|whole|late)/ { print; next }
      /^@/ { skip = index(left, " " substr($1, 2) " ") }
      !skip { print }
      END {
        count = split(left, names, " ")
        for (i = 1; i <= count; i++) print "@unread " names[i] " too long for a console"
        print "end"
      }' "$inventory.rows" | { echo "imaging-inventory 1 $nonce"; tr -c '\t\n -~\200-\377' '?'; } |
      gzip -9c | base64 >"$inventory.packed"
    [ "$(wc -c <"$inventory.packed")" -gt @LIMIT@ ] || break
    left="$left $each"
  done
  pieces <"$inventory.packed" | sed 's/^[^ ]*/@WORD@/' >"$inventory.new"
  mv "$inventory.new" "$inventory.lines"
}

# The next lines of it, at most 16 KiB; after the last ones the first ones again. Not in a subshell, for it counts.
say_inventory_helping() {
  [ -s "$inventory.lines" ] || return 0
  (
    lines=$(tail -n "+$inventory_at" "$inventory.lines" | head -n @HELPING@)
    show
  )
  inventory_at=$((inventory_at + @HELPING@))
  [ "$inventory_at" -le "$(wc -l <"$inventory.lines")" ] || inventory_at=1
}
