# The search for names of the source, in all that the image brought along. It uses $R, $work and INSTANCE_ID.

# What is searched for, KIND WORD NAME in each line, with tabs between: `word` is what people chose, `exact` what nobody
# else has; a KIND of `kept` is a path below which nothing counts. It is made readable on tmpfs alone, for cloud-init has
# stored this script on the disk that is searched.
needle_list() {
  printf %s '@NEEDLES@' | base64 -d | gzip -dc
}

# Whole words, as they stand; zeros of a binary file end a line.
search() {
  needle_list >"$work/list" || return
  awk -F '\t' '$1 != "kept" { print $3 }' "$work/list" >"$work/patterns"
  awk -F '\t' '$1 == "kept" { print $3 }' "$work/list" >"$work/kept"
  [ -s "$work/patterns" ] || return
  # A grep that ends a line at the first zero is given no file itself.
  largest=131072
  printf 'before\0behind\n' | grep -q -F behind || largest=0
  search_all >"$work/hits"
  if [ -s "$work/hits" ]; then
    # Only now it matters which of the words that people chose are words of the system, too.
    awk -F '\t' '$2 == "word" { print $3 }' "$work/list" >"$work/words"
    words_of_the_system >"$work/held"
    if [ -s "$work/held" ]; then
      grep -v -x -F -f "$work/held" "$work/patterns" >"$work/fewer"
      mv "$work/fewer" "$work/patterns"
      search_all >"$work/hits"
    fi
  fi
  tell_search >"$work/found.part"
  mv "$work/found.part" "$work/found"
}

search_all() {
  [ -s "$work/patterns" ] || return
  : >"$work/errors"
  rm -f "$work"/left.*
  search_places | while IFS= read -r place; do
    search_place "$(printf %b "$place")"
  done | not_kept
}

# The four places, and each file system of a disk that is mounted below one of them.
search_places() {
  printf '%s\n' "$R/etc" "$R/root" "$R/home" "$R/var"
  awk '($1 ~ "^/dev/" || $3 ~ "^(zfs|bcachefs)$") && $2 ~ "^/(etc|root|home|var)/" { gsub(/\\/, "\\0", $2); print $2 }' "$R/proc/mounts" 2>/dev/null
}

# A link in the place of one of the four is followed, none below it.
search_place() {
  [ -d "$1" ] || return
  {
    find "$1/" -xdev -type f ! -size "+$largest" -exec grep -l -F -w -f "$work/patterns" '{}' +
    find "$1/" -xdev -type f -size "+$largest" -exec sh -c '
      for each do
        if tr "\000" "\n" <"$each" | grep -q -F -w -f "$0"; then printf "%s\n" "$each"; fi
      done' "$work/patterns" '{}' +
    search_packed "$1"
    find "$1/" -xdev | grep -F -w -f "$work/patterns"
    find "$1/" -xdev -type l -exec ls -ldn '{}' + | grep -F -w -f "$work/patterns" | sed 's|^[^/]*||; s| -> .*||'
  } 2>>"$work/errors" | sed 's|//*|/|g'
}

# search_packed PLACE: in packed files, as far as the image has what unpacks them, one layer deep. Of the others, and of those
# that it cannot unpack, the names are kept.
search_packed() {
  packed_place=$1
  printf '%s\n' "$PACKERS" | while read -r packer suffixes; do
    set --
    for suffix in $suffixes; do set -- "$@" -o -name "*.$suffix"; done
    shift
    if command -v "$packer" >/dev/null; then
      find "$packed_place/" -xdev -type f \( "$@" \) -exec sh -c '
        packer=$1
        shift
        for each do
          if { "$packer" -dc <"$each" 2>/dev/null || printf "%s\n" "$each" >>"${0%/*}/left.broken"; } |
            tr "\000" "\n" | grep -q -F -w -f "$0"; then
            printf "%s\n" "$each"
          fi
        done' "$work/patterns" "$packer" '{}' +
    else
      find "$packed_place/" -xdev -type f \( "$@" \) >>"$work/left.$packer"
    fi
  done
}
PACKERS='gzip gz tgz svgz
xz xz txz
lzma lzma
zstd zst tzst
bzip2 bz2 tbz tbz2
lz4 lz4
archive zip jar war whl egg 7z rar docx xlsx pptx odt ods odp epub snap squashfs sif'

