"""The runs of blocks that a file's content lies in, as every file system tells them: bounded, and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from models.errors import DiskFault, DiskUnreadableError

Run = tuple[int, int, int | None]
"""The first block in the file, how many, and the first of them on the disk; None for what was never written: zeros."""

_MOST_RUNS: Final = 2**20


def runs_between(told: Iterable[Run], first: int, end: int) -> Iterator[Run]:
    """What of some runs lies from block `first` to before `end` of the file; what is not told is a hole.

    Args:
        told: the runs as the disk has them, which may be anything.
        first: a block of the file.
        end: the block behind the last one.

    Raises:
        DiskUnreadableError: they are empty, overlap or are out of order, or there are too many.
    """
    reached = 0
    for number, (begin, count, block) in enumerate(told):
        if number > _MOST_RUNS:
            raise DiskUnreadableError("A file on the disk lies in too many pieces.", fault=DiskFault.TOO_LARGE)
        if begin < reached or not count:
            raise damaged_runs()
        reached = begin + count
        skipped = max(0, first - begin)
        there = min(begin + count, end) - begin - skipped
        if there > 0:
            yield begin + skipped, there, None if block is None else block + skipped


def damaged_runs() -> DiskUnreadableError:
    """What is said about runs that nothing can be read by."""
    return DiskUnreadableError("The extents of a file on the disk are damaged.")
