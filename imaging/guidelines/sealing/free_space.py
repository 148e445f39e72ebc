"""The free space of the root disk: how large, and what it costs to overwrite it where giving it back was not enough."""

from __future__ import annotations

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none
from imaging.guidelines.guest.storage import Where, where_device
from models.guest.disks import Disks, FileSystemUse
from models.guidelines.facts import InstanceFacts
from models.seal.plan import FreeSpace

_KIB_PER_SECOND = 100 * 1024
"""How fast a cloud's disk is written in a row, as an order of magnitude; it is read twice as fast."""


def free_space(facts: InstanceFacts) -> FreeSpace | None:
    """What would be overwritten in the clone; None where the inspection did not tell how full the disk is."""
    disks = inside_or_none(facts, parts.disks)
    if disks is None or disks.root is None:
        return None
    on_disk = {each.device or each.mount_point: each for each in (disks.root, *disks.file_systems)}.values()
    uses = [each for each in on_disk if each.mount_point == "/" or _is_on_root_disk(disks, each)]
    sizes = [(each.size_kib, _free(each)) for each in uses]
    if any(size is None or free is None for size, free in sizes):
        return None
    size, free = (sum(each or 0 for each in column) for column in zip(*sizes, strict=True))
    # Afterwards the whole disk is read once more.
    return FreeSpace(size_kib=free, seconds=free // _KIB_PER_SECOND + size // (2 * _KIB_PER_SECOND))


def _is_on_root_disk(disks: Disks, use: FileSystemUse) -> bool:
    return bool(use.device) and where_device(disks, use.device) is Where.ROOT_DISK


def _free(use: FileSystemUse) -> int | None:
    """What root may write, who is kept from no reserve."""
    if use.size_kib is None or use.used_kib is None:
        return None
    return max(0, use.size_kib - use.used_kib)
