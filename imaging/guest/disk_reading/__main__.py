"""The process that reads a disk: a request on standard input, open files by number, an answer on standard output."""

from __future__ import annotations

import sys
import time

from imaging.files.content import FileWindow, Joined
from imaging.files.disk.blocks import FileBlocks
from imaging.guest.disk_reading.messages import LONGEST_REQUEST, DiskReading, DiskRequest
from imaging.guest.disk_reading.reading import read_disk
from imaging.runtime.confined.confinement import confine, leave_network
from models import foreign


def main() -> None:
    """Confine this process, then read."""
    without_network = leave_network()
    confine()
    request = foreign.model(DiskRequest, sys.stdin.buffer.read(), max_bytes=LONGEST_REQUEST)
    files = [FileBlocks(piece.descriptor) for piece in request.pieces]
    windows = [
        FileWindow(file, piece.offset, piece.size_bytes) for file, piece in zip(files, request.pieces, strict=True)
    ]
    reading = read_disk(windows[0] if len(windows) == 1 else Joined(windows), request, monotonic=time.monotonic)
    bytes_read = sum(file.bytes_read for file in files)
    sys.stdout.buffer.write(_finished(reading, bytes_read, without_network).model_dump_json().encode("utf-8"))


def _finished(reading: DiskReading, bytes_read: int, without_network: bool) -> DiskReading:
    if reading.disk is None:
        return reading
    disk = reading.disk.model_copy(update={"bytes_read": bytes_read, "without_network": without_network})
    return reading.model_copy(update={"disk": disk})


if __name__ == "__main__":
    main()
