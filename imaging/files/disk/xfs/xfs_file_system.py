"""XFS as a `FileSystem`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from imaging.files.content import Content
from imaging.files.disk.blocks import exactly
from imaging.files.disk.file_system import NAMES, Node, NodeKind
from imaging.files.disk.xfs.directory import names_in, names_in_inode
from imaging.files.disk.xfs.inode import ForkFormat, Inode, read_inode
from imaging.files.disk.xfs.layout import Layout
from imaging.files.disk.xfs.places import Places
from models.errors import DiskFault, DiskUnreadableError

_LARGEST_DIRECTORY: Final = 2**27
_LARGEST_LINK: Final = 1024
_LINK_MARK: Final = b"XSLM"
_LINK_HEAD_BYTES: Final = 56


class XfsFileSystem:
    """One file system, its inodes read when they are asked for."""

    def __init__(self, blocks: Content) -> None:
        """Read the superblock and the root.

        Raises:
            DiskUnreadableError: they are damaged, or of a form that is not known.
        """
        self._blocks = blocks
        self._layout = Layout(blocks)
        self._places = Places(blocks, self._layout)
        self._inode = lru_cache(maxsize=1024)(self._read_inode)
        self.replayed = False
        self.lost_names = 0
        root = self._inode(self._layout.root)
        if root is None or root.node.kind is not NodeKind.DIRECTORY:
            raise DiskUnreadableError("The XFS has no root.")
        self.root = root.node

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        """As `FileSystem.entries`."""
        for name, number in self._names(self._known(directory)):
            found = self._found(number)
            if found is None:
                self.lost_names += 1
            else:
                yield name, found.node

    def read(self, file: Node, offset: int, size: int) -> bytes:
        """As `FileSystem.read`."""
        inode = self._known(file)
        return self._content(inode, offset, min(size, inode.node.size_bytes - offset))

    def target(self, link: Node) -> str:
        """As `FileSystem.target`."""
        inode = self._known(link)
        size = inode.node.size_bytes
        if inode.format == ForkFormat.LOCAL:
            return inode.fork[:size].decode(NAMES)
        if size > _LARGEST_LINK:
            raise DiskUnreadableError("A link on the disk cannot be read.")
        return self._link(inode, size).decode(NAMES)

    def _link(self, inode: Inode, size: int) -> bytes:
        """In version 5 each piece of a link in blocks of its own has a header."""
        pieces = []
        most = -(-_LARGEST_LINK // (self._layout.block_bytes - _LINK_HEAD_BYTES)) + 1
        for _, count, block in self._places.runs(inode, 0, most):
            if block is None:
                raise DiskUnreadableError("A link on the disk was never written.")
            for number in range(count):
                raw = self._block(block + number)
                pieces.append(raw[_LINK_HEAD_BYTES:] if raw[:4] == _LINK_MARK else raw)
        found = b"".join(pieces)[:size]
        if len(found) < size:
            raise DiskUnreadableError("A link on the disk is shorter than it says.")
        return found

    def _known(self, node: Node) -> Inode:
        inode = self._inode(node.inode)
        if inode is None:
            raise DiskUnreadableError("An inode on the disk is not in use.")
        return inode

    def _found(self, number: int) -> Inode | None:
        """The inode that a name leads to; None where there is none."""
        try:
            return self._read_inode(number)
        except DiskUnreadableError as error:
            if error.fault is DiskFault.ENDS_EARLY:
                raise
            return None

    def _read_inode(self, number: int) -> Inode | None:
        raw = exactly(self._blocks, self._layout.inode_at(number), self._layout.inode_bytes)
        return read_inode(number, raw, self._layout)

    def _names(self, inode: Inode) -> Iterator[tuple[str, int]]:
        has_types = self._layout.has_types
        if inode.format == ForkFormat.LOCAL:
            yield from names_in_inode(inode.fork[: inode.node.size_bytes], has_types=has_types)
            return
        if inode.node.size_bytes > _LARGEST_DIRECTORY:
            raise DiskUnreadableError("A directory of the disk is larger than is read.", fault=DiskFault.TOO_LARGE)
        pieces: list[bytes] = []
        reached = 0
        for begin, count, block in self._places.runs(inode, 0, self._layout.leaves_at):
            is_first = reached == 0
            reached = begin + count
            if block is None or (is_first and begin) or reached * self._layout.block_bytes > inode.node.size_bytes:
                raise DiskUnreadableError("A directory of the disk is damaged.")
            for number in range(count):
                pieces.append(self._block(block + number))
                if len(pieces) == self._layout.directory_blocks:
                    yield from names_in(b"".join(pieces), has_types=has_types)
                    pieces = []
        if pieces or reached * self._layout.block_bytes != inode.node.size_bytes:
            raise DiskUnreadableError("A directory of the disk is damaged.")

    def _content(self, inode: Inode, offset: int, size: int) -> bytes:
        if size <= 0 or offset < 0:
            return b""
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
        return bytes(size) if block is None else exactly(self._blocks, self._layout.block_at(block), size)

    def _block(self, number: int) -> bytes:
        return exactly(self._blocks, self._layout.block_at(number), self._layout.block_bytes)
