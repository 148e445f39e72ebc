"""What a guest is spoilt with: one thing for each rule that the test is about."""

from __future__ import annotations

from tests.realguest.machine import Machine
from tests.realguest.repository import Repository

SPOIL = r"""
useradd -m -s /bin/bash ada
mkdir -p /home/ada/Desktop /home/ada/.ssh /home/ada/bin
seq 1 50000 > /home/ada/catalogue.csv
echo hello > /home/ada/Desktop/readme.txt
ssh-keygen -q -t ed25519 -N '' -f /home/ada/.ssh/id_ed25519
printf '%s\n' 'SERVER licences.example.org ANY 27000' 'FEATURE PeriodFit vendord 1.0 permanent 1 SIGN=0123456789AB' \
    > /home/ada/fit.lic
printf '#!/bin/sh\nexec sleep 1000000\n' > /home/ada/bin/worker
chmod +x /home/ada/bin/worker
chown -R ada:ada /home/ada
cat > /etc/systemd/system/ada-worker.service <<'END'
[Unit]
Description=A worker of ada
[Service]
ExecStart=/home/ada/bin/worker
User=ada
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable -q --now ada-worker.service
echo '10.1.2.3 catalogue.internal' >> /etc/hosts
mkfs.ext4 -q -F /dev/vdb
mkdir -p /data
echo "UUID=$(blkid -s UUID -o value /dev/vdb) /data ext4 defaults 0 2" >> /etc/fstab
systemctl daemon-reload
mount /data
echo kept > /data/kept
mkfs.minix /dev/vdc >/dev/null 2>&1 || mkfs.bfs /dev/vdc >/dev/null
sync
"""


def spoil(machine: Machine, repository: Repository) -> None:
    """Put in people's files, secrets, a licence, a bad fstab line, a service, another file system, updates."""
    machine.ssh(SPOIL)
    machine.copy(*repository.old)
    machine.ssh(
        "dpkg -i /tmp/imaging-probe-*_1.0_all.deb >/dev/null; rm /tmp/imaging-probe-*.deb\n"
        "mkdir -p /etc/apt/sources.list.kept; mv /etc/apt/sources.list /etc/apt/sources.list.d/* "
        "/etc/apt/sources.list.kept/ 2>/dev/null || true\n"
        f"echo '{repository.line}' > /etc/apt/sources.list\n"
        "apt-get -q update >/dev/null\n"
    )
