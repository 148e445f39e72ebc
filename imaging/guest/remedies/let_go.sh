# Unmounts one mount point, or stops swapping to one place; where that is refused, says who uses it.
# Arguments: umount or swapoff, and the point.

# Processes whose directory, root, program or open file lies below the point: number, how, file.
links() {
    find "$R"/proc/[0-9]* -maxdepth 2 -type l \( -name cwd -o -name root -o -name exe -o -path '*/fd/*' \) \
        -exec ls -ld {} + 2>/dev/null |
        POINT=$1 awk '
            { at = index($0, " -> "); target = substr($0, at + 4); link = substr($0, 1, at - 1) }
            target == ENVIRON["POINT"] || index(target, ENVIRON["POINT"] "/") == 1 {
                split(substr(link, index(link, "/proc/") + 6), part, "/")
                print part[1] "\t" part[2] "\t" target
            }'
}

# Those that only have a file from there in their memory, such as a library.
maps() {
    grep -lF -- " $1/" "$R"/proc/[0-9]*/maps 2>/dev/null | sed 's|.*/\([0-9]*\)/maps$|\1\tmap\t|'
}

processes() {
    { links "$1"; maps "$1"; } | awk -F'\t' '!seen[$1]++' | head -n 20 |
        while IFS='	' read -r pid how target; do
            read -r name <"$R/proc/$pid/comm" || continue
            user=$(stat -c %U "$R/proc/$pid") || user=
            printf 'process\t%s\t%s\t%s\t%s\t%s\n' "$pid" "$name" "$user" "$how" "$target"
        done 2>/dev/null
}

# What the kernel itself keeps open there: files that are loop devices.
loops() {
    for backing in "$R"/sys/block/loop*/loop/backing_file; do
        [ -r "$backing" ] || continue
        read -r file <"$backing" || continue
        case $file in "$1"/*) device=${backing%/loop/*}; printf 'loop\t/dev/%s\t%s\n' "${device##*/}" "$file" ;; esac
    done
}

let_go() {
    if [ "$1" = swapoff ]; then
        if swapoff -- "$2"; then echo let-go; fi
    elif umount -- "$2"; then
        echo let-go
    else
        processes "$2"
        loops "$2"
    fi
}
