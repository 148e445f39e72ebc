"""Stand-ins for the cloud images of systems whose packages cannot be had here: trees of files in their genuine formats.

The files that rules read (accounts, fstab, boot loader, cloud.cfg, sshd, network) are as these distributions ship them,
in `files/`; packages are a few by name (dpkg) or those recorded for the tests (rpm), and the rest comes from the layers
of the demonstration cloud's recordings.
"""

from __future__ import annotations

import lzma
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.stock import first_boot
from tests.guest.recordings import building
from tests.guest.recordings.hardware import Disks
from tests.guest.recordings.placing import DAY, NOW, link, put
from tests.guest.trees.dpkg import Deb, write_apt_lists, write_dpkg

_HERE = Path(__file__).parent / "files"
_RPM = building.HERE.parent / "trees/recorded"
_UUID = "6f1c2d33-0009-4000-8000-000000000009"
_MACHINE = "1f0e2d3c4b5a69788796a5b4c3d2e1f0"
_LEFT_OUT = ("etc/fstab", "etc/netplan", "boot/grub/", "boot/loader", "usr/lib/os-release", "etc/yum.repos.d", "proc/")
"""Of the recordings' layers: what each system has in a way of its own."""
_WORDS_9 = "console=ttyS0,115200n8 no_timer_check net.ifnames=0 crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M"
_WORDS_8 = "console=ttyS0,115200n8 no_timer_check net.ifnames=0 crashkernel=auto"
_WORDS_7 = "console=tty0 crashkernel=auto net.ifnames=0 console=ttyS0,115200"


@dataclass(frozen=True)
class Stock:
    """A system that is made as a tree."""

    id: str
    version: str
    pretty: str
    kernel: str
    systemd: int
    code: str = ""
    """Ubuntu's code name."""
    words: str = ""
    """On the kernel line of the systems with rpm."""

    @property
    def is_ubuntu(self) -> bool:
        """Whether it is one of Ubuntu's; the others are of the family of Red Hat."""
        return self.id == "ubuntu"

    @property
    def user(self) -> str:
        """cloud-init's default user."""
        return self.id

    @property
    def disks(self) -> Disks:
        """One disk with what fstab names."""
        label = "cloudimg-rootfs" if self.is_ubuntu else "rocky"
        return Disks(gib=20, fs_type="ext4" if self.is_ubuntu else "xfs", uuid=_UUID, label=label, used=0.1)


STOCK: Mapping[str, Stock] = {
    "ubuntu-20.04": Stock("ubuntu", "20.04", "Ubuntu 20.04.6 LTS", "5.4.0-216-generic", 245, "focal"),
    "ubuntu-22.04": Stock("ubuntu", "22.04", "Ubuntu 22.04.5 LTS", "5.15.0-161-generic", 249, "jammy"),
    "ubuntu-24.04": Stock("ubuntu", "24.04", "Ubuntu 24.04.3 LTS", "6.8.0-88-generic", 255, "noble"),
    "ubuntu-26.04": Stock("ubuntu", "26.04", "Ubuntu 26.04 LTS", "7.0.0-14-generic", 259, "resolute"),
    "centos-7": Stock("centos", "7", "CentOS Linux 7 (Core)", "3.10.0-1160.119.1.el7.x86_64", 219, words=_WORDS_7),
    "rocky-8": Stock("rocky", "8.10", "Rocky Linux 8.10", "4.18.0-553.22.1.el8_10.x86_64", 239, words=_WORDS_8),
    "rocky-9": Stock("rocky", "9.6", "Rocky Linux 9.6", "5.14.0-427.40.1.el9_4.x86_64", 252, words=_WORDS_9),
    "rocky-10": Stock("rocky", "10.0", "Rocky Linux 10.0", "5.14.0-427.40.1.el9_4.x86_64", 257, words=_WORDS_9),
    "almalinux-8": Stock("almalinux", "8.10", "AlmaLinux 8.10", "4.18.0-553.22.1.el8_10.x86_64", 239, words=_WORDS_8),
    "almalinux-9": Stock("almalinux", "9.6", "AlmaLinux 9.6", "5.14.0-427.40.1.el9_4.x86_64", 252, words=_WORDS_9),
    "almalinux-10": Stock("almalinux", "10.0", "AlmaLinux 10.0", "5.14.0-427.40.1.el9_4.x86_64", 257, words=_WORDS_9),
}


def build(name: str, root: Path) -> Path:
    """Make the tree of a stock system below a folder, as a machine that has just been launched from it."""
    stock = STOCK[name]
    words = {"@USER@": stock.user, "@KERNEL@": stock.kernel, "@MACHINE@": _MACHINE, "@PRETTY@": stock.pretty,
             "@WORDS@": stock.words, "@HOST@": "stock", "@DISTRO@": stock.id, "@CLOUD_INIT@": "24.4",
             "@IMAGE_DAY@": "2026-11-01"}  # fmt: skip
    family = "debian-family" if stock.is_ubuntu else "rocky-9"
    for source, path in _layer(building.HERE / "files" / "any", words):
        put(root, path, source, mode=0o755 if "bin/" in path or "generators/" in path else 0o644)
    for source, path in _layer(building.HERE / "files" / family, words):
        if not path.startswith(_LEFT_OUT):
            put(root, path, source, mode=0o755 if "bin/" in path else 0o644)
    for layer in _layers(stock):
        for source, path in _layer(_HERE / layer, words):
            put(root, path, source, mode=0o600 if path.endswith(("nmconnection", ".yaml")) else 0o644)
    _write_system(root, stock)
    (_write_debs if stock.is_ubuntu else _write_rpms)(root, stock)
    first_boot.boot(root, name, stock.pretty, stock.user, stock.disks)
    return root


