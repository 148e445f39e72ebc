# What is told of each boot, and the one restart in between. It uses $R, $work, $state and $nonce.

unit_work() {
  boots=$(cat "$state/boots")
  settle 90
  if [ "$boots" -eq 1 ]; then
    first_boot
  else
    framed "$({ cat "$state/first"; tell_boot; })" && repeat
  fi
}

first_boot() {
  wait_for_search
  { tell_found; tell_canaries; tell_boot; } >"$state/first"
  if framed "$(cat "$state/first")"; then
    show_quietly
    rest 3
    show_quietly
  fi
  sync
  say "@@imaging-proof $nonce restarts"
  rest 2
  restart
}

tell_found() {
  if [ -e "$work/found" ]; then
    cat "$work/found"
  else
    echo 'unsearched it was not done in time'
  fi
}

wait_for_search() {
  waited=0
  while [ ! -e "$work/searched" ] && [ "$waited" -lt "$search_limit" ]; do
    [ $((waited % 20)) -ne 19 ] || say "@@imaging-proof $nonce progress searching"
    sleep 1
    waited=$((waited + 1))
  done
}

# Both results, until the instance is removed.
repeat() {
  said=0
  while [ "$said" -lt "$repeats" ]; do
    show_quietly
    say "@@imaging-proof $nonce ended"
    said=$((said + 1))
    rest 20
  done
}

# What is said of this boot.
tell_boot() {
  echo "boot $boots"
  tell_identity
  tell_units
}

# framed REPORT: sets lines to it, between the first line and the last, which a report that was cut off lacks. What others
# chose may hold anything: nothing but printable characters is shown.
framed() {
  in_pieces "$(packed "$({
    echo "imaging-proof 1 $nonce"
    cat "$state/trouble" 2>/dev/null
    printf '%s\n' "$1"
    echo end
  } | tr -c ' -~\n' '?')")"
}
