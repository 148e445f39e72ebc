"""One inode of an ext."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.ext.layout import HUGE_FILE, Layout
from imaging.files.disk.file_system import KINDS, Node, NodeKind

_FORM: Final = struct.Struct("<HHIiiiiHHII4x60s4xII4xHHHH4x")
"""Mode, owner, size, access, change, modification, deletion, group, links, sectors, flags, places, attributes; the high
halves of size, sectors, attributes, owner, group."""
_EXTRA: Final = struct.Struct("<HHII")
_IMMUTABLE: Final = 0x10
_ENCRYPTED: Final = 0x800
_HUGE: Final = 0x40000
_BY_EXTENTS: Final = 0x80000
_INLINE: Final = 0x1000_0000
_EPOCH: Final = 0b11
_SECTOR: Final = 512


@dataclass(frozen=True, slots=True)
class Inode:
    """What a file is, and how its content is found."""

    node: Node
    flags: int
    places: bytes
    """Sixty bytes: the root of its extents, numbers of blocks, a short link, or the content itself."""
    raw: bytes

    @property
    def by_extents(self) -> bool:
        """Whether its places are extents; else they are numbers of blocks."""
        return bool(self.flags & _BY_EXTENTS)

    @property
    def is_inline(self) -> bool:
        """Whether the content lies in the inode itself."""
        return bool(self.flags & _INLINE)

    @property
    def is_encrypted(self) -> bool:
        """Whether its content, or the names in it, can be read with a key alone."""
        return bool(self.flags & _ENCRYPTED)


def read_inode(number: int, raw: bytes, layout: Layout) -> Inode | None:
    """The inode in these bytes; None where nothing is in use there."""
    (mode, uid, size, _, changed, modified, _, gid, links, sectors, flags, places, _, size_high, sectors_high, _,
     uid_high, gid_high) = _FORM.unpack_from(raw)  # fmt: skip
    kind = KINDS.get(stat.S_IFMT(mode))
    if kind is None or not links:
        return None
    if len(raw) > 128:  # noqa: PLR2004  # of the format
        extra, _, changed_extra, modified_extra = _EXTRA.unpack_from(raw, 128)
        changed += (changed_extra & _EPOCH) << 32 if extra >= 8 else 0  # noqa: PLR2004  # so many bytes are there
        modified += (modified_extra & _EPOCH) << 32 if extra >= 12 else 0  # noqa: PLR2004  # the same
    if kind in {NodeKind.FILE, NodeKind.DIRECTORY}:
        size |= size_high << 32
    allocated = (sectors | sectors_high << 32) if layout.read_only & HUGE_FILE else sectors
    allocated_bytes = allocated * (layout.block_bytes if flags & _HUGE else _SECTOR)
    if flags & _INLINE:
        allocated_bytes += -(-size // _SECTOR) * _SECTOR  # as Linux tells it
    node = Node(
        inode=number,
        kind=kind,
        permissions=mode & 0o7777,
        uid=uid | uid_high << 16,
        gid=gid | gid_high << 16,
        size_bytes=size,
        allocated_bytes=allocated_bytes,
        links=links,
        modified_at=modified,
        changed_at=changed,
        immutable=bool(flags & _IMMUTABLE),
    )
    return Inode(node, flags, places, raw)
