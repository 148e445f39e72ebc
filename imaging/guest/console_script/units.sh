# Which units failed, and which are enabled: `failed-unit NAME`, `enabled-unit NAME`. It uses $R.

failed_units() {
  systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null |
    awk '{ for (i = 1; i <= NF; i++) if ($i ~ /\.[a-z]+$/) { print substr($i, 1, 100); break } }' | head -n 40
}

tell_units() {
  failed_units | sed 's/^/failed-unit /'
  for link in "$R"/etc/systemd/system/*.wants/* "$R"/etc/systemd/system/*.requires/*; do
    [ -L "$link" ] || [ -e "$link" ] || continue
    case $link in *.service | *.socket | *.timer) ;; *) continue ;; esac
    # A link to /dev/null: masked, so that it does not start.
    [ -L "$R/etc/systemd/system/${link##*/}" ] && [ -c "$R/etc/systemd/system/${link##*/}" ] && continue
    printf 'enabled-unit %s\n' "${link##*/}"
  done | cut -c1-110 | sort -u | head -n 250
}
