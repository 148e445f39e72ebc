"""The files of a disk as one part reads them: what cannot be read is said in that part, and the rest is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.part_rows import PartRows
from models.errors import DiskUnreadableError

_MOST_BYTES: Final = 2_000_000
"""No setting of a system is longer; the lists of a kernel's modules come to half of it."""
_WORD: Final = re.compile(r"[^ \t]+")
_EXECUTABLE: Final = 0o111


class GuestFiles:
    """A tree of files that never raises: a path that cannot be read counts as missing, and the part is incomplete.

    Nothing but a regular file is ever opened: a FIFO, a device or a socket in the place of one counts as unreadable.
    """

    def __init__(self, tree: Tree, rows: PartRows) -> None:
        """Read from a tree, for one part."""
        self.tree = tree
        self._rows = rows

    def find(self, path: str) -> Found | None:
        """What is there, behind links."""
        try:
            return self.tree.find(path)
        except DiskUnreadableError:
            self.unreadable(path)
            return None

    def find_itself(self, path: str) -> Found | None:
        """What is there; a link at the end stays one."""
        try:
            return self.tree.find_itself(path)
        except DiskUnreadableError:
            self.unreadable(path)
            return None

    def exists(self, path: str) -> bool:
        """Whether anything is there, behind links."""
        return self.find(path) is not None

    def is_named(self, path: str) -> bool:
        """Whether anything is there, be it a link that leads nowhere."""
        return self.find_itself(path) is not None

    def is_file(self, path: str) -> bool:
        """Whether a regular file is there, behind links."""
        found = self.find(path)
        return found is not None and found.is_file

    def is_directory(self, path: str) -> bool:
        """Whether a directory is there, behind links."""
        found = self.find(path)
        return found is not None and found.is_directory

    def is_program(self, path: str) -> bool:
        """Whether a file is there that can be started."""
        found = self.find(path)
        return found is not None and found.is_file and bool(found.node.permissions & _EXECUTABLE)

    def is_link(self, path: str) -> bool:
        """Whether a link is there."""
        found = self.find_itself(path)
        return found is not None and found.is_link

    def target(self, path: str) -> str:
        """Where a link leads, as it was written; empty where there is none."""
        try:
            return self.tree.target(path)
        except DiskUnreadableError:
            self.unreadable(path)
            return ""

    def matching(self, *patterns: str) -> list[Found]:
        """What patterns mean to a shell, one after the other; links stay links."""
        found: list[Found] = []
        for pattern in patterns:
            try:
                found += self.tree.glob(pattern, unreadable=self.unreadable)
            except DiskUnreadableError:
                self._rows.incomplete(f"{pattern} means too many files")
        return found

    def files(self, *patterns: str) -> list[Found]:
        """The regular files that patterns mean, behind links, each by the path by which the pattern found it."""
        candidates = [self.find(each.path) if each.is_link else each for each in self.matching(*patterns)]
        return [each for each in candidates if each is not None and each.is_file]

    def below(self, path: str) -> tuple[Found, ...]:
        """What a directory holds, by name; links stay links."""
        try:
            return self.tree.below(path)
        except DiskUnreadableError:
            self.unreadable(path)
            return ()

    def walk(self, path: str, *, enter: Callable[[Found], bool], other_mounts: bool = False) -> Iterator[Found]:
        """Everything below a directory and itself, as far as it can be read; links are not followed."""
        try:
            yield from self.tree.walk(
                path, enter=enter, other_mounts=other_mounts, unreadable=lambda each: self.unreadable(each.path)
            )
        except DiskUnreadableError:
            self.unreadable(path)

    def text(self, path: str) -> str | None:
        """The text of a file with a character for each byte; None where there is none, or it cannot be read."""
        found = self.find(path)
        return self.text_of(found) if found is not None else None

    def text_of(self, found: Found) -> str | None:
        """The text of a file that was found; None where it is not a file, or cannot be read."""
        if not found.is_file:
            if not found.is_directory:
                self.unreadable(found.path)
            return None
        if found.node.size_bytes > _MOST_BYTES:
            self._rows.incomplete(f"{found.path} is too long to be read to its end")
        try:
            return self.tree.read_found(found, limit_bytes=_MOST_BYTES).decode(NAMES)
        except DiskUnreadableError:
            self.unreadable(found.path)
            return None

    def lines(self, path: str) -> list[str]:
        """The lines of a file, without their ends; only a line feed ends one."""
        return _lines(self.text(path) or "")

    def lines_of(self, found: Found) -> list[str]:
        """The lines of a file that was found."""
        return _lines(self.text_of(found) or "")

    def first_line(self, path: str) -> str | None:
        """The first line of a file; None where there is none, or it cannot be read."""
        text = self.text(path)
        return text.partition("\n")[0] if text is not None else None

    def unreadable(self, path: str) -> None:
        """Say that something there could not be read."""
        self._rows.incomplete(f"{path} could not be read")


def words_of(line: str) -> list[str]:
    """The words between blanks and TABs; Python's own `split` would part them at other bytes, too."""
    return _WORD.findall(line)


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]
