"""Image files and the disks in them: headers, tables, file systems, the journal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from imaging.files.disk.assembly.assembled import assemble
from imaging.files.disk.blocks import CachedBlocks
from imaging.files.disk.containers.opening import open_container
from imaging.files.disk.tree import Found
from imaging.files.formats import read_header
from models.errors import DiskUnreadableError
from models.image_file.image_format import ImageFormat
from tests.fuzz.door import Door
from tests.fuzz.recorded_disks import RecordedDisk, SparseBytes, recorded

_MOST_CHECKS = 20_000
"""Steps of a walk; a loop in what is read ends here as it ends in time."""
_FILES = {"qcow2", "vmdk", "vpc", "vhdx", "vdi"}
_STEP = 2**16


def _file(disk: RecordedDisk, data: bytes) -> None:
    """The header is judged, and what it leads to is read to its end after any judgement."""
    content = disk.with_data(data)
    header = read_header(content.read, content.size_bytes, declared=None)
    for kind in {header.format or ImageFormat.RAW, ImageFormat.RAW}:
        inner = open_container(content, kind)
        for at in range(0, min(inner.size_bytes, 16 * 2**20), _STEP):
            assert len(inner.read(at, _STEP)) <= _STEP
    _walk(content)


def _disk(disk: RecordedDisk, data: bytes) -> None:
    _walk(disk.with_data(data))


def _walk(content: SparseBytes) -> None:
    found = assemble(CachedBlocks(content), check=_bounded())
    if found.tree is None:
        return
    for each in found.tree.walk("/", other_mounts=True, unreadable=lambda _: None):
        _touch(each)


def _touch(each: Found) -> None:
    try:
        if each.is_file:
            each.file_system.read(each.node, max(0, each.node.size_bytes - 10), 10)
        elif each.is_link:
            each.file_system.target(each.node)
    except DiskUnreadableError:
        return


def _bounded() -> Callable[[], None]:
    left = iter(range(_MOST_CHECKS))

    def check() -> None:
        if next(left, None) is None:
            raise DiskUnreadableError("Time is up.")

    return check


DOORS = tuple(
    Door("disks", name, partial(_file if name in _FILES else _disk, disk), data=[disk.data])
    for name, disk in recorded().items()
)
