ONE=$(printf '\001')
LINE_END='
'

# lines_of: for what find printed with NUL at the end of each record: one line each, byte 1 for a line end inside.
lines_of() {
    tr '\n\000' '\001\n'
}

# as_line TEXT: one line for it.
as_line() {
    case $1 in
    *"$LINE_END"*) printf '%s' "$1" | tr '\n' '\001' && echo ;;
    *) printf '%s\n' "$1" ;;
    esac
}

# file_name LINE: sets name_of_file to the path that a line of ours stands for.
file_name() {
    name_of_file=$1
    case $1 in
    *"$ONE"*)
        name_of_file=$(printf '%s.' "$1" | tr '\001' '\n')
        name_of_file=${name_of_file%.}
        ;;
    esac
}

# printing_find: whether find can print what it knows of a file (GNU; busybox cannot).
printing_find() {
    find "$R/etc" -maxdepth 0 -printf '' >/dev/null 2>&1
}

# time_for SECONDS: sets seconds_left to so many, or to what is left of this part less two seconds in which to say so.
time_for() {
    clock
    seconds_left=$((part_end - clock_now - 2))
    [ "$seconds_left" -le "$1" ] || seconds_left=$1
    [ "$seconds_left" -gt 0 ] || seconds_left=0
}

# bounded_find SECONDS ARGUMENT...: find, then a record `status N`: 0 all was read, 124 time was up, else some was not.
bounded_find() {
    time_for "$1"
    shift
    find_status=124
    [ "$seconds_left" -lt 1 ] || {
        within "$seconds_left" find "$@"
        find_status=$?
    }
    printf '\000status\t%s\000' "$find_status"
}

# newest_of FILE...: when the last of them was changed, in seconds since 1970; nothing if there is none.
newest_of() {
    stat -c %Y "$@" | sort -n | tail -n 1
}

# For awk: name[UID], from the passwd of the system that is inspected, and what of a line is behind so many fields.
NAMES='
BEGIN {
    FS = "\t"
    passwd = ENVIRON["R"] "/etc/passwd"
    while ((getline line < passwd) > 0) {
        split(line, word, ":")
        if (word[3] != "" && !(word[3] in name)) { name[word[3]] = word[1]; gsub(/\t/, " ", name[word[3]]) }
    }
    close(passwd)
    root = length(ENVIRON["R"])
}
function owner(uid) { return uid in name ? name[uid] : uid }
function after(fields,    i, at) {
    for (i = 1; i <= fields; i++) at += length($i) + 1
    return substr($0, at + 1)
}
'
