"""Texts of the disk that count as a whole: what is missing of one is said in the part that reads it."""

from __future__ import annotations

from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.part_rows import PartRows

_MOST_BYTES: Final = 2_000_000
"""No list of accounts or mounts is as long."""


def text_of(tree: Tree, path: str, rows: PartRows, what: str, *, limit_bytes: int = _MOST_BYTES) -> str:
    """The text of a file with a character for each byte; empty where there is none.

    Args:
        tree: the files.
        path: where it lies; links are followed.
        rows: of the part that reads it.
        what: what the file tells, for the sentence that says that some of it is missing.
        limit_bytes: what is beyond is not read.
    """
    text = ""
    with rows.where_readable(what):
        found = tree.find(path)
        if found is not None and found.is_file:
            text = tree.read_found(found, limit_bytes=limit_bytes).decode(NAMES)
            if found.node.size_bytes > limit_bytes:
                rows.incomplete(f"{what}: the file is too large to be read to its end")
    return text


def lines_of(tree: Tree, path: str, rows: PartRows, what: str, *, limit_bytes: int = _MOST_BYTES) -> list[str]:
    """Its lines, without their ends; only a line feed ends one."""
    lines = text_of(tree, path, rows, what, limit_bytes=limit_bytes).split("\n")
    return lines if lines[-1] else lines[:-1]
