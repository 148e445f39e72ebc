# find_first_boot: sets born to the time at which this machine had been set up, in seconds since 1970; to nothing if it
# cannot be told. boot-finished is written at each boot, so it only counts where the marks of what runs once are gone.
find_first_boot() {
    read -r instance_id <"$R/var/lib/cloud/data/instance-id" || instance_id=
    set_up=$R/var/lib/cloud/instances/$instance_id
    born=
    for set_up_mark in "$set_up/sem/config_scripts_user" "$set_up/sem/config_ssh" "$set_up/boot-finished" \
        "$R/etc/ssh/ssh_host_ed25519_key.pub"; do
        [ ! -f "$set_up_mark" ] || { born=$(stat -c %Y "$set_up_mark") && return; }
    done
}

# read_login_numbers: sets first_uid and last_uid: between them are the accounts of people, for distributions keep
# numbers above for services, too.
read_login_numbers() {
    first_uid=1000
    last_uid=60000
    while read -r login_name login_number login_rest; do
        case $login_name:$login_number in
        *:*[!0-9]* | *:) ;;
        UID_MIN:*) first_uid=$login_number ;;
        UID_MAX:*) last_uid=$login_number ;;
        esac
    done <"$R/etc/login.defs"
    : "$login_rest"
    export first_uid last_uid
}

# find_homes: sets home_list to the homes of root and of people, and the other directories in /home, one line each.
find_homes() {
    read_login_numbers
    home_list=$(for each in "$R"/home/*; do
        [ ! -d "$each" ] || as_line "${each#"$R"}"
    done | awk '
    function tell(home) {
        sub(/\/+$/, "", home)
        if (home ~ /^\/./ && !seen[home]++) print home
    }
    BEGIN {
        passwd = ENVIRON["R"] "/etc/passwd"
        while ((getline line < passwd) > 0) {
            split(line, word, ":")
            if (word[3] !~ /^[0-9]+$/) continue
            if (word[3] == 0 || (word[3] >= ENVIRON["first_uid"] + 0 && word[3] <= ENVIRON["last_uid"] + 0)) tell(word[6])
        }
    }
    { tell($0) }')
}

# read_mounts: sets mounted to lines of point, type and source, for the functions below.
read_mounts() {
    mounted=$LINE_END
    while read -r mount_id mount_parent mount_device mount_root mount_point mount_rest; do
        case $mount_point in *\\*) mount_point=$(printf '%b' "$mount_point") ;; esac
        mount_rest=${mount_rest##* - }
        mount_type=${mount_rest%% *}
        mount_rest=${mount_rest#* }
        mounted=$mounted$mount_point$TAB$mount_type$TAB${mount_rest%% *}$LINE_END
    done <"$R/proc/self/mountinfo"
    : "$mount_id $mount_parent $mount_device $mount_root"
}

# mounted_at PATH: sets mount_found to type and source of what is mounted right there; fails if it is no mount point.
mounted_at() {
    case $mounted in
    *"$LINE_END$1$TAB"*)
        mount_found=${mounted##*"$LINE_END$1$TAB"}
        mount_found=${mount_found%%"$LINE_END"*}
        ;;
    *) return 1 ;;
    esac
}

# far_away PATH: whether it is a mount of something that another machine serves, or that a program makes up.
far_away() {
    mounted_at "$1" || return
    case $mount_found in
    nfs* | cifs* | smb* | ceph* | fuse* | 9p* | afs* | lustre* | gluster* | beegfs* | gpfs* | autofs* | davfs*) return 0 ;;
    *) return 1 ;;
    esac
}

# on_root_disk PATH: false only if a mount of its own shows that it lies on another disk.
on_root_disk() {
    mounted_at "$1" || return 0
    disk_of "$mount_found"
    disk=$disk_found
    mounted_at / || return 0
    disk_of "$mount_found"
    [ -z "$disk" ] || [ -z "$disk_found" ] || [ "$disk" = "$disk_found" ]
}

# disk_of TYPE-AND-SOURCE: sets disk_found to the name of the disk, to nothing if the source does not tell.
disk_of() {
    disk_found=${1#*"$TAB"}
    case $disk_found in
    /dev/[vsh]d[a-z]* | /dev/xvd[a-z]*) disk_found=${disk_found%%[0-9]*} ;;
    /dev/nvme*n* | /dev/mmcblk*) disk_found=${disk_found%p[0-9]*} ;;
    *) disk_found= ;;
    esac
}
