"""What an upgrade by apt would install, where that can be told from the files for certain.

apt keeps back what would need a decision: a package that comes along, one that goes, one that only some machines get
yet. Where there is none of that, it installs the newest version of each package, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.apt_lists import LISTS, AptLists, NotKnownError, Upgrade
from imaging.guest.file_probe.packages.debian.apt_settings import refuse_settings
from imaging.guest.file_probe.packages.debian.deb_relations import PackageSet
from imaging.guest.file_probe.packages.debian.dpkg_audit import machine_of
from imaging.guest.file_probe.packages.debian.dpkg_status import Deb
from imaging.guest.file_probe.packages.repositories import apt_sources
from imaging.guest.file_probe.part_rows import PartRows
from models.errors import DiskUnreadableError

_MOST_TOLD: Final = 2000
_HELD: Final = "hold"


def tell_apt_updates(tree: Tree, files: GuestFiles, debs: tuple[Deb, ...], rows: PartRows) -> None:
    """When the lists came, and what an upgrade would install, or why that is not known."""
    lists = files.matching(f"{LISTS}/*_Packages*")
    if not lists:
        rows.row("pending_unknown", "there are no package lists: apt-get update has not run here")
        return
    others = (LISTS, f"{LISTS}/partial", "/var/lib/apt/periodic/update-success-stamp")
    found = [*lists, *files.matching(f"{LISTS}/*Release"), *map(files.find_itself, others)]
    rows.row("lists_at", max(each.node.modified_at for each in found if each is not None))
    installed = tuple(deb for deb in debs if deb.is_installed)
    try:
        _tell_pending(_certain(tree, files, installed), rows, machine_of(installed))
    except (NotKnownError, DiskUnreadableError) as error:
        why = error if isinstance(error, NotKnownError) else "the package lists cannot be read"
        rows.row("pending_unknown", f"{why}; apt is not asked about a disk")


def tell_unmet(tree: Tree, debs: Iterable[Deb], rows: PartRows) -> list[str]:
    """A problem for each installed package that misses something that it needs."""
    installed = [deb.fields for deb in debs if deb.is_installed]
    names = list(dict.fromkeys(PackageSet(installed).missing(tree.check, for_certain=True)))
    for name in names[:20]:
        rows.row("problem", f"{name} misses something that it needs")
    return names


def _certain(tree: Tree, files: GuestFiles, installed: tuple[Deb, ...]) -> list[Upgrade]:
    """What apt would install.

    Raises:
        NotKnownError: that is not certain.
    """
    refuse_settings(files)
    sources = [source for _path, source in apt_sources(files)]
    if any(not source.is_whole for source in sources):
        raise NotKnownError("a source of packages is not understood")
    upgrades = [each for each in AptLists(tree, files, sources).upgrades(installed) if each.deb.status[0] != _HELD]
    if next(PackageSet(deb.fields for deb in installed).missing(tree.check, for_certain=True), None):
        raise NotKnownError("a package misses something that it needs")
    if not upgrades:
        return []
    if any(each.offer.is_held_for_some for each in upgrades):
        raise NotKnownError(f"{_counted(upgrades)}, of which some are not for all machines yet")
    replaced = {(each.deb.name, each.deb.architecture): each.offer.fields for each in upgrades}
    after = PackageSet(replaced.get((deb.name, deb.architecture), deb.fields) for deb in installed)
    if next(after.missing(tree.check, for_certain=False), None) or next(after.refused(tree.check), None):
        raise NotKnownError(f"{_counted(upgrades)}, of which some need more than newer versions")
    return upgrades


def _tell_pending(upgrades: list[Upgrade], rows: PartRows, native: str) -> None:
    rows.row("pending_read")
    for each in upgrades[:_MOST_TOLD]:
        rows.row("pending", full_name(each.deb, native), each.offer.version, "1" if each.is_for_security else "0")


def full_name(deb: Deb, native: str) -> str:
    """With its architecture where that is another one than the machine's."""
    return deb.name if deb.architecture in {native, "all", ""} else f"{deb.name}:{deb.architecture}"


def _counted(upgrades: list[Upgrade]) -> str:
    number = len(upgrades)
    return f"there are newer versions of {number} package{'s' if number > 1 else ''}"
