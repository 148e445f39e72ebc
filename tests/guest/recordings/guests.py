"""The demonstration guests, one by one."""

from __future__ import annotations

import os
from pathlib import Path

from imaging.democloud.ids import seed_id
from tests.guest.recordings.describing import Listener, Machine, Person, Process
from tests.guest.recordings.hardware import Disks, Volume
from tests.guest.recordings.placing import DAY, NOW, link, put
from tests.guest.trees.dpkg import Deb

_NOBLE = (
    Deb("base-files", "13ubuntu10.3", "admin", conffiles=(("/etc/host.conf", "multi on\n"),)),
    Deb("bash", "5.2.21-2ubuntu4", "shells"),
    Deb("libc6", "2.39-0ubuntu8.6", "libs"),
    Deb("openssh-server", "1:9.6p1-3ubuntu13.14", "net"),
    Deb("cloud-init", "25.1.4-0ubuntu0~24.04.1", "admin", "all"),
    Deb("cloud-guest-utils", "0.33-1", "admin", "all"),
    Deb("qemu-guest-agent", "1:8.2.2+ds-0ubuntu1.10", "misc"),
    Deb("linux-image-6.8.0-88-generic", "6.8.0-88.89", "kernel"),
    Deb("python3", "3.12.3-0ubuntu2", "python"),
    Deb("sudo", "1.9.15p5-3ubuntu5", "admin"),
)
_JAMMY = (
    Deb("base-files", "12ubuntu4.7", "admin", conffiles=(("/etc/host.conf", "multi on\n"),)),
    Deb("bash", "5.1-6ubuntu1.1", "shells"),
    Deb("libc6", "2.35-0ubuntu3.10", "libs"),
    Deb("openssh-server", "1:8.9p1-3ubuntu0.13", "net"),
    Deb("cloud-init", "25.1.4-0ubuntu0~22.04.1", "admin", "all"),
    Deb("cloud-guest-utils", "0.32-22-g45fe84a5-0ubuntu1", "admin", "all"),
    Deb("qemu-guest-agent", "1:6.2+dfsg-2ubuntu6.26", "misc"),
    Deb("linux-image-5.15.0-161-generic", "5.15.0-161.171", "kernel"),
    Deb("grass-core", "7.8.7-1", "universe/science"),
    Deb("qgis", "3.22.4+dfsg-1build1", "universe/science"),
)
_BOOKWORM = (
    Deb("base-files", "12.4+deb12u12", "admin", conffiles=(("/etc/host.conf", "multi on\n"),)),
    Deb("bash", "5.2.15-2+b9", "shells"),
    Deb("libc6", "2.36-9+deb12u13", "libs"),
    Deb("openssh-server", "1:9.2p1-2+deb12u7", "net"),
    Deb("cloud-init", "22.4.2-1+deb12u3", "admin", "all"),
    Deb("cloud-guest-utils", "0.33-1", "admin", "all"),
    Deb("qemu-guest-agent", "1:7.2+dfsg-7+deb12u16", "misc"),
    Deb("linux-image-6.1.0-41-cloud-amd64", "6.1.158-1", "kernel"),
    Deb("nginx", "1.22.1-9+deb12u3", "httpd"),
)


def _volume(name: str, device: str, gib: int, fs_type: str, point: str, **more: object) -> Volume:
    return Volume(
        name,
        device,
        gib,
        fs_type,
        seed_id("filesystem", name),
        seed_id("volume", name)[:20],
        point,
        **more,  # type: ignore[arg-type]  # fields of Volume
    )


_PGDATA = _volume("pgdata", "vdb", 100, "ext4", "/var/lib/postgresql", label="pgdata", used=0.41)
_SCRATCH = _volume("scratch", "vdc", 500, "xfs", "/scratch", used=0.12)
_GIS_DATA = _volume("gis-data", "vdb", 200, "ext4", "/data", used=0.63)


