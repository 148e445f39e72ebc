"""From the bytes of a file to the bytes of the disk in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import CachedBlocks
from imaging.files.disk.containers.qcow2 import Qcow2Blocks
from imaging.files.disk.containers.vhd import open_vhd
from imaging.files.disk.containers.vhdx import VhdxBlocks
from imaging.files.disk.containers.vmdk import VmdkBlocks
from models.errors import DiskFault, DiskUnreadableError
from models.image_file.image_format import ImageFormat

_READERS: Final[Mapping[ImageFormat, Callable[[Content], Content]]] = {
    ImageFormat.QCOW2: Qcow2Blocks,
    ImageFormat.VHD: open_vhd,
    ImageFormat.VHDX: VhdxBlocks,
    ImageFormat.VMDK: VmdkBlocks,
}


def open_container(content: Content, kind: ImageFormat) -> Content:
    """The disk in a file whose header was accepted.

    Args:
        content: the bytes of the file.
        kind: what the inspection of its header found; a raw disk is never taken for anything else.

    Raises:
        DiskUnreadableError: it is damaged, or of a form that has to be converted first.
    """
    if kind is ImageFormat.RAW:
        return content
    reader = _READERS.get(kind)
    if reader is None:
        raise DiskUnreadableError(f"{kind.in_words} is not read here: convert it first.", fault=DiskFault.CONVERT_FIRST)
    return reader(CachedBlocks(content))
