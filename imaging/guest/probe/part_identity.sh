# What tells this machine from others. Rows: machine-id STATE; digest TEXT (of the id, never the id); seed.
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
    for identity_seed in var/lib/systemd/random-seed var/lib/urandom/random-seed var/lib/random-seed; do
        [ -e "$R/$identity_seed" ] || continue
        echo seed
        break
    done
}
