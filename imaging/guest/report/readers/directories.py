"""Reads what lies in the directories of people and of the guidelines."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from imaging.guest.report.rows import Rows, moment, whole
from models.guest.directories import Cache, Desktop, Directories, Directory, Entry

_MOST_INSTALLED = 200


class _Numbered(NamedTuple):
    number: str
    kind: str
    directory: Directory


def read_directories(rows: Rows) -> Directories:
    """Sums, desktops, caches, and what was installed by hand."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for number, entry in rows.read("entry", lambda number, kib, name: (number, _entry(kib, name)), fields=3):
        entries[number].append(entry)
    icons: dict[str, list[str]] = defaultdict(list)
    for number, name in rows.read("icon", lambda number, name: (number, name), fields=2):
        icons[number].append(name)
    directories = [_with(entries, each) for each in rows.read("directory", _directory, fields=10)]
    installed = sorted(rows.read("installed", _entry, fields=2), key=lambda entry: -entry.size_kib)
    return Directories(
        homes=tuple(each.directory for each in directories if each.kind == "home"),
        others=tuple(each.directory for each in directories if each.kind != "home"),
        desktops=rows.read(
            "desktop",
            lambda number, owner, path: Desktop(path=path, owner=owner, names=tuple(icons.pop(number, ()))),
            fields=3,
        ),
        caches=rows.read(
            "cache", lambda kind, kib, path: Cache(path=path, kind=kind, size_kib=whole(kib) or 0), fields=3
        ),
        installed=tuple(installed[:_MOST_INSTALLED]),
    )


def _directory(  # noqa: PLR0917  # the fields of a row
    number: str, kind: str, kib: str, files: str, own: str, newest: str, owner: str, separate: str, why: str, path: str
) -> _Numbered:
    directory = Directory(
        path=path,
        owner="" if owner == "-" else owner,
        size_kib=whole(kib) or 0,
        files=whole(files) or 0,
        own_files=whole(own) or 0,
        newest_at=moment("" if newest in {"-", "0"} else newest),
        separate=separate == "1",
        incomplete=why,
    )
    return _Numbered(number, kind, directory)


def _entry(kib: str, name: str) -> Entry:
    return Entry(name=name, size_kib=whole(kib) or 0)


def _with(entries: dict[str, list[Entry]], each: _Numbered) -> _Numbered:
    biggest = tuple(sorted(entries.pop(each.number, ()), key=lambda entry: -entry.size_kib))
    return each._replace(directory=each.directory.model_copy(update={"biggest": biggest}))
