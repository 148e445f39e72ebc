"""Where a file holds something: its file system tells, and the holes between need not be read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from imaging.files.content import Extent, FileContent


def data_ranges(content: FileContent) -> Iterator[tuple[int, int]]:
    """From which byte to which a content may hold something else than zeros, in order.

    The positions of its files are moved. Of a file system that knows no holes, all is one range.

    Args:
        content: what lies in opened files.
    """
    begin = 0
    for extent in content.extents:
        for first, last in _of_file(extent):
            yield begin + first - extent.offset, begin + last - extent.offset
        begin += extent.size_bytes


def _of_file(extent: Extent) -> Iterator[tuple[int, int]]:
    """The same in one piece of a file, as places in that file."""
    at, end = extent.offset, extent.offset + extent.size_bytes
    while at < end:
        try:
            first = os.lseek(extent.descriptor, at, os.SEEK_DATA)
            last = os.lseek(extent.descriptor, first, os.SEEK_HOLE)
        except OSError as error:
            if error.errno != errno.ENXIO:  # which says that nothing but a hole follows
                yield at, end  # it knows no holes: any byte of it may count
            return
        if first < end:
            yield first, min(last, end)
        at = last
