"""What lies in a partition, by its superblock: containers first, for the superblock of what is in them may show too."""

from __future__ import annotations

from typing import Final

from imaging.files.content import Content
from imaging.files.disk.superblocks.ext import sniff_ext
from imaging.files.disk.superblocks.fat import sniff_fat
from imaging.files.disk.superblocks.others import (
    Sniffer,
    sniff_btrfs,
    sniff_iso9660,
    sniff_luks,
    sniff_lvm,
    sniff_mark,
    sniff_raid,
    sniff_swap,
    sniff_zfs,
)
from imaging.files.disk.superblocks.superblock import Superblock
from imaging.files.disk.superblocks.xfs import sniff_xfs

_IN_ORDER: Final[tuple[Sniffer, ...]] = (
    sniff_luks,
    sniff_lvm,
    sniff_raid,
    sniff_swap,
    sniff_xfs,
    sniff_ext,
    sniff_btrfs,
    sniff_mark,
    sniff_zfs,
    sniff_iso9660,
    sniff_fat,
)


def sniff(blocks: Content) -> Superblock:
    """What is recognised first; an empty one where nothing is.

    Raises:
        DiskUnreadableError: the place of a superblock cannot be read.
    """
    return next((found for sniffer in _IN_ORDER if (found := sniffer(blocks)) is not None), Superblock())
