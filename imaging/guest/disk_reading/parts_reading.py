"""Asks every part of the probe for disks, each within its time; what stops one of them does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.parts import FILE_PARTS, FilePart
from imaging.guest.report.envelope import PartReport
from imaging.guest.report.readers.parts import PARTS
from imaging.runtime.deadline import Deadline, TimeUpError
from models.errors import DiskUnreadableError

_LEAST_SECONDS: Final = 0.1
_TIMES: Final = 3
"""How many times as long as in a running guest a part may take: there the kernel has the disk in its memory."""


def read_parts(
    disk: Disk,
    notes: Callable[[], Iterable[str]],
    *,
    seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[str, PartReport]:
    """The report of each part that can be read from a disk.

    Args:
        disk: what they read.
        notes: what is missing in all of them, as far as it is known by then.
        seconds: for all of them; a part whose turn comes too late says so.
        monotonic: the clock of that.
    """
    begun = monotonic()
    found = {}
    for name, part in FILE_PARTS.items():
        left = max(_LEAST_SECONDS, seconds - (monotonic() - begun))
        disk.tree.check = Deadline(min(left, _TIMES * PARTS[name].seconds), monotonic).check
        found[name] = _report(part, disk, notes)
    return found


def _report(part: FilePart, disk: Disk, notes: Callable[[], Iterable[str]]) -> PartReport:
    rows = PartRows()
    try:
        part(disk, rows)
    except TimeUpError:
        rows.late()
    except DiskUnreadableError:
        rows.unknown("the disk cannot be read there")
    except (MemoryError, RecursionError):
        rows.unknown("it is larger than is read")
    except Exception:  # noqa: BLE001  # a stranger's disk may show a fault of one part: the others still count
        rows.unknown("it could not be read from this disk")
    for note in notes():
        rows.incomplete(note)
    return rows.report()
