# part_directories: what lies in the homes and in the directories that the guidelines name: sizes, counts, names of
# what lies on top; nothing of what is in the files. Then desktops, caches, and what was installed by hand.
# Rows: directory NUMBER KIND KIB FILES OWN NEWEST OWNER SEPARATE WHY-INCOMPLETE PATH; entry NUMBER KIB NAME of what lies
# in that directory; desktop NUMBER OWNER PATH; icon NUMBER NAME; cache KIND KIB PATH; installed KIB PATH.
part_directories() {
    if ! printing_find; then
        unknown "find cannot print sizes here"
        return
    fi
    read_mounts
    find_first_boot
    find_homes
    # Programs that unpack archives set the time of the content, so that of the inode tells when a file came here. A tree
    # of the tests can only set the former.
    changed='%C@'
    [ -z "$R" ] || changed='%T@'
    skeleton=$(find "$R/etc/skel" -type f -printf '%s\t%P\n')
    export born skeleton
    number=0
    IFS=$LINE_END
    set -f
    sum_up_homes
    sum_up_others
    tell_desktops
    tell_caches
}

# sum_up_homes, sum_up_others: which of the files in a directory count as somebody's: in a home all but the skeleton,
# caches and histories (home), in that of root also not what the system puts there (root); what came since the first
# boot (new); all of them (all), or none.
sum_up_homes() {
    set --
    table=
    for line in $home_list; do
        [ "$line" != /root ] || continue
        file_name "$line"
        ! is_to_be_summed home home "$name_of_file" || set -- "$@" "$R$name_of_file"
    done
    walk 12 "$@"
}
sum_up_others() {
    set --
    table=
    for path in /root /mnt /srv /tmp /var/tmp /opt /usr/local /var/log; do
        case $path in
        /root) whose=root ;;
        /opt | /usr/local) whose=new ;;
        /var/log) whose=none ;;
        *) whose=all ;;
        esac
        ! is_to_be_summed other "$whose" "$path" || set -- "$@" "$R$path"
    done
    walk 12 "$@"
}

# is_to_be_summed KIND OWN DIRECTORY: puts it into the table, unless it is to be left alone.
is_to_be_summed() {
    [ -d "$R$3" ] || return
    number=$((number + 1))
    separate=0
    ! mounted_at "$3" || separate=1
    if far_away "$3"; then
        row directory "$number" "$1" 0 0 0 - - 1 "another machine serves it: it was not read" "$3"
    elif [ -L "$R$3" ]; then
        row directory "$number" "$1" 0 0 0 - - "$separate" "it is a link to elsewhere" "$3"
    else
        table=$table$number$TAB$1$TAB$2$TAB$separate$TAB$(as_line "$3")$LINE_END
        return 0
    fi
    return 1
}

# walk SECONDS DIRECTORY...: one pass through those of the table, never into another file system. Two records for each
# file: what it is and below which directory, then its path in there behind a slash.
walk() {
    walk_seconds=$1
    shift
    [ $# -gt 0 ] || return
    export table
    bounded_find "$walk_seconds" "$@" -xdev -ignore_readdir_race \
        \( -type d \( ! -readable -o ! -executable \) -printf '!\t0\t0\t0\t0\t%H\000/\000' -o -true \) \
        -printf "%y\\t%k\\t$changed\\t%s\\t%U\\t%H\\000/%P\\000" | lines_of | awk "$NAMES$SUM_UP"
}

# For awk: adds up what find printed.
SUM_UP='
BEGIN {
    lines = split(ENVIRON["skeleton"], line_of, "\n")
    for (i = 1; i <= lines; i++) skeleton[line_of[i]] = 1
    born = ENVIRON["born"] + 0
    split(".bash_history .zsh_history .python_history .lesshst .viminfo .wget-hsts .sudo_as_admin_successful " \
        ".Xauthority .ICEauthority .ssh/authorized_keys", words, " ")
    for (i in words) usual[words[i]] = 1
    split(".bashrc .bash_profile .bash_logout .profile .cshrc .tcshrc .selected_editor " \
        "anaconda-ks.cfg original-ks.cfg", words, " ")
    for (i in words) system_made[words[i]] = 1
    count = split(ENVIRON["table"], line_of, "\n")
    for (i = 1; i < count; i++) {
        $0 = line_of[i]
        number[i] = $1; kind[i] = $2; own[i] = $3; separate[i] = $4; directory[i] = after(4)
        index_of[directory[i]] = i
    }
    count--
}
$0 == "" { next }
$1 == "status" { status = $2; next }
!/^\// {
    what = $1; kibibytes = $2; at = $3; size = $4; uid = $5
    below = after(5)
    if (below != last) { last = below; n = index_of[substr(below, root + 1)] }
    next
}
n == "" { next }
what == "!" { closed[n] = any_closed = 1; next }
{
    path = substr($0, 2)
    kib[n] += kibibytes
    if (path == "") { master[n] = uid; next }
    slash = index(path, "/")
    top = slash ? substr(path, 1, slash - 1) : path
    if (!((n, top) in entry)) top_of[n, ++tops[n]] = top
    entry[n, top] += kibibytes
    if (what == "d") next
    if (own[n] == "new" && born && at > born) put_there()
    if (what != "f") next
    files[n]++
    if (at > newest[n]) newest[n] = at + 0
    if (somebodys(own[n])) mine[n]++
}
function somebodys(how) {
    if (how == "all") return top !~ /^(lost\+found|systemd-private-.*|\.(X11|ICE|XIM|font|Test)-unix|snap-private-tmp)$/
    if (how == "new") return born && at > born
    if (how == "none" || top == ".cache" || (path in usual)) return 0
    if (how == "root") return !(path in system_made)
    return !((size "\t" path) in skeleton)
}
function put_there(    group, rest) {
    group = top
    if (directory[n] == "/usr/local" && slash) {
        rest = substr(path, slash + 1)
        group = top "/" (index(rest, "/") ? substr(rest, 1, index(rest, "/") - 1) : rest)
    }
    installed[directory[n] "/" group] += kibibytes
}
function tell_biggest(i,    round, best, each) {
    for (round = 0; round < 5; round++) {
        best = 0
        for (each = 1; each <= tops[i]; each++)
            if (!((i, each) in told) && (!best || entry[i, top_of[i, each]] > entry[i, top_of[i, best]])) best = each
        if (!best) return
        told[i, best] = 1
        printf "entry\t%s\t%.0f\t%s\n", number[i], entry[i, top_of[i, best]], top_of[i, best]
    }
}
END {
    late = status == 124 || status == 137 || status == ""
    for (i = 1; i <= count; i++) {
        why = closed[i] ? "not all of it may be read" : ""
        if (late && (i == n || !(i in kib))) why = "time was up"
        printf "directory\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t%s\t%s\t%s\n", number[i], kind[i], kib[i], files[i],
            mine[i], newest[i], (i in master ? owner(master[i]) : "-"), separate[i], why, directory[i]
        tell_biggest(i)
    }
    for (each in installed) printf "installed\t%.0f\t%s\n", installed[each], each
    if (!late && status != 0 && !any_closed) print "incomplete\tfind could not read everything"
}
'

