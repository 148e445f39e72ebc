"""ext2, ext3 and ext4 as a `FileSystem`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.ext.directory import names_in
from imaging.files.disk.ext.inline import inline_content
from imaging.files.disk.ext.inode import Inode, read_inode
from imaging.files.disk.ext.journal.replay import replayed
from imaging.files.disk.ext.layout import Layout
from imaging.files.disk.ext.places import Places
from imaging.files.disk.file_system import NAMES, Node, NodeKind
from imaging.files.disk.superblocks.ext import sniff_ext
from imaging.files.disk.superblocks.superblock import Superblock
from models.errors import DiskFault, DiskUnreadableError

_ROOT: Final = 2
_LARGEST_DIRECTORY: Final = 2**27
_LARGEST_LINK: Final = 4096
_IN_INODE: Final = 60
_INLINE_PARENT: Final = 4
"""A directory in its inode begins with the number of the one above."""


class ExtFileSystem:
    """One file system, its inodes read when they are asked for."""

    def __init__(self, blocks: Content) -> None:
        """Read the superblock and the root.

        Raises:
            DiskUnreadableError: they are damaged, or of a form that is not known.
        """
        self._use(blocks)
        self.replayed = self._layout.needs_recovery and self._replay()
        """As `FileSystem.replayed`."""
        self._inode = lru_cache(maxsize=1024)(self._read_inode)
        self.lost_names = 0
        """Names that lead to nothing: a directory was written before the file, or the disk is damaged."""
        root = self._inode(_ROOT)
        if root is None or root.node.kind is not NodeKind.DIRECTORY:
            raise DiskUnreadableError("The ext file system has no root.")
        self.root = root.node

    def superblock(self) -> Superblock | None:
        """As it is after the journal, with what is free counted again; None where that cannot be told."""
        try:
            blocks, inodes = self._layout.free()
            return sniff_ext(self._blocks, free=(blocks, inodes))
        except DiskUnreadableError:
            return None

    def _use(self, blocks: Content) -> None:
        self._blocks = blocks
        self._layout = Layout(blocks)
        self._places = Places(blocks, self._layout)

    def _replay(self) -> bool:
        """Carry out the journal; where that cannot be done, the files are read as they lie there."""
        before = self._blocks
        try:
            number = self._layout.journal_inode
            self._use(replayed(before, self._layout, self._read_inode(number) if number else None))
        except DiskUnreadableError:
            self._use(before)
            return False
        return True

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        """As `FileSystem.entries`."""
        inode = self._known(directory)
        if inode.is_encrypted:
            raise DiskUnreadableError("A directory of the disk is encrypted.", fault=DiskFault.ENCRYPTED)
        for block in self._directory_blocks(inode):
            for name, number in names_in(block):
                found = self._read_inode(number) if number <= self._layout.inodes else None
                if found is None:
                    self.lost_names += 1
                else:
                    yield name, found.node

    def read(self, file: Node, offset: int, size: int) -> bytes:
        """As `FileSystem.read`."""
        inode = self._known(file)
        if inode.is_encrypted:
            raise DiskUnreadableError("A file on the disk is encrypted.", fault=DiskFault.ENCRYPTED)
        return self._content(inode, offset, min(size, inode.node.size_bytes - offset))

    def target(self, link: Node) -> str:
        """As `FileSystem.target`."""
        inode = self._known(link)
        size = inode.node.size_bytes
        if inode.is_encrypted or size > _LARGEST_LINK:
            raise DiskUnreadableError("A link on the disk cannot be read.")
        is_short = size < _IN_INODE and not inode.by_extents and not inode.is_inline
        raw = inode.places[:size] if is_short else self._content(inode, 0, size)
        return raw.decode(NAMES)

    def _known(self, node: Node) -> Inode:
        inode = self._inode(node.inode)
        if inode is None:
            raise DiskUnreadableError("An inode on the disk is not in use.")
        return inode

    def _read_inode(self, number: int) -> Inode | None:
        raw = exactly(self._blocks, self._layout.inode_at(number), self._layout.inode_bytes)
        return read_inode(number, raw, self._layout)

    def _directory_blocks(self, inode: Inode) -> Iterator[bytes]:
        size = inode.node.size_bytes
        if inode.is_inline:
            head, rest = inline_content(inode)
            yield head[_INLINE_PARENT:]
            yield rest
            return
        if size > _LARGEST_DIRECTORY:
            raise DiskUnreadableError("A directory of the disk is larger than is read.", fault=DiskFault.TOO_LARGE)
        step = self._layout.block_bytes
        reached = 0
        for begin, count, block in self._places.runs(inode, 0, -(-size // step)):
            if block is None or begin != reached:
                raise DiskUnreadableError("A directory of the disk has a hole.")
            for number in range(count):
                yield exactly(self._blocks, (block + number) * step, step)
            reached += count
        if not reached or reached * step < size:
            raise DiskUnreadableError("A directory of the disk is shorter than it says.")

    def _content(self, inode: Inode, offset: int, size: int) -> bytes:
        if size <= 0 or offset < 0:
            return b""
        if inode.is_inline:
            return b"".join(inline_content(inode))[offset : offset + size]
        step = self._layout.block_bytes
        first, end = offset // step, -(-(offset + size) // step)
        pieces, reached = [], first
        for begin, count, block in self._places.runs(inode, first, end):
            pieces += [bytes((begin - reached) * step), self._run(block, count)]
            reached = begin + count
        pieces.append(bytes((end - reached) * step))
        return b"".join(pieces)[offset - first * step :][:size]

    def _run(self, block: int | None, count: int) -> bytes:
        size = count * self._layout.block_bytes
        return bytes(size) if block is None else exactly(self._blocks, block * self._layout.block_bytes, size)
