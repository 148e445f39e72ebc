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

# block_path NAME: the path of a device by which people know it.
block_path() {
    if [ -r "$R/sys/class/block/$1/dm/name" ]; then
        printf '/dev/mapper/%s' "$(first_line "$R/sys/class/block/$1/dm/name")"
    else
        printf '/dev/%s' "$1"
    fi
}
