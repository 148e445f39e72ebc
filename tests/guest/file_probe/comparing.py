"""The same tree read by the probe's script in a shell, and by the probe for disks: row by row."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.parts import FILE_PARTS
from imaging.guest.probe import script
from imaging.guest.report.envelope import PartReport, read_envelope
from imaging.guest.report.readers.parts import PARTS
from imaging.guest.report.rows import Rows
from models.guest.files import Questions
from tests.guest.probe.running import NONCE, output_of
from tests.support.directory_file_system import DirectoryFileSystem

Row = tuple[str, ...]


def by_shell(part: str, root: Path, questions: Questions | None = None) -> PartReport:
    """What the script says about one part, without the folder in which the tree happens to lie."""
    return parts_by_shell([part], root, questions)[part]


def parts_by_shell(parts: Collection[str], root: Path, questions: Questions | None = None) -> dict[str, PartReport]:
    """What it says about several, in one go; as root, for a disk in a file shows all that lies on it."""
    text = script(questions or Questions(), parts, nonce=NONCE)
    output = output_of(text, root=root, as_root=True).replace(str(root).encode() + b"/", b"/")
    return read_envelope(output, NONCE).parts


def by_file(part: str, root: Path, questions: Questions | None = None, **more: Any) -> PartReport:
    """What the probe for disks says about it.

    Args:
        part: its name.
        root: where the tree lies.
        questions: what the guidelines ask.
        more: other fields of `Disk`.
    """
    rows = PartRows()
    FILE_PARTS[part](Disk(Tree(DirectoryFileSystem(root)), questions or Questions(), **more), rows)
    return rows.report()


def facts_of(part: str, report: PartReport) -> Any:
    """What the part's reader makes of its rows."""
    return PARTS[part].read(Rows(report.rows))


def rows_of(report: PartReport, *, without: tuple[str, ...] = ()) -> list[Row]:
    """Its rows in the order of their texts; the kinds that only a running system has left out."""
    return sorted(tuple(row) for row in report.rows if row[0] not in without)