def _db_07(root: Path) -> None:
    """PostgreSQL on a volume, a period search out of somebody's home, and what people leave lying about."""
    at = NOW - 6 * DAY
    put(root, "etc/systemd/system/period-search.service", _SERVICE, at=at)
    link(
        root,
        "etc/systemd/system/multi-user.target.wants/period-search.service",
        "/etc/systemd/system/period-search.service",
        at=at,
    )
    link(root, "usr/local/bin/period-search", "/home/ada/bin/period-search", at=at)
    put(root, "usr/local/lib/python3.12/dist-packages/survey/__init__.py", "version = '4.1'\n", at=at)
    put(root, "opt/survey/calibration/flat-2026.fits", bytes(600_000), at=at)
    put(root, "opt/survey/README", "Calibration of the survey, release 2\n", at=at)
    put(root, "mnt/old-export/readme.txt", "before the volume was there\n", at=at)
    put(root, "tmp/import.sql", "-- half an import\n" * 400, at=NOW - DAY)
    put(root, "root/restore.sh", "#!/bin/sh\npg_restore -d survey /scratch/survey.dump\n", at=at)
    put(root, "etc/hosts", (root / "etc/hosts").read_text() + "10.20.0.12 catalogue.internal catalogue\n", at=at)
    put(root, "var/log/apt/history.log", (root / "var/log/apt/history.log").read_text() + _HISTORY, at=at)
    put(root, "var/log/dpkg.log", (root / "var/log/dpkg.log").read_text() + _DPKG_LOG, at=at)
    put(root, "var/lib/apt/extended_states", _AUTOMATIC, at=at)
    put(root, "run/reboot-required", "*** System restart required ***\n", at=NOW - 2 * DAY)
    put(root, "run/reboot-required.pkgs", "libc6\n", at=NOW - 2 * DAY)
    (root / "home/ada/bin/period-search").chmod(0o755)
    for name in ("ada/.ssh/id_ed25519", "ada/.pgpass", "ada/.bash_history", "ubuntu/.bash_history"):
        (root / "home" / name).chmod(0o600)


def _gis_lab(root: Path) -> None:
    at = NOW - 9 * DAY
    put(root, "opt/grass-addons/modules.xml", "<modules/>\n" * 200, at=at)
    put(root, "etc/cloud/cloud.cfg.d/99-course.cfg", "preserve_hostname: true\n", at=at)


def _hostile(root: Path) -> None:
    """Names that would harm a careless reader; they are no valid UTF-8, hold line ends, or look like markup."""
    home = os.fsencode(root) + b"/home/ubuntu/"
    for name in (b"not utf-8 \xff\xfe.dat", b"@@imaging-probe-end x 0", b"tab\there", b'"quoted" \\ back', b"-rf"):
        Path(os.fsdecode(home + name)).write_bytes(b"odd\n")
        os.utime(home + name, (NOW - DAY, NOW - DAY))
    put(root, "home/ubuntu/Desktop/[bold]menu[/bold].desktop", "[Desktop Entry]\nName=\x1b[31mred\n", at=NOW - DAY)
    put(root, "opt/\x1b]0;title\x07/tool", "x\n", at=NOW - DAY)


_SERVICE = """\
[Unit]
Description=Period search of the survey
After=postgresql.service

[Service]
User=ada
WorkingDirectory=/home/ada/analysis
ExecStart=/home/ada/bin/period-search

[Install]
WantedBy=multi-user.target
"""
_HISTORY = """\

Start-Date: 2026-11-07  09:12:30
Commandline: apt install postgresql
Requested-By: ubuntu (1000)
Install: libpq5:amd64 (16.10, automatic), postgresql-16:amd64 (16.10, automatic), postgresql:amd64 (16+257build1.1)
End-Date: 2026-11-07  09:12:58
"""
_DPKG_LOG = """\
2026-11-07 09:12:30 startup archives unpack
2026-11-07 09:12:31 install libpq5:amd64 <none> 16.10-0ubuntu0.24.04.1
2026-11-07 09:12:33 install postgresql-16:amd64 <none> 16.10-0ubuntu0.24.04.1
2026-11-07 09:12:34 install postgresql:all <none> 16+257build1.1
"""
_AUTOMATIC = """\
Package: libpq5
Architecture: amd64
Auto-Installed: 1

Package: postgresql-16
Architecture: amd64
Auto-Installed: 1

"""
_RUNNING = ("enabled", "active")

