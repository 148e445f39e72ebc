# part_directories: what lies in the homes and in the directories that the guidelines name: sizes, counts, names of
# what lies on top; nothing of what is in the files. Then desktops, caches, and what was installed by hand.
# Rows: directory NUMBER KIND KIB FILES OWN NEWEST OWNER SEPARATE WHY-INCOMPLETE PATH; entry NUMBER KIB NAME of what lies
# in that directory; desktop NUMBER OWNER PATH; icon NUMBER NAME; cache KIND KIB PATH; installed KIB PATH.
part_directories() {
    if ! printing_find; then
        unknown "find cannot print sizes here"
        return
    fi
    born=$(first_boot)
    counted=0
    skeleton=$(find "$R/etc/skel" -type f -printf '%s\t%P\n')
    export born skeleton
    homes | while IFS= read -r line; do
        file_name "$line"
        case $name_of_file in /root) continue ;; esac
        [ ! -e "$R$name_of_file" ] || sum_up home "$name_of_file" home
    done
    sum_up other /root root
    for other in /mnt /srv /tmp /var/tmp; do sum_up other "$other" all; done
    for other in /opt /usr/local; do sum_up other "$other" new; done
    sum_up other /var/log none
    homes | while IFS= read -r line; do
        file_name "$line"
        desktop_of "$name_of_file"
    done
    caches
}

# sum_up KIND DIRECTORY OWN: one pass over a directory, never into another file system. OWN says which files count as
# somebody's: home (not the skeleton, caches and histories), root (nor what a system puts there), all, new (since the
# first boot), none.
sum_up() {
    [ -d "$R$2" ] || return
    number=$1$((counted = counted + 1))
    separate=0
    ! mounted_at "$2" >/dev/null || separate=1
    if far_away "$2"; then
        row directory "$number" "$1" 0 0 0 - - 1 "another machine serves it: it was not looked into" "$2"
        return
    fi
    if [ -L "$R$2" ]; then
        row directory "$number" "$1" 0 0 0 - - "$separate" "it is a link to elsewhere" "$2"
        return
    fi
    directory=$2
    export directory
    bounded_find 15 "$R$2" -xdev -ignore_readdir_race -printf "%y\t%k\t$(when_changed)\t%s\t%U\t%P\000" |
        lines_of | awk -v passwd="$R/etc/passwd" -v number="$number" -v kind="$1" -v own="$3" -v separate="$separate" "$NAMES$SUM_UP"
}

# For awk: adds up what find printed of one directory.
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
}
$0 == "" { next }
$1 == "status" { status = $2; next }
{
    path = after(5)
    kib += $2
    if (path == "") { master = $5; next }
    slash = index(path, "/")
    top = slash ? substr(path, 1, slash - 1) : path
    entry[top] += $2
    if ($1 == "d") next
    if (own == "new" && born && $3 > born) put_there()
    if ($1 != "f") next
    files++
    if ($3 > newest) newest = $3 + 0
    if (somebodys()) mine++
}
function somebodys() {
    if (own == "all") return top !~ /^(lost\+found|systemd-private-.*|\.(X11|ICE|XIM|font|Test)-unix|snap-private-tmp)$/
    if (own == "new") return born && $3 > born
    if (own == "none" || top == ".cache" || (path in usual)) return 0
    if (own == "root") return !(path in system_made)
    return !(($4 "\t" path) in skeleton)
}
function put_there(    group, rest) {
    group = top
    if (ENVIRON["directory"] == "/usr/local" && slash) {
        rest = substr(path, slash + 1)
        group = top "/" (index(rest, "/") ? substr(rest, 1, index(rest, "/") - 1) : rest)
    }
    installed[group] += $2
}
END {
    why = ""
    if (status != 0) why = "not all of it may be read"
    if (status == 124 || status == 137 || status == "") why = "time was up"
    printf "directory\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t%s\t%s\t%s\n", number, kind, kib, files, mine, newest,
        (master == "" ? "-" : owner(master)), separate, why, ENVIRON["directory"]
    for (round = 0; round < 5; round++) {
        best = ""
        for (each in entry) if (best == "" || entry[each] > entry[best]) best = each
        if (best == "") break
        printf "entry\t%s\t%.0f\t%s\n", number, entry[best], best
        delete entry[best]
    }
    for (each in installed) printf "installed\t%.0f\t%s/%s\n", installed[each], ENVIRON["directory"], each
}
'

