# Puts a few bytes into one line of a file and keeps a copy of it; every other byte stays as it is.
# Arguments: the file, the line's number, the line as it was shown (masked as the probe masks it; *** in it stands for
# anything), comment or nofail, and a time for the copy's name. Prints one word, and, where something was changed, the
# names of file and copy.

# Where the bytes go and which they are, "OFFSET:BYTES"; else one word that says why there are none.
insertion() {
    SHOWN=$shown CHANGE=$change FILE=$1 awk -v number="$number" "$mask_awk"'
        function squeezed(text) { gsub(/[ \t\r]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); return text }
        function fits(text, pattern,    parts, part, i, at) {
            parts = split(pattern, part, /\*\*\*/)
            if (parts == 1) return text == pattern
            if (substr(text, 1, length(part[1])) != part[1]) return 0
            text = substr(text, length(part[1]) + 1)
            for (i = 2; i < parts; i++) {
                at = index(text, part[i])
                if (!at) return 0
                text = substr(text, at + length(part[i]))
            }
            at = length(text) - length(part[parts])
            return at >= 0 && substr(text, at + 1) == part[parts]
        }
        # Word by word, and option by option: what was masked ends where the option does.
        function same(text, pattern, separator, deeper,    texts, one, patterns, other, i) {
            texts = split(text, one, separator)
            patterns = split(pattern, other, separator)
            if (texts != patterns) return 0
            for (i = 1; i <= texts; i++)
                if (!(deeper ? same(one[i], other[i], ",", 0) : fits(one[i], other[i]))) return 0
            return 1
        }
        # The probe tells no key files of crypttab: a - stands in their place.
        function as_told(text,    field) {
            if (!crypt) return squeezed(mask(text))
            split(squeezed(text), field, " ")
            return squeezed(field[1] " " field[2] " - " mask(field[4]))
        }
        function is_shown(text) { return same(as_told(text), squeezed(ENVIRON["SHOWN"]), " ", 1) }
        function comment() {
            if (is_shown($0)) return (before + 0) ":# "
            return squeezed($0) ~ /^#/ && is_shown(substr($0, index($0, "#") + 1)) ? "already" : "differs"
        }
        # Whether the line is the shown one once the bytes that end at `end` are gone again.
        function was_shown(bytes, end, rest) {
            return substr($0, end - length(bytes) + 1, length(bytes)) == bytes &&
                is_shown(substr($0, 1, end - length(bytes)) rest)
        }
        function nofail(    rest, end, fields, options) {
            rest = $0
            for (fields = 0; fields < 4 && match(rest, /[^ \t\r]+/); fields++) {
                options = substr(rest, RSTART, RLENGTH)
                end += RSTART + RLENGTH - 1
                rest = substr(rest, RSTART + RLENGTH)
            }
            if (fields == 4 && index("," options ",", ",nofail,"))
                return is_shown($0) || was_shown(",nofail", end, rest) || was_shown(" nofail", end, rest) ||
                    was_shown(" defaults,nofail", end, rest) || was_shown(" none nofail", end, rest) \
                    ? "already" : "differs"
            if (!is_shown($0)) return "differs"
            if (fields == 4) return (before + end) ":,nofail"
            if (fields == 3) return (before + end) ":" (crypt ? " nofail" : " defaults,nofail")
            return fields == 2 && crypt ? (before + end) ": none nofail" : "short"
        }
        BEGIN { crypt = ENVIRON["FILE"] ~ /crypttab/ }
        NR < number { before += length($0) + 1 }
        NR == number { answer = ENVIRON["CHANGE"] == "comment" ? comment() : nofail(); exit }
        END { print answer == "" ? "differs" : answer }
    ' "$1"
}

# Makes the copy under a name that nothing has yet; its name is then in $copy.
keep_copy() {
    copy=$target.imaging-$stamp
    tries=1
    until (set -C; : >"$copy") 2>/dev/null; do
        { [ -e "$copy" ] || [ -L "$copy" ]; } && [ "$tries" -lt 99 ] || return 1
        tries=$((tries + 1))
        copy=$target.imaging-$stamp-$tries
    done
    if cp -a -- "$target" "$copy" && cmp -s -- "$target" "$copy"; then return 0; fi
    rm -f -- "$copy"
    return 1
}

# Whether a file is the copy but for the insertion.
differs_by_insertion_alone() {
    { head -c "$offset" <"$1"; tail -c "+$((offset + ${#bytes} + 1))" <"$1"; } | cmp -s - "$copy" &&
        [ "$(tail -c "+$((offset + 1))" <"$1" | head -c "${#bytes}")" = "$bytes" ]
}

# Writes the new file beside the old one, checks it, and puts it in its place.
replace() {
    temp=$(mktemp "${target%/*}/.imaging.XXXXXX") || return 1
    if cp -a -- "$target" "$temp" &&
        { head -c "$offset" <"$copy"; printf %s "$bytes"; tail -c "+$((offset + 1))" <"$copy"; } >"$temp" &&
        differs_by_insertion_alone "$temp" && cmp -s -- "$target" "$copy" && mv -f -- "$temp" "$target"
    then return 0; fi
    rm -f -- "$temp"
    return 1
}

# systemd makes its mount units from the file: it has to read it again, else it acts by the old one.
reload() {
    [ -d "$R/run/systemd/system" ] || return 0
    timeout 60 systemctl daemon-reload >/dev/null || echo reload-failed
}

edit() {
    number=$2 shown=$3 change=$4 stamp=$5
    umask 077
    target=$(readlink -f -- "$R$1") && [ -f "$target" ] || { echo missing; return; }
    plan=$(insertion "$target") || { echo unreadable; return; }
    offset=${plan%%:*}
    bytes=${plan#*:}
    case $plan in
        [0-9]*:*) ;;
        *) echo "$plan"; return ;;
    esac
    keep_copy || { echo uncopied; return; }
    replace || { rm -f -- "$copy"; echo unwritten; return; }
    timeout 20 sync
    if differs_by_insertion_alone "$target"; then echo fixed; else echo unsure; fi
    printf '%s\n%s\n' "${target#"$R"}" "${copy#"$R"}"
    reload
}
