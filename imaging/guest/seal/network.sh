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
    for network_card in "$R"/etc/sysconfig/network-scripts/ifcfg-*; do
        case $network_card in
        *"$NL"* | *"*") ;;
        *) edit "${network_card#"$R"}" sed 's/^[[:space:]]*HWADDR=.*//' ;;
        esac
    done
    ! writes_network || made_networks
}

# writes_network: whether cloud-init makes it for a new instance.
writes_network() {
    ! grep -q -s 'network-config=disabled' "$R/proc/cmdline" || return 1
    for network_file in "$R"/etc/cloud/cloud.cfg "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
        ! grep -q -s -E 'config:[[:space:]]*["'"'"']?disabled' "$network_file" || return 1
    done
}

made_networks() {
    file /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init /etc/network/interfaces.d/50-cloud-init.cfg
    below /etc/NetworkManager/system-connections -type f -name 'cloud-init-*.nmconnection'
    below /etc/systemd/network -type f -name '10-cloud-init-*.network'
    below /etc/sysconfig/network-scripts -type f -name 'ifcfg-*' -exec grep -q 'Created by cloud-init' {} ';'
}
