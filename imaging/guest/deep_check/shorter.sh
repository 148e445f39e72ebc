# For a report of the probe that is too long for a console; it is in $report.

# The report without the rows of one part; the probe begins each part on a line of its own.
without() {
  printf '%s\n' "$report" | awk -v part="$1" '
    /^,?"[a-z_]+":[{]"rows":\[/ {
      at = $0
      sub(/^,?"/, "", at)
      sub(/".*/, "", at)
      dropping = (at == part)
      if (dropping) {
        print (/^,/ ? "," : "") "\"" part "\":{\"rows\":[],\"state\":\"unknown\"," \
          "\"why\":\"the report was too long for a console: needs SSH\",\"incomplete\":\"\"}"
      }
    }
    /^[}],"ended":/ { dropping = 0 }
    !dropping { print }'
}

# shorten: sets lines to the pieces of the report, without as many parts as a console cannot hold.
dropped_first='@DROPPED_FIRST@'
shorten() {
  packed=$(packed "$report")
  for part in $dropped_first; do
    [ "${#packed}" -gt "$limit" ] || break
    report=$(without "$part")
    packed=$(packed "$report")
  done
  in_pieces "$packed"
}
