"""Which files in a directory somebody put there: not the skeleton of a home, not caches, not what the system makes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.part_rows import PartRows

_USUAL: Final = frozenset(
    {
        ".bash_history", ".zsh_history", ".python_history", ".lesshst", ".viminfo", ".wget-hsts",
        ".sudo_as_admin_successful", ".Xauthority", ".ICEauthority", ".ssh/authorized_keys",
    }
)  # fmt: skip
_MADE_BY_THE_SYSTEM: Final = frozenset(
    {
        ".bashrc", ".bash_profile", ".bash_logout", ".profile", ".cshrc", ".tcshrc", ".selected_editor",
        "anaconda-ks.cfg", "original-ks.cfg",
    }
)  # fmt: skip
"""In the home of root."""
_TEMPORARY: Final = re.compile(
    r"lost\+found|systemd-private-.*|snap-private-tmp|\.(?:X11|ICE|XIM|font|Test)-unix", re.DOTALL
)


class Whose(Enum):
    """Which of the files count."""

    HOME = auto()
    """All but the skeleton, caches and histories."""
    ROOT = auto()
    """Of these, what the system does not put into the home of root."""
    NEW = auto()
    """What came since the first boot."""
    ALL = auto()
    NONE = auto()


@dataclass(frozen=True)
class Ownership:
    """What is compared with."""

    born: int | None
    """When the machine was first booted."""
    skeleton: frozenset[tuple[int, str]]
    """Size and path of each file that a new home begins with."""

    def is_new(self, node: Node) -> bool:
        """Whether it came since the first boot."""
        return self.born is not None and changed_at(node) > self.born

    def is_somebodys(self, node: Node, path: str, whose: Whose) -> bool:
        """Whether a file counts.

        Args:
            node: the file.
            path: from the directory on, without a slash before it.
            whose: which files of that directory do.
        """
        top = path.partition("/")[0]
        match whose:
            case Whose.ALL:
                return _TEMPORARY.fullmatch(top) is None
            case Whose.NEW:
                return self.is_new(node)
            case Whose.NONE:
                return False
            case Whose.ROOT:
                return not _is_usual(path, top) and path not in _MADE_BY_THE_SYSTEM
            case Whose.HOME:
                return not _is_usual(path, top) and (node.size_bytes, path) not in self.skeleton


def read_skeleton(tree: Tree, rows: PartRows) -> frozenset[tuple[int, str]]:
    """What `/etc/skel` holds."""
    found: set[tuple[int, str]] = set()
    with rows.where_readable("the files that a new home begins with"):
        found.update(_files(tree, "/etc/skel"))
    return frozenset(found)


def changed_at(node: Node) -> int:
    """When a file came here or was changed: programs that unpack archives set the time of the content alone."""
    return node.changed_at or node.modified_at


def _is_usual(path: str, top: str) -> bool:
    return top == ".cache" or path in _USUAL


def _files(tree: Tree, top: str) -> Iterable[tuple[int, str]]:
    for found in tree.walk(top):
        if found.is_file:
            yield found.node.size_bytes, found.path.removeprefix(f"{top}/")
