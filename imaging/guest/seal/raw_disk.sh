# Searches a whole disk for tokens, as it lies there: below all file systems, in what is deleted, too. The test instance
# of the sealed image has the same reader. It needs `run`, a folder in memory, and the functions `progress` and `now`.

# read_disk DEVICE TOKENS [all]: sets disk_found to the tokens (hexadecimal, one line each) that lie on a device or in a
# file, one line for each time, those on the border of a step twice. Fails if it could not read to the end, or in time.
# With `all` it stops as soon as every token was found.
#
# In steps of 64 MiB that share one, so that no token is cut; zeros are made line ends, for no grep takes gigabytes of them
# for one line. Tokens go to grep by a descriptor: they are in no argument, and in no file but in memory.
read_disk() {
    disk_found=
    disk_tokens=$(printf '%s' "$2")
    disk_mib=$(size_of_disk "$1") || return 1
    disk_limit=$(($(now) + 120 + disk_mib / 4))
    disk_at=0
    disk_told=-10
    disk_flags=
    # Past what memory keeps of the device; where a device or a dd cannot, memory is dropped instead.
    if dd if="$1" of=/dev/null bs=1048576 count=1 iflag=direct 2>/dev/null; then disk_flags=iflag=direct; fi
    forget_disk "$1"
    while [ "$disk_at" -lt "$disk_mib" ]; do
        if [ "$(now)" -ge "$disk_limit" ]; then return 1; fi
        disk_percent=$((disk_at * 100 / disk_mib))
        if [ $((disk_percent - disk_told)) -ge 10 ]; then
            progress "reading ${1##*/}: $disk_percent %"
            disk_told=$disk_percent
        fi
        disk_wanted=$((disk_mib - disk_at))
        [ "$disk_wanted" -le 65 ] || disk_wanted=65
        # shellcheck disable=SC2086  # no flag, or one
        disk_step=$(timeout -k 5 300 dd if="$1" bs=1048576 skip="$disk_at" count=65 $disk_flags 2>"$run/dd" |
            tr '\000' '\n' | find_tokens)
        disk_read=$(sed -n 's/^\([0-9]*\)+\([0-9]*\) records in$/\1 + \2/p' "$run/dd")
        if [ $((${disk_read:-0})) -ne "$disk_wanted" ] || grep -q -i error "$run/dd"; then return 1; fi
        [ -z "$disk_step" ] || disk_found=$disk_found$disk_step$NL
        if [ "${3-}" = all ] && all_found; then return 0; fi
        disk_at=$((disk_at + 64))
    done
}

find_tokens() {
    grep -a -o -F -f /proc/self/fd/9 9<<END
$disk_tokens
END
}

# is_found TOKEN: whether the last reading saw it.
is_found() {
    case $NL$disk_found in
    *"$NL$1$NL"*) ;;
    *) return 1 ;;
    esac
}
all_found() {
    for disk_token in $disk_tokens; do
        is_found "$disk_token" || return 1
    done
}

# size_of_disk DEVICE: in MiB, a begun one counts.
size_of_disk() {
    if [ -b "$1" ]; then
        disk_bytes=$(blockdev --getsize64 "$1" 2>/dev/null)
    else
        disk_bytes=$(stat -c %s "$1" 2>/dev/null)
    fi
    [ "${disk_bytes:-0}" -gt 0 ] && echo $(((disk_bytes + 1048575) / 1048576))
}

# forget_disk DEVICE: drops what memory keeps of it, so that it is read as it lies there.
forget_disk() {
    sync
    if [ -b "$1" ]; then
        blockdev --flushbufs "$1"
        echo 3 >/proc/sys/vm/drop_caches
    fi
} 2>/dev/null

# token_of WORD: see imaging.guest.seal.tokens.
token_of() {
    printf 'imaging-canary %s %s' "$nonce" "$1" | sha256sum | cut -c 1-32
}
