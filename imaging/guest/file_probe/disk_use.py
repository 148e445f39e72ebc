"""What directories take on the disk, as du counts it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles

_KIB: Final = 1024


def used_kib(files: GuestFiles, paths: Iterable[str]) -> int:
    """In KiB, rounded up; what has several names counts once, and what is mounted below does not count."""
    allocated: dict[tuple[int, int], int] = {}
    for path in paths:
        begin = files.find_itself(path)
        for each in files.walk(path, enter=lambda _: True):
            if begin is not None and each.file_system is begin.file_system:
                allocated[id(each.file_system), each.node.inode] = each.node.allocated_bytes
    return -(-sum(allocated.values()) // _KIB)
