# What is told of a boot, a row for each thing. It uses $R, $state and $work.

# within SECONDS COMMAND...: no longer than that, and without words of its own.
within() {
  limit=$1
  shift
  timeout -k 2 "$limit" "$@" </dev/null 2>/dev/null
}

# What may take long because it waits for something that is not there comes last.
tell_facts() {
  tell_running
  tell_time
  tell_mounts
  tell_owned
  tell_who
  tell_cloud_init
  echo units
  tell_units
  tell_failed_by_mounts
  tell_root
  tell_host_name
  tell_sockets
  tell_network
  tell_keys
  tell_clock
  echo checked
}

tell_running() {
  running=$(within 10 systemctl list-units --type=service --state=running --plain --no-legend --no-pager) || return
  echo running-units
  printf '%s\n' "$running" | awk '$1 ~ /\.service$/ && $1 !~ /^imaging-works-/ { print "running-unit " substr($1, 1, 100) }' | head -n 120
}

tell_time() {
  reached=$(within 10 systemctl show -p ActiveEnterTimestampMonotonic multi-user.target | sed 's/.*=//')
  case $reached in
    '' | 0 | *[!0-9]*) ;;
    *) echo "prompt-ms $((reached / 1000))" ;;
  esac
}

# mount yes|no needed|optional TARGET SOURCE, as fstab writes both.
tell_mounts() {
  [ -f "$R/etc/fstab" ] || return
  echo fstab
  awk "$mask_awk"'
    BEGIN {
      root = ENVIRON["R"]
      while ((getline line < (root "/proc/self/mounts")) > 0) { split(line, word, " "); mounted[word[2]] = 1 }
      while ((getline line < (root "/proc/swaps")) > 0) swaps++
    }
    NF < 3 || /^[ \t]*#/ || told > 60 { next }
    {
      told++
      target = $2
      if (length(target) > 1) sub(/\/+$/, "", target)
      optional = $3 == "swap" || ("," $4 ",") ~ /,(noauto|nofail|x-systemd\.automount)[,=]/
      is = $3 == "swap" ? swaps > 1 : target in mounted
      print "mount " (is ? "yes" : "no") " " (optional ? "optional" : "needed") " " substr(target, 1, 300) " " mask(substr($1, 1, 300))
    }' "$R/etc/fstab" | while read -r row is need target source; do
    # Mounted by another name of the same place.
    if [ "$is" = no ] && [ -L "$R$target" ] && real=$(within 5 readlink -f "$R$target") &&
      awk -v place="${real#"$R"}" '$2 == place { found = 1 } END { exit !found }' "$R/proc/self/mounts"; then
      is=yes
    fi
    printf '%s\n' "$row $is $need $target $source"
  done
}

tell_owned() {
  [ ! -s "$state/machine-id" ] || echo "machine-id-word $(cat "$state/machine-id")"
  [ -e "$state/brought-keys" ] || return
  kept=no
  for key in "$R"/etc/ssh/ssh_host_*_key.pub; do
    [ -f "$key" ] && grep -q -x -e "$(file_digest "$key")" "$state/brought-keys" && kept=yes
  done
  echo "host-keys-kept $kept"
}

tell_who() {
  [ -s "$R/etc/machine-id" ] || echo no-machine-id
  echo host-keys
  tell_identity
}

# As cloud-init wrote it; who reads it takes it apart.
tell_cloud_init() {
  for file in result status; do
    [ -f "$R/run/cloud-init/$file.json" ] || continue
    head -c 12000 "$R/run/cloud-init/$file.json" | tr -c ' -~\n' '?' | awk "$mask_awk$secrets_awk"'{ print without_secrets($0) }' |
      sed "s/^ */cloud-init-$file /"
  done
}

# Those of the failed units that need a mount which is not there, or that are one.
tell_failed_by_mounts() {
  failed_units | while read -r failed; do
    case $failed in
      *.mount | *.swap) echo "failed-by-mount $failed"; continue ;;
    esac
    for each in $(within 5 systemctl show -p Requires -p BindsTo "$failed" | sed 's/^[^=]*=//'); do
      case $each in *.mount) ;; *) continue ;; esac
      within 5 systemctl is-active --quiet "$each" || { echo "failed-by-mount $failed"; break; }
    done
  done | head -n 40
}

