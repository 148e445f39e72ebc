# part_accounts: who is known here and who may log in by what. Of a password only its kind is told: none, locked or set.
# Rows: first_uid N; account NAME UID GID PASSWORD SHELL HOME; group NAME GID MEMBERS; default_user NAME; sudo WHO FILE;
# sudo_read; keys OWNER COUNT PATH; key-comment TEXT; orphans UID OWNER COUNT EXAMPLE; autologin PATH.
part_accounts() {
    find_homes
    row first_uid "$first_uid"
    tell_accounts
    tell_default_user
    tell_sudo
    tell_keys
    tell_autologins
    tell_orphans
}

# tell_accounts: root and people, and the groups that they are in.
tell_accounts() {
    [ -r "$R/etc/shadow" ] || incomplete "only root may see which passwords are set"
    awk -v first="$first_uid" -v last="$last_uid" -v root="$R" '
    function kind(hash) { return hash == "" ? "none" : hash ~ /^[!*]/ ? "locked" : "set" }
    BEGIN {
        while ((getline line < (root "/etc/shadow")) > 0) {
            split(line, word, ":")
            shadow[word[1]] = kind(word[2])
            shadowed = 1
        }
        while ((getline line < (root "/etc/passwd")) > 0) {
            gsub(/\t/, " ", line)
            fields = split(line, word, ":")
            if (fields < 6 || word[3] !~ /^[0-9]+$/) continue
            if (word[3] + 0 > 0 && (word[3] + 0 < first + 0 || word[3] + 0 > last + 0)) continue
            state = kind(word[2])
            if (word[2] == "x") state = word[1] in shadow ? shadow[word[1]] : shadowed ? "locked" : "unread"
            print "account\t" word[1] "\t" word[3] "\t" word[4] "\t" state "\t" word[7] "\t" word[6]
            person[word[1]] = 1
            if (word[3] + 0 > 0) group_of[word[4]] = 1
        }
        while ((getline line < (root "/etc/group")) > 0) {
            gsub(/\t/, " ", line)
            if (split(line, word, ":") < 3) continue
            count = split(word[4], member, ",")
            ours = word[3] in group_of
            for (i = 1; i <= count; i++) if (member[i] in person) ours = 1
            if (ours) print "group\t" word[1] "\t" word[3] "\t" word[4]
        }
    }' </dev/null
}

# tell_default_user: the account that cloud-init makes for the owner of a new instance.
tell_default_user() {
    for each in "$R"/etc/cloud/cloud.cfg "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
        [ ! -r "$each" ] || sed -n '/^ *default_user:/,/^[^ #]/s/^ *name: *["'\'']*\([A-Za-z0-9._-]*\).*/default_user'"$TAB"'\1/p' "$each"
    done | tail -n 1
}

# tell_sudo: who needs no password, by the rules of sudoers that say so.
tell_sudo() {
    [ -e "$R/etc/sudoers" ] || { row sudo_read; return; }
    if ! [ -r "$R/etc/sudoers" ] || { [ -d "$R/etc/sudoers.d" ] && ! [ -r "$R/etc/sudoers.d" ]; }; then
        incomplete "only root may read sudoers"
        return
    fi
    row sudo_read
    for each in "$R"/etc/sudoers "$R"/etc/sudoers.d/*; do
        case ${each##*/} in *.* | *'~') continue ;; esac
        [ ! -f "$each" ] || sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' "$each" | awk -v file="${each#"$R"}" '
        /^[ \t]*#/ { next }
        /NOPASSWD/ || /^[ \t]*Defaults.*!authenticate/ {
            who = $1
            if (match($0, /^[ \t]*"[^"]*"/)) who = substr($0, RSTART, RLENGTH)
            if (who !~ /_Alias$/) print "sudo\t" who "\t" file
        }'
    done
}

