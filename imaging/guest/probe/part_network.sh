# What ties the network's configuration to this machine. Rows: yaml, line TEXT FILE (what of it may); ours FILE (cloud-init
# wrote it, and says so in its first lines); lease FILE; old-name FILE. Of these files only such lines are read: they may
# hold keys of wireless networks. What lies in /run is gone at the next boot.
part_network() {
    set -- "$R"/usr/lib/netplan/*.yaml "$R"/lib/netplan/*.yaml "$R"/etc/netplan/*.yaml "$R"/etc/netplan/*.yml \
        "$R"/etc/sysconfig/network-scripts/ifcfg-* "$R"/etc/sysconfig/network/ifcfg-* "$R"/etc/sysconfig/network/*route* \
        "$R"/etc/NetworkManager/system-connections/* "$R"/usr/lib/NetworkManager/system-connections/* \
        "$R"/etc/udev/rules.d/*.rules "$R/etc/dhcpcd.conf" "$R"/etc/wicked/*.xml "$R"/etc/wicked/ifconfig/*.xml
    for network_folder in etc usr/local/lib usr/lib lib; do
        [ -L "$R/${network_folder%%/*}" ] || set -- "$@" "$R/$network_folder"/systemd/network/*.network \
            "$R/$network_folder"/systemd/network/*.link "$R/$network_folder"/systemd/network/*.netdev \
            "$R/$network_folder"/systemd/network/*.d/*.conf
    done
    network_sourced "$R/etc/network/interfaces"
    set -- "$@" "$R"/etc/network/interfaces.d/*
    {
        for network_file; do
            network_readable "$network_file"
        done
    } | network_settings
    for network_file in "$R/etc/conf.d/net" "$R"/etc/netctl/* "$R"/var/lib/connman/*.config "$R/etc/rc.conf"; do
        [ -f "$network_file" ] && grep -qiE -e '([0-9]+[.]){3}[0-9]+' "$network_file" &&
            incomplete "the form of ${network_file#"$R"} is not known"
    done
    for network_file in "$R"/var/lib/dhcp/*.leases "$R"/var/lib/dhclient/*.lease* "$R"/var/lib/dhcpcd/*.lease* \
        "$R"/var/lib/dhcpcd/duid "$R"/var/lib/NetworkManager/*.lease; do
        [ -f "$network_file" ] && [ -s "$network_file" ] && row lease "${network_file#"$R"}"
    done
    network_old_name
}

network_readable() {
    [ -f "$1" ] || return
    if [ -r "$1" ]; then printf '%s\n' "$1"; else row incomplete "only root may read ${1#"$R"}"; fi
}

# network_sourced FILE: the settings of an interfaces file and of the files that it names, beside interfaces.d.
network_sourced() {
    network_readable "$1" | network_settings
    while read -r network_word network_path; do
        case $network_word in
        source) ;;
        source-directory) network_path="$network_path/*" ;;
        *) continue ;;
        esac
        case $network_path in /*) network_path=$R$network_path ;; *) network_path=$R/etc/network/$network_path ;; esac
        for network_file in $network_path; do
            case $network_file in "$R"/etc/network/interfaces.d/*) continue ;; esac
            network_readable "$network_file"
        done | network_settings
    done <"$1"
}

# One awk for many files. cloud-init says in the first lines of a file that it wrote it.
network_settings() {
    awk "$mask_awk$yaml_awk"'
    function kept(line) {
        if (file ~ /\/network\/interfaces|\/network\//  && file !~ /sysconfig|systemd/) {
            if (line ~ /^(pre-|post-)?up /) return line ~ /(^|[ \/])(ip|ifconfig|route) /
            return line ~ /^(iface|address|gateway|dns-|hwaddress|source|inherits|mapping)/
        }
        if (file ~ /\/ifcfg-/)
            return line ~ /^(HWADDR|MACADDR|LLADDR|IPADDR|IPV6ADDR|IPV6_DEFAULTGW|GATEWAY|DNS[0-9])/
        if (file ~ /route/) return line ~ /^(default|0[.]0[.]0[.]0|::\/0)/
        if (file ~ /\.rules$/) return line ~ /ATTRS?\{address\}/ || (file ~ /net/ && line ~ /NAME/)
        if (file ~ /dhcpcd/) return line ~ /^(static|inform)/
        if (file ~ /\.xml$/) return line ~ /<(local|address|gateway|nexthop|server|mac-address)>/
        return line ~ /^(\[|(cloned-)?mac-address *=|addresses? *=|address[0-9]|gateway *=|dns *=|(Permanent)?MACAddress *=)/ || \
            line ~ /^(Address|Gateway|DNS|Name) *=/ || line !~ /=/
    }
    /^incomplete\t/ { print; next }
    {
        path = $0
        file = substr(path, length(ENVIRON["R"]) + 1)
        lines = 0
        yaml_start()
        if (file ~ /\/[^\/]*cloud-init[^\/]*$/) print "ours\t" file
        while ((getline line < path) > 0) {
            if (lines++ >= 5000) { print "incomplete\t" file " is too long"; break }
            if (lines < 9 && tolower(line) ~ /(generated|created) (by cloud-init|from information provided by)/) print "ours\t" file
            if (file ~ /\.ya?ml$/) {
                yaml_line("yaml", line, file)
                continue
            }
            gsub(/\t/, " ", line)
            gsub(/^ +| +$|\r/, "", line)
            if (line ~ /^([#;]|$)/ || !kept(line)) continue
            print "line\t" mask(line) "\t" file
        }
        close(path)
    }'
}

# Files of mail and cluster software that know this machine by its present name.
network_old_name() {
    network_host=$(first_line "$R/proc/sys/kernel/hostname")
    [ -n "$network_host" ] || network_host=$(first_line "$R/etc/hostname")
    network_host=${network_host%%.*}
    case $network_host in '' | ? | ?? | localhost) return ;; esac
    set --
    for network_file in "$R/etc/mailname" "$R/etc/postfix/main.cf" "$R/etc/exim4/update-exim4.conf.conf" \
        "$R"/etc/slurm*/slurm.conf "$R"/etc/slurm*/gres.conf "$R"/etc/condor/condor_config* "$R"/etc/condor/config.d/* \
        "$R/etc/ganglia/gmond.conf" "$R/etc/pbs.conf" "$R/etc/corosync/corosync.conf" "$R/etc/rabbitmq/rabbitmq-env.conf" \
        "$R/etc/hadoop/conf/core-site.xml" "$R/etc/elasticsearch/elasticsearch.yml"; do
        [ -f "$network_file" ] && [ -r "$network_file" ] && set -- "$@" "$network_file"
    done
    [ $# = 0 ] || grep -lswF -e "$network_host" -- "$@" | prefixed old-name | without_root
}
