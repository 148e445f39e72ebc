# Searches raw disks for tokens: of the clone, and of the test instance of the sealed image. Zeros and holes of gigabytes pass: a disk is read in blocks of 64 MiB, each with the first
# MiB of the next one, so that a token across the border is seen, too, and all that cannot be part of a token ends a line.
# No token stands in an argument; the files that hold them lie in memory.

# token NONCE WORD: as the clone computed it; a token never stands in an argument.
token() {
  printf 'imaging-canary %s %s' "$1" "$2" | sha256sum | cut -c1-32
}

# The disks that hold the root file system, whole, whatever lies between: partitions, LVM, RAID, encryption.
root_disks() {
  number=$(awk '$5 == "/" { found = $3 } END { print found }' /proc/self/mountinfo)
  if [ ! -e "/sys/dev/block/$number" ]; then
    device=$(awk '$2 == "/" && $1 ~ "^/dev/" { found = $1 } END { print found }' /proc/mounts)
    number=$(stat -L -c '%t %T' "$device" 2>/dev/null) || return
    number=$(printf '%d:%d' "0x${number% *}" "0x${number#* }")
  fi
  whole_disks "/sys/dev/block/$number" | awk '!seen[$0]++'
}

whole_disks() {
  [ -e "$1" ] || return
  for below in "$1"/slaves/*; do
    [ -e "$below" ] && whole_disks "$below"
  done
  for below in "$1"/slaves/*; do
    [ -e "$below" ] && return
  done
  below=$(readlink -f "$1")
  [ ! -e "$below/partition" ] || below=${below%/*}
  printf '/dev/%s\n' "${below##*/}"
}

# mebibytes DISK: how many, rounded up.
mebibytes() {
  if [ -b "$1" ]; then
    read -r sectors <"/sys/class/block/${1##*/}/size"
    echo $(((sectors + 2047) / 2048))
  else
    echo $((($(wc -c <"$1") + 1048575) / 1048576))
  fi
} 2>/dev/null

# count_on_disk DISK TOKENS SECONDS [enough]: counts the tokens, of which the file TOKENS has one in each line after its name, and
# prints `NAME COUNT` for each. Its status is not 0, and why stands in $unread, where the disk was not read to its end. A
# function `reading DONE OF` of the caller's hears how far it is, in MiB, about every twenty seconds. With `enough` it stops
# as soon as every token was seen.
count_on_disk() {
  unread=
  size=$(mebibytes "$1")
  [ "${size:-0}" -gt 0 ] || { unread="$1 has no size"; return 1; }
  awk '{ print $2 }' "$2" >"$2.words"
  : >"$2.seen"
  : >"$2.failed"
  direct=
  if dd if="$1" of=/dev/null bs=1M count=1 iflag=direct 2>/dev/null; then
    direct=iflag=direct
  elif [ -b "$1" ]; then
    # Memory may still hold what an earlier reading saw.
    { blockdev --flushbufs "$1"; echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null
  fi
  done_mib=0
  began=$(seconds_up)
  told=$began
  while [ "$done_mib" -lt "$size" ]; do
    {
      # shellcheck disable=SC2086  # one word or none
      timeout -k 5 300 dd if="$1" bs=1M skip="$done_mib" count=65 $direct 2>/dev/null || echo dd >>"$2.failed"
    } | tr -c -s '0-9a-f' '\n' | {
      grep -o -F -f "$2.words"
      [ $? -le 1 ] || echo grep >>"$2.failed"
    } >>"$2.seen"
    [ ! -s "$2.failed" ] || { unread="$1 could not be read at $done_mib MiB"; break; }
    [ "${4-}" != enough ] || [ "$(sort -u "$2.seen" | wc -l)" -lt "$(sort -u "$2.words" | wc -l)" ] || break
    done_mib=$((done_mib + 64))
    now=$(seconds_up)
    [ "$((now - began))" -le "$3" ] || [ "$done_mib" -ge "$size" ] || {
      unread="$1 was read to $done_mib of $size MiB only: time was up"
      break
    }
    [ "$((now - told))" -lt 20 ] || { reading "$done_mib" "$size"; told=$now; }
  done
  awk 'FILENAME == ARGV[1] { count[$0]++; next } { print $1, count[$2] + 0 }' "$2.seen" "$2"
  [ -z "$unread" ]
}

seconds_up() {
  read -r up _ </proc/uptime
  echo "${up%%.*}"
}
