"""What every reader of a file system offers: nodes, and what is below or in them. It follows no link."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

NAMES = "latin-1"
"""How names and contents become texts: a character for each byte."""


class NodeKind(StrEnum):
    """What an entry of a directory is."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    CHARACTER_DEVICE = "character device"
    BLOCK_DEVICE = "block device"
    FIFO = "fifo"
    SOCKET = "socket"


KINDS: Final[Mapping[int, NodeKind]] = {
    stat.S_IFREG: NodeKind.FILE,
    stat.S_IFDIR: NodeKind.DIRECTORY,
    stat.S_IFLNK: NodeKind.LINK,
    stat.S_IFCHR: NodeKind.CHARACTER_DEVICE,
    stat.S_IFBLK: NodeKind.BLOCK_DEVICE,
    stat.S_IFIFO: NodeKind.FIFO,
    stat.S_IFSOCK: NodeKind.SOCKET,
}
"""By the kind in a mode, `stat.S_IFMT`: file systems and this machine number them alike."""


@dataclass(frozen=True, slots=True)
class Node:
    """One inode, as the file system tells it."""

    inode: int
    """No two directories of one file system have the same, and what has several names has one."""
    kind: NodeKind
    permissions: int
    """The lower twelve bits of its mode."""
    uid: int
    gid: int
    size_bytes: int
    allocated_bytes: int
    """What it takes on the disk; less than its size where it has holes."""
    links: int
    modified_at: int
    """Seconds since 1970, by the clock of the machine that wrote it."""
    changed_at: int = 0
    """When the inode was changed last; 0 where that is not kept."""
    immutable: bool = False


class FileSystem(Protocol):
    """A file system that is only read."""

    lost_names: int
    """Names that led to nothing so far; they are left out."""
    replayed: bool
    """Whether what waited in its journal is in what is read, as after a mount."""

    @property
    def root(self) -> Node:
        """Its topmost directory."""

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        """The names in a directory and what they stand for, without `.` and `..`, in no certain order.

        Raises:
            DiskUnreadableError: the directory cannot be read.
        """

    def read(self, file: Node, offset: int, size: int) -> bytes:
        """Some bytes of a file; fewer at its end.

        Raises:
            DiskUnreadableError: they cannot be read.
        """

    def target(self, link: Node) -> str:
        """Where a symbolic link leads, as it was written.

        Raises:
            DiskUnreadableError: it cannot be read.
        """
