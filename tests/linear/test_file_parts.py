"""The parts that are read from a disk take time in proportion to its files, with any content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.parts import FILE_PARTS
from tests.guest.file_probe.test_damaged import PARTS, crowded
from tests.linear.timing import growth
from tests.support.directory_file_system import DirectoryFileSystem

_LENGTH = 1_500
PUMPS = (
    *("a", " ", "/a ", "\\\n", "\n", '\'a="b" ', "network: {password: x, ", "- key: a\n", "a@", "10.0.0."),
    *("ExecStart=/a \\\n", "[Mount]\nWhat=/a\n", "UUID=a /a\n", "menuentry a {\n", '{"a": "\\n'),
    *("Include /etc/ssh/*\n", 'include "/etc/*"\n', "source /etc/*/*\n", "Match user a\n", '<port x="'),
)
"""Lines of many kinds of files, and what may stand between them; `test_patterns` attacks each pattern by itself."""


class PumpedFileSystem(DirectoryFileSystem):
    """Every file that is not empty holds the same text instead."""

    def __init__(self, top: Path, text: bytes) -> None:
        self._text = text
        super().__init__(top)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        return self._text[offset : offset + size]

    def _node(self, path: Path) -> Node:
        node = super()._node(path)
        return replace(node, size_bytes=len(self._text)) if node.size_bytes else node


def reading(part: str, text: str) -> Callable[[], object]:
    tree = Tree(PumpedFileSystem(crowded(), text.encode("latin-1")))
    return lambda: FILE_PARTS[part](Disk(tree), PartRows())


@pytest.mark.parametrize("part", PARTS)
def test_files_four_times_as_long_take_not_much_more_than_four_times_as_long(part: str) -> None:
    for pump in PUMPS:

        def work_on(length: int, pump=pump):
            return reading(part, pump * (length // len(pump)))

        assert growth(work_on, _LENGTH) <= 7, pump