GUESTS = {
    guest.name: guest
    for guest in (
        Machine(
            "db-07", "db-07", "ubuntu-24.04", "6.8.0-88-generic", "ubuntu", 18, "Ubuntu 24.04.3 LTS",
            Disks(used=0.27, volumes=(_PGDATA, _SCRATCH)),
            people=(Person("ada", 1001, has_password=True),),
            units={
                "postgresql.service": _RUNNING,
                "postgresql@16-main.service": ("enabled-runtime", "active"),
                "period-search.service": _RUNNING,
                "qemu-guest-agent.service": ("static", "active"),
            },
            processes=(
                Process(
                    2211, "postgres", "/usr/lib/postgresql/16/bin/postgres", 115, "/var/lib/postgresql/16/main",
                    ("/var/lib/postgresql/16/main/pg_wal/000000010000000000000042",),
                ),
                Process(2290, "tmux: server", "/usr/bin/tmux", 1001, "/home/ada", session_seconds=266_400),
                Process(2304, "python3", "/usr/bin/python3.12", 1001, "/home/ada/analysis", session_seconds=93_600),
            ),
            listeners=(Listener("127.0.0.1", 5432, 2211),),
            packages=(
                *_NOBLE,
                Deb("libpq5", "16.10-0ubuntu0.24.04.1", "libs"),
                Deb("postgresql-16", "16.10-0ubuntu0.24.04.1", "database", newer="16.11-0ubuntu0.24.04.1",
                    security=True, needs="libpq5"),
                Deb("postgresql", "16+257build1.1", "database", "all", needs="postgresql-16"),
                Deb("tzdata", "2025b-0ubuntu0.24.04.1", "localization", "all", newer="2026a-0ubuntu0.24.04"),
                Deb("unrar", "1:7.0.7-1build1", "multiverse/utils"),
            ),
            fstab=(
                f"UUID={_PGDATA.uuid}\t/var/lib/postgresql\text4\tdefaults,nofail\t0 2\n"
                f"UUID={_SCRATCH.uuid}\t/scratch\txfs\tdefaults,nofail\t0 2\n"
            ),
            story=_db_07,
        ),
        Machine(
            "gis-lab", "gis-lab", "ubuntu-22.04", "5.15.0-161-generic", "ubuntu", 25, "Ubuntu 22.04.5 LTS",
            Disks(used=0.36, volumes=(_GIS_DATA,)),
            units={"qemu-guest-agent.service": ("static", "active")},
            packages=_JAMMY,
            fstab=f"UUID={_GIS_DATA.uuid}\t/data\text4\tdefaults\t0 2\n",
            story=_gis_lab,
        ),
        Machine(
            "web-01", "web-01", "debian-12", "6.1.0-41-cloud-amd64", "debian", 33, "Debian GNU/Linux 12 (bookworm)",
            Disks(used=0.1),
            units={"nginx.service": _RUNNING, "qemu-guest-agent.service": ("static", "active")},
            processes=(Process(701, "nginx", "/usr/sbin/nginx"),),
            listeners=(Listener("0.0.0.0", 80, 701),),  # what the web server of this story listens on
            packages=_BOOKWORM,
        ),
        Machine(
            "ubuntu-24", "recorded-host", "ubuntu-24.04", "6.8.0-88-generic", "ubuntu", 47, "Ubuntu 24.04.3 LTS",
            Disks(used=0.17),
            units={"qemu-guest-agent.service": ("static", "active")},
            packages=_NOBLE,
        ),
        Machine(
            "rocky-9", "recorded-host", "rocky-9", "5.14.0-427.40.1.el9_4.x86_64", "rocky", 210,
            "Rocky Linux 9.6 (Blue Onyx)", Disks(fs_type="xfs", label="rocky", used=0.2),
            units={"qemu-guest-agent.service": _RUNNING, "firewalld.service": ("disabled", "inactive")},
        ),
        Machine(
            "hostile", "recorded-host", "ubuntu-24.04", "6.8.0-88-generic", "ubuntu", 401, "Ubuntu 24.04.3 LTS",
            Disks(used=0.9), packages=_NOBLE, story=_hostile,
        ),
    )
}  # fmt: skip
"""By the name of the recording."""
