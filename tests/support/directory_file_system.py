"""A directory of this machine as a file system of a disk: what the tests' trees are read with."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from imaging.files.disk.file_system import KINDS, NAMES, Node


class DirectoryFileSystem:
    """Reads below one directory, and leaves out the recorded tools of a tree."""

    lost_names = 0
    replayed = False

    def __init__(self, top: Path) -> None:
        self._paths: dict[int, Path] = {}
        self.root = self._node(top)
        self._top = self.root.inode

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        base = self._paths[directory.inode]
        for path in base.iterdir():
            if not (directory.inode == self._top and path.name == ".tools"):
                yield os.fsencode(path.name).decode(NAMES), self._node(path)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        with self._paths[file.inode].open("rb") as opened:
            opened.seek(offset)
            return opened.read(size)

    def target(self, link: Node) -> str:
        return os.fsencode(self._paths[link.inode].readlink()).decode(NAMES)

    def _node(self, path: Path) -> Node:
        told = path.lstat()
        self._paths[told.st_ino] = path
        return Node(
            inode=told.st_ino,
            kind=KINDS[stat.S_IFMT(told.st_mode)],
            permissions=stat.S_IMODE(told.st_mode),
            uid=told.st_uid,
            gid=told.st_gid,
            size_bytes=told.st_size,
            allocated_bytes=512 * told.st_blocks,
            links=told.st_nlink,
            modified_at=int(told.st_mtime),
            changed_at=int(told.st_ctime),
        )
