# Block devices and how full the file systems are. Rows: device KEY="value"... (as lsblk -P prints it); below DEVICE
# PARENT (kernel's names); mounted MAJ:MIN TYPE SOURCE OPTIONS POINT (as in mountinfo); use LINE (of df); health DEVICE
# TYPE ERRORS STATE; grow TOOL.
part_disks() {
    disks_devices
    block_devices
    awk '{
        for (i = 7; i <= NF && $i != "-"; i++) continue
        if ($5 == "/" || $(i + 2) ~ /^\/dev\// || $(i + 3) ~ /lowerdir=/)
            if (count++ < 500) print "mounted\t" $3 "\t" $(i + 1) "\t" $(i + 2) "\t" $(i + 3) "\t" $5
    }' "$R/proc/self/mountinfo"
    disks_use
    disks_health
    [ ! -x "$R/usr/bin/growpart" ] || row grow growpart
    if [ -x "$R/usr/bin/systemd-repart" ] || [ -x "$R/bin/systemd-repart" ]; then
        for disks_file in "$R"/etc/repart.d/*.conf "$R"/usr/lib/repart.d/*.conf; do
            [ -f "$disks_file" ] && row grow systemd-repart && break
        done
    fi
    [ ! -e "$R/usr/share/initramfs-tools/scripts/local-bottom/growroot" ] || row grow cloud-initramfs-growroot
}

# Old versions of lsblk lack some columns, and then print nothing at all.
disks_devices() {
    if ! live lsblk; then
        incomplete "lsblk is missing"
        return
    fi
    disks_some="NAME,KNAME,MAJ:MIN,TYPE,FSTYPE,UUID,LABEL,SIZE,MOUNTPOINT"
    for disks_columns in "$disks_some,PKNAME,SERIAL,PARTUUID,PARTLABEL,PARTTYPE" \
        "$disks_some,PKNAME,SERIAL,PARTUUID,PARTLABEL" "$disks_some"; do
        disks_lines=$(within 6 lsblk -P -p -b -o "$disks_columns")
        [ -n "$disks_lines" ] || continue
        printf '%s\n' "$disks_lines" | prefixed device
        return
    done
    incomplete "lsblk told nothing"
}

# A file system of FUSE whose server is gone can make df hang: then the root file system alone. Only GNU's df knows
# --output; what others print, without inodes, is read as well.
disks_use() {
    if ! live df; then
        incomplete "df is missing"
        return
    fi
    disks_lines=$(within 4 df -k -l --output=source,fstype,size,used,avail,itotal,iavail,target)
    [ -n "$disks_lines" ] || disks_lines=$(within 2 df -PkT)
    if [ -z "$disks_lines" ]; then
        disks_lines=$(within 2 df -PkT /)
        incomplete "df did not answer for all file systems"
    fi
    printf '%s\n' "$disks_lines" | {
        IFS= read -r disks_header
        : "$disks_header"
        prefixed use
    }
}

# What the kernel counted for mounted ext4 file systems, and what their superblocks say (root may read those).
disks_health() {
    for disks_device in "$R"/sys/fs/ext4/*; do
        disks_name=${disks_device##*/}
        [ -d "$disks_device" ] && [ "$disks_name" != features ] || continue
        disks_state=
        if is_root && live dumpe2fs; then
            disks_state=$(within 3 dumpe2fs -h "/dev/$disks_name" | sed -n 's/^Filesystem state: *//p')
        fi
        row health "$disks_name" ext4 "$(first_line "$disks_device/errors_count")" "$disks_state"
    done
}
