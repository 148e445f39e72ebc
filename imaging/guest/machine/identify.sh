# Says by which ids this machine goes, a line each: MARK NONCE SOURCE TEXT. It only reads.
set -u
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin:${PATH-}
R=${IMAGING_PROBE_ROOT-}
export LC_ALL PATH

say() { printf '@@imaging-machine %s %s %.100s\n' "$nonce" "$1" "$2"; }

first_line() {
    [ -f "$1" ] && [ -r "$1" ] && IFS= read -r text <"$1"
    [ -n "${text-}" ]
}

# What cloud-init knew at this boot. Where it was told to keep the disk's id (manual_cache_clean), that proves nothing.
of_this_boot() {
    [ -f "$R/run/cloud-init/instance-data.json" ] && [ -r "$R/run/cloud-init/instance-data.json" ] || return 0
    source=cloud-init
    [ ! -e "$R/var/lib/cloud/instance/manual-clean" ] || source=kept
    sed -n 's/^ *"instance[-_]id": *"\([0-9A-Za-z._-]\{1,80\}\)",\{0,1\} *$/\1/p' \
        "$R/run/cloud-init/instance-data.json" | head -n 6 | while IFS= read -r text; do say "$source" "$text"; done
}

# What lies on the disk, which may have come with the image.
of_the_disk() {
    text=
    ! first_line "$R/var/lib/cloud/data/instance-id" || say kept "$text"
}

of_the_hardware() {
    text=
    if first_line "$R/sys/class/dmi/id/product_uuid"; then
        say dmi "$text"
    elif [ -e "$R/sys/class/dmi/id/product_uuid" ]; then
        say unread dmi
    fi
}

# A config drive, if it is mounted: it is not mounted for this.
of_the_config_drive() {
    [ -r "$R/proc/self/mounts" ] || return 0
    while read -r _ point type _; do
        case $type in iso9660 | vfat | udf) ;; *) continue ;; esac
        file=$R$point/openstack/latest/meta_data.json
        [ -f "$file" ] && [ -r "$file" ] || continue
        text=$(dd if="$file" bs=262144 count=1 2>/dev/null | tr -d '\n' |
            sed -n 's/.*"uuid": *"\([0-9A-Fa-f-]\{36\}\)".*/\1/p')
        [ -z "$text" ] || say config-drive "$text"
    done <"$R/proc/self/mounts"
}

imaging_machine() {
    nonce=$1
    of_this_boot
    of_the_disk
    of_the_hardware
    of_the_config_drive
}
