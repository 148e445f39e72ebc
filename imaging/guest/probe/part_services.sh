# What is set to run and what runs. Rows: runs yes|no; file STATE UNIT (as enabled); unit ACTIVE UNIT; listener PROTOCOL
# ADDRESS:PORT PROCESS (hexadecimal, as in /proc/net); process PID USER NAME PATH. Arguments of processes are not read.
part_services() {
    if [ -r "$R/proc/1/comm" ]; then row runs yes; else row runs no; fi
    services_units
    services_listeners
    services_processes
}

# Those that are enabled, masked, failed or running, and how the running ones are enabled.
services_units() {
    if ! have systemctl; then
        incomplete "no systemctl: the services are those of another init system"
        return
    fi
    {
        if live systemctl; then
            within 5 systemctl list-units --all --plain --no-legend --no-pager | sed 's/^/unit /'
        fi
        within 5 systemctl ${R:+"--root=$R"} list-unit-files --no-legend --no-pager --type=service,socket,timer |
            sed 's/^/file /'
    } | awk '
    $1 == "unit" {
        at = ($2 ~ /\./) ? 2 : 3
        if ($(at + 2) == "failed" || ($(at + 2) != "inactive" && $at ~ /\.(service|socket|timer)$/)) {
            print "unit\t" $(at + 2) "\t" $at
            runs[$at] = 1
        }
    }
    $1 == "file" {
        files++
        if ($3 ~ /^(enabled|masked|linked)/ || ($2 in runs)) print "file\t" $3 "\t" $2
    }
    END { if (!files) print "incomplete\tsystemctl did not tell which units there are" }'
}

# Which process has which socket, as far as we may know.
services_sockets() {
    (
        cd "$R/proc" || exit
        within 5 find [0-9]*/fd -maxdepth 1 -type l -lname 'socket:*' -printf 'socket %p %l\n'
    )
}

services_listeners() {
    {
        services_sockets
        for services_table in tcp tcp6 udp udp6; do
            [ -r "$R/proc/net/$services_table" ] && sed "1d; s/^/$services_table /" "$R/proc/net/$services_table"
        done
    } | awk '
    $1 == "socket" {
        sub(/\/.*/, "", $2)
        gsub(/[^0-9]/, "", $3)
        owner[$3] = $2
        next
    }
    ($1 ~ /^tcp/ && $5 == "0A") || ($1 ~ /^udp/ && $5 == "07") {
        name = ""
        if ($11 in owner) {
            file = ENVIRON["R"] "/proc/" owner[$11] "/comm"
            getline name < file
            close(file)
            gsub(/\t/, " ", name)
        }
        if (count++ < 1000) print "listener\t" substr($1, 1, 3) "\t" $3 "\t" name
    }'
}

services_processes() {
    {
        (
            cd "$R/proc" || exit
            within 5 find [0-9]*/exe -maxdepth 0 -type l -printf '%p\t%l\0' | tr '\n\000' '\001\n'
        )
        printf '%s\n' "$R"/proc/[0-9]*/status
    } | awk -v self=$$ '
    BEGIN {
        root = ENVIRON["R"]
        if (root != "") self = -1
        while ((getline line < (root "/etc/passwd")) > 0) {
            split(line, words, ":")
            if (!(words[3] in names)) names[words[3]] = words[1]
        }
    }
    match($0, /^[0-9]+\/exe\t/) {
        pid = substr($0, 1, index($0, "/") - 1)
        path[pid] = substr($0, RLENGTH + 1)
        next
    }
    {
        file = $0
        pid = file
        sub(/\/status$/, "", pid)
        sub(/^.*\//, "", pid)
        memory = 0
        while ((getline line < file) > 0) {
            if (line ~ /^Name:/) name[pid] = substr(line, 7)
            if (line ~ /^PPid:/) parent[pid] = substr(line, 7) + 0
            if (line ~ /^Uid:/) { split(line, words, /[ \t]+/); user[pid] = (words[2] in names) ? names[words[2]] : words[2] }
            if (line ~ /^VmSize:/) memory = 1
        }
        close(file)
        gsub(/\t/, " ", name[pid])
        if (memory) order[++total] = pid
    }
    END {
        for (i = 1; i <= total && printed < 2000; i++) {
            pid = order[i]
            at = pid
            for (depth = 0; depth < 50 && at > 1 && at != self; depth++) at = parent[at]
            if (at == self) continue
            print "process\t" pid "\t" user[pid] "\t" name[pid] "\t" path[pid]
            printed++
        }
        if (total > 2000) print "incomplete\tmore than 2,000 processes"
    }'
}
