"""What tells this machine from others: the state of its ids, never an id."""

from __future__ import annotations

import hashlib
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from models.errors import DiskUnreadableError

_ID: Final = "/etc/machine-id"
_DBUS: Final = "/var/lib/dbus/machine-id"
_SEEDS: Final = ("/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed", "/var/lib/random-seed")
_LONGEST: Final = 4096
_DIGITS: Final = 8
"""Of a digest: enough to compare by, too few to find the id."""


def part_identity(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `identity`; nothing counts as missing that only could not be read."""
    with rows.where_readable(_ID):
        _tell_id(disk.tree, rows)
    with rows.where_readable(_DBUS):
        _tell_dbus(disk.tree, rows)
    with rows.where_readable("the random seed"):
        if any(disk.tree.find(seed) is not None for seed in _SEEDS):
            rows.row("seed")


def _tell_id(tree: Tree, rows: PartRows) -> None:
    if tree.find_itself(_ID) is None:
        rows.row("machine-id", "missing")
        return
    identity = _first_line(tree, _ID)
    if identity in {"", "uninitialized"}:
        rows.row("machine-id", identity or "empty")
    else:
        rows.row("machine-id", "filled")
        rows.row("digest", hashlib.sha256(f"imaging-probe {identity}".encode(NAMES)).hexdigest()[:_DIGITS])


def _tell_dbus(tree: Tree, rows: PartRows) -> None:
    """D-Bus's own file, from which systemd fills an empty one; it follows no link there."""
    found = tree.find_itself(_DBUS)
    if found is None:
        rows.row("dbus", "missing")
    elif found.is_link:
        rows.row("dbus", "link")
    else:
        rows.row("dbus", "filled" if _first_line(tree, _DBUS) else "empty")


def _first_line(tree: Tree, path: str) -> str:
    """The first line of what must be a file.

    Raises:
        DiskUnreadableError: it is not a file, or cannot be read.
    """
    if not tree.is_file(path):
        raise DiskUnreadableError(f"{path} is no file.")
    return tree.text(path, limit_bytes=_LONGEST).partition("\n")[0]
