# Says all that the kernel knows of who uses which disk; changes nothing. Fields are separated by tabs.

# A virtio disk shows its serial number without a line end.
serial_of() {
    serial=
    if [ -r "$1/serial" ]; then read -r serial <"$1/serial" || :; fi
    if [ -n "$serial" ]; then
        printf %s "$serial"
    elif [ -r "$1/device/vpd_pg80" ]; then
        tail -c +5 "$1/device/vpd_pg80" | tr -d '\000'
    fi
}

disks() {
    for disk in "$R"/sys/block/*; do
        [ -e "$disk/dev" ] || continue
        printf 'disk\t%s\t%s\n' "${disk##*/}" "$(serial_of "$disk")"
        for device in "$disk" "$disk"/*/; do
            device=${device%/}
            [ "$device" = "$disk" ] || [ -e "$device/partition" ] || continue
            number=
            read -r number <"$device/dev" || [ -n "$number" ] || continue
            label=
            if [ -r "$device/dm/name" ]; then read -r label <"$device/dm/name" || label=; fi
            printf 'device\t%s\t%s\t%s\t%s\n' "${device##*/}" "$number" "${disk##*/}" "$label"
            for holder in "$device"/holders/*; do
                [ -e "$holder" ] && printf 'holder\t%s\t%s\n' "${device##*/}" "${holder##*/}"
            done
        done
    done
    for member in "$R"/sys/fs/btrfs/*/devices/*; do
        [ -e "$member" ] && printf 'member\t%s\n' "${member##*/}"
    done
}

# Mounts in every view of the file tree: a container may still hold what this session does not see any more. One process
# of each view is asked, as there may be thousands of them.
mounts() {
    views=$(find "$R"/proc/[0-9]*/ns -maxdepth 1 -name mnt -exec ls -ld {} + 2>/dev/null | awk '
        { at = index($0, " -> "); view = substr($0, at + 4); link = substr($0, 1, at - 1) }
        !seen[view]++ { split(substr(link, index(link, "/proc/") + 6), part, "/"); print part[1] }')
    for pid in $views; do
        sed "s/^/mount	$pid	/" "$R/proc/$pid/mountinfo"
    done
}

# Programs that have a disk itself open.
openers() {
    find "$R"/proc/[0-9]* -maxdepth 2 -type l -path '*/fd/*' -exec ls -ld {} + 2>/dev/null | awk '
        { at = index($0, " -> "); target = substr($0, at + 4); link = substr($0, 1, at - 1) }
        index(target, "/dev/") == 1 && target !~ /^\/dev\/(pts|shm|mqueue|null|zero|full|u?random|tty|console|fuse|kmsg)/ {
            split(substr(link, index(link, "/proc/") + 6), part, "/")
            print "open\tprocess " part[1] "\t" target
        }'
    for backing in "$R"/sys/block/loop*/loop/backing_file; do
        [ -r "$backing" ] || continue
        read -r file <"$backing" || continue
        case $file in /dev/*) device=${backing%/loop/*}; printf 'open\t%s\t%s\n' "${device##*/}" "$file" ;; esac
    done
}

# The kernel lets nobody have for himself alone what something is mounted from, swapped to, or made of.
alone() {
    for python in python3 /usr/libexec/platform-python; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -c '
import errno, os, sys
for name in sys.argv[1:]:
    try:
        os.close(os.open(name, os.O_RDONLY | os.O_EXCL))
        said = "free"
    except OSError as error:
        said = "busy" if error.errno == errno.EBUSY else "unknown"
    print("alone", os.path.basename(name), said, sep="\t")' "$@"
        return
    done
}

inspect() {
    disks
    mounts
    sed 's/^/swap	/' "$R/proc/swaps"
    openers
    set --
    for disk in "$R"/sys/block/*; do
        case ${disk##*/} in fd* | sr*) continue ;; esac # opening one may wait for a medium
        [ -b "/dev/${disk##*/}" ] && set -- "$@" "/dev/${disk##*/}"
    done
    if [ "$#" -gt 0 ]; then alone "$@"; fi
}
