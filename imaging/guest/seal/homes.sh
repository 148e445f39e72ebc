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
if [ "$doing" = count ]; then printf x
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
    how=renew
    below "$1"
    how=delete
    if [ "$doing" = act ] && [ -d "$R/etc/skel" ]; then at_places skeleton "$1"; fi
}
skeleton() {
    [ -d "$1" ] || return 0
    find "$R/etc/skel" -mindepth 1 -exec sh -c "$SKELETON" sh "$1" "$R/etc/skel" "$(stat -L -c %u:%g "$1")" {} + ||
        fail "the skeleton could not be copied to $2"
    if [ -n "$live" ] && [ -d /sys/fs/selinux/booleans ]; then restorecon -R "$1"; fi
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
