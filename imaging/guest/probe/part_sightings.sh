# part_sightings: where the things are that the guidelines ask for: by path, and by name in one pass through the search
# roots. What a file holds is only compared with marks, in its first 64 KiB; told are the words for the marks that fit,
# never the content. Rows: sighting ID KIND OWNER MODE SIZE TIME PATH; mark ID MARK PATH; lines ID NUMBERS PATH;
# words ID WORDS PATH; unread ID PATH.
part_sightings() {
    if ! printing_find; then
        unknown "find cannot print what it knows of files here"
        return
    fi
    read_mounts
    find_homes
    searches=$(asked_files)
    marked_only=$(asked_marked)
    anywhere=$(asked_anywhere)
    export searches marked_only anywhere
    placed=$({ by_path; by_content; } | lines_of)
    { told_places; by_name; } | lines_of | awk "$NAMES$WHICH_SEARCH" | sort -t "$TAB" -k 1,1 -s | tell_marks |
        awk "$NAMES$MARKED_ONLY"
}

# by_path: records of ID and PATH for what is where it was searched for. Nothing is started for it.
by_path() {
    asked_paths
    IFS=$LINE_END
    set -f
    for line in $home_list; do
        file_name "$line"
        if [ ! -d "$R$name_of_file" ]; then
            continue
        elif [ -r "$R$name_of_file" ] && [ -x "$R$name_of_file" ]; then
            unset IFS
            set +f
            asked_paths_in_home "$R$name_of_file"
        else
            printf 'closed\t\000'
        fi
    done
}
find_at() {
    id=$1
    shift
    for each; do
        if [ -e "$each" ] || [ -L "$each" ]; then printf '%s\t%s\000' "$id" "$each"; fi
    done
}

# What find tells of a file: type, owner, mode, size, time, path.
SIGHTED='\t%y\t%U\t%m\t%s\t%T@\t%p\000'

# told_places: the records of by_path, then what find tells of each of these paths.
told_places() {
    [ -n "$placed" ] || return
    printf '%s\n' "$placed" | sed 's/^/place	/' | tr '\n\001' '\000\n'
    printf '%s\n' "$placed" | awk '!/^(closed|late)\t/ { sub(/^[^\t]*\t/, ""); if (!told[$0]++) print }' | tr '\n\001' '\000\n' |
        xargs -0 -r sh -c 'format=$1; shift; exec find "$@" -maxdepth 0 -printf "$format"' sh "path$SIGHTED"
}

