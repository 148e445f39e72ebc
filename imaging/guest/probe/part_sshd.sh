# The SSH server. Rows: installed; unit STATE NAME; effective KEY VALUE (of sshd -T); config KEY VALUE (of the files, where
# sshd could not be asked); matched KEY VALUE (for some users alone); host-key ALGORITHM PUBLIC-HALF FILE.
part_sshd() {
    [ ! -e "$R/usr/sbin/sshd" ] || echo installed
    for sshd_unit in ssh.socket sshd.socket ssh.service sshd.service; do
        find_unit $sshd_unit
        [ -z "$unit_found" ] || row unit "$unit_found" $sshd_unit
    done
    if is_root && live sshd; then
        sshd_says=$(within 5 sshd -T) || sshd_says=$(within 3 sshd -T -C user=root,host=localhost,addr=127.0.0.1)
        printf '%s\n' "$sshd_says" | awk "$sshd_keys"'(tolower($1) in keys) { key = tolower($1); sub(/^[^ ]+ +/, ""); print "effective\t" key "\t" told(key, $0) }'
    fi
    [ -n "$sshd_says" ] || sshd_files
    sshd_matched
    for sshd_key in "$R"/etc/ssh/ssh_host_*_key; do
        [ -e "$sshd_key" ] || continue
        if [ -r "$sshd_key.pub" ]; then
            read -r sshd_algorithm sshd_public sshd_comment <"$sshd_key.pub"
            : "$sshd_comment"
            row host-key "$sshd_algorithm" "$sshd_public" "${sshd_key#"$R"}"
        else
            row host-key "" "" "${sshd_key#"$R"}"
        fi
    done
}

# For awk: keys[], those that decide who gets in, and by what; told(KEY, VALUE), which is a command without its arguments.
sshd_keys='
BEGIN {
    split("acceptenv addressfamily allowgroups allowusers authenticationmethods authorizedkeyscommand " \
        "authorizedkeysfile authorizedprincipalscommand authorizedprincipalsfile challengeresponseauthentication denygroups " \
        "denyusers forcecommand hostkey " \
        "kbdinteractiveauthentication listenaddress passwordauthentication permitemptypasswords permitrootlogin port " \
        "pubkeyauthentication trustedusercakeys usepam", words, " ")
    for (i in words) keys[words[i]] = 1
}
function told(key, value) {
    if (key ~ /command$/) sub(/[ \t].*/, "", value)
    return value
}
function tell(row, line,    key) {
    sub(/^[ \t]+/, "", line)
    key = line
    sub(/[ \t=].*/, "", key)
    sub(/^[^ \t=]+[ \t=]+/, "", line)
    gsub(/\t/, " ", line)
    if (tolower(key) in keys) print row "\t" tolower(key) "\t" told(tolower(key), line)
}
'

# What the files say outside of Match blocks; those that are included stand where the Include does, at the beginning.
sshd_files() {
    if [ ! -r "$R/etc/ssh/sshd_config" ]; then
        [ ! -e "$R/etc/ssh/sshd_config" ] || incomplete "only root may read /etc/ssh/sshd_config"
        return
    fi
    is_root && [ -z "$R" ] && incomplete "sshd -T did not answer: the settings are those of its files"
    sshd_text | awk "$sshd_keys"'
    /^[ \t]*(#|$)/ { next }
    tolower($1) == "match" { matching = !(tolower($2) == "all"); next }
    !matching { tell("config", $0) }'
}

# What the files say for some users alone, of what lets others in: sshd -T does not tell it.
sshd_matched() {
    [ -r "$R/etc/ssh/sshd_config" ] || return
    sshd_text | awk "$sshd_keys"'
    BEGIN {
        doors = "^(permitrootlogin|trustedusercakeys|authorizedkeyscommand|authorizedprincipals)"
        for (key in keys) if (key !~ doors) delete keys[key]
    }
    /^[ \t]*(#|$)/ { next }
    tolower($1) == "match" { matching = !(tolower($2) == "all"); next }
    matching { tell("matched", $0) }'
}

# sshd_text: the files in the order in which sshd reads them.
sshd_text() {
    {
        if grep -qi '^[[:space:]]*include[[:space:]].*sshd_config\.d' "$R/etc/ssh/sshd_config"; then
            for sshd_file in "$R"/etc/ssh/sshd_config.d/*.conf; do
                [ -r "$sshd_file" ] && { cat "$sshd_file"; printf '\nMatch all\n'; }
            done
        fi
        cat "$R/etc/ssh/sshd_config"
    }
}
