# What is set to run and what runs. Rows: runs yes|no; file STATE UNIT (enabled, masked); unit ACTIVE UNIT; listener
# PROTOCOL ADDRESS:PORT PROCESS (hexadecimal, as in /proc/net); process PID USER NAME PATH. Arguments of processes are not
# read.
part_services() {
    if [ -r "$R/proc/1/comm" ]; then row runs yes; else row runs no; fi
    services_set
    services_running
    services_processes
}

# Told by the links themselves: systemctl takes seconds for it on a slow machine, and an answer needs a running system.
services_set() {
    if [ ! -d "$R/etc/systemd/system" ]; then
        incomplete "no systemd: the services are those of another init system"
        return
    fi
    services_seen=' '
    for services_link in "$R"/etc/systemd/system/*.wants/* "$R"/etc/systemd/system/*.requires/*; do
        services_unit=${services_link##*/}
        case $services_seen in *" $services_unit "*) continue ;; esac
        case $services_unit in *.service | *.socket | *.timer) ;; *) continue ;; esac
        is_masked "$R/etc/systemd/system/$services_unit" && continue
        services_seen="$services_seen$services_unit "
        row file enabled "$services_unit"
    done
    for services_link in "$R"/etc/systemd/system/*; do
        is_masked "$services_link" && row file masked "${services_link##*/}"
    done
}

# Those that run or failed, and units of other kinds that failed.
services_running() {
    live systemctl || return
    services_list=$(within 7 systemctl list-units --plain --no-legend --no-pager)
    if [ -z "$services_list" ]; then
        [ -d "$R/run/systemd/system" ] && incomplete "systemctl did not tell what runs"
        return
    fi
    printf '%s\n' "$services_list" | awk '{
        at = ($1 ~ /\./) ? 1 : 2
        if ($(at + 2) == "failed" || ($(at + 2) != "inactive" && $at ~ /\.(service|socket|timer)$/))
            print "unit\t" $(at + 2) "\t" $at
    }'
}

# The programs of all processes and their sockets in one go, then what /proc tells in text.
services_processes() {
    [ -d "$R/proc/1" ] || [ -d "$R/proc/self" ] || return
    {
        (
            cd "$R/proc" || exit
            within 6 find [0-9]*/exe [0-9]*/fd -maxdepth 1 -type l '(' -name exe -o -lname 'socket:*' ')' \
                -printf '%p\t%l\0' | tr '\n\000' '\001\n'
        )
        printf '%s\n' "$R"/proc/[0-9]*/status
    } | awk -v self=$$ "$NAMES"'
    BEGIN {
        base = ENVIRON["R"]
        if (base != "") self = -1
    }
    match($0, /^[0-9]+\/exe\t/) {
        path[substr($0, 1, index($0, "/") - 1)] = substr($0, RLENGTH + 1)
        next
    }
    match($0, /^[0-9]+\/fd\/[0-9]+\tsocket:\[/) {
        socket = substr($0, RLENGTH + 1)
        sub(/\]$/, "", socket)
        holder[socket] = substr($0, 1, index($0, "/") - 1)
        next
    }
    {
        file = $0
        pid = file
        sub(/\/status$/, "", pid)
        sub(/^.*\//, "", pid)
        memory = 0
        while ((getline line < file) > 0) {
            if (line ~ /^Name:/) called[pid] = substr(line, 7)
            if (line ~ /^PPid:/) parent[pid] = substr(line, 7) + 0
            if (line ~ /^Uid:/) { split(line, words, /[ \t]+/); user[pid] = owner(words[2]) }
            if (line ~ /^VmSize:/) { memory = 1; break }
        }
        close(file)
        gsub(/\t/, " ", called[pid])
        if (memory) order[++total] = pid
    }
    function listeners(table,    line, words, file, waits) {
        file = base "/proc/net/" table
        waits = table ~ /^tcp/ ? "0A" : "07"
        while ((getline line < file) > 0) {
            sub(/^ +/, "", line)
            split(line, words, / +/)
            if (words[4] == waits && count++ < 1000)
                print "listener\t" substr(table, 1, 3) "\t" words[2] "\t" called[holder[words[10]]]
        }
        close(file)
    }
    END {
        listeners("tcp")
        listeners("tcp6")
        listeners("udp")
        listeners("udp6")
        for (i = 1; i <= total && printed < 2000; i++) {
            pid = order[i]
            at = pid
            for (depth = 0; depth < 50 && at > 1 && at != self; depth++) at = parent[at]
            if (at == self) continue
            print "process\t" pid "\t" user[pid] "\t" called[pid] "\t" path[pid]
            printed++
        }
        if (total > 2000) print "incomplete\tmore than 2,000 processes"
    }'
}
