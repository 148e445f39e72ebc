"""Adds up what lies in a directory, on its own file system; nothing is read of any file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.directories.ownership import Ownership, Whose, changed_at
from models.errors import DiskUnreadableError

_KIB: Final = 1024
_WITH_SUBFOLDERS: Final = "/usr/local"
"""What is put there lies in `bin`, `lib` and so on, among what others put there."""


@dataclass
class Sums:
    """What a directory comes to."""

    kib: int = 0
    files: int = 0
    own_files: int = 0
    newest_at: int = 0
    owner: int | None = None
    is_whole: bool = True
    entries: dict[str, int] = field(default_factory=dict)
    """What each thing that lies directly in it takes, in KiB."""
    installed: dict[str, int] = field(default_factory=dict)
    """What each thing takes that came since the first boot, by its path."""


def add_up(tree: Tree, top: str, whose: Whose, ownership: Ownership, sums: Sums) -> None:
    """Add a directory to sums, so that what was added is there when time is up.

    Args:
        tree: the files.
        top: the directory.
        whose: which files in it count as somebody's.
        ownership: by what that is told.
        sums: where to.
    """

    def unreadable(_directory: Found) -> None:
        sums.is_whole = False

    try:
        for found, kib in with_kib(tree, top, unreadable):
            _add(found, kib, top, whose, ownership, sums)
    except DiskUnreadableError:
        sums.is_whole = False


def with_kib(tree: Tree, top: str, unreadable: Callable[[Found], None]) -> Iterator[tuple[Found, int]]:
    """Everything below a directory and itself, with what it takes; what has several names takes it once."""
    seen: set[int] = set()
    for found in tree.walk(top, unreadable=unreadable):
        kib = -(-found.node.allocated_bytes // _KIB)
        if found.node.links > 1 and not found.is_directory:
            kib = 0 if found.node.inode in seen else kib
            seen.add(found.node.inode)
        yield found, kib


def _add(found: Found, kib: int, top: str, whose: Whose, ownership: Ownership, sums: Sums) -> None:  # noqa: PLR0917  # one of many
    sums.kib += kib
    path = found.path[len(top) + 1 :]
    if not path:
        sums.owner = found.node.uid
        return
    first = path.partition("/")[0]
    sums.entries[first] = sums.entries.get(first, 0) + kib
    if found.is_directory:
        return
    if whose is Whose.NEW and ownership.is_new(found.node):
        place = f"{top}/{_group(top, path)}"
        sums.installed[place] = sums.installed.get(place, 0) + kib
    if found.is_file:
        sums.files += 1
        sums.newest_at = max(sums.newest_at, changed_at(found.node))
        sums.own_files += ownership.is_somebodys(found.node, path, whose)


def _group(top: str, path: str) -> str:
    return "/".join(path.split("/")[: 2 if top == _WITH_SUBFOLDERS else 1])
