"""File systems in which some things cannot be read, and trees in which things are not what they should be."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from imaging.files.disk.file_system import Node
from models.errors import DiskUnreadableError
from tests.support.directory_file_system import DirectoryFileSystem


class Damaged(DirectoryFileSystem):
    """Below some paths nothing can be read: a directory has no entries, a file no content, a link no target."""

    def __init__(self, top: Path, paths: Collection[str]) -> None:
        super().__init__(top)
        self._damaged = {(top / path.lstrip("/")).lstat().st_ino for path in paths}

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        self._refuse(directory)
        return super().entries(directory)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        self._refuse(file)
        return super().read(file, offset, size)

    def target(self, link: Node) -> str:
        self._refuse(link)
        return super().target(link)

    def _refuse(self, node: Node) -> None:
        if node.inode in self._damaged:
            raise DiskUnreadableError("damaged")


def no_file_there(root: Path, path: str) -> None:
    """A FIFO in the place of a file: a program that opens it waits for ever."""
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
