# block_devices: what the kernel knows of them. Lines: number NAME MAJ:MIN; below NAME PARENT.
block_devices() {
    for block_device in "$R"/sys/class/block/*; do
        block_name=${block_device##*/}
        { read -r block_number <"$block_device/dev"; } 2>/dev/null && row number "$block_name" "$block_number"
        for block_slave in "$block_device"/slaves/*; do
            [ -e "$block_slave" ] || [ -L "$block_slave" ] || continue
            row below "$block_name" "${block_slave##*/}"
        done
        [ -e "$block_device/partition" ] || continue
        block_disk=$(readlink "$block_device")
        block_disk=${block_disk%/*}
        row below "$block_name" "${block_disk##*/}"
    done | head -n 2000
}

# mounts_elsewhere: the points of those mounts that are not on the disks of the root file system: volumes, and what
# other machines or programs serve. One each line, byte 1 for a line end. Pseudo file systems do not count.
mounts_elsewhere() {
    { block_devices; sed "s/^/mountinfo$TAB/" "$R/proc/self/mountinfo"; } | awk -F "$TAB" "$mask_awk"'
    $1 == "number" { name[$3] = $2; next }
    $1 == "below" { parents[$2] = parents[$2] " " $3; next }
    $1 == "mountinfo" {
        count = split($2, words, " ")
        for (i = 7; i <= count && words[i] != "-"; i++) continue
        point = unescaped(words[5])
        kind[point] = words[i + 1]
        number[point] = words[3]
        if (!(point in seen)) points[++total] = point
        seen[point] = 1
    }
    function disks(device, depth,    count, up, i, found) {
        if (parents[device] == "" || depth > 20) return " " device " "
        count = split(parents[device], up, " ")
        for (i = 1; i <= count; i++) found = found disks(up[i], depth + 1)
        return found
    }
    function elsewhere(point,    count, own, i) {
        if (kind[point] ~ /^(tmpfs|devtmpfs|overlay|squashfs|iso9660|fuse\.(lxcfs|portal|gvfsd-fuse|snapfuse)|fuse\.xdg.*)$/)
            return 0
        if (number[point] in name) {
            count = split(disks(name[number[point]], 0), own, " ")
            for (i = 1; i <= count; i++) if (!index(of_root, " " own[i] " ")) return 1
            return 0
        }
        return kind[point] ~ /^(nfs4?|cifs|smb3|smbfs|ceph|9p|virtiofs|lustre|glusterfs|beegfs|gpfs|afs|davfs|fuse|fuseblk|fuse\..*|ext[234]|xfs)$/
    }
    END {
        of_root = (number["/"] in name) ? disks(name[number["/"]], 0) : ""
        for (i = 1; i <= total && printed < 200; i++)
            if (points[i] != "/" && elsewhere(points[i])) { print points[i]; printed++ }
    }'
}

# block_path NAME: the path of a device by which people know it.
block_path() {
    if [ -r "$R/sys/class/block/$1/dm/name" ]; then
        printf '/dev/mapper/%s' "$(first_line "$R/sys/class/block/$1/dm/name")"
    else
        printf '/dev/%s' "$1"
    fi
}
