# Turns the rows of all parts into JSON objects: TAB parts the fields, \001 stands for a line end inside one, every byte
# that is not plain ASCII becomes \u00XX. One for all parts, because starting a program is what costs time on a slow
# machine. It prints each row one late, so that one that was cut by a time-out can be left out.
encode() {
    tr -d '\000' | awk '
    BEGIN {
        FS = "\n"
        for (i = 1; i < 256; i++) if (i < 32 || i > 126) odd[sprintf("%c", i)] = sprintf("\\u%04x", i)
        odd["\""] = "\\u0022"
        odd["\\"] = "\\u005c"
        odd["\t"] = "\",\""
        left = 8388608
    }
    function put(text,    i, c) {
        if (text !~ /[^ -~]/ && !index(text, "\"") && !index(text, "\\")) {
            printf "%s", text
            used += length(text)
            return
        }
        for (i = 1; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (c in odd) { printf "%s", odd[c]; used += 6 } else { printf "%s", c; used++ }
        }
    }
    function flush_row() {
        if (!waiting) return
        waiting = 0
        if (rows >= 5000) { cut("more than 5,000 rows"); return }
        if (used + 6 * length(held) > limit) { cut("too much to report"); return }
        printf "%s[\"", (rows++ ? ",\n" : "")
        put(held)
        printf "\"]"
        used += 6
    }
    function note(why) {
        if (index(";" notes ";", ";" why ";") || length(notes) > 400) return
        notes = notes (notes == "" ? "" : ";") substr(why, 1, 200)
    }
    # What the part as a whole lacks: the reader decides by the flag, and never by the words.
    function cut(why) { short = 1; note(why) }
    function after_tab() { return index($0, "\t") ? substr($0, index($0, "\t") + 1) : "" }
    function begin_part(name) {
        printf "%s\"%s\":{\"rows\":[", (parts++ ? "," : ""), name
        why = notes = ""
        rows = used = waiting = short = 0
        limit = left < 2097152 ? left : 2097152
        inside = 1
    }
    function end_part(how) {
        if (how == "late") { waiting = 0; cut("time was up") }
        flush_row()
        if (how == "") cut("it ended early")
        gsub(/\t/, " ", why)
        gsub(/\t/, " ", notes)
        gsub(/;/, "; ", notes)
        printf "],\"state\":\"%s\",\"why\":\"", (why == "" ? "ok" : "unknown")
        put(why)
        printf "\",\"incomplete\":\""
        put(notes)
        printf "\",\"cut\":%d}\n", short
        fflush()
        left -= used + 200
        inside = 0
    }
    $0 == "" { next }
    /^@@part / { if (inside) end_part(""); begin_part(substr($0, 8)); next }
    $0 == "@@done" || $0 == "@@late" { if (inside) end_part(substr($0, 3)); next }
    !inside { next }
    /^incomplete\t/ { note(after_tab()); next }
    /^unknown\t/ { why = substr(after_tab(), 1, 200); next }
    {
        flush_row()
        held = $0
        waiting = 1
        if (length(held) > 32768) { held = substr(held, 1, 32768); cut("a line was too long") }
    }
    END { if (inside) end_part("") }'
}

# below PIDS: they and all processes that they started.
below() {
    printf '%s\n' /proc/[0-9]*/stat | awk -v given="$1" '
    BEGIN {
        count = split(given, pids, " ")
        for (i = 1; i <= count; i++) top[pids[i]] = 1
    }
    {
        file = $0
        if ((getline line < file) > 0) {
            sub(/^.*\) /, "", line)
            split(line, words, " ")
            split(file, parts, "/")
            parent[parts[3]] = words[2]
        }
        close(file)
    }
    END {
        for (pid in parent) {
            at = pid
            for (i = 0; i < 1000 && !(at in top) && at in parent; i++) at = parent[at]
            if (at in top) print pid
        }
    }'
}

# watch PID SECONDS: ends it and all that it started when time is up, with a second in which to tidy up: a package
# manager that is killed leaves its locks behind. All are halted first, again and again until those are found that were
# started meanwhile: one that is left would hold the report open. TERM before that calls it off.
watch() {
    trap 'kill "$nap" 2>/dev/null; exit 0' TERM
    sleep "$2" &
    nap=$!
    wait "$nap"
    trap '' TERM
    late_pids=$1
    for late_signal in STOP STOP STOP STOP STOP TERM CONT KILL; do
        [ "$late_signal" != KILL ] || sleep 1
        late_pids=$(below "$late_pids")
        for late_pid in $late_pids; do
            kill -s "$late_signal" "$late_pid"
        done
    done
}

# run_part NAME SECONDS: the rows of one part, bounded in time.
run_part() {
    clock
    part_end=$((clock_now + $2))
    [ "$part_end" -le "$deadline" ] || part_end=$deadline
    printf '\n@@part %s\n' "$1"
    if [ $((part_end - clock_now)) -lt 1 ]; then
        unknown "time was up"
        printf '@@done\n'
        return
    fi
    {
        "part_$1"
        printf '\n@@done\n'
    } 2>/dev/null &
    part_pid=$!
    watch "$part_pid" $((part_end - clock_now)) >/dev/null 2>&1 &
    watch_pid=$!
    wait "$part_pid" 2>/dev/null
    [ $? -le 128 ] || printf '\n@@late\n'
    kill "$watch_pid" 2>/dev/null
    wait "$watch_pid" 2>/dev/null
}

# forget_memory: what a tool that insists on writing wrote to memory, also where its part was ended.
forget_memory() {
    [ ! -d "$memory" ] || { rm -f "$memory"/* && rmdir "$memory"; } 2>/dev/null
}

# The whole report, framed, so that banners before and after it do no harm.
imaging_probe() {
    # A name that nobody can guess: in a folder for all, a link of another user's could be there before us.
    memory=$(od -An -N8 -tx1 /dev/urandom 2>/dev/null | tr -dc 0-9a-f)
    memory=${memory:+/dev/shm/imaging-probe.$memory}
    renice 19 -p $$ >/dev/null 2>&1
    ionice -c 3 -p $$ >/dev/null 2>&1
    clock
    deadline=$((clock_now + 50))
    printf '\n@@imaging-probe-begin %s\n' "$nonce"
    printf '{"schema":"imaging-probe","version":1,"nonce":"%s","asked":"%s","user":"%s","uid":%s,"started":%s,' \
        "$nonce" "$asked" "$(printf '%s' "${SUDO_USER:-$(id -un)}" | tr -c 'A-Za-z0-9._@-' '?')" "$uid" "$(date +%s)"
    printf '"parts":{\n'
    for part in $parts; do
        run_part "${part%%:*}" "${part#*:}"
    done | encode
    forget_memory
    printf '},"ended":%s}\n@@imaging-probe-end %s 0\n' "$(date +%s)" "$nonce"
}
