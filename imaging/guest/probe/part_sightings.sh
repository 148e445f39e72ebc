# part_sightings: where the things are that the guidelines ask for: by path, and by name in one pass through the search
# roots. What a file holds is only compared with marks, in its first 64 KiB; told are the words for the marks that fit,
# never the content. Rows: sighting LOOK KIND OWNER MODE SIZE TIME UNREAD MARKS WORDS PATH.
part_sightings() {
    if ! printing_find; then
        unknown "find cannot print what it knows of files here"
        return
    fi
    looks=$(asked_looks)
    export looks
    { by_path; by_name; } | lines_of | awk -v passwd="$R/etc/passwd" "$NAMES$WHICH_LOOKS" | tell_marks
}

# Each record: LOOK (- if only the name can tell), type, owner, mode, size, time, path.
SIGHTED='\t%y\t%U\t%m\t%s\t%T@\t%p\000'

by_path() {
    asked_paths
    homes | while IFS= read -r line; do
        file_name "$line"
        [ -d "$R$name_of_file" ] || continue
        if [ -r "$R$name_of_file" ] && [ -x "$R$name_of_file" ]; then
            asked_paths_in_home "$R$name_of_file"
        else
            printf 'status\tclosed\000'
        fi
    done
}

# look_at LOOK PATH...: those that there are.
look_at() {
    look=$1
    shift
    for each; do
        shift
        if [ -e "$each" ] || [ -L "$each" ]; then set -- "$@" "$each"; fi
    done
    [ $# = 0 ] || find "$@" -maxdepth 0 -printf "$look$SIGHTED"
}

by_name() {
    names=$(asked_names)
    [ -n "$names" ] || return
    set --
    IFS=$LINE_END
    set -f
    for each in $(asked_roots); do
        set -- "$@" "$each"
    done
    unset IFS
    set +f
    for each; do
        shift
        [ ! -d "$R$each" ] || far_away "$each" || ! on_root_disk "$each" || set -- "$@" "$R$each"
    done
    [ $# -gt 0 ] || return
    bounded_find 15 "$@" -xdev -ignore_readdir_race -regextype posix-extended -iregex "$names" -printf "-$SIGHTED"
}

# For awk: which looks each file is for, once each, with the owner by name.
WHICH_LOOKS='
BEGIN {
    count = split(ENVIRON["looks"], line_of, "\n")
    for (i = 1; i <= count; i++) {
        space = index(line_of[i], " ")
        look[i] = substr(line_of[i], 1, space - 1)
        names[i] = substr(line_of[i], space + 1)
    }
    kind["f"] = "file"; kind["d"] = "directory"; kind["l"] = "link"
    root = length(ENVIRON["R"])
}
$0 == "" { next }
$1 == "status" && $2 == 0 { next }
$1 == "status" { print "incomplete\t" ($2 == 124 || $2 == 137 ? "time was up in the search by name" : "not every directory may be read"); next }
NF < 7 { next }
{
    path = substr(after(6), root + 1)
    if ($1 != "-") { tell($1); next }
    base = path
    sub(/^.*\//, "", base)
    base = tolower(base)
    for (i = 1; i <= count; i++) if (base ~ names[i]) tell(look[i])
}
function tell(id) {
    if ((id, path) in told) return
    told[id, path] = 1
    if (++lines > 3000) { if (lines == 3001) print "incomplete\tmore than 3,000 sightings"; return }
    printf "%s\t%s\t%s\t%s\t%.0f\t%.0f\t%s\n", id, ($2 in kind ? kind[$2] : "other"), owner($3), $4, $5, $6, path
}
'

# tell_marks: adds to each file what of its marks fit.
tell_marks() {
    looked_into=0
    while IFS=$TAB read -r look kind owner mode size at path; do
        if [ "$look" = incomplete ]; then
            incomplete "$kind"
            continue
        fi
        marks=
        words=
        unread=0
        look_inside
        row sighting "$look" "$kind" "$owner" "$mode" "$size" "$at" "$unread" "${marks# }" "${words# }" "$path"
    done
}

# look_inside: for the marks of the look, if it has any. A link in a tree of the tests would lead out of it.
look_inside() {
    asked_content "$look" || return
    file_name "$R$path"
    [ "$kind" = file ] || { [ "$kind" = link ] && [ -z "$R" ]; } || return
    [ -f "$name_of_file" ] || return
    looked_into=$((looked_into + 1))
    clock
    if [ ! -r "$name_of_file" ]; then
        unread=1
    elif [ "$looked_into" -gt 1500 ] || [ $((part_end - clock_now)) -lt 3 ]; then
        unread=1
        incomplete "time was up before all files were looked into"
    else
        asked_marks "$look"
    fi
}

# beginning: the first 64 KiB of the file.
beginning() {
    if [ "$kind" = file ] && [ "$size" -le 65536 ]; then
        cat "$name_of_file"
    else
        within 3 head -c 65536 "$name_of_file"
    fi
}

# first_line_mark WORD EXPRESSION, content_mark WORD EXPRESSION: adds the word if the first line, or any, fits.
first_line_mark() {
    ! beginning | head -n 1 | grep -E -q -e "$2" || marks="$marks $1"
}
content_mark() {
    if [ "$kind" = file ] && [ "$size" -le 65536 ]; then
        grep -E -q -e "$2" "$name_of_file"
    else
        beginning | grep -E -q -e "$2"
    fi && marks="$marks $1"
}

# words_after WORDS: adds the words that follow one of these at the start of a line.
words_after() {
    words="$words $(beginning | awk -v after="$1" '
    BEGIN { split(after, list, " "); for (i in list) wanted[list[i]] = 1 }
    ($1 in wanted) && $2 != "" && !told[$2]++ && ++count <= 8 { printf "%s%s", (count > 1 ? " " : ""), substr($2, 1, 60) }
    ')"
}
