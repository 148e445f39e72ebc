# What the next boot will search for. Rows: fstab LINE TEXT; crypttab LINE TEXT (- for any key); unit KEY VALUE FILE;
# unit-state ENABLED REQUIRED AUTOMOUNT FILE (yes or no; masked); needs UNITS FILE (of a target); absent PATH (a source
# in fstab); pv GROUP DEVICE; array NAME MEMBERS; devices-file.
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
    boot_absent
    boot_units
    boot_physical_volumes
    if [ -e "$R/etc/lvm/devices/system.devices" ]; then
        echo devices-file
    elif [ -d "$R/etc/lvm/devices" ] && [ ! -x "$R/etc/lvm/devices" ]; then
        incomplete "only root may read /etc/lvm/devices"
    fi
}

# Files that fstab mounts, such as images of disks; the source of a bind mount is made by systemd.
boot_absent() {
    while read -r boot_source boot_rest; do
        case $boot_source in
        /dev/* | //* | *\\*) ;;
        /*) case $boot_rest in *bind*) ;; *) [ -e "$R$boot_source" ] || row absent "$boot_source" ;; esac ;;
        esac
    done <"$R/etc/fstab"
}

# Mount and swap units wherever systemd reads them, with what is added to them, and what targets need.
boot_units() {
    set --
    for boot_folder in $unit_folders; do
        [ ! -L "$R/${boot_folder%%/*}" ] || continue
        for boot_unit in "$R/$boot_folder"/*.mount "$R/$boot_folder"/*.swap; do
            if is_masked "$boot_unit"; then
                row unit-state masked no no "${boot_unit#"$R"}"
            elif [ -f "$boot_unit" ]; then
                boot_unit_state "$boot_unit"
                set -- "$@" "$boot_unit"
            fi
        done
        for boot_unit in "$R/$boot_folder"/*.mount.d/*.conf "$R/$boot_folder"/*.swap.d/*.conf \
            "$R/$boot_folder"/*.target.d/*.conf "$R/$boot_folder"/*.target; do
            [ -f "$boot_unit" ] && set -- "$@" "$boot_unit"
        done
    done
    for boot_unit; do
        [ -r "$boot_unit" ] || incomplete "only root may read ${boot_unit#"$R"}"
    done
    [ $# = 0 ] || awk "$mask_awk"'
    function flush(    i) {
        for (i = 1; i <= holding; i++) if (kept > 0) print held[i]
        holding = 0
    }
    FNR == 1 {
        flush()
        inside = 0
        file = substr(FILENAME, length(ENVIRON["R"]) + 1)
        kept = file ~ /^\/etc\/|\.d\//
    }
    /^[ \t]*\[/ { inside = /\[(Mount|Swap)\]/ }
    /^[ \t]*SourcePath=.*fstab/ { kept = -1 }
    /^[ \t]*[A-Z][A-Za-z]*[ \t]*=/ {
        key = value = $0
        gsub(/^[ \t]*|[ \t]*=.*/, "", key)
        sub(/^[^=]*=[ \t]*/, "", value)
        sub(/[ \t\r]*$/, "", value)
        gsub(/\t/, " ", value)
        if (file ~ /\.target/) {
            if (key ~ /^(Requires|Requisite|BindsTo)$/ && value ~ /\.mount/) print "needs\t" value "\t" file
        } else if (inside && key ~ /^(What|Where|Type|Options)$/) {
            if (key == "What" && value ~ /[\/:=%]/ && !kept) kept = 1
            if (key == "Where" && value !~ /^\/(dev|proc|run|sys)\// && !kept) kept = 1
            held[++holding] = "unit\t" key "\t" mask(value) "\t" file
        }
    }
    END { flush() }' "$@"
}

boot_unit_state() {
    boot_name=${1##*/}
    boot_stem=${boot_name%.*}
    boot_enabled=no
    boot_required=no
    boot_automount=no
    pulled_in "$boot_name" wants && boot_enabled=yes
    pulled_in "$boot_name" requires && boot_enabled=yes boot_required=yes
    find_unit "$boot_stem.automount"
    case $boot_name:$unit_found in *.mount:enabled | *.mount:installed) boot_automount=yes ;; esac
    [ "$unit_found" != enabled ] || boot_enabled=yes
    row unit-state "$boot_enabled" "$boot_required" "$boot_automount" "${1#"$R"}"
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
