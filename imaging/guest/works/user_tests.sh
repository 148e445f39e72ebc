# The user's tests: those given, then those in the image. It uses $R, $work, $tests and $boot.
# Rows: `test given|image STATUS FLAGS SECONDS MASKED NAME`, with `because WHY` behind one that was not run.

test_user='@TEST_USER@'
file_seconds=@FILE_SECONDS@
all_seconds=@ALL_SECONDS@

run_tests() {
  # A test of root's can end everything, these checks as well; then systemd has started them again.
  touch "$work/tests" "$work/outputs"
  told=$(grep -c '^test ' "$work/tests")
  used=$(awk '$1 == "test" { used += $5 } END { print used + 0 }' "$work/tests")
  ended=
  [ ! -e "$work/given" ] || ended=yes
  : >"$work/given"
  rm -rf "$tests"
  number=0
  (umask 022 && mkdir -p "$tests") && unpack_tests
  enter_account
  while IFS= read -r name; do
    run_test given "$tests/$name" "$name"
  done <"$work/given"
  for file in "$R"/etc/imaging/tests.d/*; do
    [ "$number" -lt 100 ] || break
    [ -f "$file" ] && [ -x "$file" ] && run_test image "$file" "${file##*/}"
  done
  rm -rf "$tests"
  echo tests-ended >>"$work/tests"
}

unpack_tests() {
  printf %s '@TESTS@' | base64 -d | gzip -dc >"$work/packed"
  . "$work/packed"
}

# put NAME: one of them, from the standard input.
put() {
  printf '%s\n' "$1" >>"$work/given"
  (umask 022 && cat >"$tests/$1" && chmod 755 "$tests/$1")
}

doing() {
  printf '%s\n' "$1" >"$work/doing"
}

now() {
  read -r up _ </proc/uptime
  printf %s "${up%.*}"
}

# How often the kernel ended a process for want of memory.
kills_for_memory() {
  awk '$1 == "oom_kill" { print $2; found = 1 } END { if (!found) print 0 }' /proc/vmstat 2>/dev/null
}

run_test() {
  number=$((number + 1))
  [ "$number" -gt "$told" ] || return 0
  origin=$1
  file=$2
  name=$(printf '%s' "$3" | tr -c 'A-Za-z0-9._-' '?' | cut -c1-64)
  doing "running test $number: $name"
  if [ -n "$ended" ]; then
    ended=
    echo "output $boot $number -" >>"$work/outputs"
    echo '|imaging: the checks themselves were ended while it ran' >>"$work/outputs"
    echo "test $origin 137 - 0 0 $name" >>"$work/tests"
    return
  fi
  seconds=$file_seconds
  [ $((all_seconds - used)) -ge "$seconds" ] || seconds=$((all_seconds - used))
  why=$(why_not "$file")
  [ -n "$why" ] || [ "$seconds" -gt 0 ] || why="the $all_seconds seconds of all tests together were used up"
  if [ -n "$why" ]; then
    printf 'test %s - - 0 0 %s\nbecause %s\n' "$origin" "$name" "$why" >>"$work/tests"
    return
  fi
  command='exec "$IMAGING_TEST_FILE"'
  case $name in *.goss.yaml) command='exec goss -g "$IMAGING_TEST_FILE" validate --format tap --no-color' ;; esac
  kills=$(kills_for_memory)
  began=$(now)
  run_file "$file" "$seconds" "$command"
  status=$?
  took=$(($(now) - began))
  used=$((used + took))
  flags=-
  case $status in
    0) ;;
    124) flags=timed-out ;;
    *)
      # Memory that runs short takes its time.
      if [ "$(kills_for_memory)" != "$kills" ]; then flags=memory
      elif [ "$took" -ge "$seconds" ]; then flags=timed-out
      fi
      ;;
  esac
  take_output "$number"
  printf '%s\n' "test $origin $status $flags $took ${masked:-0} $name" >>"$work/tests"
}

# why_not FILE: what it needs and this instance has not; its first lines say it.
why_not() {
  needs=$(head -c 8192 "$1" | tr -d '\000' | sed -n '1,40s/^# *needs: *//p' | tr ',\n' '  ')
  for need in $needs; do
    case $need in
      network) has_route || echo 'it needs a network, and there is no default route' ;;
      ram=*)
        memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' "$R/proc/meminfo" 2>/dev/null)
        asked=$(printf %s "${need#ram=}" | tr -cd 0-9 | cut -c1-8)
        # The kernel takes some of it for itself.
        [ "$((${memory:-0} * 10 / 8))" -ge "${asked:-0}" ] || echo "it needs $asked MiB of memory, and there are $memory"
        ;;
      gpu) has_gpu || echo 'it needs a GPU, and there is none' ;;
    esac
  done | head -n 1
  case $1 in
    *.goss.yaml) knows_goss || echo 'the image has no goss' ;;
  esac
}

