"""What tests need beyond Python: searched for, and where it is missing the test is skipped and says what to install.

    @needs("gawk", "root")    # on a test, a class, or one set of parameters
    require("ssh-agent")      # the same where it turns out: in a fixture, or in what drives the tool

`IMAGING_TEST_REQUIRE_ALL=1` makes a failure of it. Every tool has its row in `PACKAGES`; README.md names the packages.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = "root"
PACKAGES: Mapping[str, str] = {
    "busybox": "busybox",
    "bzip2": "bzip2",
    "debootstrap": "debootstrap",
    "cryptsetup": "cryptsetup-bin",
    "fdisk": "fdisk",
    "gawk": "gawk",
    "lz4": "lz4",
    "mcopy": "mtools",
    "mkfs.btrfs": "btrfs-progs",
    "mkfs.vfat": "dosfstools",
    "mkfs.xfs": "xfsprogs",
    "mksquashfs": "squashfs-tools",
    "ps": "procps",
    "qemu-img": "qemu-utils",
    "qemu-io": "qemu-utils",
    "rpm": "rpm",
    "rpmbuild": "rpm",
    "sfdisk": "fdisk",
    "sgdisk": "gdisk",
    "ssh": "openssh-client",
    "ssh-add": "openssh-client",
    "ssh-agent": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
    "systemd-fstab-generator": "systemd",
    "systemd-nspawn": "systemd-container",
    "xz": "xz-utils",
    "zstd": "zstd",
}
"""By tool, the package that brings it on Debian and Ubuntu."""
ESSENTIAL: Mapping[str, str] = {
    "apt-get": "apt",
    "bash": "bash",
    "blkid": "util-linux",
    "chattr": "e2fsprogs",
    "dash": "dash",
    "dpkg": "dpkg",
    "find": "findutils",
    "dpkg-query": "dpkg",
    "losetup": "mount",
    "make": "make",
    "mawk": "mawk",
    "debugfs": "e2fsprogs",
    "dumpe2fs": "e2fsprogs",
    "mkfs.ext2": "e2fsprogs",
    "mkfs.ext3": "e2fsprogs",
    "mkfs.ext4": "e2fsprogs",
    "mkswap": "util-linux",
    "mount": "mount",
    "umount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "sha256sum": "coreutils",
    "sh": "dash",
    "unshare": "util-linux",
}
"""The same of what every Debian has, and other systems may not have."""
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
"""It comes with the environment."""
_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/lib/systemd/system-generators")
"""Where tools lie that an ordinary user's PATH does not have."""


def needs(*names: str) -> pytest.MarkDecorator:
    """Mark a test with what it needs: tools, or `root`."""
    for name in names:
        _package(name)
    return pytest.mark.needs(*names)


def require(*names: str) -> None:
    """Skip the test if one of these is missing; fail it where all tests are required to run."""
    for name in names:
        if (missing := _missing(name)) is not None:
            give_up(missing)


def give_up(reason: str) -> None:
    """Skip the test, or fail it where all tests are required to run."""
    if os.environ.get("IMAGING_TEST_REQUIRE_ALL"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def tool(name: str) -> str:
    """The path of a tool that the test cannot do without."""
    require(name)
    return str(_find(name))


def _find(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


def _missing(name: str) -> str | None:
    package = _package(name)
    if name == ROOT:
        return None if os.geteuid() == 0 else "it needs root"
    return None if _find(name) else f"{name} is missing: apt install {package}"


def _package(name: str) -> str:
    if name == ROOT:
        return ""
    try:
        return {**PACKAGES, **ESSENTIAL}[name]
    except KeyError:
        message = f"tests/support/needs.py does not say which package brings {name!r}"
        raise LookupError(message) from None
