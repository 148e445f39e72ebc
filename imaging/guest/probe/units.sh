# pulled_in UNIT [wants|requires]: whether a target or another unit starts it, told by the links that enabling makes: so
# it can be said of a system that does not run, too.
pulled_in() {
    for unit_how in ${2:-wants requires}; do
        for unit_link in "$R"/etc/systemd/system/*."$unit_how/$1" "$R"/usr/lib/systemd/system/*."$unit_how/$1" \
            "$R"/lib/systemd/system/*."$unit_how/$1"; do
            if [ -L "$unit_link" ] || [ -e "$unit_link" ]; then return 0; fi
        done
    done
    return 1
}

# unit_state UNIT: masked, enabled, installed, or nothing where there is no such unit.
unit_state() {
    if [ "$(readlink "$R/etc/systemd/system/$1")" = /dev/null ]; then
        echo masked
    elif pulled_in "$1"; then
        echo enabled
    else
        for unit_file in "$R/etc/systemd/system/$1" "$R/usr/lib/systemd/system/$1" "$R/lib/systemd/system/$1"; do
            [ -e "$unit_file" ] || continue
            echo installed
            return
        done
    fi
}
