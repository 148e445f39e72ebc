"""The disks that come with the program: small ones of the guests that it pretends, each as RAW or as QCOW2.

They are made by `make disks` from the same trees as the recordings of the guests; `index.json` says what they come to,
so that a cloud starts without unpacking any of them.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from imaging.democloud.image_bytes.content import StoredContent, Sums, Writing
from imaging.democloud.image_bytes.qcow2 import qcow2

_PIECE = 256 * 1024
_BY_SYSTEM = (
    ("Ubuntu 22", "ubuntu-22"),
    ("Debian", "debian-12"),
    ("Rocky", "rocky-9"),
    ("Alma", "rocky-9"),
)
"""For what nobody recorded: the clean disk of the system, or of the nearest."""
_USUAL = "ubuntu-24"


@dataclass(frozen=True)
class DiskContent:
    """One of the disks, in one format; unpacked when the first byte of it is read."""

    name: str
    disk_format: str
    """raw or qcow2."""
    disk_bytes: int | None = None
    """How large the disk in a qcow2 is; a raw one is as large as it is."""

    @property
    def size(self) -> int:
        """How many bytes."""
        return int(self._told["size"])

    @property
    def virtual_bytes(self) -> int:
        """How large the disk in it is."""
        return self.size if self.disk_bytes is None else self.disk_bytes

    @property
    def sums(self) -> Sums:
        """What Glance says about them."""
        return Sums(str(self._told["md5"]), str(self._told["sha512"]))

    def read(self, offset: int, length: int) -> bytes:
        """Some of the bytes."""
        return self._written[0].read(offset, length)

    @property
    def _told(self) -> dict[str, int | str]:
        return _index().get(key_of(self.name, self.disk_format, self.disk_bytes)) or self._written[1]

    @property
    def _written(self) -> tuple[StoredContent, dict[str, int | str]]:
        return written(self.name, self.disk_format, self.disk_bytes)


def disk_named(guest: str, system: str) -> str:
    """The disk of a guest that was recorded, else the one that is nearest to a system."""
    if guest and key_of(guest, "raw", None) in _index():
        return guest
    return next((name for begin, name in _BY_SYSTEM if system.startswith(begin)), _USUAL)


def key_of(name: str, disk_format: str, virtual_bytes: int | None) -> str:
    """How the index calls a disk in a format."""
    return name if disk_format == "raw" else f"{name}.{disk_format}.{virtual_bytes}"


@cache
def written(name: str, disk_format: str, virtual_bytes: int | None) -> tuple[StoredContent, dict[str, int | str]]:
    """A disk in a file of its own, once for the process, and what the index says about it."""
    writing = Writing()
    for piece in _unpacked(name) if disk_format == "raw" else _as_qcow2(name, virtual_bytes or 0):
        writing.write(piece)
    content, sums = writing.finish(), writing.sums
    return content, {"size": content.size, "md5": sums.md5, "sha512": sums.sha512}


def _as_qcow2(name: str, virtual_bytes: int) -> Iterator[bytes]:
    raw, _ = written(name, "raw", None)
    return qcow2(raw.read, raw.size, max(virtual_bytes, raw.size))


def _unpacked(name: str) -> Iterator[bytes]:
    with (_folder() / f"{name}.xz").open("rb") as packed, lzma.open(packed) as disk:
        while piece := disk.read(_PIECE):
            yield piece


@cache
def _index() -> dict[str, dict[str, int | str]]:
    found: dict[str, dict[str, int | str]] = json.loads((_folder() / "index.json").read_text("utf-8"))
    return found


def _folder() -> resources.abc.Traversable:
    return resources.files("imaging.democloud.image_bytes") / "disks"
