# Where systemd reads units, the first of a name counts. What generators made of fstab is told by fstab itself.
unit_folders="etc/systemd/system run/systemd/system run/systemd/generator.early run/systemd/generator \
usr/local/lib/systemd/system usr/lib/systemd/system lib/systemd/system run/systemd/generator.late"

# pulled_in UNIT [wants|requires]: whether a target or another unit starts it, told by the links that enabling makes: so
# it can be said of a system that does not run, too.
pulled_in() {
    for unit_how in ${2:-wants requires}; do
        for unit_folder in $unit_folders; do
            for unit_link in "$R/$unit_folder"/*."$unit_how/$1"; do
                if [ -L "$unit_link" ] || [ -e "$unit_link" ]; then return 0; fi
            done
        done
    done
    return 1
}

# is_masked FILE: a link to /dev/null, the only device that a unit can be.
is_masked() {
    [ -L "$1" ] && [ -c "$1" ]
}

# find_unit UNIT: sets unit_found to masked, enabled, installed, or nothing where there is no such unit.
find_unit() {
    unit_found=
    if is_masked "$R/etc/systemd/system/$1"; then
        unit_found=masked
    elif pulled_in "$1"; then
        unit_found=enabled
    else
        for unit_folder in $unit_folders; do
            [ ! -e "$R/$unit_folder/$1" ] || unit_found=installed
        done
    fi
}
