# The plan stands at the end of this file, as comments.
read_plan() {
    sed -n 's/^#= //p' "$script" >"$run/plan"
    operations=$(sed -n "s/^operation$TAB//p" "$run/plan")
    sed -n "s/^target${TAB}[a-z-]*${TAB}account$TAB\([^$TAB]*\).*/\1/p" "$run/plan" >"$run/gone"
    sed -n "s/^target${TAB}[a-z-]*${TAB}lock$TAB\([^$TAB]*\).*/\1/p" "$run/plan" >"$run/locked"
    ruler=$(stat -c %u "$R/etc")
    read_mounts
    kept=$(sed -n "s/^kept$TAB//p" "$run/plan")
    stays=$kept$NL$(printf '%s' "$mounts" | sed 's/^[a-z]* //')$NL
    first_uid=$(login_number UID_MIN)
    first_uid=${first_uid:-1000}
    last_uid=$(login_number UID_MAX)
    last_uid=${last_uid:-60000}
}
login_number() {
    texts "$R/etc/login.defs" | sed -n "s/^$1[[:space:]]*\([0-9][0-9]*\)[[:space:]]*$/\1/p" | tail -n 1
}

# planned OPERATION: whether the plan has it.
planned() {
    case $NL$operations$NL in
    *"$NL$1$NL"*) ;;
    *) return 1 ;;
    esac
}

# walk_targets OPERATION: what the plan names.
walk_targets() {
    sed -n "s/^target$TAB$1$TAB//p" "$run/plan" >"$run/targets.$1"
    while IFS=$TAB read -r target_action target_name target_lines target_reads; do
        case $target_action in
        remove | empty | renew | truncate) case $NL$kept$NL in *"$NL$target_name$NL"*) continue ;; esac ;;
        esac
        case $target_action in
        remove) tree "$target_name" ;;
        empty) below "$target_name" ;;
        renew) renewed "$target_name" ;;
        strip) stripped "$target_name" ;;
        truncate) emptied "$target_name" ;;
        lines) edit "$target_name" blank_lines ;;
        comment) edit "$target_name" comment_line ;;
        account | lock) ;;
        *) fail "the plan has an action that is not known: $target_action" ;;
        esac
    done <"$run/targets.$1"
}

# blank_lines: they are emptied, so that all others keep their numbers.
blank_lines() {
    sed "$(printf '%s' "$target_lines" | sed 's/,/s@.*@@;/g')s@.*@@"
}

# comment_line: the line with that number, if it reads as expected; else the only one that does, for the boot of the clone
# may have moved it. None: it is gone already.
comment_line() {
    awk -v numbers="$target_lines" -v reads="$target_reads" '
        { line[NR] = $0; if ($1 " " $2 == reads) { fits[NR] = 1; total++ } }
        END {
            split(numbers, number, ",")
            for (i in number) if (number[i] in fits) { chosen[number[i]] = 1; some = 1 }
            if (!some && total > 1) exit 1
            for (i = 1; i <= NR; i++) print ((some ? i in chosen : i in fits) ? "# " : "") line[i]
        }'
}
