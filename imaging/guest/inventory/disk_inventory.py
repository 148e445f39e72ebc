"""What is installed on a disk that no machine runs, as a test instance would tell it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.directories.sums import with_kib
from imaging.guest.file_probe.packages.debian.dpkg_status import has_dpkg, read_debs
from imaging.guest.file_probe.packages.rpm.rpm_database import read_rpms, rpm_database
from imaging.guest.inventory.environments import (
    CONDA_META,
    SITE_PACKAGES,
    conda_package,
    environment_of,
    python_package,
    python_stem,
    without_doubles,
)
from imaging.guest.inventory.script import DEPTH, MOST_PLACES, ROOTS
from imaging.runtime.deadline import TimeUpError
from models.errors import DiskUnreadableError
from models.works.inventory import InstalledPackage, Inventory, PackageManager, PlacedDirectory

READ_FROM: Final = "its file"
_KIB: Final = 1024
_PLACED: Final = ("/opt", "/usr/local")
_KEPT_BY_CONDA: Final = "/pkgs/"
_JSON: Final = ".json"
_UNREADABLE: Final = "the disk cannot be read there"
_LATE: Final = "time was up"


def read_disk_inventory(tree: Tree, *, now: datetime, missing: str = "") -> Inventory:
    """Read what is installed; what cannot be read is named, and the rest is kept.

    Args:
        tree: the files; its `check` says when time is up.
        now: the time, by our clock.
        missing: why anything may be missing, where a part of the disk could not be read; empty where all was.
    """
    reading = _Reading(tree)
    for take, managers in (
        (reading.take_debs, (PackageManager.DPKG,)),
        (reading.take_rpms, (PackageManager.RPM,)),
        (reading.take_environments, (PackageManager.CONDA, PackageManager.PYTHON)),
    ):
        with reading.told(*managers):
            take()
    with reading.told():
        reading.take_places()
    if missing:
        reading.note(missing, *PackageManager)
    return reading.inventory(now)


@dataclass
class _Reading:
    """What was read so far."""

    tree: Tree
    packages: list[InstalledPackage] = field(default_factory=list)
    directories: list[PlacedDirectory] | None = None
    incomplete: set[PackageManager] = field(default_factory=set)
    unread: dict[str, None] = field(default_factory=dict)

    @contextlib.contextmanager
    def told(self, *managers: PackageManager) -> Iterator[None]:
        """What stops one part of the work is told about its managers, and does not stop the others."""
        try:
            yield
        except TimeUpError:
            self.note(_LATE, *managers)
        except (DiskUnreadableError, MemoryError, RecursionError):
            self.note(_UNREADABLE, *managers)

    def note(self, why: str, *managers: PackageManager) -> None:
        self.incomplete.update(managers)
        for who in managers or ("/opt and /usr/local",):
            self.unread[f"{who}: {why}"] = None

    def inventory(self, now: datetime) -> Inventory:
        nothing = not self.packages and len(self.incomplete) == len(PackageManager)
        return Inventory(
            packages=None if nothing else without_doubles(self.packages),
            incomplete=tuple(each for each in PackageManager if each in self.incomplete),
            unread=tuple(self.unread),
            directories=None if self.directories is None else tuple(self.directories),
            read_at=now,
            read_from=READ_FROM,
        )

    def take_debs(self) -> None:
        if not has_dpkg(self.tree):
            self._refuse_none()
            return
        self.packages += [
            InstalledPackage(
                manager=PackageManager.DPKG,
                name=_text(deb.name),
                version=_text(deb.version),
                architecture=_text(deb.architecture),
            )
            for deb in read_debs(self.tree)
            if deb.is_installed
        ]

    def take_rpms(self) -> None:
        if rpm_database(self.tree) is None:
            self._refuse_none()
            return
        for rpm in read_rpms(self.tree):
            self.packages.append(
                InstalledPackage(
                    manager=PackageManager.RPM,
                    name=_text(rpm.name),
                    version=_text(rpm.version),
                    architecture=_text(rpm.architecture),
                )
            )

    def _refuse_none(self) -> None:
        if not has_dpkg(self.tree) and rpm_database(self.tree) is None:
            self.note("there is no database of dpkg or rpm", PackageManager.DPKG, PackageManager.RPM)

    def take_environments(self) -> None:
        both = (PackageManager.CONDA, PackageManager.PYTHON)
        seen = 0

        def unreadable(_found: Found) -> None:
            self.note("not all directories could be searched", *both)

        for top in ROOTS:
            for path, found in self._searched(f"/{top}", unreadable):
                if self._is_kept_by_conda(path):
                    continue
                seen += 1
                if seen > MOST_PLACES:
                    self.note(f"more than {MOST_PLACES} environments", *both)
                    return
                self._take_environment(path, found)

    def _searched(self, top: str, unreadable: Callable[[Found], None]) -> Iterator[tuple[str, Found]]:
        """The directories below one that hold packages, with their paths from it; what is in them is not searched."""
        real = self.tree.find(top)
        if real is None or not real.is_directory:
            return
        begin = self.tree.find_itself(_followed(self.tree, top))
        if begin is None or not begin.is_directory:
            unreadable(real)
            return

        def depth(found: Found) -> int:
            return found.path.count("/") - begin.path.count("/")

        def enter(found: Found) -> bool:
            return depth(found) < DEPTH and not _holds_packages(found)

        for found in self.tree.walk(begin.path, enter=enter, unreadable=unreadable):
            if _holds_packages(found) and depth(found) <= DEPTH:
                yield f"{top}{found.path.removeprefix(begin.path)}", found

    def _is_kept_by_conda(self, path: str) -> bool:
        """Whether it is a part of what conda keeps of packages that are not in use."""
        before, found, _ = path.partition(_KEPT_BY_CONDA)
        return bool(found) and self.tree.find(f"{before}{_KEPT_BY_CONDA}urls.txt") is not None

    def _take_environment(self, path: str, found: Found) -> None:
        names = [_text(each.name) for each in self.tree.below(found.path)]
        if found.name == CONDA_META:
            place = _text(path.rpartition("/")[0])
            stems = [name.removesuffix(_JSON) for name in names if name.endswith(_JSON)]
            self._take(PackageManager.CONDA, [conda_package(place, stem) for stem in stems])
        else:
            place = environment_of(_text(path))
            found_stems = [python_stem(name) for name in names if name[:1].isalnum()]
            self._take(PackageManager.PYTHON, [python_package(place, stem) for stem in found_stems if stem])

    def _take(self, manager: PackageManager, packages: list[InstalledPackage | None]) -> None:
        self.packages += [each for each in packages if each is not None]
        if None in packages:
            self.note("a name that no package can have", manager)

    def take_places(self) -> None:
        self.directories = []
        for top in _PLACED:
            for entry in self.tree.below(top):
                if len(self.directories) >= MOST_PLACES:
                    self.note(f"more than {MOST_PLACES} entries")
                    return
                self.directories.append(self._sum(entry))

    def _sum(self, entry: Found) -> PlacedDirectory:
        sums = _Sums()
        with self.told():
            sums.add(self.tree, entry)
        return PlacedDirectory(
            path=_text(entry.path),
            size_bytes=sums.kib * _KIB if sums.is_whole else None,
            files=sums.files if sums.is_whole else None,
        )


@dataclass
class _Sums:
    """What a thing in /opt or /usr/local comes to."""

    kib: int = 0
    files: int = 0
    is_whole: bool = False

    def add(self, tree: Tree, entry: Found) -> None:
        unread: list[Found] = []
        for found, kib in with_kib(tree, entry.path, unread.append):
            self.kib += kib
            self.files += found.is_file
        self.is_whole = not unread


def _holds_packages(found: Found) -> bool:
    return found.is_directory and (found.name == CONDA_META or found.name in SITE_PACKAGES)


def _followed(tree: Tree, path: str) -> str:
    """Where a directory of the system really is, if it is a link as /home may be; else the same."""
    target = tree.target(path)
    if not target:
        return path
    return target if target.startswith("/") else f"{path.rpartition('/')[0]}/{target}"


def _text(raw: str) -> str:
    """A text with a character for each byte, for people."""
    return raw.encode(NAMES, "replace").decode("utf-8", "replace")
