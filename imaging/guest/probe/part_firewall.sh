# The packet filter. Rows: tool NAME (active or starting by itself); loaded NAME (of the kernel's filters); live, saved
# KIND LINE (rules as `iptables -S` or `nft list ruleset` print them, and as they lie in files); ufw POLICY; zone NAME
# SERVICES. Nothing is asked that would load a filter into the kernel.
part_firewall() {
    [ -r "$R/etc/ufw/ufw.conf" ] && grep -q '^ENABLED=yes' "$R/etc/ufw/ufw.conf" && row tool ufw
    for firewall_tool in firewalld nftables iptables netfilter-persistent; do
        find_unit "$firewall_tool.service"
        [ "$unit_found" != enabled ] || row tool "$firewall_tool"
    done
    firewall_loaded
    if ! is_root; then
        row unreadable "only root may read the rules"
    else
        firewall_live
    fi
    firewall_saved
}

# Without one of these modules, or with them built in, the lists of tables tell.
firewall_loaded() {
    firewall_nft=no
    firewall_old=no
    if grep -q '^nf_tables ' "$R/proc/modules" || [ ! -e "$R/proc/modules" ]; then firewall_nft=yes; fi
    [ ! -d "$R/sys/module/nf_tables" ] || firewall_nft=yes
    if [ -r "$R/proc/net/ip_tables_names" ]; then
        grep -q '^filter' "$R/proc/net/ip_tables_names" && firewall_old=yes
    elif grep -q '^iptable_filter ' "$R/proc/modules"; then
        firewall_old=yes
    fi
    [ "$firewall_nft" = no ] || row loaded nft
    [ "$firewall_old" = no ] || row loaded iptables
    [ -r "$R/proc/modules" ] && row loaded known
}

firewall_live() {
    if [ "$firewall_old" = yes ]; then
        for firewall_tool in iptables-legacy iptables; do
            live "$firewall_tool" || continue
            within 3 "$firewall_tool" -w 2 -S | sed "s/^/live${TAB}iptables$TAB/"
            break
        done
    elif [ "$firewall_nft" = yes ] && live iptables && iptables --version | grep -q nf_tables; then
        within 3 iptables -w 2 -S | sed "s/^/live${TAB}iptables$TAB/"
    fi
    if [ "$firewall_nft" = yes ]; then
        if live nft; then
            within 4 nft -nn list ruleset 2>/dev/null | sed "s/$TAB/ /g; s/^/live${TAB}nft$TAB/"
            row asked nft
        fi
    fi
}

firewall_saved() {
    for firewall_file in "$R/etc/iptables/rules.v4" "$R/etc/sysconfig/iptables"; do
        [ -r "$firewall_file" ] && grep -E '^[*:-]' "$firewall_file" | sed "s/$TAB/ /g; s/^/saved${TAB}iptables$TAB/"
    done
    for firewall_file in "$R/etc/nftables.conf" "$R/etc/sysconfig/nftables.conf"; do
        [ -r "$firewall_file" ] && sed "s/$TAB/ /g; s/^/saved${TAB}nft$TAB/" "$firewall_file"
    done
    if [ -r "$R/etc/default/ufw" ]; then
        row ufw "$(sed -n 's/^DEFAULT_INPUT_POLICY="*\([A-Z]*\).*/\1/p' "$R/etc/default/ufw")"
        [ -r "$R/etc/ufw/user.rules" ] && grep '^-A ufw-user-input' "$R/etc/ufw/user.rules" | sed "s/^/saved${TAB}ufw$TAB/"
    fi
    firewall_zone
}

# firewalld's default zone: where every interface is that nobody put elsewhere.
firewall_zone() {
    [ -r "$R/etc/firewalld/firewalld.conf" ] || return
    firewall_name=$(sed -n 's/^DefaultZone=//p' "$R/etc/firewalld/firewalld.conf" | tail -n 1)
    [ -n "$firewall_name" ] || return
    for firewall_file in "$R/etc/firewalld/zones/$firewall_name.xml" "$R/usr/lib/firewalld/zones/$firewall_name.xml"; do
        [ -r "$firewall_file" ] || continue
        row zone "$firewall_name" "$(sed -n 's/.*<service name="\([^"]*\)".*/\1/p; s/.*<port .*port="\([^"]*\)".*/port \1/p; s/.*<zone.*target="\([^"]*\)".*/target \1/p; s/.*<rule.*/rule/p' "$firewall_file" | tr '\n' ',')"
        return
    done
}
