#!/bin/sh
# imaging seal @NONCE@
#
# Given by the Imaging Console to a temporary clone of an instance, which is then made an image. It takes away what the
# plan below says, which was shown and agreed to before: accounts, homes, keys, histories, logs and names of the instance
# that the clone was made of. It never runs on the instance itself. What it did is shown on the console.
#
# It deletes, empties and edits in place, so that owners, modes and labels stay; it follows no link of a user, never
# leaves the root disk, and needs no room but in memory. Where anything fails it stops there, and says what failed.
# shellcheck disable=SC2016,SC2030,SC2031,SC2094
# Dollars in single quotes are for awk and for shells that find starts; each pass of a walk sets `doing` for its own
# subshell; no file is read and written at once.

nonce=@NONCE@
R=
run=/run/imaging-seal
console=
disks=
views=
live=yes
alone=1800
PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Only tests say otherwise; a setting of the guest's cannot, for it begins no script with this word.
if [ "${1-}" = trial ]; then
    shift
    R=${IMAGING_SEAL_ROOT-}
    run=$IMAGING_SEAL_RUN
    console=$IMAGING_SEAL_CONSOLE
    disks=${IMAGING_SEAL_DISK-}
    live=${IMAGING_SEAL_LIVE-}
    alone=
    PATH=${IMAGING_SEAL_PATH-$PATH}
fi
LC_ALL=C
TMPDIR=$run
export PATH LC_ALL TMPDIR
unset GREP_OPTIONS POSIXLY_CORRECT CDPATH ENV BASH_ENV TZ
umask 077
cd / || exit 1
TAB=$(printf '\t')
NL='
'

# fail WHY: the end of the seal; the first reason counts. Who counts in a subshell asks `failed` afterwards.
fail() {
    [ -s "$run/why" ] || printf '%s\n' "$1" >"$run/why"
    exit 3
}
failed() {
    [ -s "$run/why" ]
}

# progress TEXT: how far it is, for whom watches the console.
progress() {
    say "@WORD@ $nonce progress $1"
}

# now: seconds since some moment that no clock changes.
now() {
    read -r now_up now_rest </proc/uptime || now_up=$(date +%s)
    printf %s "${now_up%%.*}"
    : "$now_rest"
}

# there PATH: also of a link that leads nowhere.
there() {
    [ -e "$1" ] || [ -L "$1" ]
}

# texts FILE...: what stands in those that are files; a pipe in the place of one would never end.
texts() {
    for texts_each; do
        [ ! -f "$texts_each" ] || cat "$texts_each"
    done
} 2>/dev/null

# loosen PATH: takes off what keeps even root from changing a file.
loosen() {
    chattr -i -a "$1"
} 2>/dev/null
