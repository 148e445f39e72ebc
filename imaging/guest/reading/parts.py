"""Which function reads which part of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imaging.guest.reading.disks import read_disks
from imaging.guest.reading.rows import Rows
from imaging.guest.reading.system import read_system

READERS: Mapping[str, Callable[[Rows], Any]] = {
    "disks": read_disks,
    "system": read_system,
}
"""By the part's name, which is that of its field in `GuestFacts`."""
