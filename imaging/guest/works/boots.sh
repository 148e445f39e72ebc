# The two boots: what is done in each, what is kept of it, and what is shown. It uses $R, $work, $state and $nonce.

unit_work() {
  boots=$(cat "$state/boots")
  boot=2
  [ "$boots" -gt 1 ] || boot=1
  [ "$boot" -eq 1 ] || [ -e "$state/boot-1" ] || [ -e "$state/boot-2" ] ||
    echo 'trouble the first boot ended before its results were kept' >>"$state/trouble"
  if [ ! -e "$state/boot-$boot" ]; then
    beat &
    beating=$!
    look
    kill "$beating"
  fi
  if [ "$boot" -eq 1 ]; then
    first_boot
  else
    start_inventory sh "$work/works" $trial inventory
    compose && repeat
  fi
} 2>/dev/null

beat() {
  while sleep "$beat_seconds"; do
    say "@WORD@ $nonce progress $(head -n 1 "$work/doing")"
  done
} </dev/null >/dev/null 2>&1

# All that is asked of one boot, kept on the disk.
look() {
  doing 'waiting for the boot to end'
  settled=yes
  settle 60 || settled=no
  doing 'looking at the system'
  [ -s "$work/facts" ] || timeout -k 5 240 sh "$work/works" $trial facts </dev/null >"$work/facts" 2>/dev/null
  doing 'running tests'
  run_tests
  rm -f "$state/reserve"
  {
    echo "boot $boot"
    echo "settled $settled"
    cat "$work/facts" "$work/tests"
  } >"$state/looked" && cp "$work/outputs" "$state/outputs-$boot" && mv "$state/looked" "$state/boot-$boot" ||
    printf 'trouble the results of boot %s could not be kept\n' "$boot" >>"$state/trouble"
  sync
}

first_boot() {
  if compose; then
    show_quietly
    rest 3
    show_quietly
  fi
  rest 15
  sync
  say "@WORD@ $nonce restarts"
  rest 2
  restart
}

# compose: sets lines to the report, with as much of what tests printed as a console holds. What others chose may hold
# anything: nothing but printable characters and those of other scripts is shown.
compose() {
  for share in 8192 4096 2048 1024 512 256 100 0; do
    packed=$(report "$share" | gzip -9c | base64)
    [ "${#packed}" -gt "$limit" ] || break
  done
  in_pieces "$packed"
}

report() {
  {
    echo "imaging-works 1 $nonce"
    head -n 20 "$state/trouble" 2>/dev/null
    cat "$state/boot-1" "$state/boot-2" 2>/dev/null
    cat "$state/outputs-1" "$state/outputs-2" 2>/dev/null | shares "$1"
    echo end
  } | tr '\000-\006\010\013-\032\034-\037\177' '?'
}

# The results of both, until the instance is removed.
repeat() {
  said=0
  while [ "$said" -lt "$repeats" ]; do
    show_quietly
    say "@WORD@ $nonce ended"
    say_inventory_helping
    said=$((said + 1))
    rest 20
  done
}
