# In a mount and process namespace of its own: seals the system below $1, with what it needs of a running one.
# $2: a disk for its /scratch/volume. Prints what the console shows.
set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount --rbind /sys "$1/sys"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
mount -t tmpfs tmpfs "$1/mnt"
mount "$2" "$1/scratch/volume"
mount --bind "$1/srv/kept" "$1/scratch/bound"
mkdir "$1/run/imaging-seal"
cat >"$1/run/imaging-seal/script"
chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin IMAGING_SEAL_RUN=/run/imaging-seal IMAGING_SEAL_LIVE=yes \
    IMAGING_SEAL_CONSOLE=/run/console sh /run/imaging-seal/script trial work
cat "$1/run/console"
