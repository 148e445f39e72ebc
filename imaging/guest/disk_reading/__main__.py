"""The process that reads a disk: a request on standard input, open files by number, an answer on standard output."""

from __future__ import annotations

import sys
import time

from imaging.files.content import FileWindow, Joined
from imaging.files.disk.blocks import FileBlocks
from imaging.guest.disk_reading.messages import LONGEST_REQUEST, DiskReading, DiskRequest, ServedBytes
from imaging.guest.disk_reading.reading import read_disk
from imaging.guest.disk_reading.served_content import ServedContent
from imaging.runtime.confined.confinement import confine, leave_network
from models import foreign


def main() -> None:
    """Confine this process, then read."""
    without_network = leave_network()
    confine()
    request = foreign.model(DiskRequest, sys.stdin.buffer.read(), max_bytes=LONGEST_REQUEST)
    reading, bytes_read = _of_files(request) if request.served is None else _of_parent(request.served, request)
    sys.stdout.buffer.write(_finished(reading, bytes_read, without_network).model_dump_json().encode("utf-8"))


def _of_files(request: DiskRequest) -> tuple[DiskReading, int]:
    """What was found, and how many bytes were read for it."""
    files = [FileBlocks(piece.descriptor) for piece in request.pieces]
    windows = [
        FileWindow(file, piece.offset, piece.size_bytes) for file, piece in zip(files, request.pieces, strict=True)
    ]
    reading = read_disk(windows[0] if len(windows) == 1 else Joined(windows), request, monotonic=time.monotonic)
    return reading, sum(file.bytes_read for file in files)


def _of_parent(served: ServedBytes, request: DiskRequest) -> tuple[DiskReading, int]:
    """As `_of_files`; the time that the network takes is not the reader's."""
    content = ServedContent(served.descriptor, served.size_bytes)
    reading = read_disk(content, request, monotonic=lambda: time.monotonic() - content.waited_seconds)
    return reading, content.bytes_read


def _finished(reading: DiskReading, bytes_read: int, without_network: bool) -> DiskReading:
    if reading.disk is None:
        return reading
    disk = reading.disk.model_copy(update={"bytes_read": bytes_read, "without_network": without_network})
    return reading.model_copy(update={"disk": disk})


if __name__ == "__main__":
    main()
