#!/bin/sh
# Makes the disk of a stock Debian cloud image: debian.sh RELEASE MIRROR DISK
#
# debootstrap, then the packages and settings of Debian's own cloud images (their FAI classes CLOUD and GENERIC): GPT with
# a BIOS boot partition, an ESP and the root file system, GRUB's configuration, the cloud kernel, cloud-init. Needs root; works in a mount namespace of its own, so that nothing stays mounted.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive
if [ -z "${STOCK_NAMESPACE-}" ]; then
    STOCK_NAMESPACE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi
release=$1 mirror=$2 disk=$3

packages="linux-image-cloud-amd64 grub-cloud-amd64 cloud-init cloud-guest-utils openssh-server sudo unattended-upgrades
    ca-certificates curl wget vim screen rsync socat tcpdump pciutils man-db bash-completion bind9-host uuid-runtime gdisk
    fdisk htop iputils-tracepath traceroute lsof file ethtool dosfstools apparmor dbus libpam-systemd systemd-timesyncd
    reportbug apt-listchanges psmisc locales nano less python3 cron logrotate"
case $release in
bullseye) packages="$packages ifupdown isc-dhcp-client resolvconf rsyslog" ;;
*) packages="$packages netplan.io systemd-resolved polkitd" ;;
esac

rm -f "$disk"
truncate -s 4G "$disk"
sfdisk -q "$disk" <<'LAYOUT'
label: gpt
15: start=8192, size=253952, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
14: start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649
1: start=262144, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
LAYOUT
# By its place, for many kernels make no devices of a loop device's partitions.
loop=$(losetup --find --show --offset $((512 * 262144)) --sizelimit $((512 * 8124416)) "$disk")
root=$(mktemp -d)
leave() {
    for point in sys proc dev ""; do
        umount -l "$root/$point" 2>/dev/null || :
    done
    losetup -d "$loop"
    rmdir "$root"
}
trap leave EXIT
mkfs.ext4 -q "$loop"
mkfs.vfat -F 16 -n UEFI --offset=8192 "$disk" 126976 >/dev/null
mount "$loop" "$root"
mkdir -p "$root/boot/efi"
if [ -n "${STOCK_BASE-}" ]; then
    cp -a "$STOCK_BASE/." "$root/"
else
    debootstrap "$release" "$root" "$mirror"
fi

# What FAI writes before the packages are configured.
partuuid() {
    sfdisk --part-uuid "$disk" "$1" | tr 'A-F' 'a-f'
}
cat >"$root/etc/fstab" <<EOF
PARTUUID=$(partuuid 1) / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1
PARTUUID=$(partuuid 15) /boot/efi vfat defaults 0 0
EOF
mkdir -p "$root/etc/default/grub.d" "$root/etc/cloud/cloud.cfg.d"
cat >"$root/etc/default/grub.d/10_cloud.cfg" <<'EOF'
# Debian Cloud: GRUB_CMDLINE_LINUX
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0"
GRUB_TERMINAL="console serial"
GRUB_SERIAL_COMMAND="serial --speed=115200"
EOF
echo 'GRUB_TIMEOUT=0' >"$root/etc/default/grub.d/15_timeout.cfg"
cat >"$root/etc/cloud/cloud.cfg.d/01_debian_cloud.cfg" <<'EOF'
apt:
   preserve_sources_list: false
manage_etc_hosts: true
system_info:
   default_user:
     name: debian
     sudo: ["ALL=(ALL) NOPASSWD:ALL"]
     shell: /bin/bash
EOF
case $release in
sid) suites="$release" ;;
*) suites="$release $release-updates" ;;
esac
: >"$root/etc/apt/sources.list"
for suite in $suites; do
    echo "deb $mirror $suite main" >>"$root/etc/apt/sources.list"
done
case $release in
bullseye | sid) ;; # no security suite, or one that moved
*) echo "deb ${mirror%/debian*}/debian-security $release-security main" >>"$root/etc/apt/sources.list" ;;
esac

mount -t tmpfs -o mode=755 dev "$root/dev"
for file in null zero full random urandom tty "${loop##*/}"; do
    cp -a "/dev/$file" "$root/dev/"
done
mkdir -p "$root/dev/disk/by-uuid" # GRUB names the root file system by UUID only where udev made this link
ln -s "../../${loop##*/}" "$root/dev/disk/by-uuid/$(blkid -s UUID -o value "$loop")"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
in_root() {
    chroot "$root" "$@"
}
apt() { # a mirror may be a copy of some days ago
    in_root apt-get -q -y -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false \
        -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io "$@"
}
apt update || sed -i /debian-security/d "$root/etc/apt/sources.list"
apt update
apt dist-upgrade
apt install $packages
[ "$release" = bullseye ] || apt purge ifupdown # debootstrap's, not in these images
mkdir -p "$root/boot/grub"
in_root update-grub # its core image is left out: QEMU starts the kernel as grub.cfg says

case $release in
bullseye)
    cat >"$root/etc/network/interfaces" <<'EOF'
# interfaces(5) file used by ifup(8) and ifdown(8)
# Include files from /etc/network/interfaces.d:
source /etc/network/interfaces.d/*

# Cloud images dynamically generate config fragments for newly
# attached interfaces. See /etc/udev/rules.d/75-cloud-ifupdown.rules
source-directory /run/network/interfaces.d
EOF
    ;;
*)
    cat >"$root/etc/netplan/90-default.yaml" <<'EOF'
network:
    version: 2
    ethernets:
        all-en:
            match:
                name: en*
            dhcp4: true
            dhcp4-overrides:
                use-domains: true
            dhcp6: true
            dhcp6-overrides:
                use-domains: true
        all-eth:
            match:
                name: eth*
            dhcp4: true
            dhcp4-overrides:
                use-domains: true
            dhcp6: true
            dhcp6-overrides:
                use-domains: true
EOF
    chmod 600 "$root/etc/netplan/90-default.yaml"
    in_root systemctl -q enable systemd-networkd systemd-resolved
    ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
    ;;
esac

# What FAI takes away at the end.
in_root passwd -q -l root
echo localhost >"$root/etc/hostname"
: >"$root/etc/machine-id"
rm -f "$root/usr/sbin/policy-rc.d" "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$root/var/log/bootstrap.log" \
    "$root"/var/log/apt/*.log "$root/var/log/dpkg.log" "$root/var/lib/systemd/random-seed"
apt clean

# What cloud-init does at a first boot as far as it is about accounts; what it writes is laid over it by the measurement.
in_root adduser -q --disabled-password --gecos Debian debian
groups=$(sed -n 's/^ *groups: *\[\(.*\)\].*/\1/p' "$root/etc/cloud/cloud.cfg" | head -n 1 | tr -d ' ')
for group in $(echo "${groups:-adm,sudo}" | tr , ' '); do
    in_root groupadd -f "$group" # cloud-init makes those that are not there
    in_root adduser -q debian "$group"
done
