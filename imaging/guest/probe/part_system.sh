# Which system this is, and when it was set up. Rows: release LINE; kernel, architecture, host, init, manager, btime
# TEXT; instance ID; identity SOURCE ID (by which the machine itself goes); semaphore TIME PATH (what cloud-init did once for an instance, and when).
part_system() {
    for system_file in "$R/etc/os-release" "$R/usr/lib/os-release"; do
        [ -r "$system_file" ] || continue
        grep -E '^(ID|VERSION_ID|PRETTY_NAME|ID_LIKE)=' "$system_file" | prefixed release
        break
    done
    system_word kernel kernel/osrelease uname -r
    system_word host kernel/hostname uname -n
    row architecture "$(uname -m)"
    [ ! -r "$R/proc/1/comm" ] || row init "$(first_line "$R/proc/1/comm")"
    for system_tool in apt-get:apt dnf:dnf yum:yum zypper:zypper; do
        [ -x "$R/usr/bin/${system_tool%%:*}" ] || continue
        row manager "${system_tool#*:}"
        break
    done
    sed -n "s/^btime /btime$TAB/p" "$R/proc/stat"
    [ ! -r "$R/var/lib/cloud/data/instance-id" ] || row instance "$(first_line "$R/var/lib/cloud/data/instance-id")"
    system_identity
    set -- "$R"/var/lib/cloud/instances/*/sem/*
    [ ! -e "$1" ] || stat -c "semaphore$TAB%Y$TAB%n" -- "$@"
}

# system_identity: what cloud-init knew at this boot, unless it was told to keep the disk's id, and what the firmware says.
system_identity() {
    system_file=$R/run/cloud-init/instance-data.json
    if [ -r "$system_file" ] && [ ! -e "$R/var/lib/cloud/instance/manual-clean" ]; then
        sed -n "s/^ *\"instance[-_]id\": *\"\([0-9A-Za-z._-]\{1,80\}\)\",\{0,1\} *\$/identity${TAB}cloud-init$TAB\1/p" \
            "$system_file" | head -n 6
    fi
    system_file=$R/sys/class/dmi/id/product_uuid
    [ ! -r "$system_file" ] || row identity dmi "$(first_line "$system_file")"
}

# system_word KIND NAME COMMAND...: what /proc/sys tells, else the command if it speaks of this system.
system_word() {
    system_kind=$1
    system_name=$2
    shift 2
    if [ -r "$R/proc/sys/$system_name" ]; then
        row "$system_kind" "$(first_line "$R/proc/sys/$system_name")"
    elif live "$1"; then
        row "$system_kind" "$("$@")"
    fi
}