# tell_desktops: the desktop folders, under the names that the languages of their owners give them.
tell_desktops() {
    set --
    for line in $home_list; do
        file_name "$line"
        read_desktop_name "$R$name_of_file/.config/user-dirs.dirs"
        for each in "$desktop" Desktop; do
            each=$R$name_of_file/$each
            [ ! -d "$each" ] || [ -L "$each" ] || set -- "$@" "$each"
            [ "$desktop" != Desktop ] || break
        done
    done
    [ $# = 0 ] || bounded_find 3 "$@" -maxdepth 1 -printf '%d\t%U\t%H\000/%f\000' | lines_of | awk "$NAMES"'
    $0 == "" || $1 == "status" { next }
    !/^\// { depth = $1; uid = $2; below = after(2); next }
    depth == 0 { print "desktop\t" ++desktops "\t" owner(uid) "\t" substr(below, root + 1); icons = 0; next }
    ++icons <= 50 { print "icon\t" desktops "\t" substr($0, 2) }'
}

# read_desktop_name FILE: sets desktop to what XDG_DESKTOP_DIR says, below the home.
read_desktop_name() {
    desktop=Desktop
    [ ! -f "$1" ] || while IFS= read -r line; do
        case $line in
        'XDG_DESKTOP_DIR="$HOME/'?*'"'*)
            desktop=${line#*'"$HOME/'}
            desktop=${desktop%%\"*}
            desktop=${desktop%/}
            ;;
        esac
    done <"$1"
    [ -n "$desktop" ] || desktop=Desktop
}

# tell_caches: what can be made again: what there is on this file system, measured in one go.
tell_caches() {
    set --
    cache_kinds=
    for line in $home_list ''; do
        file_name "$line"
        for each in $(cache_places "$line"); do
            path=$name_of_file${each#*:}
            if [ -d "$R$path" ] && ! [ -L "$R$path" ] && ! mounted_at "$path"; then
                set -- "$@" "$R$path"
                cache_kinds=$cache_kinds${each%%:*}$TAB$(as_line "$R$path")$LINE_END
            fi
        done
    done
    [ $# -gt 0 ] || return
    export cache_kinds
    time_for 5
    { [ "$seconds_left" -lt 1 ] || within "$seconds_left" du -xsk "$@"; } | awk "$NAMES"'
    BEGIN {
        count = split(ENVIRON["cache_kinds"], line_of, "\n") - 1
        for (i = 1; i <= count; i++) { $0 = line_of[i]; kind[after(1)] = $1 }
    }
    { path = after(1) }
    path in kind { print "cache\t" kind[path] "\t" $1 "\t" substr(path, root + 1); told++ }
    END { if (told < count) print "incomplete\tnot every cache could be measured" }'
}

# cache_places HOME: lines of KIND:PATH, in a home or, without one, in the system.
cache_places() {
    if [ -n "$1" ]; then
        printf '%s\n' pip:/.cache/pip npm:/.npm conda:/.conda/pkgs conda:/miniconda3/pkgs conda:/anaconda3/pkgs \
            conda:/miniforge3/pkgs conda:/mambaforge/pkgs containers:/.local/share/containers trash:/.local/share/Trash
        return
    fi
    printf '%s\n' apt:/var/cache/apt/archives 'apt lists:/var/lib/apt/lists' dnf:/var/cache/dnf yum:/var/cache/yum \
        packagekit:/var/cache/PackageKit snap:/var/lib/snapd/cache containers:/var/lib/docker \
        containers:/var/lib/containers journal:/var/log/journal 'core dumps:/var/lib/systemd/coredump' \
        'core dumps:/var/crash'
    set +f
    for each in "$R"/opt/*conda* "$R"/opt/miniforge* "$R"/opt/mambaforge*; do
        printf 'conda:%s\n' "${each#"$R"}/pkgs"
    done
    for each in "$R"/lib/modules/*/kernel; do
        each=${each#"$R"}
        printf '%s\n' "${each%/kernel}"
    done | sort -V | old_kernels
}

# old_kernels: of modules sorted by version, those of kernels that neither run nor are the newest.
old_kernels() {
    read -r running <"$R/proc/sys/kernel/osrelease"
    older=
    while read -r each; do
        case $older in '' | "/lib/modules/$running") ;; *) printf 'old kernels:%s\n' "$older" ;; esac
        older=$each
    done
}