# desktop_of HOME: its desktop folder, under the name that the language of its owner gives it.
desktop_of() {
    desktop=$(sed -n 's/^XDG_DESKTOP_DIR="\$HOME\/\([^"]*\)".*/\1/p' "$R$1/.config/user-dirs.dirs" | tail -n 1)
    desktop=${desktop%/}
    for each in "${desktop:-Desktop}" Desktop; do
        if ! [ -d "$R$1/$each" ] || [ -L "$R$1/$each" ]; then continue; fi
        counted=$((counted + 1))
        row desktop "$counted" "$(owner_of "$R$1/$each")" "$1/$each"
        bounded_find 3 "$R$1/$each" -mindepth 1 -maxdepth 1 -printf "icon\t$counted\t%f\000" |
            lines_of | grep "^icon$TAB" | head -n 50
        [ "$each" != Desktop ] || break
    done
}

# caches: what can be made anew.
caches() {
    cache apt /var/cache/apt/archives
    cache "apt lists" /var/lib/apt/lists
    cache dnf /var/cache/dnf
    cache yum /var/cache/yum
    cache packagekit /var/cache/PackageKit
    cache snap /var/lib/snapd/cache
    cache containers /var/lib/docker
    cache containers /var/lib/containers
    cache journal /var/log/journal
    cache "core dumps" /var/lib/systemd/coredump
    cache "core dumps" /var/crash
    cache "kernel dumps" /var/lib/kdump
    for each in "$R"/opt/*conda* "$R"/opt/miniforge* "$R"/opt/mambaforge*; do cache conda "${each#"$R"}/pkgs"; done
    homes | while IFS= read -r line; do
        file_name "$line"
        cache pip "$name_of_file/.cache/pip"
        cache other "$name_of_file/.cache"
        cache npm "$name_of_file/.npm"
        cache conda "$name_of_file/.conda/pkgs"
        for each in miniconda3 anaconda3 miniforge3 mambaforge; do cache conda "$name_of_file/$each/pkgs"; done
        cache containers "$name_of_file/.local/share/containers"
        cache trash "$name_of_file/.local/share/Trash"
    done
    old_kernels
}

# cache KIND DIRECTORY: its size, if there is one on this file system.
cache() {
    [ -d "$R$2" ] && ! [ -L "$R$2" ] && ! mounted_at "$2" >/dev/null || return
    cache_seconds=$(at_most 4)
    if [ "$cache_seconds" -lt 1 ]; then
        incomplete "time was up before all caches were measured"
        return
    fi
    cache_kib=$(within "$cache_seconds" du -xsk "$R$2" | awk '{ print $1; exit }')
    case $cache_kib in
    '' | *[!0-9]*) incomplete "a cache could not be measured" ;;
    *) row cache "$1" "$cache_kib" "$2" ;;
    esac
}

# old_kernels: modules of kernels that are neither running nor the newest.
old_kernels() {
    running=$(first_line "$R/proc/sys/kernel/osrelease")
    newest_modules=$(for each in "$R"/lib/modules/*; do printf '%s\n' "${each##*/}"; done | sort -V | tail -n 1)
    for each in "$R"/lib/modules/*/kernel; do
        each=${each#"$R"}
        each=${each%/kernel}
        case ${each##*/} in "$running" | "$newest_modules" | '*') continue ;; esac
        cache "old kernels" "$each"
    done
}
