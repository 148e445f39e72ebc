# Which system this is, and when it was set up. Rows: release LINE; kernel, architecture, host, init, manager, btime
# TEXT; instance ID; semaphore TIME INSTANCE NAME (what cloud-init did once for an instance, and when).
part_system() {
    for system_file in "$R/etc/os-release" "$R/usr/lib/os-release"; do
        [ -r "$system_file" ] || continue
        head -c 16384 "$system_file" | sed -n 's/^\(ID\|VERSION_ID\|PRETTY_NAME\|ID_LIKE\)=/release'"$TAB"'&/p'
        break
    done
    row kernel "$(system_word kernel/osrelease uname -r)"
    row host "$(system_word kernel/hostname uname -n)"
    row architecture "$(uname -m)"
    [ ! -r "$R/proc/1/comm" ] || row init "$(first_line "$R/proc/1/comm")"
    for system_tool in apt-get:apt dnf:dnf yum:yum zypper:zypper; do
        [ -x "$R/usr/bin/${system_tool%%:*}" ] || continue
        row manager "${system_tool#*:}"
        break
    done
    sed -n "s/^btime /btime$TAB/p" "$R/proc/stat"
    [ ! -r "$R/var/lib/cloud/data/instance-id" ] || row instance "$(first_line "$R/var/lib/cloud/data/instance-id")"
    for system_file in "$R"/var/lib/cloud/instances/*/sem/*; do
        [ -f "$system_file" ] || continue
        system_instance=${system_file%/sem/*}
        row semaphore "$(stat -c %Y "$system_file")" "${system_instance##*/}" "${system_file##*/}"
    done | head -n 400
}

# system_word NAME COMMAND...: what /proc/sys tells, else the command if it speaks of this system.
system_word() {
    system_name=$1
    shift
    if [ -r "$R/proc/sys/$system_name" ]; then
        first_line "$R/proc/sys/$system_name"
    elif live "$1"; then
        "$@"
    fi
}
