# The page's system files: people, the site and the machine's name go from them; what a boot needs and what protects stays.

# read_names: the names by which the instance has been known, as far as they are still told before cloud-init and its
# boot overwrite them.
read_names() {
    {
        texts "$R/etc/hostname" "$R/var/lib/cloud/data/previous-hostname"
        texts "$R/var/lib/cloud/data/set-hostname" | tr ',' '\n' | sed -n 's/.*"\(fqdn\|hostname\)": *"\([^"]*\)".*/\2/p'
        texts "$R/etc/hosts" | awk '$1 == "127.0.1.1" { for (i = 2; i <= NF && $i !~ /^#/; i++) print $i }'
        texts "$R"/etc/ssh/ssh_host_*_key.pub | sed 's/.*@//'
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

# For awk: whether a word is one of the machine's names, alone or with a domain.
NAMES='
    BEGIN { while ((getline line < file) > 0) name[line] = 1 }
    function is_name(word,    label) {
        label = word
        sub(/[.].*/, "", label)
        return word in name || (label in name && label !~ /^localhost/)
    }'

# own_hosts: loopback and multicast stay, without the machine's own names.
own_hosts() {
    awk -v file="$run/names" "$NAMES"'
        /^[ \t]*(#|$)/ { print; next }
        $1 == "127.0.1.1" { next }
        $1 ~ /^127\./ || $1 == "::1" || $1 ~ /^[fF][eEfF]/ {
            kept = $1
            words = dropped = 0
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^#/) break
                if (is_name($i)) dropped++
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

# own_mail_name: of Postfix, its own name and what it takes for its own; it asks the system for the name.
own_mail_name() {
    awk -v file="$run/names" "$NAMES"'
        /^[^ \t#]/ { key = $0; sub(/[ \t]*=.*/, "", key) }
        /^#/ || key !~ /^my(hostname|destination|origin)$/ { print; next }
        {
            head = substr($0, 1, index($0, "="))
            count = split(substr($0, length(head) + 1), word, /[ \t,]+/)
            left = ""
            dropped = 0
            for (i = 1; i <= count; i++) {
                if (is_name(word[i])) dropped++
                else if (word[i] != "") left = left (left == "" ? " " : ", ") word[i]
            }
            if (!dropped) print
            else if (left != "" || (key == "mydestination" && head != "")) print head left
        }'
}

# without_names: lines that name the machine become remarks.
without_names() {
    awk -v file="$run/names" "$NAMES"'
        {
            count = /^[ \t]*#/ ? 0 : split($0, word, /[^A-Za-z0-9._-]+/)
            while (count > 0 && !is_name(word[count])) count--
            print (count > 0 ? "# " : "") $0
        }'
}
