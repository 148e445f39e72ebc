# What the next boot will search for. Rows: fstab LINE TEXT; crypttab LINE TEXT (- for any key); unit KEY VALUE FILE;
# unit-state ENABLED REQUIRED AUTOMOUNT FILE (yes or no); pv GROUP DEVICE; array NAME MEMBERS; devices-file.
part_boot_mounts() {
    set --
    for boot_file in "$R/etc/fstab" "$R/etc/crypttab" "$R/proc/mdstat" "$R/etc/mdadm/mdadm.conf" "$R/etc/mdadm.conf"; do
        [ -e "$boot_file" ] || continue
        if [ -r "$boot_file" ]; then set -- "$@" "$boot_file"; else incomplete "only root may read ${boot_file#"$R"}"; fi
    done
    [ $# = 0 ] || awk "$mask_awk"'
    FILENAME ~ /\/fstab$/ && !/^[ \t\r]*(#|$)/ { print "fstab\t" FNR "\t" mask($0) }
    FILENAME ~ /\/crypttab$/ && !/^[ \t\r]*(#|$)/ {
        $3 = "-"
        print "crypttab\t" FNR "\t" mask($0)
    }
    FILENAME ~ /\/mdstat$/ && $2 == ":" && $3 ~ /^(active|inactive)/ {
        members = ""
        for (i = 4; i <= NF; i++) if ($i ~ /\[[0-9]+\]/) { sub(/\[.*/, "", $i); members = members " /dev/" $i }
        print "array\t" $1 "\t" substr(members, 2)
    }
    FILENAME ~ /\/mdadm\.conf$/ && toupper($1) == "ARRAY" && $2 !~ /^</ { print "array\t" $2 "\t" }
    ' "$@"
    for boot_unit in "$R"/etc/systemd/system/*.mount; do
        [ -f "$boot_unit" ] && [ ! -L "$boot_unit" ] && boot_mount_unit "$boot_unit"
    done
    boot_physical_volumes
    if [ -e "$R/etc/lvm/devices/system.devices" ]; then
        echo devices-file
    elif [ -d "$R/etc/lvm/devices" ] && [ ! -x "$R/etc/lvm/devices" ]; then
        incomplete "only root may read /etc/lvm/devices"
    fi
}

boot_mount_unit() {
    boot_file=${1#"$R"}
    export boot_file
    awk "$mask_awk"'
    /^[ \t]*\[/ { inside = /^[ \t]*\[Mount\]/ }
    inside && /^[ \t]*(What|Where|Type|Options)[ \t]*=/ {
        key = value = $0
        sub(/^[ \t]*/, "", key)
        sub(/[ \t]*=.*/, "", key)
        sub(/^[^=]*=[ \t]*/, "", value)
        sub(/[ \t\r]*$/, "", value)
        gsub(/\t/, " ", value)
        print "unit\t" key "\t" mask(value) "\t" ENVIRON["boot_file"]
    }' "$1"
    boot_name=${boot_file##*/}
    boot_stem=${boot_name%.mount}
    boot_enabled=no
    boot_required=no
    boot_automount=no
    pulled_in "$boot_name" wants && boot_enabled=yes
    pulled_in "$boot_name" requires && boot_enabled=yes boot_required=yes
    if [ -f "$R/etc/systemd/system/$boot_stem.automount" ]; then
        boot_automount=yes
        pulled_in "$boot_stem.automount" && boot_enabled=yes
    fi
    row unit-state "$boot_enabled" "$boot_required" "$boot_automount" "$boot_file"
}

# What logical volumes lie on, as the kernel has them. LVM itself is not asked: it would write its locks and hints.
boot_physical_volumes() {
    boot_seen=' '
    for boot_device in "$R"/sys/class/block/dm-*; do
        case $(first_line "$boot_device/dm/uuid") in LVM-*) ;; *) continue ;; esac
        boot_group=$(first_line "$boot_device/dm/name" | sed 's/--/\//g; s/-.*//; s/\//-/g')
        for boot_slave in "$boot_device"/slaves/*; do
            [ -e "$boot_slave" ] || [ -L "$boot_slave" ] || continue
            case $(first_line "$boot_slave/dm/uuid") in LVM-*) continue ;; esac
            boot_path=$(block_path "${boot_slave##*/}")
            case $boot_seen in *" $boot_path "*) continue ;; esac
            boot_seen="$boot_seen$boot_path "
            row pv "$boot_group" "$boot_path"
        done
    done
}
