# What the network left behind, and what cloud-init wrote of it and writes again for each new instance.

walk_network() {
    for network_all in dhcp dhclient dhcpcd dhcpcd5 dhcpv6 wicked; do
        below "/var/lib/$network_all" -type f
    done
    file /etc/dhcpcd.duid /var/lib/dhcp6c_duid /var/lib/dhcpcd/duid /var/lib/NetworkManager/secret_key \
        /var/lib/NetworkManager/timestamps /var/lib/NetworkManager/seen-bssids
    below /var/lib/NetworkManager -type f \( -name '*.lease' -o -name 'dhclient*.conf' \)
    below /var/lib/systemd/network -type f
    below /etc/udev/rules.d -type f -name '*-persistent-net.rules'
    ! writes_network || made_networks
    for network_card in "$R"/etc/netplan/*.y*ml "$R"/etc/sysconfig/network-scripts/ifcfg-* "$R/etc/network/interfaces" \
        "$R"/etc/network/interfaces.d/* "$R"/etc/NetworkManager/system-connections/* "$R"/etc/systemd/network/*; do
        case $network_card in *"$NL"*) continue ;; esac
        if texts "$network_card" | grep -q -i -E '([0-9a-f]{2}:){5}[0-9a-f]{2}'; then
            edit "${network_card#"$R"}" without_cards
        fi
    done
}

# without_cards: no line that ties the network to a card by its address. Where nothing else says for which cards a file is,
# it is for all.
without_cards() {
    awk -v file="$edited_path" '
        BEGIN {
            pin = "^[ \t]*(macaddress:|HWADDR=|MACADDR=|(cloned-)?mac-address *=|(Permanent)?MACAddress *=|hwaddress )"
            all = file ~ /\.link$/ ? "OriginalName=*" : file ~ /netplan/ ? "name: \"*\"" : "Name=*"
        }
        function depth(text) { match(text, /^ */); return RLENGTH }
        { line[NR] = $0 }
        END {
            for (i = 1; i <= NR; i++) {
                sub(/match: *[{] *macaddress: *[^ ,}]*/, "match: {" all, line[i])
                gsub(/, *macaddress: *[^ ,}]*/, "", line[i])
                if (line[i] == "[Match]" || line[i] ~ /^ *match: *(#.*)?$/) {
                    at = others = 0
                    for (j = i + 1; j <= NR; j++) {
                        if (line[j] ~ /^[ \t]*([#;].*)?$/) continue
                        if (line[i] == "[Match]" ? line[j] ~ /^\[/ : depth(line[j]) <= depth(line[i])) break
                        if (line[j] ~ pin) at = j
                        else others++
                    }
                    if (at && !others) sub(/[^ ].*/, all, line[at])
                }
                if (line[i] !~ pin || line[i] ~ /[=: ](preserve|permanent|random|stable)/) print line[i]
            }
        }'
}

# writes_network: whether cloud-init makes it for a new instance.
writes_network() {
    ! texts "$R/proc/cmdline" | grep -q 'network-config=disabled' &&
        ! texts "$R"/etc/cloud/cloud.cfg "$R"/etc/cloud/cloud.cfg.d/*.cfg | grep -q -E 'config:[[:space:]]*["'"'"']?disabled'
}

made_networks() {
    file /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init /etc/network/interfaces.d/50-cloud-init.cfg
    below /etc/NetworkManager/system-connections -type f -name 'cloud-init-*.nmconnection'
    below /etc/systemd/network -type f -name '10-cloud-init-*.network'
    below /etc/sysconfig/network-scripts -type f -name 'ifcfg-*' -exec grep -q 'Created by cloud-init' {} ';'
}
