# What find hands over of a home: count or take away what a new account does not have.
STRANGERS='
doing=$1 home=$2 skel=$3
shift 3
for each; do
twin=$skel/${each#"$home"/}
if [ -L "$each" ]; then
    [ -L "$twin" ] && [ "$(readlink "$each")" = "$(readlink "$twin")" ] && continue
elif [ -d "$each" ]; then
    [ -d "$twin" ] && [ ! -L "$twin" ] && continue
elif [ -f "$each" ] && [ -f "$twin" ] && [ ! -L "$twin" ]; then
    cmp -s "$each" "$twin" && continue
fi
if [ "$doing" = count ]; then printf "%s\000" "$each"
elif [ -d "$each" ] && [ ! -L "$each" ]; then rmdir -- "$each"
else rm -f -- "$each"
fi
done'
SKELETON='
home=$1 skel=$2 owner=$3
shift 3
for each; do
there=$home/${each#"$skel"/}
if [ -e "$there" ] || [ -L "$there" ]; then continue; fi
if [ -d "$each" ] && [ ! -L "$each" ]; then mkdir "$there" && chmod "$(stat -c %a "$each")" "$there"
else cp -P -p "$each" "$there"
fi && chown -h "$owner" "$there" || exit 1
done'

# renewed HOME: emptied, but for what a new account gets; what it lacks of that is copied.
renewed() {
    skel=$R/etc/skel
    [ "$1" != /root ] || skel_of_root
    how=renew
    below "$1"
    how=delete
    if [ "$doing" = act ] && [ -d "$skel" ]; then at_places skeleton "$1"; fi
}
skeleton() {
    [ -d "$1" ] || return 0
    find "$skel" -mindepth 1 \( -type f -o -type d -o -type l \) \
        -exec sh -c "$SKELETON" sh "$1" "$skel" "$(stat -L -c %u:%g "$1")" {} + ||
        fail "the skeleton could not be copied to $2"
    if [ -n "$live" ] && [ -d /sys/fs/selinux/booleans ]; then restorecon -R "$1"; fi
}

# skel_of_root: a skeleton in memory of what packages bring for root, which is not that of people: Debian's base-files and
# new rootfiles of Red Hat have copies of it; of older ones those files are taken that nobody has changed.
skel_of_root() {
    skel=$run/skel
    [ ! -d "$skel" ] || return 0
    mkdir "$skel"
    for skel_name in bashrc profile; do
        skel_of_root_file "$R/usr/share/base-files/dot.$skel_name" ".$skel_name"
    done
    for skel_file in "$R"/usr/share/rootfiles/.[!.]*; do
        skel_of_root_file "$skel_file" "${skel_file##*/}"
    done
    if [ -n "$(ls -A "$skel")" ] || [ ! -d "$R/var/lib/rpm" ]; then return 0; fi
    # Root's rpm would write its locks into a database of old.
    skel_as=
    [ ! -e "$R/var/lib/rpm/Packages" ] || skel_as='setpriv --reuid=65534 --regid=65534 --clear-groups'
    $skel_as rpm --dbpath "$R/var/lib/rpm" -q --qf '[%{FILENAMES} %{FILEDIGESTS}\n]' rootfiles 2>/dev/null |
        while read -r skel_file skel_sum; do
            skel_tool=sha256sum
            [ ${#skel_sum} -ne 32 ] || skel_tool=md5sum
            case $("$skel_tool" "$R$skel_file" 2>/dev/null) in
            "$skel_sum "*) skel_of_root_file "$R$skel_file" "${skel_file#/root/}" ;;
            esac
        done
}
skel_of_root_file() {
    if [ -f "$1" ] && [ ! -L "$1" ]; then cp -p "$1" "$skel/$2"; fi
}

# stripped HOME: of a home that is kept, the keys and histories.
stripped() {
    tree "$1/.ssh"
    below "$1" ! -type d \( -name '.*history' -o -name '.*_hist' -o -name '.*.history' -o -name .histfile \
        -o -name .lesshst -o -name .viminfo -o -name .wget-hsts -o -name .dbshell -o -name fish_history \
        -o -name history.sqlite -o -name repl_history.jl -o -name recently-used.xbel -o -name '.*.sw[op]' \)
    below "$1" -path '*/.*_sessions/*'
    below "$1" -path '*/.local/share/Trash/*'
}
