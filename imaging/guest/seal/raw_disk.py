"""The reader of raw disks, which the clone and the test instance of the sealed image have in common."""

from __future__ import annotations

from pathlib import Path


def raw_disk_functions() -> str:
    """Functions of a shell that find the disks of the root and count tokens on them.

    A script that uses them keeps the file of its tokens in memory, and has a function `reading DONE OF`.
    """
    return Path(__file__).with_name("raw_disk.sh").read_text(encoding="ascii")
