# What nobody had agreed to: accounts, homes and enabled units that the plan does not know.

# read_state: what there is now, in the words of the plan.
read_state() {
    {
        texts "$R/etc/passwd" | awk -F: -v first="$first_uid" -v last="$last_uid" -v TAB="$TAB" '
            $3 ~ /^[0-9]+$/ && ($3 == 0 || ($3 >= first + 0 && $3 <= last + 0)) { print "account" TAB $1 }'
        state_homes
        state_units
    } 2>/dev/null | sort -u >"$run/state"
}

# own_account: where the instance had no default user, the boot of the clone has made one: it goes again. `first` is the
# state before cloud-init made accounts.
own_account() {
    own_home=
    [ -s "$run/first" ] || return 0
    own_name=$(texts "$R"/etc/cloud/cloud.cfg "$R"/etc/cloud/cloud.cfg.d/*.cfg |
        sed -n '/^ *default_user:/,/^[^ #]/s/^ *name: *["'\'']*\([A-Za-z0-9._-]*\).*/\1/p' | tail -n 1)
    if [ -z "$own_name" ] || grep -q -x -F "account$TAB$own_name" "$run/first" "$run/plan"; then return 0; fi
    grep -q -x -F "home$TAB/home/$own_name" "$run/first" || own_home=/home/$own_name
    printf '%s\n' "$own_name" >>"$run/gone"
    grep -v -x -F -e "account$TAB$own_name" -e "home$TAB$own_home" "$run/state" >"$run/new"
    cp "$run/new" "$run/state"
}

# state_homes: folders in /home and the homes of people; a line end in a name becomes what no agreed name has.
state_homes() {
    for state_home in "$R"/home/*; do
        [ ! -d "$state_home" ] || printf 'home\t%s\n' "$(printf '%s' "${state_home#"$R"}" | tr '\n' '\001')"
    done
    texts "$R/etc/passwd" | awk -F: -v first="$first_uid" -v last="$last_uid" '
        $3 ~ /^[0-9]+$/ && $3 >= first + 0 && $3 <= last + 0 && $6 ~ /^\/./ { sub(/\/+$/, "", $6); print $6 }' |
        while IFS= read -r state_home; do
            [ ! -d "$R$state_home" ] || printf 'home\t%s\n' "$state_home"
        done
}

state_units() {
    for state_link in "$R"/etc/systemd/system/*.wants/* "$R"/etc/systemd/system/*.requires/*; do
        state_unit=${state_link##*/}
        case $state_unit in *.service | *.socket | *.timer) ;; *) continue ;; esac
        if [ -L "$R/etc/systemd/system/$state_unit" ] && [ -c "$R/etc/systemd/system/$state_unit" ]; then continue; fi
        printf 'unit\t%s\n' "$(printf '%s' "$state_unit" | tr '\n' '\001')"
    done
}

# find_changes: what appeared, one line each.
find_changes() {
    sed -n "/^account$TAB/p; /^home$TAB/p; /^unit$TAB/p" "$run/plan" >"$run/agreed"
    printf 'account\troot\nhome\t/root\n' >>"$run/agreed"
    # An inspection that did not tell the units agreed to none of them, and to no change of them.
    grep -q "^unit$TAB" "$run/agreed" || grep "^unit$TAB" "$run/state" >>"$run/agreed"
    grep -v -x -F -f "$run/agreed" "$run/state" | tr "$TAB\001" ' ?' >"$run/appeared"
    [ -s "$run/appeared" ]
}
