"""From the console's text of a test instance to what is installed on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from imaging.guest.deep_check.chunks import hear, unpack
from imaging.guest.inventory.environments import conda_package, environment_of, python_package, without_doubles
from imaging.guest.inventory.script import LIMIT, WORD
from models import foreign
from models.errors import BadProbeError
from models.text import one_line
from models.works.inventory import InstalledPackage, Inventory, PackageManager, PlacedDirectory

READ_FROM: Final = "a test instance of it"
_LARGEST: Final = 4_000_000
"""Bytes of a report; a workstation with 5,000 packages has 250,000."""
_MOST_PACKAGES: Final = 60_000
_MOST_PLACES: Final = 1_000
_MOST_REASONS: Final = 40
_LONGEST: Final = 400
_KIB: Final = 1024
_NUMBER: Final = re.compile(r"\d{1,14}", re.ASCII)
_PLACED: Final = "placed"
"""The script's word for what lies in /opt and /usr/local."""
_MANAGERS: Final = {each.value: each for each in PackageManager}
_NOT_ENDED: Final = "it was not told to its end"
_LATE: Final = "time was up"


def read_inventory(text: str, *, nonce: str, now: datetime) -> Inventory:
    """Read what a test instance has printed of what is installed on it.

    Args:
        text: the console's raw text, untrusted; or what `said_again` makes of all that a listener has heard.
        nonce: that of the test instance's user data.
        now: when it was read, by our clock.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is no such report.
    """
    return _read(unpack(hear(text, nonce, WORD, LIMIT), "list of packages"), nonce, now)


def _read(report: bytes, nonce: str, now: datetime) -> Inventory:
    if len(report) > _LARGEST:
        raise _bad("it is far too long")
    lines = report.decode("utf-8", "replace").rstrip("\n").split("\n")
    if lines[0] != f"imaging-inventory 1 {nonce}":
        raise _bad("it does not begin as one")
    if lines[-1] != "end":
        raise _bad("its end is missing")
    read = _Reading()
    for line in lines[1:-1]:
        read.take(line)
    return read.inventory(now)


def _bad(why: str) -> BadProbeError:
    return BadProbeError(
        f"The test instance's list of packages cannot be read: {why}.",
        meaning="What is installed on the image stays unknown.",
    )


@dataclass
class _Reading:
    """What the lines so far come to."""

    packages: list[InstalledPackage] = field(default_factory=list)
    directories: list[PlacedDirectory] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    unread: dict[str, list[str]] = field(default_factory=dict)
    late: bool = False
    section: str = ""
    place: str = ""

    def take(self, line: str) -> None:
        if line.startswith("@"):
            word, _, rest = line[1:].partition(" ")
            self._take_word(word, rest)
        elif (take := _ROWS.get(self.section)) is not None:
            take(self, line)

    def inventory(self, now: datetime) -> Inventory:
        known = self.whole - self.unread.keys()
        incomplete = tuple(each for each in PackageManager if each.value not in known)
        nothing = not self.packages and len(incomplete) == len(PackageManager)
        return Inventory(
            packages=None if nothing else without_doubles(self.packages),
            incomplete=incomplete,
            unread=tuple(self._reasons())[:_MOST_REASONS],
            directories=tuple(self.directories) if self.directories or _PLACED in known else None,
            read_at=now,
            read_from=READ_FROM,
        )

    def _take_word(self, word: str, rest: str) -> None:
        self.section = ""
        if word == "whole":
            self.whole.add(rest)
        elif word == "late":
            self.late = True
        elif word == "unread":
            self.unreadable(rest)
        else:
            self.section = word
            self.place = environment_of(one_line(rest, _LONGEST)) if word == PackageManager.PYTHON else rest

    def unreadable(self, rest: str) -> None:
        who, _, why = rest.partition(" ")
        reasons = self.unread.setdefault(who, []) if who in _MANAGERS or who == _PLACED else []
        if len(reasons) < _MOST_REASONS:
            reasons.append(one_line(why, _LONGEST))

    def _reasons(self) -> list[str]:
        found = [f"{_named(who)}: {why}" for who, reasons in self.unread.items() for why in dict.fromkeys(reasons)]
        silent = [who for who in (*_MANAGERS, _PLACED) if who not in self.whole and who not in self.unread]
        return found + [f"{_named(who)}: {_LATE if self.late else _NOT_ENDED}" for who in silent]

    def add(self, package: InstalledPackage | None) -> None:
        if package is None:
            self.unread.setdefault(self.section, ["a name that no package can have"])
        elif len(self.packages) < _MOST_PACKAGES:
            self.packages.append(package)
        else:
            self.unread.setdefault(self.section, ["too many to read"])

    def take_row(self, line: str) -> None:
        """Of a package of the system: name, version, architecture."""
        name, _, rest = line.partition("\t")
        version, _, architecture = rest.partition("\t")
        manager = _MANAGERS[self.section]
        self.add(
            InstalledPackage(manager=manager, name=name, version=version, architecture=architecture)
            if name and version
            else None
        )

    def take_conda(self, line: str) -> None:
        self.add(conda_package(self.place, line))

    def take_python(self, line: str) -> None:
        self.add(python_package(self.place, line))

    def take_place(self, line: str) -> None:
        kib, _, path = line.partition("\t")
        if path and len(self.directories) < _MOST_PLACES:
            self.directories.append(PlacedDirectory(path=path, size_bytes=_bytes(kib)))


def _bytes(kib: str) -> int | None:
    if _NUMBER.fullmatch(kib) is None:
        return None
    return _KIB * foreign.whole(kib, low=0, high=10**14, name="A size")


def _named(who: str) -> str:
    return "/opt and /usr/local" if who == _PLACED else who


_ROWS: Final[dict[str, Callable[[_Reading, str], None]]] = {
    PackageManager.DPKG: _Reading.take_row,
    PackageManager.RPM: _Reading.take_row,
    PackageManager.CONDA: _Reading.take_conda,
    PackageManager.PYTHON: _Reading.take_python,
    _PLACED: _Reading.take_place,
}
