#!/bin/sh
# imaging identity @NONCE@
#
# Given by the Imaging Console to a second test instance of a sealed image, which is removed afterwards. It says on the
# console by what others know this instance, for two instances of one image must not be the same to anybody: digests
# alone, nothing is sent anywhere.

nonce=@NONCE@
console=
R=
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Only tests say otherwise.
if [ "${1-}" = trial ]; then
  R=$IMAGING_PROOF_ROOT
  console=$IMAGING_PROOF_CONSOLE
fi
LC_ALL=C
umask 077
export PATH LC_ALL
unset GREP_OPTIONS POSIXLY_CORRECT CDPATH ENV BASH_ENV

@CONSOLE@
@IDENTITY@
[ -n "$console" ] || console=$(serial_console)
in_pieces "$(packed "$({
  echo "imaging-proof 1 $nonce"
  echo 'boot 1'
  tell_identity
  echo end
} | tr -c ' -~\n' '?')")" || exit 0
rest 2
show
rest 3
show
say "@@imaging-proof $nonce ended"
