# What is deleted lies in free space until that is given back or overwritten; and what was swapped out lies in the swap.

# read_mounts: sets mounts to lines of own, bind or other, and a mount point: own is what lies on the disk of the root,
# bind what lies there under another name as well. Sets disks to its devices.
read_mounts() {
    mounts=
    binds=
    cat /proc/self/mountinfo >"$run/mountinfo"
    [ -z "$live" ] || disks=$(root_disks)
    mounted=" $(stat -c %d "$R/") "
    while read -r mount_id mount_parent mount_number mount_root mount_point mount_rest; do
        case $mount_point in *\\*) mount_point=$(printf '%b' "$mount_point") ;; esac
        case $mount_point in
        *"$NL"*) continue ;;
        "$R"/?*) mount_point=${mount_point#"$R"} ;;
        *) continue ;;
        esac
        mount_rest=${mount_rest##* - }
        mount_type=${mount_rest%% *}
        mount_rest=${mount_rest#* }
        mount_kind=other
        for mount_disk in $(whole_disks "$(device_of "$mount_number" "${mount_rest%% *}")"); do
            case $NL$disks$NL in *"$NL$mount_disk$NL"*) mount_kind=own ;; esac
            # A file of the disk that is mounted as one.
            case $mount_type:$mount_disk in squashfs:* | iso9660:*) ;; *:/dev/loop*) mount_kind=own ;; esac
        done
        if [ "$mount_kind" = own ]; then
            mount_number=$(stat -c %d "$R$mount_point")
            case $mounted in
            *" $mount_number "*)
                mount_kind=bind
                binds=$binds$mount_point$NL
                ;;
            *) mounted="$mounted$mount_number " ;;
            esac
        fi
        mounts="$mounts$mount_kind $mount_point$NL"
    done <"$run/mountinfo"
    : "$mount_id $mount_parent $mount_root"
}

# device_of MAJOR:MINOR SOURCE: the block device below /sys; the number of some file systems is none.
device_of() {
    if [ -e "/sys/dev/block/$1" ]; then
        printf '%s\n' "/sys/dev/block/$1"
    else
        printf '%s\n' "/sys/class/block/$(basename "$(readlink -f "$2")")"
    fi
} 2>/dev/null

# own_points: the root and all mounts of its disk.
own_points() {
    echo /
    printf '%s' "$mounts" | sed -n 's/^own //p'
}

# trim_free_space: says yes where each file system took it; that proves nothing.
trim_free_space() {
    trimmed=yes
    sync
    [ -n "$live" ] || { trimmed=unknown && return; }
    own_points >"$run/points"
    while IFS= read -r trim_point; do
        fstrim "$trim_point" 2>/dev/null || trimmed=no
    done <"$run/points"
}

# fill_free_space: zeros until the disk is full, then they are deleted.
fill_free_space() {
    zero_filled=yes
    own_points >"$run/points"
    while IFS= read -r fill_point; do
        fill_file=$R${fill_point%/}/.imaging-seal-zeros
        ! there "$fill_file" || rm -f "$fill_file"
        progress "overwriting free space of $fill_point"
        release_reserve "$R$fill_point"
        dd if=/dev/zero of="$fill_file" bs=1048576
        dd if=/dev/zero of="$fill_file" bs=512 oflag=append conv=notrunc
        sync
        rm -f "$fill_file"
        sync
    done <"$run/points" 2>/dev/null
    trim_free_space
}

# release_reserve MOUNT: what ext4 and XFS keep back, even from root, until the next mount.
release_reserve() {
    reserve_device=$(readlink -f "$(df -P "$1" | awk 'NR == 2 { print $1 }')")
    reserve_file=/sys/fs/ext4/${reserve_device##*/}/reserved_clusters
    if [ -w "$reserve_file" ]; then echo 0 >"$reserve_file"; fi
    [ ! -d "/sys/fs/xfs/${reserve_device##*/}" ] || xfs_io -x -c 'resblks 0' "$1"
} >/dev/null 2>&1

# find_swap: files and partitions of the root's disk into which memory may have been written, one line each.
find_swap() {
    : >"$run/swaps"
    [ -n "$live" ] || return 0
    {
        sed '1d; s/[[:space:]].*//' /proc/swaps
        awk '$3 == "swap" && $1 !~ /^#/ { print $1 }' /etc/fstab
    } | sort -u | while IFS= read -r swap_each; do
        case $swap_each in
        UUID=* | LABEL=* | PARTUUID=* | PARTLABEL=*) swap_each=$(blkid -t "$swap_each" -o device | head -n 1) ;;
        esac
        if [ -b "$swap_each" ]; then
            for swap_disk in $(whole_disks "$(device_of - "$swap_each")"); do
                case $NL$disks$NL in *"$NL$swap_disk$NL"*) readlink -f "$swap_each" ;; esac
            done
        elif [ -f "$swap_each" ] && [ ! -L "$swap_each" ] && ! elsewhere "$swap_each"; then
            printf '%s\n' "$swap_each"
        fi
    done 2>/dev/null | sort -u >"$run/swaps"
    while IFS= read -r swap_each; do
        swapoff "$swap_each" 2>/dev/null
    done <"$run/swaps"
    sed '1d; s/[[:space:]].*//' /proc/swaps | grep -q -x -F -f "$run/swaps" && fail "a swap is still in use"
    return 0
}

plant_swap() {
    swap_first=$(head -n 1 "$run/swaps")
    [ -n "$swap_first" ] || return 0
    printf 'swap\t%s\n' "$swap_first" >>"$run/canaries"
    token "$nonce" swap | dd of="$swap_first" bs=1048576 seek=1 conv=notrunc 2>/dev/null
}

# clear_swap: zeros where something was, behind the header, by which a system knows it.
clear_swap() {
    while IFS= read -r swap_each; do
        progress "overwriting the swap"
        swap_bytes=$(if [ -b "$swap_each" ]; then blockdev --getsize64 "$swap_each"; else stat -c %s "$swap_each"; fi)
        [ "${swap_bytes:-0}" -gt 0 ] || fail "the swap $swap_each cannot be read"
        swap_mib=$((swap_bytes / 1048576))
        clear_step "$swap_each" 65536 1 15
        swap_at=1
        while [ "$swap_at" -lt "$swap_mib" ]; do
            swap_count=$((swap_mib - swap_at))
            [ "$swap_count" -le 64 ] || swap_count=64
            clear_step "$swap_each" 1048576 "$swap_at" "$swap_count"
            swap_at=$((swap_at + 64))
        done
        clear_step "$swap_each" 4096 $((swap_mib * 256)) $((swap_bytes % 1048576 / 4096))
    done <"$run/swaps"
}
clear_step() {
    [ "$4" -gt 0 ] || return 0
    step_used=$(dd if="$1" bs="$2" skip="$3" count="$4" 2>/dev/null | tr -d '\000' | head -c 1 | wc -c)
    [ "$step_used" -gt 0 ] || return 0
    dd if=/dev/zero of="$1" bs="$2" seek="$3" count="$4" conv=notrunc 2>/dev/null || fail "the swap $1 could not be overwritten"
}
