"""FAT as a `FileSystem`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.fat.form import FIRST_SECTOR_BYTES, Form, read_form
from imaging.files.disk.fat.names import FatEntry, entries_in
from imaging.files.disk.file_system import Node, NodeKind
from models.errors import DiskFault, DiskUnreadableError

_LARGEST_DIRECTORY: Final = 2**21
"""65,536 entries: as many as FAT has."""
_END: Final = {12: 0xFF8, 16: 0xFFF8, 32: 0x0FFF_FFF8}
_MASK: Final = {12: 0xFFF, 16: 0xFFFF, 32: 0x0FFF_FFFF}


class FatFileSystem:
    """One file system; an inode's number is that of the file's first cluster, or of its entry where it is empty."""

    def __init__(self, blocks: Content) -> None:
        """Read the boot sector.

        Raises:
            DiskUnreadableError: it is damaged.
        """
        form = read_form(blocks.read(0, FIRST_SECTOR_BYTES))
        if form is None:
            raise DiskUnreadableError("The boot sector of the FAT is damaged.")
        self._blocks = blocks
        self._form: Form = form
        self.replayed = False
        self.lost_names = 0
        self._empty = 2**32
        self.root = self._node(FatEntry("", True, False, form.root_cluster, 0, 0))  # a directory

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        """As `FileSystem.entries`."""
        if directory.inode == self.root.inode and not self._form.is_32:
            size = self._form.data_at - self._form.root_at
            raw = exactly(self._blocks, self._form.root_at, min(size, _LARGEST_DIRECTORY))
        else:
            raw = b"".join(self._cluster(number) for number in self._chain(directory.inode, _LARGEST_DIRECTORY))
        for entry in entries_in(raw):
            yield entry.name, self._node(entry)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        """As `FileSystem.read`."""
        end = min(offset + size, file.size_bytes)
        if offset < 0 or end <= offset:
            return b""
        first = offset // self._form.cluster
        pieces = []
        for place, number in enumerate(self._chain(file.inode, end)):
            if place >= first:
                pieces.append(self._cluster(number))
            if (place + 1) * self._form.cluster >= end:
                break
        found = b"".join(pieces)[offset - first * self._form.cluster :][: end - offset]
        if len(found) < end - offset:
            raise DiskUnreadableError("A file on the FAT is shorter than its directory says.")
        return found

    def target(self, link: Node) -> str:
        """As `FileSystem.target`; there are no links."""
        raise DiskUnreadableError(f"A FAT has no links, and no inode {link.inode} that is one.")

    def _node(self, entry: FatEntry) -> Node:
        number = entry.cluster
        if not number and entry.name:
            number = self._empty = self._empty + 1
        return Node(
            inode=number,
            kind=NodeKind.DIRECTORY if entry.is_directory else NodeKind.FILE,
            permissions=0o555 if entry.is_read_only else 0o755,
            uid=0,
            gid=0,
            size_bytes=entry.size_bytes,
            allocated_bytes=-(-entry.size_bytes // self._form.cluster) * self._form.cluster,
            links=1,
            modified_at=entry.modified_at,
        )

    def _cluster(self, number: int) -> bytes:
        return exactly(self._blocks, self._form.data_at + (number - 2) * self._form.cluster, self._form.cluster)

    def _chain(self, number: int, most_bytes: int) -> Iterator[int]:
        """The clusters of a file, as many as so many bytes need at most."""
        for _ in range(-(-most_bytes // self._form.cluster)):
            if not 2 <= number < self._form.clusters + 2:  # noqa: PLR2004  # the first cluster
                raise DiskUnreadableError("The table of a FAT leads to no cluster.")
            yield number
            number = self._next(number)
            if number >= _END[self._form.bits]:
                return
        if most_bytes == _LARGEST_DIRECTORY:
            raise DiskUnreadableError("A directory of a FAT has no end.", fault=DiskFault.TOO_LARGE)

    def _next(self, number: int) -> int:
        bits = self._form.bits
        at, rest = divmod(number * bits, 8)
        raw = int.from_bytes(exactly(self._blocks, self._form.table_at + at, (bits + rest + 7) // 8), "little")
        return raw >> rest & _MASK[bits]
