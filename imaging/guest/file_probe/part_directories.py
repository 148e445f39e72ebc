"""What lies in the homes and in the directories that the guidelines name: sizes, counts, names of what lies on top.

Nothing of what is in the files. Then desktops, caches, and what was installed by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.directories.caches import tell_caches
from imaging.guest.file_probe.directories.desktops import tell_desktops
from imaging.guest.file_probe.directories.ownership import Ownership, Whose, read_skeleton
from imaging.guest.file_probe.directories.sums import Sums, add_up
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People, first_boot, read_people
from imaging.runtime.deadline import TimeUpError

_OTHERS: Final = {
    "/root": Whose.ROOT,
    "/mnt": Whose.ALL,
    "/srv": Whose.ALL,
    "/tmp": Whose.ALL,  # noqa: S108  # a directory of the guest
    "/var/tmp": Whose.ALL,  # noqa: S108  # the same
    "/opt": Whose.NEW,
    "/usr/local": Whose.NEW,
    "/var/log": Whose.NONE,
}
_MOST_BIGGEST: Final = 5
_TIME_UP: Final = "time was up"
_UNREADABLE: Final = "not all of it can be read"
_ELSEWHERE: Final = "it is a link to elsewhere"


@dataclass(frozen=True)
class _Place:
    """A directory that is told."""

    number: int
    kind: str
    whose: Whose
    path: str
    is_link: bool


def part_directories(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `directories`."""
    files = GuestFiles(disk.tree, rows)
    people = read_people(disk.tree, rows)
    ownership = Ownership(first_boot(disk.tree, rows), read_skeleton(disk.tree, rows))
    _tell_sums(disk.tree, tuple(_places(files, people)), ownership, people, rows)
    tell_desktops(files, people, rows)
    tell_caches(files, people.homes, rows)


def _places(files: GuestFiles, people: People) -> Iterator[_Place]:
    wanted = [("home", Whose.HOME, home) for home in people.homes if home != "/root"]
    wanted += [("other", whose, path) for path, whose in _OTHERS.items()]
    number = 0
    for kind, whose, path in wanted:
        files.tree.check()
        if files.is_directory(path):
            number += 1
            yield _Place(number, kind, whose, path, files.is_link(path))


def _tell_sums(tree: Tree, places: tuple[_Place, ...], ownership: Ownership, people: People, rows: PartRows) -> None:
    """The sums of each place; where time is up in one of them, those of the rest are told as not known.

    Raises:
        TimeUpError: it was up, and all that is known of it is told.
    """
    names = people.names()
    late: TimeUpError | None = None
    for place in places:
        sums = Sums()
        if late is None and not place.is_link:
            try:
                add_up(tree, place.path, place.whose, ownership, sums)
            except TimeUpError as up:
                late = up
        _tell(place, sums, names, _why(place, sums, is_late=late is not None), rows)
    if late is not None:
        raise late


def _why(place: _Place, sums: Sums, *, is_late: bool) -> str:
    if place.is_link:
        return _ELSEWHERE
    if is_late:
        return _TIME_UP
    return "" if sums.is_whole else _UNREADABLE


def _tell(place: _Place, sums: Sums, names: Mapping[str, str], why: str, rows: PartRows) -> None:
    """What is mounted there from this disk is a part of the image as the rest is: none of it is told as separate."""
    owner = "-" if sums.owner is None else names.get(str(sums.owner), str(sums.owner))
    newest = "-" if place.is_link else sums.newest_at
    rows.row(
        "directory", place.number, place.kind, sums.kib, sums.files, sums.own_files, newest, owner, 0, why, place.path
    )
    for name, kib in sorted(sums.entries.items(), key=lambda entry: -entry[1])[:_MOST_BIGGEST]:
        rows.row("entry", place.number, kib, name)
    for path, kib in sums.installed.items():
        rows.row("installed", kib, path)
