# Where a path of the plan lies: the walks of all operations go through here.
#
# A walk is done twice in each operation: with `doing=count` it names each thing that is to go, with a zero behind it, with
# `doing=act` it takes them away. Afterwards it is counted again, so nothing is said to be gone that is not.
doing=count
mounts=
binds=
stays=

# own_link LINK: whether the owner of the system made it, and it does not leave the tree. Sets led to where it leads.
own_link() {
    led=$(readlink -f "$1")
    [ -n "$led" ] && [ "$(stat -c %u "$1")" = "$ruler" ] || return 1
    case $led/ in
    "$R"/*) ;;
    *) return 1 ;;
    esac
}

# follow FILE PATH: sets followed to the file, behind a link of the system; fails where there is none on the root disk.
follow() {
    followed=$1
    if [ -L "$1" ]; then
        [ -e "$1" ] || return 1
        own_link "$1" || fail "$2 is a link that leads away"
        elsewhere "${led#"$R"}" && return 1
        followed=$led
    fi
    [ -f "$followed" ]
}

# straight PATH: fails the seal where a link of a user leads elsewhere on the way to it.
straight() {
    straight_at=$R
    straight_left=${1#/}
    while :; do
        case $straight_left in
        */*)
            straight_at=$straight_at/${straight_left%%/*}
            straight_left=${straight_left#*/}
            ;;
        *) return 0 ;;
        esac
        [ ! -L "$straight_at" ] || own_link "$straight_at" || fail "a link leads away on the way to $1"
    done
}