# root-bytes, of its file system; root-disk, of the whole disk; root-taken, what of it other partitions have: the rest
# could be the root's, also where one behind it keeps it from growing.
tell_root() {
  size=$(within 10 stat -f -c '%S %b' "$R/")
  [ -z "$size" ] || echo "root-bytes $((${size% *} * ${size#* }))"
  device=$(awk '$5 == "/" { at = $3; for (i = 7; i <= NF; i++) if ($i == "-") { type = $(i + 1); from = $(i + 2) } } END { print at, from }' \
    "$R/proc/self/mountinfo" 2>/dev/null)
  number=${device% *}
  node=${device#* }
  block=$(readlink -f "$R/sys/dev/block/$number" 2>/dev/null)
  # A file system of several devices has a number of its own.
  [ -n "$block" ] && [ -d "$block" ] || block=$(readlink -f "$R/sys/class/block/${node##*/}" 2>/dev/null)
  [ -d "$block" ] || return
  case $(cat "$block/dm/uuid" 2>/dev/null) in LVM-*) echo root-lvm; return ;; esac
  [ ! -d "$block/dm" ] || return
  if [ ! -f "$block/partition" ]; then
    echo "root-disk $(($(cat "$block/size") * 512))"
    echo 'root-taken 0'
    return
  fi
  disk=${block%/*}
  taken=0
  for each in "$disk"/*/partition; do
    each=${each%/partition}
    [ -f "$each/size" ] && [ "$each" != "$block" ] && taken=$((taken + $(cat "$each/size")))
  done
  echo "root-disk $(($(cat "$disk/size") * 512))"
  echo "root-taken $((taken * 512))"
} 2>/dev/null

tell_host_name() {
  echo "host-name $(head -n 1 "$R/proc/sys/kernel/hostname" 2>/dev/null)"
  file=$R/run/cloud-init/instance-data.json
  [ ! -f "$file" ] || head -c 200000 "$file" |
    sed -n 's/.*"local[_-]hostname": *"\([A-Za-z0-9._-]*\)".*/metadata-host-name \1/p' | head -n 1
}

# socket PROTOCOL ADDRESS:PORT PROCESS, beyond loopback; or as the kernel has it, in hexadecimal.
tell_sockets() {
  if command -v ss >/dev/null && ss=$(within 10 ss -H -l -n -t -u -p); then
    echo sockets
    printf '%s\n' "$ss" | awk '$5 !~ /^(127\.|\[::1\]|\[?::ffff:127\.)|%lo:/ && NF > 4 {
      process = ""
      if (match($0, /users:\(\("[^"]*"/)) process = substr($0, RSTART + 9, RLENGTH - 10)
      print "socket " $1 " " $5 " " process
    }' | sort -u | head -n 60
    return
  fi
  [ -f "$R/proc/net/tcp" ] || return
  echo sockets
  for table in tcp tcp6 udp udp6; do
    awk -v table="$table" 'NR > 1 && $4 == (table ~ /^tcp/ ? "0A" : "07") { print "socket-hex " substr(table, 1, 3) " " $2 }' \
      "$R/proc/net/$table" 2>/dev/null
  done | sort -u | head -n 60
}

# It has a moment: what keeps time asks first after the network is there.
tell_clock() {
  waited=0
  while clock=$(clock_word) && [ "$clock" = no ] && [ "$waited" -lt 15 ] && has_route; do
    rest 1
    waited=$((waited + 1))
  done
  [ -z "$clock" ] || echo "clock $clock"
}

clock_word() {
  word=$(within 10 timedatectl show -p NTPSynchronized | sed 's/.*=//')
  [ -n "$word" ] || word=$(within 10 timedatectl | sed -n 's/^ *\(System clock\|NTP\) synchronized: *//p')
  if [ -z "$word" ] && said=$(within 10 chronyc -n tracking); then
    case $said in *'Leap status'*Normal*) word=yes ;; *) word=no ;; esac
  fi
  printf %s "$word"
}
