# What ties the network's configuration to this machine. Rows: setting KIND BY-CLOUD-INIT VALUE FILE; lease FILE;
# old-name FILE. Of these files only such lines are read: they may hold keys of wireless networks.
part_network() {
    for network_file in "$R"/etc/netplan/*.yaml "$R"/etc/netplan/*.yml "$R/etc/network/interfaces" \
        "$R"/etc/network/interfaces.d/* "$R"/etc/sysconfig/network-scripts/ifcfg-* "$R"/etc/systemd/network/* \
        "$R"/etc/NetworkManager/system-connections/* "$R"/etc/udev/rules.d/*-persistent-net.rules; do
        [ -f "$network_file" ] || continue
        if [ -r "$network_file" ]; then
            network_settings "$network_file"
        else
            incomplete "only root may read ${network_file#"$R"}"
        fi
    done
    for network_file in "$R"/var/lib/dhcp/*.leases "$R"/var/lib/dhclient/*.lease* "$R"/var/lib/dhcpcd/*.lease* \
        "$R"/var/lib/dhcpcd/duid "$R"/var/lib/NetworkManager/*.lease; do
        [ -f "$network_file" ] && [ -s "$network_file" ] && row lease "${network_file#"$R"}"
    done | head -n 100
    network_old_name
}

network_settings() {
    network_name=${1#"$R"}
    network_ours=no
    case ${network_name##*/} in *cloud-init*) network_ours=yes ;; esac
    head -n 8 "$1" | grep -qiE 'generated (by cloud-init|from information provided by)|created by cloud-init' && network_ours=yes
    export network_name network_ours
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
        if (text == "" || text ~ /^(127\.|::1(\/|$)|0\.0\.0\.0)/ || count++ > 200) return
        print "setting\t" kind "\t" ENVIRON["network_ours"] "\t" text "\t" file
    }
    function each(kind, text,    list, i, total) {
        gsub(/[][]/, " ", text)
        total = split(bare(text), list, " ")
        for (i = 1; i <= total; i++) put(kind, list[i])
    }
    function after_equals() { return substr($0, index($0, "=") + 1) }
    BEGIN { file = ENVIRON["network_name"] }
    /^[ \t]*[#;]/ { next }
    file ~ /\/netplan\// {
        match($0, /^ */)
        indent = RLENGTH
        text = substr($0, indent + 1)
        sub(/[ \t]+#.*/, "", text)
        if (text == "") next
        item = sub(/^- */, "", text)
        if (dns_at != "" && indent <= dns_at && !item) dns_at = ""
        key = text
        sub(/:( .*)?$/, "", key)
        value = ""
        if (match(text, /: /)) value = substr(text, RSTART + 2)
        if (item && list != "" && text !~ /^(to|via|from|metric|on-link)[ \t]*:/) { sub(/:.*\{.*/, "", text); sub(/: *$/, "", text); put(list, text); next }
        if (!item) list = ""
        if (key == "nameservers") { dns_at = indent; if (value != "") { sub(/.*addresses *:/, "", value); sub(/\].*/, "", value); each("dns", value) } }
        if (key == "addresses") { list = dns_at != "" ? "dns" : "address"; each(list, value) }
        if (key == "search") list = ""
        if (key == "macaddress") put("mac", value)
        if (key ~ /^gateway[46]$/ || key == "via") put("gateway", value)
        if (key == "set-name") put("link-name", value)
        next
    }
    file ~ /\/etc\/network\// {
        if ($1 == "address") put("address", $2)
        if ($1 == "gateway") put("gateway", $2)
        if ($1 == "dns-nameservers" || $1 == "dns-nameserver") { sub(/^[ \t]*[^ \t]+/, ""); each("dns", $0) }
        if ($1 == "hwaddress") put("mac", $NF)
        next
    }
    file ~ /\/ifcfg-/ {
        if (/^[ \t]*(HWADDR|MACADDR)=/) put("mac", after_equals())
        if (/^[ \t]*IP(V6)?ADDR[0-9]*=/) put("address", after_equals())
        if (/^[ \t]*(GATEWAY[0-9]*|IPV6_DEFAULTGW)=/) put("gateway", after_equals())
        if (/^[ \t]*DNS[0-9]+=/) put("dns", after_equals())
        next
    }
    file ~ /\/system-connections\// {
        if (/^(cloned-)?mac-address=/ && $0 !~ /=(preserve|permanent|random|stable)/) put("mac", after_equals())
        if (/^(address[0-9]*|addresses)=/) { text = after_equals(); gateway = text; sub(/[,;].*/, "", text); put("address", text); if (sub(/^[^,]*,/, "", gateway)) put("gateway", gateway) }
        if (/^gateway=/) put("gateway", after_equals())
        if (/^dns=/) { text = after_equals(); gsub(/;/, " ", text); each("dns", text) }
        next
    }
    file ~ /\/systemd\/network\// {
        if (/^[ \t]*\[/) section = $0
        if (/^[ \t]*(Permanent)?MACAddress=/) put("mac", after_equals())
        if (/^[ \t]*Address=/) put("address", after_equals())
        if (/^[ \t]*Gateway=/ && !/=_dhcp/) put("gateway", after_equals())
        if (/^[ \t]*DNS=/) each("dns", after_equals())
        if (section ~ /\[Link\]/ && /^[ \t]*Name=/) put("link-name", after_equals())
        next
    }
    file ~ /\.rules$/ {
        if (match($0, /ATTR\{address\}==?"[^"]*"/)) { text = substr($0, RSTART, RLENGTH); sub(/.*=/, "", text); put("mac", text) }
        if (match($0, /NAME="[^"]*"/)) { text = substr($0, RSTART, RLENGTH); sub(/.*=/, "", text); put("link-name", text) }
    }' "$1"
}

# Files of mail and cluster software that know this machine by its present name.
network_old_name() {
    network_host=$(first_line "$R/proc/sys/kernel/hostname")
    network_host=${network_host:-$(first_line "$R/etc/hostname")}
    network_host=${network_host%%.*}
    case $network_host in '' | ? | ?? | localhost) return ;; esac
    for network_file in "$R/etc/mailname" "$R/etc/postfix/main.cf" "$R/etc/exim4/update-exim4.conf.conf" \
        "$R"/etc/slurm*/slurm.conf "$R"/etc/slurm*/gres.conf "$R"/etc/condor/condor_config* "$R"/etc/condor/config.d/* \
        "$R/etc/ganglia/gmond.conf" "$R/etc/pbs.conf" "$R/etc/corosync/corosync.conf" "$R/etc/rabbitmq/rabbitmq-env.conf" \
        "$R/etc/hadoop/conf/core-site.xml" "$R/etc/elasticsearch/elasticsearch.yml"; do
        [ -r "$network_file" ] && grep -qwF -e "$network_host" "$network_file" && row old-name "${network_file#"$R"}"
    done
}
