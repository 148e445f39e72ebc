"""Trees on disks of their own, with mounts in them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.guest.trees.building import build_tree


@contextmanager
def mounted(place: Path, *source: str | Path) -> Iterator[None]:
    """Something is mounted there."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *source, place], check=True)
    try:
        yield
    finally:
        unmount(place)


def unmount(place: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", place], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)


def fill(file: Path) -> None:
    """Write until the disk is full to the last block."""
    with file.open("wb", buffering=0) as full:
        for size in (65536, 512):
            with suppress(OSError):
                while full.write(bytes(size)):
                    pass


@contextmanager
def small_disk(folder: Path, mib: int, *, place: Path | None = None) -> Iterator[tuple[Path, Path]]:
    """A tree on an ext4 of its own, and the file that is its disk; an empty one where a place is named."""
    folder.mkdir(exist_ok=True)
    disk, top = folder / "disk", place or folder / "mounted"
    with disk.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    top.mkdir(exist_ok=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", disk], check=True, capture_output=True)
    if subprocess.run(["mount", "-o", "loop", disk, top], check=False, capture_output=True).returncode:
        pytest.skip("no loop devices here")
    try:
        yield build_tree("debian-12", top) if place is None else top, disk
    finally:
        unmount(top)
