"""Which function reads which part of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imaging.guest.reading.boot_mounts import read_boot_mounts
from imaging.guest.reading.disks import read_disks
from imaging.guest.reading.mounts import read_mounts
from imaging.guest.reading.rows import Rows
from imaging.guest.reading.system import read_system

READERS: Mapping[str, Callable[[Rows], Any]] = {
    "boot_mounts": read_boot_mounts,
    "disks": read_disks,
    "mounts": read_mounts,
    "system": read_system,
}
"""By the part's name, which is that of its field in `GuestFacts`."""
