# dpkg_here, rpm_here: whether there is a database of that manager, and the tool to ask it.
dpkg_here() {
    [ -s "$R/var/lib/dpkg/status" ] && have dpkg-query
}
rpm_here() {
    have rpm && for rpm_database in "$R/var/lib/rpm" "$R/usr/lib/sysimage/rpm"; do
        [ ! -e "$rpm_database/Packages" ] || return 0
        [ ! -e "$rpm_database/rpmdb.sqlite" ] || return 0
        [ ! -e "$rpm_database/Packages.db" ] || return 0
    done
    return 1
}

# ask_dpkg FORMAT: dpkg-query, for all packages of the system that is inspected.
ask_dpkg() {
    within 8 dpkg-query --admindir="$R/var/lib/dpkg" -W -f "$1"
}

# ask_rpm ARGUMENT...: rpm, of the system that is inspected; after rpm_here. Root's rpm writes its locks into an old
# database (Berkeley DB), and leaves them there if it is killed: so somebody asks who may write nothing.
ask_rpm() {
    if [ -n "$R" ]; then
        within 8 rpm --dbpath "$rpm_database" "$@"
    elif is_root && [ -e "$rpm_database/Packages" ] &&
        setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$rpm_database/Packages"; then
        within 8 setpriv --reuid=65534 --regid=65534 --clear-groups rpm "$@"
    else
        within 8 rpm "$@"
    fi
}

# debs: the installed packages: name, version, section.
debs() {
    ask_dpkg '${Status}\t${Package}\t${Version}\t${Section}\n' |
        awk -F '\t' '$1 !~ / (not-installed|config-files)$/ { print $2 "\t" $3 "\t" $4 }'
}

# rpms: the installed packages: name, version, licence, time of installation.
rpms() {
    ask_rpm -qa --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{LICENSE}\t%{INSTALLTIME}\n' | grep -v "^gpg-pubkey$TAB"
}
