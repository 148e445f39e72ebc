# Accounts that go, in all files that know them, and passwords that are locked.

walk_accounts() {
    # Groups first: which of them go is told by the accounts that are still there.
    edit /etc/gshadow without_members gshadow
    edit /etc/group without_members group
    for people_file in shadow subuid subgid passwd; do
        edit "/etc/$people_file" without_accounts
    done
    edit /etc/sudoers without_rules
    for people_file in "$R"/etc/sudoers.d/*; do
        case $people_file in *"$NL"*) continue ;; esac
        [ -f "$people_file" ] || continue
        if active_rules <"$people_file" && ! without_rules <"$people_file" | active_rules; then
            file "${people_file#"$R"}"
        else
            edit "${people_file#"$R"}" without_rules
        fi
    done
    while IFS= read -r people_name; do
        for people_mail in /var/mail /var/spool/mail; do
            [ -L "$R$people_mail" ] || tree "$people_mail/$people_name"
        done
        file "/var/spool/cron/$people_name" "/var/spool/cron/crontabs/$people_name" "/var/lib/systemd/linger/$people_name" \
            "/var/lib/AccountsService/users/$people_name" "/var/lib/AccountsService/icons/$people_name" \
            "/var/lib/sudo/lectured/$people_name" "/var/db/sudo/lectured/$people_name"
        tree "/var/lib/sudo/ts/$people_name"
    done <"$run/gone"
}

without_accounts() {
    awk -F: -v names="$run/gone" 'BEGIN { while ((getline name < names) > 0) gone[name] = 1 } !($1 in gone)'
}

# without_members FILE: the groups, without those that were an account's own and without it as a member.
without_members() {
    texts "$R/etc/passwd" >"$run/passwd"
    texts "$R/etc/group" >"$run/group"
    awk -F: -v OFS=: -v file="$1" -v names="$run/gone" -v etc="$run" '
        function others(list,    word, count, i, left) {
            count = split(list, word, ",")
            for (i = 1; i <= count; i++) if (!(word[i] in gone)) left = left (left == "" ? "" : ",") word[i]
            return left
        }
        BEGIN {
            while ((getline name < names) > 0) gone[name] = 1
            while ((getline line < (etc "/passwd")) > 0) {
                split(line, word, ":")
                if (word[1] in gone) own[word[1]] = word[4]
                else used[word[4]] = 1
            }
            while ((getline line < (etc "/group")) > 0) {
                split(line, word, ":")
                if (word[1] in gone && own[word[1]] == word[3] && !(word[3] in used) && others(word[4]) == "") drop[word[1]] = 1
            }
        }
        $1 in drop { next }
        file == "gshadow" && others($3) != $3 { $3 = others($3) }
        others($4) != $4 { $4 = others($4) }
        { print }'
}

# without_rules: of sudoers, without what is said of accounts that go.
without_rules() {
    awk -v names="$run/gone" '
        BEGIN { while ((getline name < names) > 0) { gone[name] = 1; gone["\"" name "\""] = 1; gone["Defaults:" name] = 1 } }
        !dropping { dropping = $1 in gone }
        !dropping { print }
        dropping && !/\\$/ { dropping = 0 }'
}

active_rules() {
    grep -q '^[[:space:]]*[^#[:space:]]'
}

walk_passwords() {
    edit /etc/shadow locked_shadow
    edit /etc/passwd locked_passwd
    edit /etc/gshadow awk -F: -v OFS=: '$2 ~ /\$/ { $2 = "!" } { print }'
}
locked_shadow() {
    awk -F: -v OFS=: -v names="$run/locked" '
        BEGIN { while ((getline name < names) > 0) locked[name] = 1 }
        $1 in locked && $2 !~ /^[!*]+$/ { $2 = "!" }
        { print }'
}
locked_passwd() {
    awk -F: -v OFS=: -v names="$run/locked" '
        BEGIN { while ((getline name < names) > 0) locked[name] = 1 }
        $1 in locked && $2 !~ /^([!*]+|x)$/ { $2 = "*" }
        { print }'
}
