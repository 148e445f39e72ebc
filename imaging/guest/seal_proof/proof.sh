#!/bin/sh
# imaging proof @NONCE@
#
# Given by the Imaging Console to a test instance of a sealed image, which is removed afterwards. It searches the disk for
# what the seal was to take away, restarts the instance once, and shows what it found on the console: nothing is sent
# anywhere.

nonce=@NONCE@
search_limit=@SEARCH_SECONDS@
repeats=@REPEATS@
console=
disks=
read_seconds=
R=
trial=
restarts='systemctl reboot'
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Only tests say otherwise; a setting of the image's cannot, for nothing there begins a script of this name with this word.
if [ "${1-}" = trial ]; then
  shift
  trial=trial
  R=$IMAGING_PROOF_ROOT
  console=$IMAGING_PROOF_CONSOLE
  disks=$IMAGING_PROOF_DISK
  read_seconds=$IMAGING_PROOF_SECONDS
  repeats=$IMAGING_PROOF_REPEATS
  restarts=$IMAGING_PROOF_RESTART
  PATH=$IMAGING_PROOF_PATH
fi
LC_ALL=C
TAB=$(printf '\t')
umask 077
work=$R/run/imaging-proof-$nonce
state=$R/var/lib/imaging-proof-$nonce
# What a shell cannot pass by a pipe it writes to a file, which must not be on the disk.
TMPDIR=$work
export PATH LC_ALL R TMPDIR
unset GREP_OPTIONS POSIXLY_CORRECT CDPATH ENV BASH_ENV
[ -n "$INSTANCE_ID" ] || INSTANCE_ID=$(cat "$R/run/cloud-init/.instance-id" 2>/dev/null)
export INSTANCE_ID

@CONSOLE@
@SEARCH@
@RAW_DISK@
@CANARIES@
@IDENTITY@
@UNITS@
@UNIT@
@SECOND_BOOT@

[ -n "$console" ] || console=$(serial_console)
case ${1-} in
  search)
    search || echo 'unsearched the list of names could not be read' >"$work/found"
    (echo searched >&3) 2>/dev/null
    exit 0
    ;;
  unit)
    unit_work
    exit 0
    ;;
esac

# From here on as cloud-init runs it, at every boot. The folder on tmpfs is new at each of them.
mkdir -p "$R/run" "$state"
mkdir "$work" 2>/dev/null || exit 0
boots=$(($(cat "$state/boots" 2>/dev/null || echo 0) + 1))
echo "$boots" >"$state/boots"
cp "$0" "$work/proof"
missing=
for tool in awk base64 find grep gzip sed sha256sum timeout tr; do
  command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
  say "@@imaging-proof $nonce failed it lacks$missing"
  exit 0
fi
say "@@imaging-proof $nonce began"
# What cloud-init does next is to write accounts, host keys and /etc/hosts of this instance: the search comes first. Where it
# takes long the boot continues beside it.
if [ "$boots" -eq 1 ]; then
  {
    {
      timeout -k 5 "$search_limit" sh "$work/proof" $trial search 3>&1 </dev/null >/dev/null 2>&1
      : >"$work/searched"
    } &
  } | timeout @HOLD@ head -n 1 >/dev/null
fi
start_unit
exit 0
