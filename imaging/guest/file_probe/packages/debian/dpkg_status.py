"""What dpkg has installed, by its status file and by what it had not yet merged into that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError

STATUS: Final = "/var/lib/dpkg/status"
_MOST_BYTES: Final = 64_000_000
"""A desktop with 5,000 packages has 6 MB."""
_UPDATE: Final = re.compile(r"[0-9]{4,}")
_FIELD: Final = re.compile(r"^([^\s:]+):[ \t]*", re.ASCII)
_WANTS: Final = frozenset({"unknown", "install", "hold", "deinstall", "purge"})
_FLAGS: Final = frozenset({"ok", "reinstreq"})
_STATES: Final = frozenset(
    {
        "not-installed", "config-files", "half-installed", "unpacked", "half-configured", "triggers-awaited",
        "triggers-pending", "installed",
    }
)  # fmt: skip
_NOT_INSTALLED: Final = frozenset({"not-installed", "config-files"})


@dataclass(frozen=True)
class Deb:
    """A package that dpkg knows."""

    fields: Mapping[str, str]
    """By their names in small letters; lines of a long one keep their line ends."""

    @property
    def name(self) -> str:
        """Without its architecture."""
        return self.fields["package"].lower()

    @property
    def version(self) -> str:
        """As dpkg compares it, with its epoch."""
        return self.fields.get("version", "")

    @property
    def architecture(self) -> str:
        """`all`, or a machine's; empty where none is told."""
        return self.fields.get("architecture", "")

    @cached_property
    def status(self) -> tuple[str, str, str]:
        """What is wanted, whether it has to be installed again, and how far it got."""
        want, flag, state = self.fields.get("status", "unknown ok not-installed").split()
        return want, flag, state

    @property
    def state(self) -> str:
        """How far its installation got."""
        return self.status[2]

    @property
    def is_installed(self) -> bool:
        """Whether more of it is there than its settings."""
        return self.state not in _NOT_INSTALLED

    @property
    def conffiles(self) -> Iterator[tuple[str, str]]:
        """Its configuration files as it delivered them: path and sum."""
        for line in self.fields.get("conffiles", "").split("\n"):
            words = line.split(" ")
            place = next((at for at, word in enumerate(words) if word.startswith("/")), None)
            if place is not None and place + 1 < len(words):
                yield words[place], words[place + 1]


def has_dpkg(tree: Tree) -> bool:
    """Whether dpkg keeps anything here."""
    found = tree.find(STATUS)
    return found is not None and found.is_file and found.node.size_bytes > 0


def read_debs(tree: Tree) -> tuple[Deb, ...]:
    """All that dpkg knows, in the order of its names.

    Raises:
        DiskUnreadableError: the status file is damaged or cannot be read; dpkg would not read it either.
    """
    known: dict[tuple[str, str], Deb] = {}
    for path in (STATUS, *_updates(tree)):
        for fields in stanzas(_whole(tree, path)):
            tree.check()
            deb = Deb(fields)
            _refuse_odd(deb)
            known[deb.name, deb.architecture] = deb
    return tuple(known[key] for key in sorted(known))


def stanzas(text: str) -> Iterator[dict[str, str]]:
    """The fields of each paragraph of a control file, by their names in small letters.

    Raises:
        DiskUnreadableError: a line does not belong into a control file.
    """
    fields: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        if not line:
            if fields:
                yield fields
            fields, last = {}, ""
        elif line[0] in " \t" and last and line.strip():
            fields[last] += f"\n{line.strip()}"
        elif (field := _FIELD.match(line)) is not None:
            last = field[1].lower()
            fields[last] = line[field.end() :].rstrip()
        else:
            raise DiskUnreadableError("The list of packages on the disk is damaged.")
    if fields:
        yield fields


def _updates(tree: Tree) -> list[str]:
    """What dpkg wrote down and did not get to merge, the earliest first."""
    return [found.path for found in tree.below("/var/lib/dpkg/updates") if _UPDATE.fullmatch(found.name)]


def _whole(tree: Tree, path: str) -> str:
    found = tree.find(path)
    if found is None:
        return ""
    if found.node.size_bytes > _MOST_BYTES:
        raise DiskUnreadableError("The list of packages on the disk is too large.")
    text = tree.read_found(found, limit_bytes=_MOST_BYTES).decode(NAMES)
    if text and not text.endswith("\n"):
        raise DiskUnreadableError("The list of packages on the disk is cut off.")
    return text


def _refuse_odd(deb: Deb) -> None:
    status = deb.fields.get("status", "").split()
    is_odd = status and (len(status) != 3 or not _fits(*status))  # noqa: PLR2004  # as `Deb.status` takes them apart
    if is_odd or not deb.fields.get("package") or (deb.is_installed and not deb.version):
        raise DiskUnreadableError("The list of packages on the disk is damaged.")


def _fits(want: str, flag: str, state: str) -> bool:
    return want in _WANTS and flag in _FLAGS and state in _STATES
