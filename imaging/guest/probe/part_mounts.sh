# What is mounted, and who uses what is not on the root disk. Rows: mount TYPE SOURCE ROOT OPTIONS POINT; swap KIND KIB
# PATH; user PID USES NAME OF-PROCESS POINT; complete (every process could be read).
part_mounts() {
    mounts_told=$(block_devices | mounts_and_swaps)
    mounts_points=$(printf '%s\n' "$mounts_told" | sed -n "s/^elsewhere$TAB//p")
    printf '%s\n' "$mounts_told" | grep -v "^elsewhere$TAB"
    if [ -z "$mounts_points" ]; then
        echo complete
        return
    fi
    export mounts_points
    { mounts_links; mounts_maps; mounts_kernel; } | mounts_users
    if is_root; then echo complete; fi
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

# Also, for ourselves, rows `elsewhere POINT`.
mounts_and_swaps() {
    awk "$mask_awk$elsewhere_awk"'
    function tell(line,    count, words, i, type) {
        count = split(line, words, " ")
        for (i = 7; i <= count && words[i] != "-"; i++) continue
        type = words[i + 1]
        if (type in pseudo) return
        if (type == "tmpfs" && words[5] ~ /^\/(run|dev|sys)(\/|$)/) return
        if (type ~ /^(overlay|tmpfs)$/ && words[5] ~ /^\/(var\/lib\/(docker|containers|kubelet)|run)\//) return
        if (told++ == 500) print "incomplete\tmore than 500 mounts"
        if (told <= 500)
            print "mount\t" type "\t" mask(words[i + 2]) "\t" words[4] "\t" mask(words[6] "," words[i + 3]) "\t" words[5]
    }
    BEGIN {
        split("autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue " \
            "nsfs proc pstore ramfs rpc_pipefs securityfs selinuxfs sysfs tracefs", list, " ")
        for (i in list) pseudo[list[i]] = 1
    }
    { read_device($0) }
    END {
        root = ENVIRON["R"]
        while ((getline line < (root "/proc/self/mountinfo")) > 0) {
            tell(line)
            read_mount(line)
        }
        while ((getline line < (root "/proc/swaps")) > 0)
            if (split(line, words, /[ \t]+/) > 3 && words[1] ~ /^\//) print "swap\t" words[2] "\t" words[3] "\t" words[1]
        for (i = 1; i <= total && found < 200; i++)
            if (elsewhere(points[i])) { print "elsewhere\t" points[i]; found++ }
    }'
}

# Where the links of all processes lead. Lines: PID USES PATH.
mounts_links() {
    (
        cd "$R/proc" || exit
        within 6 find [0-9]*/cwd [0-9]*/root [0-9]*/exe [0-9]*/fd -maxdepth 1 -type l -printf '%p\t%l\0' |
            tr '\n\000' '\001\n' | sed 's:^\([0-9]*\)/\([a-z]*\)[^'"$TAB"']*:\1'"$TAB"'\2:'
    )
}

# Libraries and data that processes have mapped without keeping them open.
mounts_maps() {
    printf '%s\n' "$R"/proc/[0-9]*/maps | within 3 awk '{
        file = $0
        pid = file
        sub(/\/maps$/, "", pid)
        sub(/^.*\//, "", pid)
        while ((getline line < file) > 0)
            if (match(line, / \//)) {
                path = substr(line, RSTART + 1)
                if (path != last) print pid "\tfile\t" path
                last = path
            }
        close(file)
    }'
}

# The kernel itself: swap files and loop devices.
mounts_kernel() {
    printf '%s\n' "$mounts_told" | awk -F "$TAB" "$mask_awk"'$1 == "swap" && $2 == "file" { print "0\tfile\t" unescaped($4) }'
    for mounts_file in "$R"/sys/block/loop*/loop/backing_file; do
        [ -r "$mounts_file" ] && printf '0\tfile\t%s\n' "$(first_line "$mounts_file")"
    done
}

# Of those lines the ones on a mount that is not on the root disk, each process once for a mount.
mounts_users() {
    awk "$NAMES"'
    BEGIN { total = split(ENVIRON["mounts_points"], points, "\n") }
    function process(pid,    line, file, words) {
        who[pid] = ""
        what[pid] = pid == 0 ? "kernel" : ""
        file = ENVIRON["R"] "/proc/" pid "/status"
        while (pid && (getline line < file) > 0) {
            if (line ~ /^Name:/) what[pid] = substr(line, 7)
            if (line ~ /^Uid:/) { split(line, words, /[ \t]+/); who[pid] = owner(words[2]) }
        }
        close(file)
        gsub(/\t/, " ", what[pid])
    }
    {
        best = ""
        path = after(2)
        for (i = 1; i <= total; i++)
            if (length(points[i]) > length(best) && (path == points[i] || index(path, points[i] "/") == 1)) best = points[i]
        if (best == "" || ($1, best) in seen) next
        seen[$1, best] = 1
        if (!($1 in who)) process($1)
        if (count++ == 300) print "incomplete\tmore than 300 users of mounts"
        if (count <= 300) print "user\t" $1 "\t" ($2 == "fd" ? "file" : $2) "\t" who[$1] "\t" what[$1] "\t" best
    }'
}
