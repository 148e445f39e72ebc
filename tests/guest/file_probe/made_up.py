"""A large file system that lies nowhere: made up while it is read."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.files.disk.file_system import Node, NodeKind


class MadeUp:
    """Directories below `/home` with many files each, of which some are small texts."""

    lost_names = 0
    replayed = False

    def __init__(self, directories: int, files: int, texts: int, text: bytes) -> None:
        self._directories, self._files, self._texts, self._text = directories, files, texts, text
        self.root = self._node(2, NodeKind.DIRECTORY)
        self._home = self._node(3, NodeKind.DIRECTORY)
        self.read_bytes = 0

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        if directory is self.root:
            yield "home", self._home
        elif directory is self._home:
            for number in range(self._directories):
                yield f"project-{number}", self._node(10 + number, NodeKind.DIRECTORY)
        else:
            first = 1_000_000 + (directory.inode - 10) * self._files
            for number in range(first, first + self._files):
                is_text = (number - 1_000_000) % (self._directories * self._files // self._texts) == 0
                size = len(self._text) if is_text else 2_000_000
                name = f"notes-{number}.txt" if is_text else f"measurement_{number}.dat"
                yield name, self._node(number, NodeKind.FILE, size)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        self.read_bytes += size
        assert file.size_bytes == len(self._text), "a large file was opened"
        return self._text[offset : offset + size]

    def target(self, link: Node) -> str:
        raise AssertionError(f"there is no link {link}")

    @staticmethod
    def _node(inode: int, kind: NodeKind, size: int = 4_096) -> Node:
        return Node(
            inode=inode, kind=kind, permissions=0o644, uid=1000, gid=1000, size_bytes=size, allocated_bytes=size,
            links=1, modified_at=1_791_450_000,
        )  # fmt: skip