# by_name: what find tells of each file below the search roots that has one of the names, in one pass.
by_name() {
    names=$(asked_names)
    [ -n "$names" ] || return
    IFS=$LINE_END
    set -f
    set --
    for each in $(asked_roots); do
        [ ! -d "$R$each" ] || far_away "$each" || ! on_root_disk "$each" || set -- "$@" "$R$each"
    done
    unset IFS
    set +f
    [ $# = 0 ] || bounded_find 15 "$@" -xdev -ignore_readdir_race -regextype posix-extended -iregex "$names" \
        -printf "name$SIGHTED"
}

# For awk: which searches each file is for, once each, with the owner by name: ID PATH-AS-A-FILE-NAME... of a sighting.
WHICH_SEARCH='
BEGIN {
    count = split(ENVIRON["searches"], line_of, "\n")
    for (i = 1; i <= count; i++) {
        space = index(line_of[i], " ")
        search[i] = substr(line_of[i], 1, space - 1)
        names[i] = substr(line_of[i], space + 1)
    }
    quiet_ids = split(ENVIRON["marked_only"], list, " ")
    for (i = 1; i <= quiet_ids; i++) quiet[list[i]] = 1
    kind["f"] = "file"; kind["d"] = "directory"; kind["l"] = "link"
}
function incomplete(why) { print "\tincomplete\t" why }
$0 == "" || ($1 == "status" && $2 == 0) { next }
$1 == "status" { incomplete($2 == 124 || $2 == 137 ? "time was up in the search by name" : "not every directory may be read"); next }
$1 == "place" && $2 == "closed" { incomplete("not every directory may be read"); next }
$1 == "place" && $2 == "late" {
    late = split(ENVIRON["anywhere"], id, " ")
    for (i = 1; i <= late; i++) printf "\tsighting\t%s\tdirectory\t\t\t0\t0\t/\n\tunread\t%s\t/\n", id[i], id[i]
    next
}
$1 == "place" { places[after(2)] = places[after(2)] " " $2; next }
NF < 7 { next }
{
    file = after(6)
    path = substr(file, root + 1)
    if ($1 == "path") {
        ids = split(places[file], id, " ")
        for (i = 1; i <= ids; i++) tell(id[i])
        next
    }
    base = path
    sub(/^.*\//, "", base)
    base = tolower(base)
    for (i = 1; i <= count; i++) if (base ~ names[i]) tell(search[i])
}
function tell(id) {
    if ((id, path) in told) return
    told[id, path] = 1
    if (id in quiet ? ++candidates > 6000 : ++lines > 3000) {
        if (!cut++) incomplete("more than 3,000 sightings")
        return
    }
    printf "%s\tsighting\t%s\t%s\t%s\t%.0f\t%.0f\t%s\n", id, ($2 in kind ? kind[$2] : "other"), owner($3), $4, $5, $6, path
}
'

# For awk: holds back a sighting that counts only with a mark until one is told, or that the file could not be read.
MARKED_ONLY='
BEGIN {
    count = split(ENVIRON["marked_only"], list, " ")
    for (i = 1; i <= count; i++) quiet[list[i]] = 1
}
$1 == "sighting" && ($2 in quiet) { held[$2, after(7)] = $0; next }
$1 == "mark" || $1 == "unread" {
    found = $2 SUBSEP after($1 == "mark" ? 3 : 2)
    if (found in held) {
        if (++told > 3000) { if (told == 3001) print "incomplete\tmore than 3,000 sightings"; next }
        print held[found]
        delete held[found]
    }
}
{ print }
'

# tell_marks: passes the sightings on, and adds what fits of the marks of those files that may be read, for all files of
# a search at a time. A link in a tree of the tests would lead out of it, so only a real one is followed.
tell_marks() {
    id=
    set --
    while IFS= read -r line; do
        case $line in
        "$TAB"*)
            printf '%s\n' "${line#"$TAB"}"
            continue
            ;;
        "$id$TAB"*) ;;
        *)
            read_marks small "$@"
            set --
            id=${line%%"$TAB"*}
            ;;
        esac
        line=${line#*"$TAB"sighting"$TAB"}
        printf 'sighting\t%s\t%s\n' "$id" "$line"
        asked_content "$id" || continue
        kind=${line%%"$TAB"*}
        [ "$kind" = file ] || { [ "$kind" = link ] && [ -z "$R" ]; } || continue
        line=${line#*"$TAB"*"$TAB"*"$TAB"}
        size=${line%%"$TAB"*}
        file_name "$R${line#*"$TAB"*"$TAB"}"
        if [ ! -f "$name_of_file" ]; then
            continue
        elif [ ! -r "$name_of_file" ]; then
            row unread "$id" "${name_of_file#"$R"}"
        elif [ "$size" -gt 65536 ]; then
            read_marks large "$name_of_file"
        else
            set -- "$@" "$name_of_file"
            [ $# -lt 200 ] || {
                read_marks small "$@"
                set --
            }
        fi
    done
    read_marks small "$@"
}

# read_marks SIZE FILE...: the marks of these files; of large ones the first 64 KiB are read (of what was found by
# its content 1 MiB), one at a time. What a link leads to may be large all the same, so that no tool gets more than some seconds.
read_marks() {
    size=$1
    shift
    [ $# -gt 0 ] || return
    time_for 4
    most_bytes=65536
    case " $anywhere " in *" $id "*) most_bytes=1048576 ;; esac
    if [ "$seconds_left" -gt 1 ]; then
        asked_marks "$id" "$@"
        return
    fi
    incomplete "time was up before all files were read"
    for each; do
        row unread "$id" "${each#"$R"}"
    done
}

# first_line_mark WORD EXPRESSION FILE..., content_mark WORD EXPRESSION FILE...: tells the word for each file of which the
# first line, or any, fits.
first_line_mark() {
    mark=$1
    expression=$2
    export expression mark id
    shift 2
    if [ "$size" = large ]; then
        ! within 3 head -c "$most_bytes" "$1" | head -n 1 | grep -E -q -e "$expression" || row mark "$id" "$mark" "${1#"$R"}"
        return
    fi
    within 4 awk 'BEGIN {
        for (i = 1; i < ARGC; i++) {
            file = ARGV[i]
            if ((getline line < file) > 0 && line ~ ENVIRON["expression"]) {
                gsub(/\n/, "\001", file)
                print "mark\t" ENVIRON["id"] "\t" ENVIRON["mark"] "\t" substr(file, length(ENVIRON["R"]) + 1)
            }
            close(ARGV[i])
        }
    }' "$@"
}
content_mark() {
    mark=$1
    expression=$2
    shift 2
    if [ "$size" = large ]; then
        ! within 3 head -c "$most_bytes" "$1" | grep -E -q -e "$expression" || row mark "$id" "$mark" "${1#"$R"}"
        return
    fi
    case $* in
    *"$LINE_END"*)
        for each; do
            ! within 4 grep -s -q -E -e "$expression" "$each" || row mark "$id" "$mark" "${each#"$R"}"
        done
        ;;
    *)
        within 4 grep -l -s -E -e "$expression" "$@" | while IFS= read -r file; do
            printf 'mark\t%s\t%s\t%s\n' "$id" "$mark" "${file#"$R"}"
        done
        ;;
    esac
}

