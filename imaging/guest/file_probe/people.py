"""Whose machine it is: the accounts of people, their homes, the names of owners, and when it was set up.

What `imaging/guest/probe/places.sh` and `shared.sh` find out for the parts that need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.part_rows import PartRows

_FIRST_UID: Final = 1000
_LAST_UID: Final = 60_000
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_LONGEST_NUMBER: Final = 10
"""Digits of 2**32."""
_UID, _HOME = 2, 5
"""Their places in a line of passwd."""


@dataclass(frozen=True)
class People:
    """Who owns files here."""

    first_uid: int = _FIRST_UID
    last_uid: int = _LAST_UID
    """Between them are the accounts of people: distributions keep numbers above for services, too."""
    passwd: tuple[tuple[str, ...], ...] = ()
    """The fields of each line of /etc/passwd that has a number, at least three."""
    homes: tuple[str, ...] = ()
    """Of root and of people, then the other directories in /home; links among them."""

    def is_person(self, uid: int) -> bool:
        """Whether an account of that number is somebody's, not root's and no service's."""
        return self.first_uid <= uid <= self.last_uid

    def names(self) -> Mapping[str, str]:
        """The name of each owner by the number; the first line of passwd that has a number counts."""
        found: dict[str, str] = {}
        for fields in self.passwd:
            if fields[_UID]:
                found.setdefault(fields[_UID], fields[0].replace("\t", " "))
        return found


def read_people(tree: Tree, rows: PartRows) -> People:
    """The people of a disk; what cannot be read of them is said in the part that asks."""
    files = GuestFiles(tree, rows)
    first, last = _login_numbers(files)
    people = People(first, last, tuple(_passwd(files)))
    homes = [*_homes_of_passwd(people), *(found.path for found in files.matching("/home/*") if _is_home(files, found))]
    return replace(people, homes=tuple(dict.fromkeys(homes)))


def first_boot(tree: Tree, rows: PartRows) -> int | None:
    """When this machine had been set up, in seconds since 1970; None if it cannot be told.

    `boot-finished` is written at each boot, so it only counts where the marks of what runs once are gone.
    """
    files = GuestFiles(tree, rows)
    identity = (files.first_line("/var/lib/cloud/data/instance-id") or "").strip(" \t")
    instance = f"/var/lib/cloud/instances/{identity}"
    marks = [f"{instance}/{mark}" for mark in ("sem/config_scripts_user", "sem/config_ssh", "boot-finished")]
    for mark in (*marks, "/etc/ssh/ssh_host_ed25519_key.pub"):
        found = files.find(mark)
        if found is not None and found.is_file:
            return found.node.modified_at
    return None


def number(text: str) -> int | None:
    """A number of a user or group; None for any other text."""
    if _DIGITS.fullmatch(text) is None:
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _is_home(files: GuestFiles, found: Found) -> bool:
    return found.is_directory or (found.is_link and files.is_directory(found.path))


def _login_numbers(files: GuestFiles) -> tuple[int, int]:
    found = {"UID_MIN": _FIRST_UID, "UID_MAX": _LAST_UID}
    for line in files.lines("/etc/login.defs"):
        words = words_of(line)
        if len(words) > 1 and words[0] in found and (value := number(words[1])) is not None:
            found[words[0]] = value
    return found["UID_MIN"], found["UID_MAX"]


def _passwd(files: GuestFiles) -> Iterator[tuple[str, ...]]:
    for line in files.lines("/etc/passwd"):
        fields = line.split(":")
        if len(fields) > _UID:
            yield tuple(fields)


def _homes_of_passwd(people: People) -> Iterator[str]:
    for fields in people.passwd:
        uid, home = number(fields[_UID]), "".join(fields[_HOME : _HOME + 1]).rstrip("/")
        if uid is not None and (uid == 0 or people.is_person(uid)) and home.startswith("/"):
            yield home
