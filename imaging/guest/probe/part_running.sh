# What ends with a stop, and what of the next start was never tried. Rows: person PID USER SECONDS NAME (a program in the
# session of a user); container POLICY NAME (one of Docker's that runs); memory KIB USER PATH (a user's file in memory);
# changed TIME PATH (what the next start reads); setting VALUE KEY (of the kernel, in force); set TEXT (what a file sets it
# to; without = it only names it); address and route TEXT (which no file names). Arguments of processes are not read.
part_running() {
    running_people
    running_containers
    running_memory
    running_settings
    running_network
    for running_file in "$R"/etc/fstab "$R"/etc/crypttab "$R"/boot/vmlinuz* "$R"/boot/initr*; do
        [ ! -f "$running_file" ] || stat -c "changed$TAB%Y$TAB%n" -- "$running_file" | without_root
    done
}

# A service that runs as a user starts again by itself; what stands in the slice of a user's session does not.
running_people() {
    is_root || [ -r "$R/proc/1/cgroup" ] || incomplete "the programs of others are hidden"
    printf '%s\n' "$R"/proc/[0-9]*/cgroup | awk -v self=$$ "$NAMES"'
    BEGIN {
        base = ENVIRON["R"]
        if (base != "") self = -1
        file = base "/proc/uptime"
        if ((getline line < file) > 0) { split(line, words, " "); uptime = words[1] }
        close(file)
    }
    {
        file = $0
        pid = file
        sub(/\/cgroup$/, "", pid)
        sub(/^.*\//, "", pid)
        inside = 0
        while ((getline line < file) > 0) if (line ~ /\/user\.slice\//) inside = 1
        close(file)
        if (!inside) next
        file = base "/proc/" pid "/stat"
        if ((getline line < file) <= 0) { close(file); next }
        close(file)
        sub(/^[^(]*\(/, "", line)
        called = line
        sub(/\) [^)]*$/, "", called)
        sub(/^.*\) /, "", line)
        split(line, words, " ")
        parent[pid] = words[2]
        seconds[pid] = int(uptime - words[20] / 100)
        gsub(/[\t\001]/, " ", called)
        name[pid] = called
        file = base "/proc/" pid "/status"
        while ((getline line < file) > 0)
            if (line ~ /^Uid:/) { split(line, words, /[ \t]+/); user[pid] = owner(words[2]); break }
        close(file)
        order[++total] = pid
    }
    END {
        for (i = 1; i <= total && printed < 300; i++) {
            pid = order[i]
            at = pid
            for (depth = 0; depth < 50 && at > 1 && at != self; depth++) at = parent[at]
            if (at == self || pid == self) continue
            print "person\t" pid "\t" user[pid] "\t" seconds[pid] "\t" name[pid]
            printed++
        }
        if (printed >= 300) print "incomplete\tmore than 300 programs of users"
    }'
}

# Docker keeps them in files that only root may read; those of Podman start again only where a unit says so.
running_containers() {
    [ -d "$R/var/lib/docker" ] || return
    if [ ! -r "$R/var/lib/docker/containers" ]; then
        incomplete "only root may read the containers of Docker"
        return
    fi
    for running_folder in "$R"/var/lib/docker/containers/*/; do
        grep -q '"Running":true' "$running_folder/config.v2.json" || continue
        running_policy=$(sed -n 's/.*"RestartPolicy":{"Name":"\([a-z-]*\)".*/\1/p' "$running_folder/hostconfig.json")
        running_name=$(sed -n 's/.*"Name":"\/\([A-Za-z0-9_.-]*\)".*/\1/p' "$running_folder/config.v2.json")
        row container "${running_policy:-no}" "${running_name:-?}"
    done
}

running_memory() {
    is_root || incomplete "only root may read all files in memory"
    awk '{ at = index($0, " - "); split(substr($0, at + 3), kind, " "); print $5, kind[1] }' "$R/proc/self/mountinfo" |
        while read -r running_point running_type; do
            [ "$running_type" = tmpfs ] || continue
            case $running_point in /dev/shm | /tmp | /var/tmp | /run/user/*) ;; *) continue ;; esac
            {
                within 3 find "$R$running_point" -xdev -type f -uid +999 -size +7 -printf 'memory\t%k\t%u\t%p\0'
                [ $? -ne 124 ] || printf 'incomplete\ta search of memory took too long\0'
            } | tr '\n\000' '\001\n' | head -n 100 | without_root
        done
}

# Those whose value is the same on every machine unless somebody sets it; what sets them at a start names them.
running_settings() {
    set -- vm/swappiness vm/overcommit_memory vm/overcommit_ratio vm/dirty_ratio vm/dirty_background_ratio \
        vm/vfs_cache_pressure vm/max_map_count vm/zone_reclaim_mode kernel/randomize_va_space net/core/somaxconn \
        net/core/rmem_max net/core/wmem_max
    running_names=none
    for running_key; do
        running_names="$running_names|${running_key##*/}"
    done
    (
        cd "$R/proc/sys" || exit
        # Not by the shell: it reads byte by byte, and the kernel tells such a number only as far as the first read goes.
        grep -sH '' "$@" | sed "s/^\([^:]*\):\(.*\)/setting$TAB\2$TAB\1/"
    )
    running_names="[./]($running_names)([[:space:]]*=[[:space:]]*[^[:space:]#;\"']+)?"
    grep -hsE -e "$running_names" "$R"/etc/sysctl.conf "$R"/etc/sysctl.d/*.conf \
        "$R"/run/sysctl.d/*.conf "$R"/usr/local/lib/sysctl.d/*.conf "$R"/usr/lib/sysctl.d/*.conf "$R"/lib/sysctl.d/*.conf \
        "$R"/etc/rc.local "$R"/etc/rc.d/rc.local "$R"/etc/systemd/system/*.service "$R"/etc/cron.d/* "$R"/proc/cmdline |
        grep -v '^[[:space:]]*[#;]' | grep -oE -e "$running_names" | head -n 200 | prefixed set
}

# An address or route that stands in no file: a lease's has an end, and one that a program brings names its program. Only
# root can read all files that may name it; only iproute2 tells which is which.
running_network() {
    is_root || return
    live ip || return
    for running_device in "$R"/sys/class/net/*/device; do
        running_device=${running_device%/device}
        running_device=${running_device##*/}
        [ "$running_device" != '*' ] || continue
        within 2 ip -4 -o addr show dev "$running_device" scope global permanent |
            sed -n 's/.* inet \([0-9.]*\/[0-9]*\) .*/address \1 dev '"$running_device"'/p'
        within 2 ip -4 route show table main proto boot dev "$running_device" |
            sed -n '/^\(default\|169[.]254\)/!s/^[0-9].*/route & dev '"$running_device"'/p'
    done | head -n 50 | while read -r running_kind running_text; do
        running_number=${running_text%%[ /]*}
        within 3 grep -rqsFw -e "$running_number" -- "$R"/etc "$R"/run/systemd/network "$R"/run/net-*.conf "$R"/proc/cmdline \
            "$R"/var/lib/dhcp "$R"/var/lib/dhclient "$R"/var/lib/NetworkManager "$R"/usr/lib/systemd/network
        case $? in 1 | 2) row "$running_kind" "$running_text" ;; esac # 2: one of these is not there
    done
}
