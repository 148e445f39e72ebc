# One token for each class of files that is to go: before the seal each is seen on the raw disk, afterwards none may be.
CANARY=imaging-seal-canary

# plant_canaries: writes a line `KIND PATH` for each class that the plan takes away and the guest has.
plant_canaries() {
    : >"$run/canaries"
    planned homes && plant_home
    if planned root-home && [ -d "$R/root" ]; then plant root-home "/root/.$CANARY"; fi
    if planned logs; then plant log "/var/log/$CANARY.log"; fi
    if planned directories; then plant deleted "/var/tmp/.$CANARY"; fi
    if planned caches; then
        for canary_folder in /var/cache/apt/archives /var/cache/dnf /var/cache/libdnf5 /var/cache/yum; do
            [ ! -d "$R$canary_folder" ] || { plant cache "$canary_folder/$CANARY" && break; }
        done
    fi
    plant_swap
}

# plant_home: into the first home that goes, and into the history there.
plant_home() {
    sed -n "s/^target${TAB}homes$TAB//p" "$run/plan" >"$run/targets.homes"
    while IFS=$TAB read -r canary_action canary_home canary_rest; do
        case $canary_action in remove | empty | renew) ;; *) continue ;; esac
        [ -d "$R$canary_home" ] && [ ! -L "$R$canary_home" ] || continue
        case $NL$kept$NL in *"$NL$canary_home$NL"*) continue ;; esac
        plant home "$canary_home/.$CANARY"
        plant history "$canary_home/.${CANARY}_history"
        break
    done <"$run/targets.homes"
    : "$canary_rest"
}

# plant KIND PATH: a block full of the token. On a full disk there is none, and it will count as not seen.
plant() {
    canary_token=$(token "$nonce" "$1")
    printf '%s\t%s\n' "$1" "$2" >>"$run/canaries"
    straight "$2"
    ! there "$R$2" || return 0
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        printf '%s\n%s\n%s\n%s\n' "$canary_token" "$canary_token" "$canary_token" "$canary_token"
    done >"$R$2"
} 2>/dev/null

# see_canaries before|after: what the raw disks show, as files `before.KIND` with yes, no or unknown. Before the seal it is
# enough to have seen each once.
see_canaries() {
    write_control
    sync
    {
        while IFS=$TAB read -r seen_kind seen_path; do
            echo "$seen_kind $(token "$nonce" "$seen_kind")"
        done <"$run/canaries"
        echo "control $seen_control"
    } >"$run/tokens"
    : "$seen_path"
    : >"$run/counts"
    seen_whole=yes
    [ -n "$disks" ] || seen_whole=no
    seen_stop=
    [ "$1" = after ] || seen_stop=enough
    for seen_disk in $disks; do
        count_on_disk "$seen_disk" "$run/tokens" $((300 + $(mebibytes "$seen_disk") * 60 / 1024)) "$seen_stop" >>"$run/counts" ||
            seen_whole=no
    done
    remove_control
    while read -r seen_kind seen_path; do
        awk -v kind="$seen_kind" -v whole="$seen_whole" '
            $1 == kind { total += $2 }
            END { print total ? "yes" : whole == "yes" ? "no" : "unknown" }' "$run/counts" >"$run/$1.$seen_kind"
    done <"$run/tokens"
}
reading() {
    progress "reading the disk: $1 of $2 MiB"
}

# The control shows that the reader finds what is there. Its content is overwritten before it goes.
write_control() {
    seen_control=$(token "$nonce" control)
    control_file=$R/var/tmp/.imaging-seal-control
    ! there "$control_file" || rm -f "$control_file"
    printf '%s\n%s\n' "$seen_control" "$seen_control" >"$control_file"
} 2>/dev/null
remove_control() {
    dd if=/dev/zero of="$control_file" bs=66 count=1 conv=notrunc
    sync
    rm -f "$control_file"
} 2>/dev/null

# canaries_in OPERATION: how many of its things are the seal's own.
canaries_in() {
    canaries_mine=0
    while IFS=$TAB read -r canary_kind canary_path; do
        case $1:$canary_kind in
        homes:home | homes:history | root-home:root-home | logs:log | caches:cache)
            ! there "$R$canary_path" || canaries_mine=$((canaries_mine + 1))
            ;;
        esac
    done <"$run/canaries"
    echo "$canaries_mine"
}

# delete_canary: the one that stands for deleted files.
delete_canary() {
    grep -q "^deleted$TAB" "$run/canaries" && rm -f "$R/var/tmp/.$CANARY" 2>/dev/null
    sync
}

# still_seen: whether any canary lies on the disk after the seal.
still_seen() {
    grep -q yes "$run"/after.[!c]* "$run"/after.cache 2>/dev/null
}
