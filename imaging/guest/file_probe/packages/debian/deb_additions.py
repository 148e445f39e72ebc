"""What was installed by name after the first boot, by the logs of dpkg and apt, and is still there."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.local_time import LocalTime
from imaging.guest.file_probe.packages.debian.dpkg_status import Deb
from imaging.guest.file_probe.part_rows import PartRows
from models.errors import DiskUnreadableError

_LOGS: Final = (
    "/var/log/dpkg.log", "/var/log/dpkg.log.[0-9]*", "/var/log/apt/history.log", "/var/log/apt/history.log.[0-9]*",
)  # fmt: skip
_MOST_LOG_BYTES: Final = 32_000_000
"""Of all logs, unpacked; some years of one machine have 5 MB."""
_MOST_ADDED: Final = 400
_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
_DATE: Final = re.compile(r"^[0-9]+-[0-9]+-[0-9]+")
_INSTALL: Final = "Install: "
_BETWEEN: Final = re.compile(r"\), |\)$")


def tell_added_debs(files: GuestFiles, debs: Iterable[Deb], born: int | None, rows: PartRows) -> None:
    """The newest first.

    Args:
        files: the files of the disk.
        debs: what is installed.
        born: when the machine was first booted; None where that cannot be told.
        rows: where to.
    """
    if born is None:
        rows.incomplete("when the machine was first booted cannot be told, so neither what was added since")
        return
    logs = files.files(*_LOGS)
    if not logs:
        if not _nothing_newer(files, born):
            rows.incomplete("the logs that tell what was installed after the first boot are gone")
        return
    clock = LocalTime(files.tree)
    rows.row("zone", clock.offset(born))
    lines = (line for text in _unpacked(files, rows) for line in text.decode(NAMES).split("\n"))
    added = _first_installed(lines, clock.text(born, "%Y-%m-%d %H:%M:%S"))
    versions = {deb.name: deb.version for deb in debs}
    chosen = added.keys() & versions.keys() - _came_along(files)
    for when, name in sorted(((added[name], name) for name in chosen), reverse=True)[:_MOST_ADDED]:
        rows.row("added_on", when, name, versions[name])


def _nothing_newer(files: GuestFiles, born: int) -> bool:
    """Whether dpkg has written no list of files since the first boot, so that no log need tell about additions."""
    lists = [found for found in files.matching("/var/lib/dpkg/info/*.list") if found.is_file]
    return bool(lists) and max(found.node.modified_at for found in lists) <= born


def _unpacked(files: GuestFiles, rows: PartRows) -> Iterator[bytes]:
    left = _MOST_LOG_BYTES
    for found in files.files(*_LOGS):
        with rows.where_readable("the logs that tell what was installed after the first boot"):
            packed = files.tree.read_found(found, limit_bytes=left)
            text = _gunzip(packed, left) if packed.startswith(_GZIP) else packed
            left -= len(text)
            if left <= 0:
                raise DiskUnreadableError("too much")
            yield text


def _gunzip(packed: bytes, limit_bytes: int) -> bytes:
    """What is in it, in one piece or in several behind each other.

    Raises:
        DiskUnreadableError: it is damaged.
    """
    pieces: list[bytes] = []
    while packed.startswith(_GZIP) and limit_bytes > 0:
        stream = zlib.decompressobj(wbits=_GZIP_WINDOW)
        try:
            pieces.append(stream.decompress(packed, limit_bytes))
        except zlib.error:
            raise DiskUnreadableError("A packed log on the disk is damaged.") from None
        limit_bytes -= len(pieces[-1])
        packed = stream.unused_data
    return b"".join(pieces)


def _first_installed(lines: Iterable[str], since: str) -> dict[str, str]:
    """When each package was installed first after a moment, by its name."""
    found: dict[str, str] = {}
    for when, package in _installations(lines):
        name = package.partition(":")[0]
        if when > since and (name not in found or when < found[name]):
            found[name] = when
    return found


def _installations(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    started = " "
    for line in lines:
        words = words_of(line)
        if words[2:3] == ["install"] and _DATE.fullmatch(words[0]):
            yield f"{words[0]} {words[1]}", "".join(words[3:4])
        elif words[:1] == ["Start-Date:"]:
            started = " ".join((*words, "", "")[1:3])
        elif line.startswith(_INSTALL):
            for piece in _BETWEEN.split(line.removeprefix(_INSTALL)):
                if piece and not piece.endswith(", automatic"):
                    yield started, piece.partition(" ")[0]


def _came_along(files: GuestFiles) -> set[str]:
    """What was installed only because something else needs it."""
    found: set[str] = set()
    name = ""
    for line in files.lines("/var/lib/apt/extended_states"):
        words = words_of(line)
        if words[:1] == ["Package:"]:
            name = "".join(words[1:2])
        elif words[:2] == ["Auto-Installed:", "1"]:
            found.add(name)
    return found
