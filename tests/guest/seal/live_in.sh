# What people leave in a Debian: accounts, secrets, logs, a service of their own, a swap, something below a mount.
for name in debian alice carol; do
    useradd -m -s /bin/bash "$name"
done
printf 'alice:swordfish\ncarol:swordfish\n' | chpasswd
usermod -a -G sudo,adm alice
echo 'alice ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/alice
echo 'mysql -p' >/home/alice/.bash_history
mkdir /home/carol/.ssh
ssh-keygen -q -t ed25519 -N '' -f /home/carol/.ssh/id
echo thesis >/home/carol/thesis.tex
echo key >/root/.netrc
mkdir -p /scratch/volume /scratch/other /scratch/bound /srv/kept
echo kept >/srv/kept/file
echo below >/scratch/bound/hidden
echo 'export TOKEN=x' >>/root/.bashrc
echo below >/scratch/volume/hidden
echo left >/scratch/other/left
echo hidden >/mnt/hidden
echo left >/tmp/left
mkdir -p /var/log/journal/0123
echo journal >/var/log/journal/0123/system.journal
echo 'alice in' >>/var/log/auth.log
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
mkdir -p /var/lib/dbus
rm -f /var/lib/dbus/machine-id
cp /etc/machine-id /var/lib/dbus/machine-id
mkdir -p /var/lib/cloud/instances/i-1 /var/lib/cloud/data
echo i-1 >/var/lib/cloud/data/instance-id
echo '#cloud-config' >/var/lib/cloud/instances/i-1/user-data.txt
ln -s /var/lib/cloud/instances/i-1 /var/lib/cloud/instance
echo source-07 >/etc/hostname
printf '127.0.0.1 localhost\n127.0.1.1 source-07\n10.0.0.9 site\n' >/etc/hosts
printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/own.service
systemctl enable own.service
dd if=/dev/zero of=/swap bs=1048576 count=8
chmod 600 /swap
mkswap /swap
echo '/swap none swap sw 0 0' >>/etc/fstab
