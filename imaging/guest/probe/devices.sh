# block_devices: what the kernel knows of them. Lines: number NAME MAJ:MIN; below NAME PARENT.
block_devices() {
    for block_device in "$R"/sys/class/block/*; do
        block_name=${block_device##*/}
        { read -r block_number <"$block_device/dev"; } 2>/dev/null && row number "$block_name" "$block_number"
        for block_slave in "$block_device"/slaves/*; do
            [ -e "$block_slave" ] || [ -L "$block_slave" ] || continue
            row below "$block_name" "${block_slave##*/}"
        done
        for block_part in "$block_device"/*/partition; do
            [ -e "$block_part" ] || continue
            block_part=${block_part%/partition}
            row below "${block_part##*/}" "$block_name"
        done
    done
}

# For awk: elsewhere(POINT) is true for mounts that are not on the disks of the root file system: volumes, and what other
# machines or programs serve; pseudo file systems are not. read_device() takes the lines of block_devices, read_mount()
# those of mountinfo, which must come after them. points[1..total] are all mount points, with byte 1 for a line end.
elsewhere_awk='
function read_device(line,    words) {
    split(line, words, "\t")
    if (words[1] == "number") device_of[words[3]] = words[2]
    if (words[1] == "below") parents[words[2]] = parents[words[2]] " " words[3]
}
function read_mount(line,    words, count, i, point) {
    count = split(line, words, " ")
    for (i = 7; i <= count && words[i] != "-"; i++) continue
    point = unescaped(words[5])
    kind[point] = words[i + 1]
    number[point] = words[3]
    if (!(point in mounted)) points[++total] = point
    mounted[point] = 1
}
function disks(device, depth,    count, up, i, found) {
    if (parents[device] == "" || depth > 20) return " " device " "
    count = split(parents[device], up, " ")
    for (i = 1; i <= count; i++) found = found disks(up[i], depth + 1)
    return found
}
function elsewhere(point,    count, own, i, of_root) {
    if (point == "/" || kind[point] ~ /^(tmpfs|devtmpfs|overlay|squashfs|iso9660)$/) return 0
    if (kind[point] ~ /^fuse\.(lxcfs|portal|gvfsd-fuse|snapfuse|xdg.*)$/) return 0
    if (number[point] in device_of) {
        of_root = (number["/"] in device_of) ? disks(device_of[number["/"]], 0) : ""
        count = split(disks(device_of[number[point]], 0), own, " ")
        for (i = 1; i <= count; i++) if (!index(of_root, " " own[i] " ")) return 1
        return 0
    }
    if (kind[point] ~ /^(nfs4?|cifs|smb3|smbfs|ceph|9p|virtiofs|lustre|glusterfs|beegfs|gpfs|afs|davfs)$/) return 1
    return kind[point] ~ /^(fuse|fuseblk|fuse\..*|ext[234]|xfs)$/
}
'

# block_path NAME: the path of a device by which people know it.
block_path() {
    if [ -r "$R/sys/class/block/$1/dm/name" ]; then
        printf '/dev/mapper/%s' "$(first_line "$R/sys/class/block/$1/dm/name")"
    else
        printf '/dev/%s' "$1"
    fi
}
