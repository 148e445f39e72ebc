ONE=$(printf '\001')
LINE_END='
'

# lines_of: for what find printed with NUL at the end of each record: one line each, byte 1 for a line end inside.
lines_of() {
    tr '\n\000' '\001\n'
}

# printing_find: whether find can print what it knows of a file (GNU; busybox cannot).
printing_find() {
    find "$R/etc" -maxdepth 0 -printf '' >/dev/null 2>&1
}

# when_changed: what find prints for the time at which a file came to be as it is. Programs that unpack archives set the
# time of the content, so that of the inode counts; a tree of the tests can only set the former.
when_changed() {
    if [ -n "$R" ]; then printf '%s' '%T@'; else printf '%s' '%C@'; fi
}

# at_most SECONDS: so many, or what is left of this part less a second in which to say that time was up.
at_most() {
    clock
    seconds_left=$((part_end - clock_now - 2))
    [ "$seconds_left" -le "$1" ] || seconds_left=$1
    [ "$seconds_left" -gt 0 ] || seconds_left=0
    echo "$seconds_left"
}

# bounded_find SECONDS ARGUMENT...: find, then a record `status N`: 0 all was read, 124 time was up, else some was not.
bounded_find() {
    find_seconds=$(at_most "$1")
    shift
    find_status=124
    [ "$find_seconds" -lt 1 ] || { within "$find_seconds" find "$@"; find_status=$?; }
    printf '\000status\t%s\000' "$find_status"
}

# modified FILE: seconds since 1970, nothing if it is not there.
modified() {
    stat -c %Y "$1" 2>/dev/null
}

