#!/bin/sh
# imaging works @NONCE@
#
# Given by the Imaging Console to a test instance, which is removed afterwards. After the boot it looks whether the instance
# works, runs the tests of the user who made the image, restarts the instance once, does both again, and shows what it found on
# the console: nothing is sent anywhere.

nonce=@NONCE@
repeats=@REPEATS@
beat_seconds=20
start_seconds=20
console=
R=
trial=
restarts='systemctl reboot'
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Only tests say otherwise; a setting of the image's cannot, for nothing there begins a script of this name with this word.
if [ "${1-}" = trial ]; then
  shift
  trial=trial
  R=$IMAGING_WORKS_ROOT
  console=$IMAGING_WORKS_CONSOLE
  repeats=$IMAGING_WORKS_REPEATS
  restarts=$IMAGING_WORKS_RESTART
  beat_seconds=$IMAGING_WORKS_BEAT
  PATH=$IMAGING_WORKS_PATH
fi
LC_ALL=C
TAB=$(printf '\t')
umask 077
work=$R/run/imaging-works-$nonce
state=$R/var/lib/imaging-works-$nonce
tests=$R/var/lib/imaging-tests-$nonce
# What a shell cannot pass by a pipe it writes to a file, which must not be on the disk.
TMPDIR=$work
export PATH LC_ALL R TMPDIR
unset GREP_OPTIONS POSIXLY_CORRECT CDPATH ENV BASH_ENV

@CONSOLE@
@INVENTORY@
@UNIT@
@IDENTITY@
@UNITS@
@MASKING@
@BEFORE@
@FACTS@
@NETWORK@
@KEYS@
@USER_TESTS@
@OUTPUT@
@BOOTS@

[ -n "$console" ] || console=$(serial_console)
case ${1-} in
  facts)
    tell_facts
    exit 0
    ;;
  inventory)
    collect_inventory
    exit 0
    ;;
  unit)
    # Ended by a signal that is a failure, so that systemd starts it again.
    trap 'exit 143' TERM
    unit_work
    exit 0
    ;;
esac

# From here on as cloud-init runs it, at every boot. The folder on tmpfs is new at each of them.
mkdir -p "$R/run" "$state"
mkdir "$work" 2>/dev/null || exit 0
boots=$(($(cat "$state/boots" 2>/dev/null || echo 0) + 1))
echo "$boots" >"$state/boots"
cp "$0" "$work/works"
missing=
for tool in awk base64 cut find grep gzip head mkfifo sed sha256sum tail timeout tr; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  say "@WORD@ $nonce failed it lacks$missing"
  exit 0
fi
say "@WORD@ $nonce began"
see_before
start_unit
exit 0
