# part_system_files: whether the asked-for files of the system are as their packages delivered them. Of a few small ones
# the lines that are no comments are told, with passwords masked.
# Rows: file NUMBER KIND SIZE TIME STATE IMMUTABLE READABLE PATH, without a kind where there is none; target NUMBER PATH;
# line NUMBER TEXT.
part_system_files() {
    if ! printing_find; then
        unknown "find cannot print what it knows of files here"
        return
    fi
    IFS=$LINE_END
    set -f
    set --
    for each in $(asked_system_files); do
        set -- "$@" "${each%/}"
    done
    set +f
    for each; do
        listed=0
        case $each in /etc/*) [ ! -L "$R$each" ] || continue ;; *) continue ;; esac
        for inside in "$R$each"/*; do
            [ ! -f "$inside" ] || [ $((listed = listed + 1)) -gt 40 ] || set -- "$@" "${inside#"$R"}"
        done
    done
    unset IFS
    [ $# -gt 0 ] || return
    wanted=$(for each; do as_line "$each"; done)
    export wanted
    delivered=$(delivered_files)
    gather "$@" | awk "$mask_awk$NAMES$FILE_STATES"
}

# gather PATH...: all that is to be known of them, as lines that begin with a word for what they tell.
gather() {
    for each; do
        shift
        if [ -e "$R$each" ] || [ -L "$R$each" ]; then
            set -- "$@" "$R$each"
            [ -r "$R$each" ] || as_line "closed$TAB$each"
        elif [ -d "$R${each%/*}/" ] && [ ! -x "$R${each%/*}/" ]; then
            as_line "closed$TAB$each"
        fi
    done
    [ $# -gt 0 ] || return
    find "$@" -maxdepth 0 -printf 'known\t%y\t%s\t%T@\t%p\000target\t%l\000' | lines_of
    lsattr -d "$@" | sed -n 's/^[^ ]*i[^ ]* /immutable	/p'
    printf '%s\n' "$delivered"
    sums_of_delivered
}

# delivered_files: lines of `delivered SUM PATH`, the path with the root before it, of each configuration file that was
# asked for, or lies in a folder that was; a last line `complete` if all are known.
delivered_files() {
    if dpkg_here; then
        { ask_dpkg '${Conffiles}\n' && echo complete; } | awk '$1 == "complete" { print; next } $1 ~ /^\// { print $2 " " $1 }'
        [ ! -r "$R/var/lib/ucf/hashfile" ] || awk '{ print $1 " " $2 }' "$R/var/lib/ucf/hashfile"
    elif rpm_here; then
        ask_rpm -qa --qf '[%{FILEFLAGS} %{FILEDIGESTS} %{FILENAMES}\n]' | awk '$1 % 2 == 1 { print $2 " " $3 } END { print "complete" }'
    fi | awk '
    BEGIN {
        count = split(ENVIRON["wanted"], line_of, "\n")
        for (i = 1; i <= count; i++) wanted[line_of[i]] = 1
    }
    $1 == "complete" { print; next }
    $1 !~ /^[0-9a-f]+$/ || length($1) < 32 { next }
    {
        folder = $2
        sub(/\/[^\/]*$/, "", folder)
        ours = $2 in wanted
        while (!ours && folder != "") { ours = folder in wanted; sub(/\/[^\/]*$/, "", folder) }
        if (ours) print "delivered\t" $1 "\t" ENVIRON["R"] $2
    }'
}

# sums_of_delivered: lines of `sum SUM PATH` for the same files as they are now, and `gone PATH`.
sums_of_delivered() {
    IFS=$LINE_END
    set -f
    for kind in 32:md5sum 40:sha1sum 64:sha256sum; do
        set --
        for line in $delivered; do
            line=${line#delivered"$TAB"}
            sum=${line%%"$TAB"*}
            file=${line#*"$TAB"}
            [ "${#sum}" = "${kind%%:*}" ] || continue
            if [ ! -f "$file" ]; then
                printf 'gone\t%s\n' "$file"
            elif [ -r "$file" ]; then
                set -- "$@" "$file"
            fi
        done
        [ $# = 0 ] || within 5 "${kind#*:}" "$@" | sed 's/^\([0-9a-f]*\)  /sum	\1	/'
    done
    unset IFS
    set +f
}

# For awk: puts it all together. A folder is changed if one of the delivered files in it is.
FILE_STATES='
BEGIN {
    kind["f"] = "file"; kind["d"] = "directory"; kind["l"] = "link"
    count = split("hosts hosts.allow hosts.deny host.conf resolv.conf ldap.conf ldap/ldap.conf openldap/ldap.conf " \
        "nslcd.conf sssd/sssd.conf nsswitch.conf", word, " ")
    for (i = 1; i <= count; i++) told["/etc/" word[i]] = 1
}
$1 == "known" { last = substr(after(4), root + 1); what[last] = $2; size[last] = $3; at[last] = $4 }
$1 == "target" { target[last] = after(1) }
$1 == "closed" { closed[after(1)] = 1 }
$1 == "immutable" { immutable[substr(after(1), root + 1)] = 1 }
$1 == "delivered" { delivered[substr(after(2), root + 1)] = $2 }
$1 == "sum" { now[substr(after(2), root + 1)] = $2 }
$1 == "gone" { gone[substr(after(1), root + 1)] = 1 }
$1 == "complete" { complete = 1 }
function state_of(path,    each, state) {
    if (!complete) return "unknown"
    state = "unowned"
    for (each in delivered) {
        if (each != path && index(each, path "/") != 1) continue
        if ((each in gone) || ((each in now) && now[each] != delivered[each])) return "changed"
        if (!(each in now)) state = "unknown"
        else if (state == "unowned") state = "unchanged"
    }
    return state
}
function tell_lines(path,    file, line, lines, read, low) {
    file = ENVIRON["R"] path
    while (lines < 50 && read < 1000 && (getline line < file) > 0) {
        read++
        if (line ~ /^[ \t\r]*([#;].*)?$/) continue
        gsub(/[\r\t]/, " ", line)
        sub(/ +[#;].*/, "", line)
        low = tolower(line)
        if (match(low, /^ *[^ =]*(pass|pw|secret|tok)[^ =]* *[ =] */)) line = substr(line, 1, RLENGTH) "***"
        print "line\t" i "\t" mask(substr(line, 1, 500))
        lines++
    }
    close(file)
}
END {
    count = split(ENVIRON["wanted"], path_of, "\n")
    for (i = 1; i <= count; i++) {
        path = path_of[i]
        is = path in what ? (what[path] in kind ? kind[what[path]] : "other") : ""
        printf "file\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i, is, (is == "" ? "-" : size[path]), (is == "" ? "-" : at[path]),
            state_of(path), (path in immutable) + 0, !(path in closed), path
        if (is == "link") print "target\t" i "\t" target[path]
        if (is == "file" && path in told && !(path in closed)) tell_lines(path)
    }
}
'
