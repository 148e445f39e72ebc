# The tokens that the clone wrote before it was sealed, counted on this instance's own raw disk. It uses $R, $work, $state.

tell_canaries() {
  [ -n "$disks" ] || disks=$(root_disks)
  if [ -z "$disks" ]; then
    echo 'uncounted the disk of the root file system was not found'
    return
  fi
  token "$nonce" control >"$state/control"
  sync
  {
    printf 'control %s\n' "$(token "$nonce" control)"
    for class in @CLASSES@; do printf '%s %s\n' "$class" "$(token '@SEAL_NONCE@' "$class")"; done
  } >"$work/tokens"
  : >"$work/counts"
  : >"$work/uncounted"
  for disk in $disks; do
    seconds=${read_seconds:-$((@READ_SECONDS@ + $(mebibytes "$disk") * @SECONDS_PER_GIB@ / 1024))}
    count_on_disk "$disk" "$work/tokens" "$seconds" >>"$work/counts" ||
      printf 'uncounted %s\n' "$unread" >>"$work/uncounted"
  done
  # What was found is there, even if not all was read; that nothing was found is known only at the end.
  awk -v unread="$(cat "$work/uncounted")" '
    { count[$1] += $2 }
    END {
      print "control " (count["control"] ? "yes" : "no")
      delete count["control"]
      for (class in count) print "canary " class " " (unread != "" && !count[class] ? "unknown" : count[class])
    }' "$work/counts"
  cat "$work/uncounted"
}

reading() {
  say "@@imaging-proof $nonce progress reading $1 of $2 MiB"
}
