# A unit that works after the boot, and the one restart. It uses $R, $work, $state and $nonce; $work/@NAME@ is the script.

# Wanted by multi-user.target it would close a circle with what it comes after; so it is started, and not waited for. That a
# process of its own lacked memory is no reason to end the unit.
start_unit() {
  if [ ! -d "$R/run/systemd/system" ]; then
    trouble "there is no systemd, so that nothing starts after the boot"
    return
  fi
  unit=imaging-@NAME@-$nonce.service
  cat >"$R/run/systemd/system/$unit" <<END
[Unit]
Description=@TITLE@, for the Imaging Console
After=cloud-final.service multi-user.target

[Service]
Type=simple
OOMPolicy=continue
OOMScoreAdjust=-500
Restart=@RESTART@
RestartSec=2
ExecStart=/bin/sh $work/@NAME@ unit
END
  systemctl --no-block start "$unit" || trouble "systemd did not take the unit of the @NAME@"
}

# Why something of the report is missing; without a unit nobody else will say it.
trouble() {
  printf 'trouble %s\n' "$1" >>"$state/trouble"
  say "@WORD@ $nonce failed $1"
}

# settle SECONDS: until the boot has nothing left to do, for units fail late, and host keys are made late. It fails where
# there is still something to do after that time.
settle() {
  waited=0
  while systemctl list-jobs --no-legend --no-pager 2>/dev/null | grep -q .; do
    [ "$waited" -lt "$1" ] || return 1
    rest 1
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
