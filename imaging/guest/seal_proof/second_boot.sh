# The unit, what is told of each boot, and the one restart in between. It uses $R, $work, $state and $nonce.

# Wanted by multi-user.target it would close a circle with what it comes after; so it is started, and not waited for.
start_unit() {
  if [ ! -d "$R/run/systemd/system" ]; then
    trouble "there is no systemd, so that nothing starts after the boot"
    return
  fi
  unit=imaging-proof-$nonce.service
  cat >"$R/run/systemd/system/$unit" <<END
[Unit]
Description=Proof of a sealed image, for the Imaging Console
After=cloud-final.service multi-user.target

[Service]
Type=simple
ExecStart=/bin/sh $work/proof unit
END
  systemctl --no-block start "$unit" || trouble "systemd did not take the unit of the proof"
}

# Why something of the report is missing; without a unit nobody else will say it.
trouble() {
  printf 'trouble %s\n' "$1" >>"$state/trouble"
  say "@@imaging-proof $nonce failed $1"
}

unit_work() {
  boots=$(cat "$state/boots")
  settle
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

# Until the boot has nothing left to do: units fail late, and host keys are made late.
settle() {
  waited=0
  while [ "$waited" -lt 90 ] && systemctl list-jobs --no-legend --no-pager 2>/dev/null | grep -q .; do
    rest 1
    waited=$((waited + 1))
  done
}

wait_for_search() {
  waited=0
  while [ ! -e "$work/searched" ] && [ "$waited" -lt "$search_limit" ]; do
    [ $((waited % 20)) -ne 19 ] || say "@@imaging-proof $nonce progress searching"
    sleep 1
    waited=$((waited + 1))
  done
}

restart() {
  $restarts
  sleep 60
  systemctl reboot --force
  sleep 60
  echo b >/proc/sysrq-trigger
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
  systemctl list-units --failed --plain --no-legend --no-pager 2>/dev/null |
    awk '{ for (i = 1; i <= NF; i++) if ($i ~ /\.[a-z]+$/) { print "failed-unit " substr($i, 1, 100); break } }' | head -n 40
  for link in "$R"/etc/systemd/system/*.wants/* "$R"/etc/systemd/system/*.requires/*; do
    [ -L "$link" ] || [ -e "$link" ] || continue
    case $link in *.service | *.socket | *.timer) ;; *) continue ;; esac
    # A link to /dev/null: masked, so that it does not start.
    [ -L "$R/etc/systemd/system/${link##*/}" ] && [ -c "$R/etc/systemd/system/${link##*/}" ] && continue
    printf 'enabled-unit %s\n' "${link##*/}"
  done | cut -c1-110 | sort -u | head -n 250
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

# Meanwhile only emergencies of the kernel come in between.
show_quietly() {
  level=
  if [ -c "$console" ]; then
    read -r level _ </proc/sys/kernel/printk
    dmesg -n 1 2>/dev/null
  fi
  show
  if [ -n "$level" ]; then dmesg -n "$level" 2>/dev/null; fi
}
