# What tells this machine from others. Rows: machine-id STATE; digest TEXT (of the id, never the id); dbus STATE (of D-Bus's own
# file, from which systemd fills an empty one; it follows no link there); seed.
part_identity() {
    if [ ! -e "$R/etc/machine-id" ] && [ ! -L "$R/etc/machine-id" ]; then
        row machine-id missing
    elif [ ! -r "$R/etc/machine-id" ]; then
        incomplete "/etc/machine-id could not be read"
    else
        identity_id=$(first_line "$R/etc/machine-id")
        case $identity_id in
        '') row machine-id empty ;;
        uninitialized) row machine-id uninitialized ;;
        *)
            row machine-id filled
            identity_digest=$(printf 'imaging-probe %s' "$identity_id" | sha256sum)
            row digest "${identity_digest%"${identity_digest#????????}"}"
            ;;
        esac
    fi
    identity_dbus=$R/var/lib/dbus/machine-id
    if [ -L "$identity_dbus" ]; then
        row dbus link
    elif [ ! -e "$identity_dbus" ]; then
        row dbus missing
    elif [ ! -r "$identity_dbus" ]; then
        incomplete "/var/lib/dbus/machine-id could not be read"
    else
        identity_id=$(first_line "$identity_dbus")
        case $identity_id in
        '') row dbus empty ;;
        *) row dbus filled ;;
        esac
    fi
    for identity_seed in var/lib/systemd/random-seed var/lib/urandom/random-seed var/lib/random-seed; do
        [ -e "$R/$identity_seed" ] || continue
        echo seed
        break
    done
}
