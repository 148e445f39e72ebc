# begin: as a boothook, early in each boot of the clone.
begin() {
    mkdir -p "$run"
    for begin_tool in awk base64 cmp dd env find grep gzip sed sha256sum stat systemctl tr; do
        command -v "$begin_tool" >/dev/null || begin_lacks="${begin_lacks-} $begin_tool"
    done
    if [ -n "${begin_lacks-}" ]; then
        say "@WORD@ $nonce failed it lacks$begin_lacks"
        return 1
    fi
    cp "$0" "$run/script"
    script=$run/script
    read_plan
    read_state
    cp "$run/state" "$run/first"
    read_names
    hold_units
    start_worker || say "@WORD@ $nonce failed its unit could not be started"
}

# walk: all things of the operation that the driver is at.
walk() {
    case $operation in
    accounts | passwords | spools | backups | caches | network | identities | logs) "walk_$operation" ;;
    system-files) walk_system_files ;;
    host-keys) walk_host_keys ;;
    cloud-init) walk_cloud_init ;;
    machine-id) walk_machine_id ;;
    homes) [ -z "$own_home" ] || tree "$own_home" ;;
    agents | fstab | root-home | kept-homes | directories | secrets) ;;
    *) fail "the plan has an operation that is not known: $operation" ;;
    esac
    walk_targets "$operation"
}

# count_things: sets things to how many are there; what cannot be walked ends the seal.
count_things() {
    things=$(($(doing=count && walk | tr -dc '\000' | wc -c)))
    ! failed || exit 3
}

# such_as: the first of what is there, as the end of a sentence.
such_as() {
    such_first=$(doing=count && walk | tr '\n\000' '?\n' | head -n 1)
    printf ', such as %s' "${such_first#"$R"}"
}

# carry_out: one operation, with its result.
carry_out() {
    progress "$operation"
    note=
    [ "$operation" != host-keys ] || makes_host_keys || note="kept: nothing would make new ones"
    count_things
    before=$((things - $(canaries_in "$operation")))
    if [ "$things" -gt 0 ]; then
        (doing=act && walk)
        ! failed || exit 3
    fi
    count_things
    printf 'result\t%s\t%s\t%s\t%s\n' "$operation" "$before" "$things" "$note" >>"$run/results"
    [ "$things" -eq 0 ] || fail "$operation: $things left of $before$(such_as)"
}

# seal: in a subshell, which the first failure ends.
seal() {
    read_plan
    read_state
    own_account
    [ -s "$run/names" ] || read_names
    if find_changes; then
        echo changed >"$run/ended"
        return
    fi
    progress "stopping services"
    stop_services
    show_hidden
    find_swap
    progress "writing canaries"
    plant_canaries
    see_canaries before
    delete_canary
    for operation in $operations; do
        carry_out
    done
    clear_swap
    for operation in $operations; do
        count_things
        [ "$things" -eq 0 ] || fail "$operation: $things came back$(such_as)"
    done
    progress "giving back free space"
    trim_free_space
    see_canaries after
    if still_seen; then
        fill_free_space
        see_canaries after
    fi
    printf 'trimmed\t%s\nzero_filled\t%s\n' "$trimmed" "$zero_filled" >"$run/free"
    echo sealed >"$run/ended"
}

# show_hidden: each file system of the disk without what is mounted over it, so that what lies below a mount is reached, too.
show_hidden() {
    [ -n "$mounts" ] || return 0
    own_points >"$run/points"
    while IFS= read -r show_point; do
        show_at=$run/views/${#views}
        mkdir -p "$show_at"
        mount --bind "$R$show_point" "$show_at" || fail "what lies below mounts of $show_point cannot be reached"
        views="$views$show_at ${show_point%/}$NL"
    done <"$run/points"
} 2>/dev/null

# seal_report: what was done, then the probe's report if it was.
seal_report() {
    echo "@@imaging-sealed-begin $nonce 1"
    if failed; then
        printf 'state\tfailed\nwhy\t%s\n' "$(head -n 1 "$run/why" | cut -c 1-300 | tr '\t' ' ')"
    else
        printf 'state\t%s\n' "$(cat "$run/ended" 2>/dev/null || echo failed)"
    fi
    printf 'digest\t%s\n' "$(sed -n "s/^digest$TAB//p" "$run/plan")"
    [ ! -s "$run/appeared" ] || head -n 100 "$run/appeared" | sed "s/^/appeared$TAB/"
    cat "$run/results" "$run/free" 2>/dev/null
    if [ -s "$run/canaries" ]; then
        while IFS=$TAB read -r report_kind report_path; do
            printf 'canary\t%s\t%s\t%s\n' "$report_kind" "$(seen before "$report_kind")" "$(seen after "$report_kind")"
        done <"$run/canaries"
        : "$report_path"
        printf 'control\t%s\n' "$(seen after control)"
    fi
    printf 'seconds\t%s\n' "$(($(now) - began))"
    echo "@@imaging-sealed-end $nonce"
    if [ "$(cat "$run/ended" 2>/dev/null)" = sealed ]; then
        sed -n 's/^#: //p' "$script" | IMAGING_PROBE_ROOT=$R sh -s 2>/dev/null
    fi
}
seen() {
    cat "$run/$1.$2" 2>/dev/null || echo unknown
}

# work: in the unit, behind the boot.
work() {
    script=$0
    began=$(now)
    rm -rf "$run/why" "$run/ended" "$run/results" "$run/free" "$run/appeared" "$run/canaries" "$run/skel" \
        "$run"/before.* "$run"/after.*
    trimmed=unknown
    zero_filled=no
    say "@WORD@ $nonce began"
    await_boot
    (seal)
    [ ! -d "$run/views" ] || umount "$run"/views/* 2>/dev/null
    if ! failed && [ ! -s "$run/ended" ]; then echo "it ended without a word" >"$run/why"; fi
    progress "inspecting"
    report=$(seal_report)
    shorten && repeat
}

# repeat: until the clone is stopped from outside; alone for half an hour, it stops itself.
repeat() {
    [ ! -c "$console" ] || dmesg -n 1 2>/dev/null
    repeat_until=$(($(now) + ${alone:-0}))
    while :; do
        show
        say "@WORD@ $nonce ended"
        [ -n "$alone" ] || return 0
        [ "$(now)" -lt "$repeat_until" ] || break
        sleep 20
    done
    systemctl --no-block poweroff || poweroff -f
}

[ -n "$console" ] || console=$(serial_console)
case ${1-} in
work) work ;;
*) begin ;;
esac
