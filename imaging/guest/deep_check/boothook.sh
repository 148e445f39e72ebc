#!/bin/sh
# imaging deep check @NONCE@
#
# Given by the Imaging Console to a temporary instance of an instance's disk. It reads what lies on that disk, by the
# probe that `imaging probe --show` prints, and shows the report on the console: nothing is written to the disk,
# nothing is sent anywhere. It never works longer than @SECONDS@ seconds, and says everything twice, for messages of the
# kernel may break a line.

nonce=@NONCE@
console=${IMAGING_DEEP_CONSOLE-}
PATH=${IMAGING_DEEP_PATH-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
HOME=${HOME-/root}
LC_ALL=C
export PATH HOME LC_ALL

# The first call starts the work and returns once the disk has been inspected: what cloud-init does next is to write
# host keys, /etc/hosts and accounts of the temporary instance's own. Where that takes long the boot continues beside
# the work.
if [ "${1-}" != report ]; then
  bound=
  hold=
  if command -v timeout >/dev/null; then
    bound='timeout -k 5 @SECONDS@'
    hold="timeout ${IMAGING_DEEP_HOLD-@HOLD@}"
  fi
  { $bound sh "$0" report 3>&1 </dev/null >/dev/null 2>&1 & } | $hold head -n 1 >/dev/null
  exit 0
fi

probe() {
  printf %s '@PROBE@' | base64 -d | gzip -dc
}

@CONSOLE@
# What the temporary instance knows of itself, for the disk is its source's but for what its own boot has changed.
self() {
  printf '@@imaging-self %s instance %s\n' "$nonce" "${INSTANCE_ID-}"
  printf '@@imaging-self %s machine-id %s\n' "$nonce" "$(machine_id)"
}

# own: made by this very boot, as the disk brought none along; kept: brought along.
machine_id() {
  if [ ! -s /etc/machine-id ]; then echo missing; return; fi
  board=$(tr -d - </sys/class/dmi/id/product_uuid 2>/dev/null | tr A-F a-f)
  if [ "$(cat /etc/machine-id)" = "$board" ]; then echo own; return; fi
  booted=$(sed -n 's/^btime //p' /proc/stat)
  written=$(stat -c %Y /etc/machine-id 2>/dev/null)
  if [ -z "$booted" ] || [ -z "$written" ]; then echo unknown
  elif [ "$written" -ge $((booted - 5)) ]; then echo own
  else echo kept
  fi
}

@SHORTER@
[ -n "$console" ] || console=$(serial_console)
missing=
for tool in awk base64 gzip sed tr; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  say "@WORD@ $nonce failed it lacks$missing"
  exit 1
fi
say "@WORD@ $nonce began"
report=$({ self; probe | sh -s; } 3>&-)
(echo inspected >&3) 2>/dev/null
exec 3>&-
shorten || exit 1

# Until the end only emergencies of the kernel come in between.
level=
if [ -c "$console" ]; then
  read -r level _ </proc/sys/kernel/printk
  dmesg -n 1 2>/dev/null
fi
rest 2
show
rest 5
show
if [ -n "$level" ]; then dmesg -n "$level" 2>/dev/null; fi
say "@WORD@ $nonce ended"
