# What ties the network's configuration to this machine. Rows: setting KIND BY-CLOUD-INIT VALUE FILE; lease FILE;
# old-name FILE. Of these files only such lines are read: they may hold keys of wireless networks.
part_network() {
    set --
    for network_file in "$R"/etc/netplan/*.yaml "$R"/etc/netplan/*.yml "$R/etc/network/interfaces" \
        "$R"/etc/network/interfaces.d/* "$R"/etc/sysconfig/network-scripts/ifcfg-* "$R"/etc/systemd/network/* \
        "$R"/etc/NetworkManager/system-connections/* "$R"/etc/udev/rules.d/*-persistent-net.rules; do
        [ -f "$network_file" ] || continue
        if [ -r "$network_file" ]; then set -- "$@" "$network_file"; else incomplete "only root may read ${network_file#"$R"}"; fi
    done
    [ $# = 0 ] || printf '%s\n' "$@" | network_settings
    for network_file in "$R"/var/lib/dhcp/*.leases "$R"/var/lib/dhclient/*.lease* "$R"/var/lib/dhcpcd/*.lease* \
        "$R"/var/lib/dhcpcd/duid "$R"/var/lib/NetworkManager/*.lease; do
        [ -f "$network_file" ] && [ -s "$network_file" ] && row lease "${network_file#"$R"}"
    done
    network_old_name
}

# One awk for all files. cloud-init says in the first lines of a file that it wrote it.
network_settings() {
    awk '
    function bare(text) {
        gsub(/["\047,]/, " ", text)
        gsub(/[ \t\r]+/, " ", text)
        sub(/^ /, "", text)
        sub(/ $/, "", text)
        return text
    }
    function put(kind, text) {
        text = bare(text)
        if (text == "" || text ~ /^(127\.|::1(\/|$)|0\.0\.0\.0)/ || count++ > 1000) return
        held[++holding] = "setting\t" kind "\t%\t" text "\t" file
    }
    function each(kind, text,    list, i, total) {
        gsub(/[][]/, " ", text)
        total = split(bare(text), list, " ")
        for (i = 1; i <= total; i++) put(kind, list[i])
    }
    function after_equals(line) { return substr(line, index(line, "=") + 1) }
    function netplan(line,    text, key, value, item, indent) {
        match(line, /^ */)
        indent = RLENGTH
        text = substr(line, indent + 1)
        sub(/[ \t]+#.*/, "", text)
        if (text == "") return
        item = sub(/^- */, "", text)
        if (dns_at != "" && indent <= dns_at && !item) dns_at = ""
        key = text
        sub(/:( .*)?$/, "", key)
        value = match(text, /: /) ? substr(text, RSTART + 2) : ""
        if (item && list != "" && text !~ /^(to|via|from|metric|on-link)[ \t]*:/) {
            sub(/:.*\{.*/, "", text)
            sub(/: *$/, "", text)
            put(list, text)
            return
        }
        if (!item) list = ""
        if (key == "nameservers") {
            dns_at = indent
            if (sub(/.*addresses *:/, "", value)) { sub(/\].*/, "", value); each("dns", value) }
        }
        if (key == "addresses") { list = dns_at != "" ? "dns" : "address"; each(list, value) }
        if (key == "macaddress") put("mac", value)
        if (key ~ /^gateway[46]$/ || key == "via") put("gateway", value)
        if (key == "set-name") put("link-name", value)
    }
    function interfaces(line,    words) {
        sub(/^[ \t]+/, "", line)
        split(line, words, /[ \t]+/)
        if (words[1] == "address") put("address", words[2])
        if (words[1] == "gateway") put("gateway", words[2])
        if (words[1] ~ /^dns-nameservers?$/) { sub(/^[^ \t]+/, "", line); each("dns", line) }
        if (words[1] == "hwaddress") put("mac", words[2] == "ether" ? words[3] : words[2])
    }
    function ifcfg(line) {
        if (line ~ /^[ \t]*(HWADDR|MACADDR)=/) put("mac", after_equals(line))
        if (line ~ /^[ \t]*(IPADDR[0-9]*|IPV6ADDR)=/) put("address", after_equals(line))
        if (line ~ /^[ \t]*(GATEWAY[0-9]*|IPV6_DEFAULTGW)=/) put("gateway", after_equals(line))
        if (line ~ /^[ \t]*DNS[0-9]+=/) put("dns", after_equals(line))
    }
    function keyfile(line,    text, gateway) {
        if (line ~ /^(cloned-)?mac-address=/ && line !~ /=(preserve|permanent|random|stable)/) put("mac", after_equals(line))
        if (line ~ /^(address[0-9]*|addresses)=/) {
            text = gateway = after_equals(line)
            sub(/[,;].*/, "", text)
            put("address", text)
            if (sub(/^[^,]*,/, "", gateway)) put("gateway", gateway)
        }
        if (line ~ /^gateway=/) put("gateway", after_equals(line))
        if (line ~ /^dns=/) { text = after_equals(line); gsub(/;/, " ", text); each("dns", text) }
    }
    function networkd(line) {
        if (line ~ /^[ \t]*\[/) section = line
        if (line ~ /^[ \t]*(Permanent)?MACAddress=/) put("mac", after_equals(line))
        if (line ~ /^[ \t]*Address=/) put("address", after_equals(line))
        if (line ~ /^[ \t]*Gateway=/ && line !~ /=_dhcp/) put("gateway", after_equals(line))
        if (line ~ /^[ \t]*DNS=/) each("dns", after_equals(line))
        if (section ~ /\[Link\]/ && line ~ /^[ \t]*Name=/) put("link-name", after_equals(line))
    }
    function udev(line,    text) {
        if (match(line, /ATTR\{address\}==?"[^"]*"/)) {
            text = substr(line, RSTART, RLENGTH)
            sub(/.*=/, "", text)
            put("mac", text)
        }
        if (match(line, /NAME="[^"]*"/)) put("link-name", substr(line, RSTART + 5, RLENGTH - 5))
    }
    {
        path = $0
        file = substr(path, length(ENVIRON["R"]) + 1)
        ours = file ~ /\/[^\/]*cloud-init[^\/]*$/
        section = list = dns_at = ""
        lines = holding = 0
        while ((getline line < path) > 0 && lines++ < 5000) {
            if (lines < 9 && tolower(line) ~ /(generated|created) (by cloud-init|from information provided by)/) ours = 1
            if (line ~ /^[ \t]*[#;]/) continue
            if (file ~ /\/netplan\//) netplan(line)
            else if (file ~ /\/etc\/network\//) interfaces(line)
            else if (file ~ /\/ifcfg-/) ifcfg(line)
            else if (file ~ /\/system-connections\//) keyfile(line)
            else if (file ~ /\/systemd\/network\//) networkd(line)
            else if (file ~ /\.rules$/) udev(line)
        }
        close(path)
        for (i = 1; i <= holding; i++) {
            sub(/%/, ours ? "yes" : "no", held[i])
            print held[i]
        }
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
