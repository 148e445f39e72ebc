# What is only seen early in the first boot: what the image brought along, before cloud-init makes its own and before a wrong
# clock is set. It uses $R and $state.

see_before() {
  # Room for the results, should a test fill the disk.
  [ -e "$state/reserve" ] || dd if=/dev/zero of="$state/reserve" bs=65536 count=16 2>/dev/null
  [ "$boots" -eq 1 ] || return
  booted=$(sed -n 's/^btime //p' "$R/proc/stat" 2>/dev/null)
  machine_id_word >"$state/machine-id"
  for key in "$R"/etc/ssh/ssh_host_*_key; do
    [ -f "$key.pub" ] && is_older "$key" && file_digest "$key.pub"
  done >"$state/brought-keys"
  [ -n "$booted" ] || rm "$state/brought-keys"
  file=$R/etc/resolv.conf
  if [ ! -L "$file" ] && [ -f "$file" ] && is_older "$file"; then file_digest "$file" >"$state/brought-resolv"; fi
}

file_digest() {
  sha256sum <"$1" | cut -c1-64
}

# is_older FILE: written before this boot; without a clock nothing is.
is_older() {
  written=$(stat -c %Y "$1" 2>/dev/null)
  [ -n "$booted" ] && [ -n "$written" ] && [ "$written" -lt $((booted - 5)) ]
}

# own: made by this very boot, as the image brought none along; kept: brought along.
machine_id_word() {
  file=$R/etc/machine-id
  if [ ! -s "$file" ] || [ ! -f "$file" ]; then echo missing; return; fi
  board=$(tr -d - <"$R/sys/class/dmi/id/product_uuid" 2>/dev/null | tr A-F a-f)
  if [ "$(head -n 1 "$file")" = "$board" ]; then echo own
  elif [ -z "$booted" ]; then echo unknown
  elif is_older "$file"; then echo kept
  else echo own
  fi
}
