"""What an upgrade would install, by the lists that are here already, and whether the last one is finished.

No disk tells whether the machine has to be booted again: everything on it begins with its next boot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.apt_upgrades import tell_apt_updates, tell_unmet
from imaging.guest.file_probe.packages.debian.dpkg_audit import unfinished
from imaging.guest.file_probe.packages.debian.dpkg_status import has_dpkg, read_debs
from imaging.guest.file_probe.packages.rpm.rpm_database import Rpm, read_rpms, rpm_database
from imaging.guest.file_probe.packages.rpm.rpm_dependencies import NotUnderstoodError, RpmSet
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.version_order import by_version
from models.errors import DiskUnreadableError

_MOST_PROBLEMS: Final = 20
_KERNEL: Final = re.compile(r"linux-image-(?=[0-9])")
_KERNELS: Final = frozenset({"kernel", "kernel-core", "kernel-rt-core", "kernel-64k-core"})
_REPOSITORY_DATA: Final = (
    "/var/cache/dnf/*/repodata/repomd.xml", "/var/cache/yum/*/*/*/repomd.xml", "/var/cache/yum/*/*/*/cachecookie",
    "/var/cache/libdnf5/*/repodata/repomd.xml",
)  # fmt: skip
_NOT_ASKED: Final = "the package manager is not asked about a disk"


def part_updates(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `updates`."""
    files = GuestFiles(disk.tree, rows)
    try:
        if has_dpkg(disk.tree):
            kernels = list(_of_dpkg(disk, files, rows))
        elif rpm_database(disk.tree) is not None:
            kernels = list(_of_rpm(disk, files, rows))
        else:
            rows.unknown("there is no database of dpkg or rpm")
            return
    except DiskUnreadableError:
        rows.unknown("the list of packages could not be read")
        return
    if kernels:
        rows.row("newest_kernel", max(kernels, key=by_version))


def _of_dpkg(disk: Disk, files: GuestFiles, rows: PartRows) -> Iterator[str]:
    """Tells the updates and what is wrong; then the versions of the kernels."""
    debs = read_debs(disk.tree)
    tell_apt_updates(disk.tree, files, debs, rows)
    rows.row("problems_read")
    for name in unfinished(debs, files)[:_MOST_PROBLEMS]:
        rows.row("problem", f"{name} is not fully installed")
    tell_unmet(disk.tree, debs, rows)
    for deb in debs:
        if deb.is_installed and _KERNEL.match(deb.name):
            yield _KERNEL.sub("", deb.name, count=1)


def _of_rpm(disk: Disk, files: GuestFiles, rows: PartRows) -> Iterator[str]:
    rpms = tuple(read_rpms(disk.tree))
    lists = [found.node.modified_at for found in files.matching(*_REPOSITORY_DATA)]
    if lists:
        rows.row("lists_at", max(lists))
    rows.row("pending_unknown", _NOT_ASKED)
    _tell_problems(disk, rpms, rows)
    for rpm in rpms:
        if rpm.name in _KERNELS:
            yield f"{rpm.version}.{rpm.architecture}"


def _tell_problems(disk: Disk, rpms: Iterable[Rpm], rows: PartRows) -> None:
    """What misses something that it needs; nothing where a need is not understood, for it may be the one."""
    try:
        missing = list(dict.fromkeys(RpmSet(rpms, disk.tree).missing()))
    except NotUnderstoodError:
        return
    rows.row("problems_read")
    for told in missing[:_MOST_PROBLEMS]:
        rows.row("problem", f"{told} misses something that it needs")