# this_instance: the directory of cloud-init's present instance, whose link is an absolute one.
this_instance() {
    instance_link=$(readlink "$R/var/lib/cloud/instance") || return 1
    case $instance_link in
    /*) printf '%s' "$R$instance_link" ;;
    *) printf '%s' "$R/var/lib/cloud/$instance_link" ;;
    esac
}

# first_boot: when this machine had been set up, in seconds since 1970; nothing if it cannot be told. boot-finished is
# written at each boot, so it only counts where the marks of the modules that run once are gone.
first_boot() {
    set_up=$(this_instance) || set_up=
    for set_up_mark in "$set_up/sem/config_scripts_user" "$set_up/sem/config_ssh" "$set_up/boot-finished" \
        "$R/etc/ssh/ssh_host_ed25519_key.pub"; do
        [ -e "$set_up_mark" ] || continue
        modified "$set_up_mark" && return
    done
}

# first_uid, last_uid: between these are the accounts of people; distributions keep numbers above for services, too.
first_uid() {
    login_number UID_MIN 1000
}
last_uid() {
    login_number UID_MAX 60000
}
login_number() {
    login_found=$(awk -v name="$1" '$1 == name && $2 ~ /^[0-9]+$/ { print $2; exit }' "$R/etc/login.defs")
    echo "${login_found:-$2}"
}

# homes: the homes of root and of people, then the other directories in /home; one path each, byte 1 for a line end.
homes() {
    {
        awk -F : -v first="$(first_uid)" -v last="$(last_uid)" '
        ($3 == 0 || ($3 >= first + 0 && $3 <= last + 0)) && $6 ~ /^\/./ { print $6 }' "$R/etc/passwd"
        for home in "$R"/home/*; do
            [ ! -d "$home" ] || { printf '%s' "${home#"$R"}" | tr '\n' '\001' && echo; }
        done
    } | sed 's:/*$::' | awk '$0 != "" && $0 != "/" && !seen[$0]++'
}

# file_name LINE: sets name_of_file to the path that a line of ours stands for.
file_name() {
    name_of_file=$1
    case $1 in
    *"$ONE"*)
        name_of_file=$(printf '%s.' "$1" | tr '\001' '\n')
        name_of_file=${name_of_file%.}
        ;;
    esac
}

# mounted_at PATH: type and source of what is mounted right there; fails if it is no mount of its own.
mounted_at() {
    mount_point=$(printf '%s' "$1" | sed 's/ /\\040/g')
    export mount_point
    awk '
    $5 == ENVIRON["mount_point"] { for (i = 7; i < NF; i++) if ($i == "-") found = $(i + 1) "\t" $(i + 2) }
    END { if (found == "") exit 1; print found }
    ' "$R/proc/self/mountinfo"
}

# far_away PATH: whether it is a mount of something that another machine serves, or that a program makes up.
far_away() {
    case $(mounted_at "$1") in
    nfs* | cifs* | smb* | ceph* | fuse* | 9p* | afs* | lustre* | gluster* | beegfs* | gpfs* | autofs* | davfs*) return 0 ;;
    *) return 1 ;;
    esac
}

# on_root_disk PATH: false only if a mount of its own shows that it lies on another disk.
on_root_disk() {
    there=$(mounted_at "$1") || return 0
    here=$(mounted_at /) || return 0
    disk_of "$there"
    disk=$disk_found
    disk_of "$here"
    [ -z "$disk" ] || [ -z "$disk_found" ] || [ "$disk" = "$disk_found" ]
}

# disk_of TYPE-AND-SOURCE: sets disk_found to the name of the disk, to nothing if the source does not tell.
disk_of() {
    disk_found=${1#*"$TAB"}
    case $disk_found in
    /dev/[vsx]d[a-z]* | /dev/xvd[a-z]*) disk_found=$(printf '%s' "$disk_found" | sed 's/[0-9]*$//') ;;
    /dev/nvme*n* | /dev/mmcblk*) disk_found=${disk_found%p[0-9]*} ;;
    *) disk_found= ;;
    esac
}

# rpm_here: whether there is a database of rpm and a rpm to ask it.
rpm_here() {
    have rpm && rpm_database >/dev/null
}

# rpm_database: the folder of rpm's database.
rpm_database() {
    for each in "$R/var/lib/rpm" "$R/usr/lib/sysimage/rpm"; do
        [ -e "$each/Packages" ] || [ -e "$each/rpmdb.sqlite" ] || [ -e "$each/Packages.db" ] || continue
        printf '%s' "$each"
        return
    done
    return 1
}

# ask_rpm ARGUMENT...: rpm, of the system that is looked at.
ask_rpm() {
    if [ -n "$R" ]; then
        within 8 rpm --dbpath "$(rpm_database)" "$@"
    else
        within 8 rpm "$@"
    fi
}

# debs: the installed packages: name, version, section.
debs() {
    within 8 dpkg-query --admindir="$R/var/lib/dpkg" -W -f '${Status}\t${Package}\t${Version}\t${Section}\n' |
        awk -F '\t' '$1 !~ / (not-installed|config-files)$/ { print $2 "\t" $3 "\t" $4 }'
}

# rpms: the installed packages: name, version, licence, time of installation.
rpms() {
    ask_rpm -qa --qf '%{NAME}\t%{VERSION}-%{RELEASE}\t%{LICENSE}\t%{INSTALLTIME}\n' | grep -v "^gpg-pubkey$TAB"
}

# owner_of FILE: the name of its owner in the system that is looked at.
owner_of() {
    owner_uid=$(stat -c %u "$1")
    awk -F : -v uid="$owner_uid" '$3 == uid { print $1; found = 1; exit } END { if (!found) print uid }' "$R/etc/passwd"
}

# For awk: name[UID], from the passwd of the system that is looked at.
NAMES='
BEGIN {
    FS = "\t"
    while ((getline line < passwd) > 0) {
        split(line, word, ":")
        if (word[3] != "" && !(word[3] in name)) { name[word[3]] = word[1]; gsub(/\t/, " ", name[word[3]]) }
    }
    close(passwd)
}
function owner(uid) { return uid in name ? name[uid] : uid }
function after(fields,    i, at) {
    for (i = 1; i <= fields; i++) at += length($i) + 1
    return substr($0, at + 1)
}
'