# Without what is kept on purpose, and what cloud-init keeps of this very instance, of which the image can know nothing.
not_kept() {
  awk -v kept="$work/kept" '
    BEGIN {
      root = ENVIRON["R"]
      while ((getline line < kept) > 0) left[root line "/"]
      own = ENVIRON["INSTANCE_ID"]
      if (own ~ /^[A-Za-z0-9-]+$/) left[root "/var/lib/cloud/instances/" own "/"]
    }
    {
      for (place in left) if (index($0 "/", place) == 1) next
      if (++lines <= 2000) print
    }'
}

# Which of the words stand in what packages brought: their own lists, documents and licences.
words_of_the_system() {
  for place in var/lib/dpkg var/lib/apt/lists var/lib/rpm usr/lib/sysimage/rpm usr/share/doc usr/share/licenses usr/share/dict; do
    [ ! -d "$R/$place" ] || find "$R/$place" -xdev -type f -exec grep -a -h -o -F -w -f "$work/words" '{}' + 2>/dev/null
  done | awk '!seen[$0]++'
}

# What was found, by kind and path: `needle KIND PATH`; then how much was searched for, or why it did not come to its end.
tell_search() {
  awk 'index($0 "/", last "/") != 1 || last == "" { last = $0; print }' "$work/hits" | awk '!seen[$0]++' | head -n 60 |
    while IFS= read -r path; do
      kinds=
      while IFS="$TAB" read -r kind _ text; do
        [ "$kind" != kept ] || continue
        case " $kinds " in *" $kind "*) continue ;; esac
        printf '%s\n' "$text" >"$work/one"
        grep -q -x -F -f "$work/one" "$work/patterns" || continue
        if holds "$path"; then
          kinds="$kinds $kind"
          printf 'needle %s %s\n' "$kind" "${path#"$R"}"
        fi
      done <"$work/list"
      [ -n "$kinds" ] || printf 'needle name %s\n' "${path#"$R"}"
    done | cut -c1-300
  sed 's/^/held /' "$work/held" 2>/dev/null | cut -c1-240
  for left in "$work"/left.*; do
    not_kept <"$left" >"$work/paths" 2>/dev/null
    [ ! -s "$work/paths" ] || printf 'left %s %s %s\n' "${left##*.}" "$(awk 'END { print NR }' "$work/paths")" \
      "$(awk 'NR == 1 { print substr($0, length(ENVIRON["R"]) + 1); exit }' "$work/paths")"
  done | cut -c1-300
  unread=$(grep -c -v -e 'No such file' "$work/errors")
  if [ "$unread" -gt 0 ]; then
    printf 'unsearched %s could not be read: %s\n' "$unread" \
      "$(grep -v -e 'No such file' "$work/errors" | head -n 1 | cut -c1-200)"
  else
    echo "searched $(awk 'END { print NR }' "$work/patterns")"
  fi
}

# holds PATH: whether a file, its name or where it links to holds the one name.
holds() {
  if printf '%s\n' "$1" | grep -q -F -w -f "$work/one"; then return 0; fi
  if [ -L "$1" ]; then
    readlink "$1" | grep -q -F -w -f "$work/one"
  elif [ -f "$1" ]; then
    tr '\000' '\n' <"$1" | grep -q -F -w -f "$work/one" && return
    for packer in gzip xz lzma zstd bzip2 lz4; do
      "$packer" -dc <"$1" 2>/dev/null | tr '\000' '\n' | grep -q -F -w -f "$work/one" && return
    done
    return 1
  else
    return 1
  fi
}
