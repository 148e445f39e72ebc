# How a script that cloud-init runs shows a report on the console. It sets $nonce and $console before.

# Where the cloud reads: /dev/console, unless that is a screen.
serial_console() {
  active=$(cat /sys/class/tty/console/active 2>/dev/null)
  found=/dev/console
  case ${active##* } in
    tty[0-9]*)
      for each in ttyS0 $active; do
        case $each in
          tty[0-9]*) ;;
          *) [ -c "/dev/$each" ] && found=/dev/$each ;;
        esac
      done
      ;;
  esac
  printf %s "$found"
}

# One write, which a terminal does not mix with those of others.
say() {
  printf '%s\n' "$1" >>"$console"
}

rest() {
  if [ -c "$console" ]; then sleep "$1"; fi
}

# What the console will show: compressed, as text.
packed() {
  printf '%s\n' "$1" | gzip -9c | base64
}

# Numbered pieces with checksums; `h` is what `imaging.guest.deep_check.chunks` computes, too.
pieces() {
  awk -v nonce="$nonce" '
    BEGIN { letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" }
    function hash(text,  at, h) {
      h = 0
      for (at = 1; at <= length(text); at++) h = (h * 33 + index(letters, substr(text, at, 1))) % 2147483647
      return sprintf("%d", h)
    }
    { rest = rest $0 }
    length(rest) >= @WIDTH@ { piece[++total] = substr(rest, 1, @WIDTH@); rest = substr(rest, @WIDTH@ + 1) }
    END {
      while (length(rest)) { piece[++total] = substr(rest, 1, @WIDTH@); rest = substr(rest, @WIDTH@ + 1) }
      for (n = 1; n <= total; n++) {
        place = n "/" total
        print "@WORD@ " nonce " " place " " hash(place " " piece[n]) " " piece[n]
      }
    }'
}

limit=@LIMIT@
# in_pieces PACKED: sets lines to its pieces, or says that a console cannot hold them.
in_pieces() {
  if [ "${#1}" -gt "$limit" ]; then
    say "@WORD@ $nonce failed its report is too long for a console"
    return 1
  fi
  lines=$(printf '%s\n' "$1" | pieces)
}

# In small helpings, so that the boot can speak in between and a slow line keeps up.
show() {
  shown=0
  printf '%s\n' "$lines" | while IFS= read -r line; do
    say "$line"
    shown=$((shown + 1))
    if [ $((shown % 40)) -eq 0 ]; then rest 1; fi
  done
}
