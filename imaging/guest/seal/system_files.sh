# The page's system files: people, the site and the machine's name go from them; what a boot needs and what protects stays.

# read_names: the names by which the instance has been known, as far as they are still told before cloud-init and its
# boot overwrite them.
read_names() {
    {
        cat "$R/etc/hostname" "$R/var/lib/cloud/data/previous-hostname"
        tr ',' '\n' <"$R/var/lib/cloud/data/set-hostname" | sed -n 's/.*"\(fqdn\|hostname\)": *"\([^"]*\)".*/\2/p'
        awk '$1 == "127.0.1.1" { for (i = 2; i <= NF && $i !~ /^#/; i++) print $i }' "$R/etc/hosts"
        sed 's/.*@//' "$R"/etc/ssh/ssh_host_*_key.pub
        [ -z "$live" ] || hostname
    } 2>/dev/null | awk '
        NF == 1 && $1 !~ /^(localhost|ip6-)/ && $1 ~ /^[A-Za-z0-9._-]+$/ { print; sub(/[.].*/, ""); print }' | sort -u >"$run/names"
}

walk_system_files() {
    edit /etc/hosts own_hosts
    if [ ! -L "$R/etc/resolv.conf" ] && rewrites_resolver; then
        edit /etc/resolv.conf awk '$1 ~ /^(nameserver|search|domain)$/ { printf "# " } { print }'
    fi
    edit /etc/ldap.conf awk '!/^[ \t]*(#|$)/ { printf "# " } { print }'
    for ldap_folder in ldap openldap; do
        edit "/etc/$ldap_folder/ldap.conf" \
            awk 'toupper($1) ~ /^(URI|BASE|HOST|BINDDN|SUDOERS_BASE)$/ { printf "# " } { print }'
    done
}

# own_hosts: loopback and multicast stay, without the machine's own names.
own_hosts() {
    awk -v file="$run/names" '
        BEGIN { while ((getline line < file) > 0) name[line] = 1 }
        /^[ \t]*(#|$)/ { print; next }
        $1 == "127.0.1.1" { next }
        $1 ~ /^127\./ || $1 == "::1" || $1 ~ /^[fF][eEfF]/ {
            kept = $1
            words = dropped = 0
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^#/) break
                label = $i
                sub(/[.].*/, "", label)
                if ($i in name || (label in name && label !~ /^localhost/)) dropped++
                else { kept = kept " " $i; words++ }
            }
            if (!dropped) print
            else if (words) print kept
        }'
}

# rewrites_resolver: whether something writes resolv.conf by itself when an instance boots.
rewrites_resolver() {
    for resolver_each in usr/sbin/NetworkManager sbin/dhclient usr/sbin/dhclient sbin/dhcpcd usr/sbin/dhcpcd sbin/resolvconf \
        usr/sbin/resolvconf sbin/netconfig; do
        [ ! -x "$R/$resolver_each" ] || return 0
    done
    return 1
}
