#!/bin/sh
# imaging list @NONCE@
#
# Given by the Imaging Console to a test instance of a base image, which is removed afterwards. After the boot it shows on the
# console what is installed: nothing is changed, and nothing is sent anywhere.

nonce=@NONCE@
repeats=@REPEATS@
beat_seconds=10
console=
R=
trial=
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Only tests say otherwise; a setting of the image's cannot, for nothing there begins a script of this name with this word.
if [ "${1-}" = trial ]; then
  shift
  trial=trial
  R=$IMAGING_LIST_ROOT
  console=$IMAGING_LIST_CONSOLE
  repeats=$IMAGING_LIST_REPEATS
  beat_seconds=$IMAGING_LIST_BEAT
  PATH=$IMAGING_LIST_PATH
fi
LC_ALL=C
TAB=$(printf '\t')
umask 077
# On tmpfs: nothing is written to the disk.
work=$R/run/imaging-list-$nonce
state=$work
TMPDIR=$work
export PATH LC_ALL R TMPDIR
unset GREP_OPTIONS POSIXLY_CORRECT CDPATH ENV BASH_ENV

@CONSOLE@
@INVENTORY@
@UNIT@

# The list in helpings, again and again until the instance is removed; until it is there, that it comes.
tell_list() {
  settle 60
  start_inventory sh "$work/list" $trial inventory
  said=0
  while [ "$said" -lt "$repeats" ]; do
    [ -s "$inventory.lines" ] || say "@WORD@ $nonce progress listing what is installed"
    say_inventory_helping
    said=$((said + 1))
    sleep "$beat_seconds"
  done
} 2>/dev/null

[ -n "$console" ] || console=$(serial_console)
case ${1-} in
  inventory)
    collect_inventory
    exit 0
    ;;
  unit)
    tell_list
    exit 0
    ;;
esac

# From here on as cloud-init runs it.
mkdir -p "$R/run"
mkdir "$work" 2>/dev/null || exit 0
cp "$0" "$work/list"
missing=
for tool in awk base64 cut find grep gzip head sed tail timeout tr; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  say "@WORD@ $nonce failed it lacks$missing"
  exit 0
fi
say "@WORD@ $nonce began"
start_unit
exit 0
