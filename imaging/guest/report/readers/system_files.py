"""Reads how the files of the system stand."""

from __future__ import annotations

from collections import defaultdict

from imaging.guest.report.rows import Rows, moment, whole
from models.guest.files import PackageState, SystemFile


def read_system_files(rows: Rows) -> tuple[SystemFile, ...]:
    """One for each path that was asked for, there or not, and one for each file in a folder of /etc asked for."""
    targets = dict(rows.read("target", lambda number, path: (number, path), fields=2))
    lines: dict[str, list[str]] = defaultdict(list)
    for number, text in rows.read("line", lambda number, text: (number, text), fields=2):
        lines[number].append(text)

    told: set[str] = set()

    def system_file(  # noqa: PLR0917  # the fields of a row
        number: str, kind: str, size: str, at: str, state: str, immutable: str, readable: str, path: str
    ) -> SystemFile:
        if number in told:
            raise ValueError("a number that another file has already")
        told.add(number)
        return SystemFile(
            path=path,
            kind=kind,
            target=targets.get(number, ""),
            size_bytes=whole(size),
            changed_at=moment("" if at == "-" else at),
            package_state=PackageState(state),
            immutable=immutable == "1",
            readable=readable == "1",
            lines=tuple(lines[number]),
        )

    return rows.read("file", system_file, fields=8)
