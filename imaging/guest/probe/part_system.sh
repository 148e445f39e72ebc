# Which system this is, and when it was set up. Rows: release LINE; kernel, architecture, host, init, manager, btime
# TEXT; instance ID; semaphore TIME PATH (what cloud-init did once for an instance, and when).
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
    set -- "$R"/var/lib/cloud/instances/*/sem/*
    [ ! -e "$1" ] || stat -c "semaphore$TAB%Y$TAB%n" -- "$@"
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