# elsewhere PATH: whether it lies on another disk, or in memory: the last mount of the longest name tells.
elsewhere() {
    elsewhere_point=
    elsewhere_kind=own
    IFS=$NL
    set -f
    for elsewhere_mount in $mounts; do
        elsewhere_at=${elsewhere_mount#* }
        case $1/ in
        "$elsewhere_at"/*)
            [ ${#elsewhere_at} -lt ${#elsewhere_point} ] || {
                elsewhere_point=$elsewhere_at
                elsewhere_kind=${elsewhere_mount%% *}
            }
            ;;
        esac
    done
    unset IFS
    set +f
    [ "$elsewhere_kind" = other ]
}

# find_places PATH: sets places to where it is: itself, and where a mount hides it, one line each.
find_places() {
    places=
    if there "$R$1"; then
        straight "$1"
        elsewhere "$1" || places=$R$1$NL
    fi
    hidden "$1"
}

# hidden PATH: adds to places where it lies on each file system of the disk, should a mount hide it there.
hidden() {
    IFS=$NL
    set -f
    for hidden_view in $views; do
        hidden_point=${hidden_view#* }
        case $1 in
        "$hidden_point"/*)
            hidden_at=${hidden_view%% *}${1#"$hidden_point"}
            if there "$hidden_at" && ! [ "$R$1" -ef "$hidden_at" ]; then places=$places$hidden_at$NL; fi
            ;;
        esac
    done
    unset IFS
    set +f
}

# at_places FUNCTION PATH ARGUMENT...: calls it with each place, PATH and the arguments. It calls no other one like it.
at_places() {
    at_function=$1
    at_path=$2
    shift 2
    find_places "$at_path"
    IFS=$NL
    set -f
    for at_place in $places; do
        unset IFS
        set +f
        "$at_function" "$at_place" "$at_path" "$@"
    done
    unset IFS
    set +f
}

# below PATH TEST...: all below it that fits, on all its mounts of the root disk and under them; see `how`.
how=delete
below() {
    at_places within "$@"
    below_path=$1
    shift
    IFS=$NL
    set -f
    for below_mount in $mounts; do
        unset IFS
        set +f
        below_point=${below_mount#* }
        case $below_point in
        "$below_path"/*)
            [ "${below_mount%% *}" != own ] || within "$R$below_point" "$below_point" "$@"
            places=
            hidden "$below_point"
            IFS=$NL
            set -f
            for below_place in $places; do
                unset IFS
                set +f
                within "$below_place" "$below_point" "$@"
            done
            ;;
        esac
    done
    unset IFS
    set +f
}

# within PLACE PATH TEST...: on one file system.
within() {
    within_at=$1
    within_path=$2
    shift 2
    [ -d "$within_at" ] || return 0
    if [ -L "$within_at" ]; then
        own_link "$within_at" || fail "$within_path is a link that leads away"
        elsewhere "${led#"$R"}" && return 0
        within_at=$led
    fi
    IFS=$NL
    set -f
    for within_stay in $stays; do
        unset IFS
        case $within_stay in
        "$within_path"/*)
            within_tail=${within_stay#"$within_path"}
            as_pattern "$within_at$within_tail"
            set -- ! -path "$pattern" "$@"
            case $NL$kept$NL$binds in *"$NL$within_stay$NL"*) set -- ! -path "$pattern/*" "$@" ;; esac
            while within_tail=${within_tail%/*} && [ -n "$within_tail" ]; do
                as_pattern "$within_at$within_tail"
                set -- ! -path "$pattern" "$@"
            done
            ;;
        esac
    done
    unset IFS
    set +f
    if [ "$doing" = count ]; then
        found_there "$within_at" "$@"
    elif ! gone_there "$within_at" "$@" && [ "$how" != truncate ]; then
        find "$within_at" -xdev \( -type d -o -type f "$@" \) -exec chattr -i -a {} + 2>/dev/null
        gone_there "$within_at" "$@"
    fi
}

# as_pattern TEXT: sets pattern to one that find takes for just that.
as_pattern() {
    case $1 in
    *[][*?\\]*) pattern=$(printf '%s' "$1" | sed 's/[][*?\\]/\\&/g') ;;
    *) pattern=$1 ;;
    esac
}

# found_there DIRECTORY TEST..., gone_there DIRECTORY TEST...: by `how` it is deleted, emptied as a file, or deleted but
# for what a new account has.
found_there() {
    found_at=$1
    shift
    case $how in
    delete) find "$found_at" -xdev -mindepth 1 -depth "$@" -print0 ;;
    truncate) find "$found_at" -xdev -mindepth 1 -depth "$@" -type f -size +0c -print0 ;;
    renew) find "$found_at" -xdev -mindepth 1 -depth "$@" -exec sh -c "$STRANGERS" sh count "$found_at" "$skel" {} + ;;
    esac
} 2>/dev/null
gone_there() {
    gone_at=$1
    shift
    case $how in
    delete) find "$gone_at" -xdev -mindepth 1 -depth "$@" -delete ;;
    truncate)
        # What another name elsewhere holds is only named here no more.
        find "$gone_at" -xdev -mindepth 1 -depth "$@" -type f -size +0c -links +1 -delete
        find "$gone_at" -xdev -mindepth 1 -depth "$@" -type f -size +0c -exec sh -c "$TRUNCATE" sh {} +
        ;;
    renew) find "$gone_at" -xdev -mindepth 1 -depth "$@" -exec sh -c "$STRANGERS" sh act "$gone_at" "$skel" {} + ;;
    esac
    [ "$(found_there "$gone_at" "$@" | wc -c)" -eq 0 ]
} 2>/dev/null
TRUNCATE='for each; do
printf "" >"$each" && continue
held=$(lsattr -d "$each" | sed "s/ .*//" | tr -dc ia)
chattr -i -a "$each"
printf "" >"$each"
chattr "+$held" "$each"
done'

# one PLACE: names one thing, where it is counted; else says that there is something to do.
one() {
    if [ "$doing" = count ]; then
        printf '%s\000' "$1"
        return 1
    fi
}

# file PATH...: each goes, if it is there and no directory.
file() {
    for file_each; do
        at_places remove_file "$file_each"
    done
}
remove_file() {
    if [ -d "$1" ] && [ ! -L "$1" ]; then return 0; fi
    one "$1" || return 0
    rm -f -- "$1" 2>/dev/null
    there "$1" || return 0
    loosen "$1"
    loosen "${1%/*}"
    rm -f -- "$1" 2>/dev/null
}

# tree PATH: it goes with all that is in it, but for what is kept.
tree() {
    [ -L "$R$1" ] || below "$1"
    at_places remove_itself "$1"
}
remove_itself() {
    if [ -L "$1" ] || [ ! -d "$1" ]; then
        remove_file "$1"
        return
    fi
    case $NL$stays in
    *"$NL$2$NL"* | *"$NL$2/"*) return 0 ;;
    esac
    one "$1" || return 0
    rmdir -- "$1" 2>/dev/null
    [ -d "$1" ] || return 0
    loosen "$1"
    loosen "${1%/*}"
    rmdir -- "$1" 2>/dev/null
}

# emptied PATH...: what is in a file goes; it stays.
emptied() {
    for emptied_each; do
        at_places empty_file "$emptied_each"
    done
}
empty_file() {
    if ! follow "$1" "$2" || [ ! -s "$followed" ]; then return 0; fi
    one "$1" || return 0
    with_loosened "$followed" truncate_file
}
# A `:` that cannot be redirected would end the shell.
truncate_file() {
    printf '' >"$1"
} 2>/dev/null
# with_loosened FILE FUNCTION: changes a file that may be immutable, and makes it so again.
with_loosened() {
    "$2" "$1" && return
    loosened=$(lsattr -d "$1" 2>/dev/null | sed 's/ .*//' | tr -dc ia)
    loosen "$1"
    "$2" "$1"
    [ -z "$loosened" ] || chattr "+$loosened" "$1" 2>/dev/null
}

# edit PATH FILTER...: what the filter makes of a file takes its place, in the same blocks.
edit() {
    at_places edit_file "$@"
}
edit_file() {
    follow "$1" "$2" || return 0
    edited=$followed
    edited_path=$2
    shift 2
    tr -d '\000' <"$edited" | cmp -s - "$edited" || fail "$edited_path is not a text"
    "$@" <"$edited" >"$run/new" || fail "$edited_path is not as it was expected"
    cmp -s "$run/new" "$edited" && return 0
    if [ "$doing" = count ]; then
        printf %s "$edited_path"
        awk -v new="$run/new" '
            BEGIN { while ((getline line < new) > 0) stays[line]++ }
            stays[$0]-- < 1 { printf "x" }' "$edited" | tr x '\000'
    else
        with_loosened "$edited" overwrite
    fi
}
overwrite() {
    dd if="$run/new" of="$1" bs=65536 conv=notrunc &&
        dd if=/dev/null of="$1" bs=1 seek="$(($(wc -c <"$run/new")))" &&
        cmp -s "$run/new" "$1"
} 2>/dev/null