def _layers(stock: Stock) -> tuple[str, ...]:
    if stock.is_ubuntu:
        return ("ubuntu",)
    age = {"7": ("el-7", "el-old"), "8": ("el-old", "el-bls")}.get(
        stock.version.partition(".")[0], ("el-new", "el-bls")
    )
    return ("el", *age)


def _layer(folder: Path, words: Mapping[str, str]) -> list[tuple[str, str]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(_fitted(path.read_text(), words), _fitted(str(path.relative_to(folder)), words)) for path in files]


def _fitted(text: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _write_system(root: Path, stock: Stock) -> None:
    like = "debian" if stock.is_ubuntu else "rhel centos fedora"
    put(
        root,
        "usr/lib/os-release",
        f'NAME="{stock.pretty.rpartition(" ")[0]}"\nVERSION_ID="{stock.version}"\nID={stock.id}\nID_LIKE="{like}"\n'
        f'PRETTY_NAME="{stock.pretty}"\n',
    )
    link(root, "etc/os-release", "../usr/lib/os-release")
    link(root, "etc/localtime", "/usr/share/zoneinfo/Etc/UTC")
    put(root, f"usr/lib/systemd/libsystemd-shared-{stock.systemd}.so", "library")
    for line in (root / "etc/passwd").read_text().splitlines():
        name = line.split(":")[0]
        word = "!" if name == stock.user else "*"
        shadow = root / "etc/shadow"
        put(root, "etc/shadow", (shadow.read_text() if shadow.exists() else "") + f"{name}:{word}:20350:0:99999:7:::\n")
    for skeleton in (".bashrc", ".profile" if stock.is_ubuntu else ".bash_profile", ".bash_logout"):
        put(root, f"etc/skel/{skeleton}", f"# {skeleton}\n")
        put(root, f"home/{stock.user}/{skeleton}", f"# {skeleton}\n")
    for unit in _UNITS["ubuntu" if stock.is_ubuntu else "el"]:
        put(root, f"usr/lib/systemd/system/{unit}", f"[Unit]\nDescription={unit}\n")
        link(root, f"etc/systemd/system/multi-user.target.wants/{unit}", f"/usr/lib/systemd/system/{unit}")
    if stock.is_ubuntu:
        link(root, "etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf")


_CLOUD_INIT = ("cloud-init-local.service", "cloud-init.service", "cloud-config.service", "cloud-final.service")
_UNITS = {
    "ubuntu": (*_CLOUD_INIT, "ssh.service", "systemd-networkd.service", "systemd-resolved.service", "cron.service",
               "unattended-upgrades.service", "systemd-timesyncd.service"),
    "el": (*_CLOUD_INIT, "sshd.service", "NetworkManager.service", "chronyd.service", "rsyslog.service",
           "crond.service", "auditd.service"),
}  # fmt: skip


def _write_debs(root: Path, stock: Stock) -> None:
    packages = (
        Deb("base-files", "13ubuntu10", "admin", conffiles=(("/etc/host.conf", "multi on\n"),)),
        Deb("bash", "5.2", "shells"), Deb("libc6", "2.39", "libs"), Deb("openssh-server", "1:9.6", "net"),
        Deb("cloud-init", "25.1", "admin", "all"), Deb("sudo", "1.9", "admin"), Deb("snapd", "2.70", "devel"),
        Deb("lxd-agent-loader", "0.7", "admin", "all"), Deb("landscape-common", "24.02", "admin", "all"),
        Deb("ubuntu-pro-client", "36", "admin"), Deb("linux-firmware", "2024", "kernel", "all"),
        Deb("intel-microcode", "3.2025", "admin"), Deb(f"linux-image-{stock.kernel}", "1", "kernel"),
    )  # fmt: skip
    write_dpkg(root, packages)
    write_apt_lists(root, packages, label="Ubuntu", suite=stock.code, security_site="ubuntu-security")
    put(
        root,
        "etc/apt/sources.list",
        f"deb http://mirror.invalid/ubuntu {stock.code} main universe restricted multiverse\n",
    )
    put(root, "var/lib/apt/periodic/update-success-stamp")


def _write_rpms(root: Path, stock: Stock) -> None:
    major = stock.version.partition(".")[0]
    kind, names = {
        "7": ("centos-7", ("Packages", "Name", "Basenames")),
        "8": ("rocky-8", ("Packages", "Name", "Basenames")),
    }.get(major, ("rocky-9", ("rpmdb.sqlite",)))
    for name in names:
        put(root, f"var/lib/rpm/{name}", lzma.decompress((_RPM / f"{kind}-{name}.xz").read_bytes()))
    fetched = NOW - DAY // 4
    for path in (root / "var/cache/dnf").rglob("*"):
        os.utime(path, (fetched, fetched))
    put(root, ".tools/dnf", "#!/bin/sh\nexit 0\n", mode=0o755)
    if major == "7":
        put(root, ".tools/yum", "#!/bin/sh\nexit 0\n", mode=0o755)