# tell_keys: how many keys in which files let somebody in, and what stands behind them: whose they are.
tell_keys() {
    set --
    IFS=$LINE_END
    set -f
    for line in $home_list; do
        file_name "$line"
        each=$R$name_of_file
        [ -d "$each" ] || continue
        if [ ! -x "$each" ] || { [ -d "$each/.ssh" ] && [ ! -x "$each/.ssh" ]; }; then
            incomplete "not every home may be read for authorized_keys"
        fi
        set -- "$@" "$each/.ssh/authorized_keys" "$each/.ssh/authorized_keys2"
    done
    unset IFS
    set +f
    for each in "$@" "$R"/etc/ssh/authorized_keys.d/* "$R"/etc/ssh/authorized_keys/*; do
        [ -f "$each" ] || continue
        if [ -r "$each" ]; then
            keys=$(head -c 1000000 "$each" | grep -c '^[[:space:]]*[^#[:space:]]')
            as_line "$(stat -c %u "$each")$TAB$keys$TAB${each#"$R"}"
            head -c 1000000 "$each" |
                sed -n '/^[[:space:]]*#/d;s/.*[[:space:]]AAAA[^[:space:]]*[[:space:]]\{1,\}/comment'"$TAB"'/p' | head -n 40
            echo # behind a last line without an end
        else
            incomplete "not every authorized_keys may be read"
        fi
    done | awk "$NAMES"'
    $0 == "" { next }
    $1 == "incomplete" { print; next }
    $1 == "comment" { text = after(1); gsub(/\t/, " ", text); print "key-comment\t" text; next }
    { print "keys\t" owner($1) "\t" $2 "\t" after(2) }'
}

# tell_autologins: files that log somebody in on the console or the desktop.
tell_autologins() {
    for each in "$R"/etc/systemd/system/*getty*.service "$R"/etc/systemd/system/*getty*.service.d/*.conf; do
        autologin_in "$each" '^ExecStart=.*(--autologin|agetty.* -a )'
    done
    for each in "$R"/etc/gdm3/custom.conf "$R"/etc/gdm3/daemon.conf "$R"/etc/gdm/custom.conf; do
        autologin_in "$each" '^ *(Automatic|Timed)LoginEnable *= *([Tt]rue|1)'
    done
    for each in "$R"/etc/lightdm/lightdm.conf "$R"/etc/lightdm/lightdm.conf.d/*.conf; do
        autologin_in "$each" '^ *autologin-user *= *[^ ]'
    done
    for each in "$R"/etc/sddm.conf "$R"/etc/sddm.conf.d/*.conf; do
        autologin_in "$each" '^ *User *= *[^ ]'
    done
}
autologin_in() {
    [ ! -f "$1" ] || ! grep -E -q "$2" "$1" || row autologin "${1#"$R"}"
}

# tell_orphans: files outside the homes that belong to people: without their accounts they belong to nobody, or to a
# stranger who gets the same number. What containers keep is theirs.
tell_orphans() {
    if ! printing_find; then
        incomplete "find cannot tell whose files lie outside the homes"
        return
    fi
    set -- -path "$R/home" -o -path "$R/proc" -o -path "$R/sys" -o -path "$R/dev" -o -path "$R/run" -o -path "$R/.tools" \
        -o -path "$R/var/lib/docker" -o -path "$R/var/lib/containers" -o -path "$R/var/lib/lxd" -o -path "$R/var/lib/lxc" \
        -o -path "$R/var/snap" -o -path "$R/snap" -o -path "$R/var/spool/cron" -o -path "$R/var/mail" -o -path "$R/var/spool/mail"
    bounded_find 6 "$R/" -xdev -ignore_readdir_race \( "$@" \) -prune -o \
        -uid "+$((first_uid - 1))" -uid "-$((last_uid + 1))" -printf '%U\t%p\000' |
        lines_of | awk "$NAMES"'
        BEGIN {
            while ((getline line < passwd) > 0) {
                split(line, word, ":")
                sub(/\/+$/, "", word[6])
                if (word[3] + 0 >= ENVIRON["first_uid"] + 0 && word[6] ~ /^\/./) home[word[6] "/"] = 1
            }
        }
        $0 == "" { next }
        $1 == "status" { status = $2; next }
        {
            path = substr($0, length($1) + 2 + root)
            sub(/^\/+/, "/", path)
            for (each in home) if (index(path "/", each) == 1) next
            if (!count[$1]++) example[$1] = path
        }
        END {
            for (uid in count) print "orphans\t" uid "\t" (uid in name ? name[uid] : "-") "\t" count[uid] "\t" example[uid]
            if (status == 124 || status == 137) print "incomplete\ttime was up in the search for files of people outside the homes"
            else if (status != 0) print "incomplete\tnot every directory may be searched for files of people"
        }'
}