has_gpu() {
  for each in "$R"/dev/nvidia[0-9]* "$R"/dev/kfd "$R"/dev/dri/renderD*; do [ ! -e "$each" ] || return 0; done
  grep -q -s -i '^0x0302' "$R"/sys/bus/pci/devices/*/class
}

knows_goss() {
  : >"$work/began"
  as_account 20 'command -v goss >&4' 3>/dev/null 4>"$work/began"
  [ -s "$work/began" ]
}

# Who runs them, and how the shell of that account is asked for what a login has: some set it up only where somebody types.
enter_account() {
  account=$(getent passwd "${test_user:-root}" 2>/dev/null || grep "^${test_user:-root}:" "$R/etc/passwd")
  user_id=
  enter=
  IFS=: read -r account _ user_id group_id _ home shell <<END
$account
END
  [ -n "$user_id" ] || return
  if [ "$user_id" != "$(id -u)" ]; then
    if command -v runuser >/dev/null; then enter="runuser -u $account --"
    elif command -v setpriv >/dev/null; then enter="setpriv --reuid=$user_id --regid=$group_id --init-groups --"
    else user_id=; return
    fi
  fi
  case ${shell##*/} in
    bash | zsh) ways='-lic -lc -c' ;;
    ash | dash | ksh* | sh) ways='-lc -c' ;;
    *) shell=/bin/sh ways='-lc -c' ;;
  esac
  for way in $ways; do
    : >"$work/began"
    if as_account "$start_seconds" 'echo began >&4' 3>/dev/null 4>"$work/began" && [ -s "$work/began" ]; then return; fi
  done
}

# as_account SECONDS COMMAND: its words go to 3, what is said of its beginning to 4.
as_account() {
  as_seconds=$1
  as_command=$2
  set --
  while IFS= read -r line; do
    case $line in
      [A-Za-z_]*=*) set -- "$@" "$(printf '%s\n' "$line" | sed "s/=[\"']/=/; s/[\"']\$//")" ;;
    esac
  done <<END
$(cat "$R/etc/environment" 2>/dev/null)
END
  (
    umask 022
    echo 0 >/proc/self/oom_score_adj
    cd "$test_place" 2>/dev/null || cd /
    # shellcheck disable=SC2086  # several words
    exec timeout -k 10 "$as_seconds" $enter env -i "PATH=$PATH" "$@" "HOME=$home" "USER=$account" "LOGNAME=$account" \
      "SHELL=$shell" TERM=dumb "IMAGING_BOOT=$boot" IMAGING_TEST=1 "IMAGING_TEST_RUN=$mark" "IMAGING_TEST_FILE=$file" \
      "$shell" "$way" "$as_command"
  ) </dev/null >/dev/null 2>&1
}
mark=
test_place=/
file=

# run_file FILE SECONDS COMMAND: what it prints is bounded while it runs; what it leaves running is ended.
run_file() {
  : >"$work/head"
  : >"$work/tail"
  if [ -z "$user_id" ]; then
    echo "imaging: there is no account ${test_user:-root} here that could run it" >"$work/head"
    return 126
  fi
  mark=$nonce.$$.$number
  test_place=$tests/.work.$number
  (umask 022 && mkdir -p "$test_place" && chown "$user_id:$group_id" "$test_place" 2>/dev/null)
  rm -f "$work/pipe"
  mkfifo "$work/pipe"
  : >"$work/began"
  { head -c 1048576 >"$work/head"; tail -c 65536 >"$work/tail"; } <"$work/pipe" >/dev/null 2>&1 &
  reader=$!
  as_account "$2" "echo began >&4; exec >&3 2>&3 3>&- 4>&-; $3" 3>"$work/pipe" 4>"$work/began"
  run_status=$?
  end_leftovers
  waited=0
  while kill -0 "$reader" 2>/dev/null && [ "$waited" -lt 25 ]; do
    sleep 0.2 2>/dev/null || sleep 1
    waited=$((waited + 1))
  done
  kill "$reader" 2>/dev/null
  wait "$reader" 2>/dev/null
  rm -rf "$test_place"
  test_place=/
  if [ ! -s "$work/began" ] && [ "$run_status" -ne 124 ]; then
    echo "imaging: the login shell of ${test_user:-root} did not run it" >>"$work/head"
    return 126
  fi
  return "$run_status"
}

# What a test started bears the mark of its run.
end_leftovers() {
  for try in 1 2 3; do
    left=$(grep -l -s -F -e "IMAGING_TEST_RUN=$mark" /proc/[0-9]*/environ | sed 's|^/proc/||; s|/.*||')
    [ -n "$left" ] || return
    # shellcheck disable=SC2086  # several words
    kill -9 $left 2>/dev/null
    [ "$try" = 3 ] || sleep 1
  done
}
