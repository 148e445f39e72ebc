"""The desktop folders, under the names that the languages of their owners give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People
from models.errors import DiskUnreadableError

_USUAL: Final = "Desktop"
_SAYS: Final = re.compile(r'^XDG_DESKTOP_DIR="\$HOME/([^"]+)"')
_MOST_ICONS: Final = 50


def tell_desktops(files: GuestFiles, people: People, rows: PartRows) -> None:
    """Each with what lies on it."""
    names = people.names()
    for number, path in enumerate(_folders(files, people.homes), 1):
        itself = files.find_itself(path)
        owner = str(itself.node.uid) if itself is not None else ""
        rows.row("desktop", number, names.get(owner, owner), path)
        for name in _icons(files, path):
            rows.row("icon", number, name)


def _folders(files: GuestFiles, homes: Iterable[str]) -> Iterator[str]:
    for home in homes:
        files.tree.check()
        for name in dict.fromkeys((_said(files, home), _USUAL)):
            itself = files.find_itself(f"{home}/{name}")
            if itself is not None and itself.is_directory:
                yield f"{home}/{name}"


def _said(files: GuestFiles, home: str) -> str:
    """What the last line about it in the user's settings says, below the home."""
    name = _USUAL
    path = f"{home}/.config/user-dirs.dirs"
    for line in files.lines(path) if files.is_file(path) else ():
        if found := _SAYS.match(line):
            name = found[1].removesuffix("/") or _USUAL
    return name


def _icons(files: GuestFiles, path: str) -> list[str]:
    try:
        return [each.name for each in files.tree.below(path)][:_MOST_ICONS]
    except DiskUnreadableError:
        files.unreadable(path)
        return []
