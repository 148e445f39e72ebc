"""What is installed, what of it is not free, what was added after the first boot, and from where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.deb_additions import tell_added_debs
from imaging.guest.file_probe.packages.debian.dpkg_status import Deb, has_dpkg, read_debs
from imaging.guest.file_probe.packages.repositories import tell_apt_sources, tell_yum_repositories
from imaging.guest.file_probe.packages.rpm.rpm_additions import tell_added_rpms
from imaging.guest.file_probe.packages.rpm.rpm_database import Rpm, read_rpms, rpm_database
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import first_boot
from models.errors import DiskUnreadableError

_NAMES_IN_A_ROW: Final = 100
_OF_SECTION: Final = re.compile(r"(?:^|/)(?:non-free|non-free-firmware|restricted|multiverse|partner)(?:/|$)")
_OF_LICENCE: Final = re.compile(r"[Cc]ommercial|[Pp]roprietary|PROPRIETARY|COMMERCIAL|EULA|[Nn]on-?[Ff]ree")
_UNREADABLE: Final = "the list of packages could not be read"


def part_packages(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `packages`."""
    try:
        if has_dpkg(disk.tree):
            _tell_dpkg(disk, rows)
        elif rpm_database(disk.tree) is not None:
            _tell_rpm(disk, rows)
        else:
            rows.unknown("there is no database of dpkg or rpm")
    except DiskUnreadableError:
        rows.unknown(_UNREADABLE)


def _tell_dpkg(disk: Disk, rows: PartRows) -> None:
    files = GuestFiles(disk.tree, rows)
    rows.row("manager", "dpkg")
    tell_apt_sources(files, rows)
    debs = [deb for deb in read_debs(disk.tree) if deb.is_installed]
    _tell_names((deb.name for deb in debs), rows)
    for deb in debs:
        _tell_nonfree(_OF_SECTION, deb, deb.fields.get("section", ""), rows)
    tell_added_debs(files, debs, first_boot(disk.tree, rows), rows)


def _tell_rpm(disk: Disk, rows: PartRows) -> None:
    files = GuestFiles(disk.tree, rows)
    rows.row("manager", "rpm")
    tell_yum_repositories(files, rows)
    rpms = tuple(read_rpms(disk.tree))
    _tell_names((rpm.name for rpm in rpms), rows)
    for rpm in rpms:
        _tell_nonfree(_OF_LICENCE, rpm, rpm.licence, rows)
    tell_added_rpms(files, rpms, first_boot(disk.tree, rows), rows)


def _tell_names(names: Iterable[str], rows: PartRows) -> None:
    """How many there are, and their names, some in a row.

    Raises:
        DiskUnreadableError: there are none: no system has no package.
    """
    waiting = iter(names)
    count = 0
    while some := list(islice(waiting, _NAMES_IN_A_ROW)):
        rows.row("names", " ".join(some))
        count += len(some)
    if not count:
        raise DiskUnreadableError("No package is installed.")
    rows.row("count", count)


def _tell_nonfree(expression: re.Pattern[str], package: Deb | Rpm, origin: str, rows: PartRows) -> None:
    if expression.search(origin):
        rows.row("nonfree", package.name, package.version, origin)
