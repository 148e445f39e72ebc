"""One tree of files from one or more file systems, in which links lead nowhere but into the tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Final

from imaging.files.disk.file_system import NAMES, FileSystem, Node, NodeKind
from models.errors import DiskUnreadableError

_MOST_LINKS: Final = 40
"""As many as Linux follows in one path."""
_LONGEST_PATH: Final = 4096
"""As long as a path may be for Linux: what lies deeper is walked by no program of that machine, and by a loop."""
_LONGEST_TARGET: Final = 4095
"""Bytes of a link's target that Linux follows."""
_MOST_MATCHES: Final = 10_000
"""Of a pattern: the guest's own files name patterns, too, and links to folders above multiply what these mean."""
_WILD: Final = re.compile(r"[*?\[]")
_ENTRIES_BETWEEN_CHECKS: Final = 1000
Unreadable = Callable[[str], None]
"""Is told the path of what cannot be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A node at its place in the tree."""

    path: str
    """As it was reached: from `/`, without a `.`, `..` or doubled slash; links in it are not resolved."""
    node: Node
    file_system: FileSystem

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.node.kind is NodeKind.FILE

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return self.node.kind is NodeKind.DIRECTORY

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.node.kind is NodeKind.LINK


class Tree:
    """The files of a machine that is off.

    What is missing is None or empty; what cannot be read raises `DiskUnreadableError`, so that nobody takes the one for
    the other.
    """

    def __init__(self, root: FileSystem, *, check: Callable[[], None] = lambda: None) -> None:
        """Begin with the file system of the root.

        Args:
            root: what is mounted at `/`.
            check: asked again and again in long work; it raises when time is up.
        """
        self._mounts: dict[str, FileSystem] = {"/": root}
        self.check = check
        self._directory = lru_cache(maxsize=4096)(self._entries)

    def mount(self, path: str, file_system: FileSystem) -> None:
        """Put another file system over a directory, as fstab would; the directory must exist."""
        place = self._walk_down(path, follow_last=True)
        if place is not None and place.is_directory:
            self._mounts[place.path] = file_system
            self._directory.cache_clear()

    @property
    def mount_points(self) -> tuple[str, ...]:
        """Where the file systems are, the root first."""
        return tuple(self._mounts)

    @property
    def lost_names(self) -> int:
        """Names that led to nothing so far: a directory was written before the file, or the disk is damaged."""
        return sum(file_system.lost_names for file_system in self._mounts.values())

    def find(self, path: str) -> Found | None:
        """What a path means, as the kernel of that machine would take it: every link in it is followed."""
        found = self._walk_down(path, follow_last=True)
        return found and _as_reached(path, found)

    def find_itself(self, path: str) -> Found | None:
        """As `find`, but a link at its end stays one."""
        found = self._walk_down(path, follow_last=False)
        return found and _as_reached(path, found)

    def is_file(self, path: str) -> bool:
        """Whether there is a regular file, behind links too."""
        found = self.find(path)
        return found is not None and found.is_file

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory, behind links too."""
        found = self.find(path)
        return found is not None and found.is_directory

    def target(self, path: str) -> str:
        """Where the link at this path leads, as it was written; empty where there is no link."""
        found = self.find_itself(path)
        return found.file_system.target(found.node) if found is not None and found.is_link else ""

    def read(self, path: str, *, limit_bytes: int, offset: int = 0) -> bytes:
        """The bytes of a file behind its links; none where there is no regular file."""
        found = self.find(path)
        return self.read_found(found, limit_bytes=limit_bytes, offset=offset) if found is not None else b""

    def read_found(self, found: Found, *, limit_bytes: int, offset: int = 0) -> bytes:
        """The bytes of a file that was found."""
        if not found.is_file:
            return b""
        self.check()
        size = max(0, min(limit_bytes, found.node.size_bytes - offset))
        return found.file_system.read(found.node, offset, size) if size else b""

    def text(self, path: str, *, limit_bytes: int = 1_000_000) -> str:
        """As `read`, with a character for each byte."""
        return self.read(path, limit_bytes=limit_bytes).decode(NAMES)

    def lines(self, path: str, *, limit_bytes: int = 1_000_000) -> list[str]:
        """The lines of a file, with a character for each byte, without the line ends; only a line feed ends one."""
        lines = self.text(path, limit_bytes=limit_bytes).split("\n")
        return lines if lines[-1] else lines[:-1]

    def below(self, path: str) -> tuple[Found, ...]:
        """What a directory holds, by name in the order of its bytes; links stay links. Empty where there is none."""
        found = self._walk_down(path, follow_last=True)
        if found is None or not found.is_directory:
            return ()
        return self._below(path.rstrip("/"), found)

    def glob(self, pattern: str, *, unreadable: Unreadable | None = None) -> list[Found]:
        """What a pattern means to a shell: `*`, `?`, `[…]` in any part, a first dot only by a dot. Links stay links.

        Args:
            pattern: a path from the root.
            unreadable: told about what cannot be read, which is left out then; without it, that raises.

        Raises:
            DiskUnreadableError: something cannot be read and nobody wants to be told, or it means too many files.
        """
        matches = [""]
        parts = [part for part in pattern.split("/") if part]
        for number, part in enumerate(parts, 1):
            is_last = number == len(parts)
            more = (each for base in matches for each in self._matching(base, part, unreadable, is_last=is_last))
            matches = list(islice(more, _MOST_MATCHES + 1))
            if len(matches) > _MOST_MATCHES:
                raise DiskUnreadableError("A pattern on the disk means too many files.")
        return [found for path in sorted(matches) if (found := self._there(path, unreadable)) is not None]

    def walk(
        self,
        path: str,
        *,
        enter: Callable[[Found], bool] = lambda _: True,
        other_mounts: bool = False,
        unreadable: Callable[[Found], None] | None = None,
    ) -> Iterator[Found]:
        """Everything below a directory and itself, top down, links not followed, no directory entered twice.

        Args:
            path: where it begins.
            enter: whether to go down into a directory.
            other_mounts: whether to continue in what is mounted below.
            unreadable: told about each directory that cannot be read to its end; without it, that raises.

        Raises:
            DiskUnreadableError: a directory cannot be read, and nobody wants to be told.
        """
        begin = self._walk_down(path, follow_last=False)
        if begin is None:
            return
        entered: set[tuple[int, int]] = set()
        waiting = [(_as_reached(path, begin), begin.path)]
        while waiting:
            each, real = waiting.pop()
            self.check()
            yield each
            key = (id(each.file_system), each.node.inode)
            same = other_mounts or each.file_system is begin.file_system
            if not each.is_directory or not same or key in entered or not enter(each):
                continue
            entered.add(key)
            below = self._below_if_readable(each, real, unreadable)
            waiting.extend((inside, f"{real.rstrip('/')}/{inside.name}") for inside in reversed(below))

    def _below_if_readable(
        self, each: Found, real: str, unreadable: Callable[[Found], None] | None
    ) -> tuple[Found, ...]:
        try:
            return self._below(each.path.rstrip("/"), Found(real, each.node, each.file_system))
        except DiskUnreadableError:
            if unreadable is None:
                raise
            unreadable(each)
            return ()

    def _below(self, reached: str, real: Found) -> tuple[Found, ...]:
        if len(real.path) > _LONGEST_PATH:
            raise DiskUnreadableError("A directory of the disk lies deeper than a path can lead.")
        entries = self._directory(real.path, real.node)
        base = real.path.rstrip("/")
        return tuple(
            self._at(f"{reached}/{name}", f"{base}/{name}", node, real.file_system)
            for name, node in sorted(entries.items(), key=itemgetter(0))
        )

    def _matching(self, base: str, part: str, unreadable: Unreadable | None, *, is_last: bool) -> Iterator[str]:
        """What a part means; before the last one only what may hold something is of interest."""
        self.check()
        if not _WILD.search(part):
            yield f"{base}/{part}"  # whether it is there is asked at the end, of the whole path
            return
        fits = _fitting(part)
        for each in self._listed(base or "/", unreadable):
            if not (is_last or each.is_directory or each.is_link):
                continue
            if fits.match(each.name) and (part.startswith(".") or not each.name.startswith(".")):
                yield each.path

    def _listed(self, path: str, unreadable: Unreadable | None) -> tuple[Found, ...]:
        try:
            return self.below(path)
        except DiskUnreadableError:
            if unreadable is None:
                raise
            unreadable(path)
            return ()

    def _there(self, path: str, unreadable: Unreadable | None) -> Found | None:
        try:
            return self.find_itself(path)
        except DiskUnreadableError:
            if unreadable is None:
                raise
            unreadable(path)
            return None

    def _walk_down(self, path: str, *, follow_last: bool) -> Found | None:
        parts = [part for part in reversed(path.split("/")) if part not in {"", "."}]
        here = [self._at("/", "/", self._mounts["/"].root, self._mounts["/"])]
        links = 0
        while parts:
            part = parts.pop()
            if part == "..":
                here = here[:-1] or here
                continue
            found = self._step(here[-1], part)
            if found is None:
                return None
            if found.is_link and (parts or follow_last):
                links += 1
                if links > _MOST_LINKS:
                    return None
                target = found.file_system.target(found.node)
                if len(target) > _LONGEST_TARGET:
                    return None
                if target.startswith("/"):
                    here = here[:1]
                parts.extend(each for each in reversed(target.split("/")) if each not in {"", "."})
                continue
            here.append(found)
        return here[-1]

    def _step(self, directory: Found, name: str) -> Found | None:
        if not directory.is_directory:
            return None
        node = self._directory(directory.path, directory.node).get(name)
        if node is None:
            return None
        path = f"{directory.path.rstrip('/')}/{name}"
        return self._at(path, path, node, directory.file_system)

    def _at(self, path: str, real: str, node: Node, file_system: FileSystem) -> Found:
        mounted = self._mounts.get(real)
        if mounted is not None:
            return Found(path, mounted.root, mounted)
        return Found(path, node, file_system)

    def _entries(self, real: str, directory: Node) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for number, (name, node) in enumerate(self._mount_of(real).entries(directory)):
            if number % _ENTRIES_BETWEEN_CHECKS == 0:
                self.check()
            if "/" in name or not name or "\0" in name:
                raise DiskUnreadableError("A directory of the disk holds a name that no file can have.")
            entries[name] = node
        return entries

    def _mount_of(self, real: str) -> FileSystem:
        inside = [point for point in self._mounts if point in {"/", real} or real.startswith(point + "/")]
        return self._mounts[max(inside, key=len)]


def _as_reached(path: str, found: Found) -> Found:
    """The same, under the path by which it was asked for; one that climbs is told by where it led."""
    parts = path.split("/")
    if ".." in parts:
        return found
    return Found("/" + "/".join(part for part in parts if part not in {"", "."}), found.node, found.file_system)


@lru_cache(maxsize=256)
def _fitting(part: str) -> re.Pattern[str]:
    """The names that a part of a pattern means."""
    return re.compile(translate(part), re.DOTALL)