# lined_mark WORD EXPRESSION FILE...: the same, and the numbers of the lines that fit, at most eight.
lined_mark() {
    content_mark "$@" | while IFS= read -r marked; do
        printf '%s\n' "$marked"
        marked=${marked#*"$TAB"*"$TAB"*"$TAB"}
        file_name "$R$marked"
        numbers=$(within 3 head -c "$most_bytes" "$name_of_file" | grep -n -E -e "$2" | sed -n 's/^\([0-9][0-9]*\):.*/\1/p' |
            head -n 8 | tr '\n' ' ')
        row lines "$id" "${numbers% }" "$marked"
    done
}

# words_after WORDS FILE...: tells the words that follow one of these at the start of a line.
words_after() {
    after=$1
    shift
    export after id
    if [ "$size" = large ]; then
        large_words=$(within 3 head -c "$most_bytes" "$1" | awk "$WORDS_AFTER")
        [ -z "$large_words" ] || row words "$id" "$large_words" "${1#"$R"}"
    else
        within 4 awk "$WORDS_AFTER" "$@"
    fi
}

# For awk: with files, the rows for them; without, the words in its input.
WORDS_AFTER='
BEGIN {
    split(ENVIRON["after"], list, " ")
    for (i in list) wanted[list[i]] = 1
    while (ARGC == 1 && (getline line) > 0) take(line)
    if (ARGC == 1) print words
    for (i = 1; i < ARGC; i++) {
        file = ARGV[i]
        words = ""
        count = 0
        while ((getline line < file) > 0) take(line)
        close(file)
        gsub(/\n/, "\001", file)
        if (words != "") print "words\t" ENVIRON["id"] "\t" words "\t" substr(file, length(ENVIRON["R"]) + 1)
    }
}
function take(line,    word) {
    sub(/\r$/, "", line)
    gsub(/\t/, " ", line)
    if (split(line, word, " ") < 2 || !(word[1] in wanted) || count >= 8) return
    if (index(" " words " ", " " substr(word[2], 1, 60) " ")) return
    words = words (count++ ? " " : "") substr(word[2], 1, 60)
}
'
