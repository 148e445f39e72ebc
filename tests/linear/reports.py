"""Reports of guests that want to keep the reader busy: made from the rows of real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import imaging.democloud.guests as recorded
from imaging.guest.report.readers.parts import PARTS

Row = list[str]
PUMPS = ("a:", "/a", " ", "user=a", "\\040", "\"'", "$kernelopts ", ",x=")
"""What a field is made long with: beginnings of what readers search for."""


@cache
def real_rows() -> dict[str, list[Row]]:
    """A few rows of each kind by part."""
    found: dict[str, dict[str, list[Row]]] = {name: {} for name in PARTS}
    for file in sorted((Path(recorded.__path__[0]) / "recordings").glob("*.json")):
        for name, part in json.loads(file.read_text())["report"]["parts"].items():
            for row in part.get("rows", ()):
                found.setdefault(name, {}).setdefault(row[0], []).append(row)
    return {name: [row for rows in kinds.values() for row in rows[:2]] for name, kinds in found.items()}


def many_rows(part: str, number: int) -> list[Row]:
    """The same rows over and over, so that all that is joined by a name is joined with everything."""
    rows = real_rows()[part]
    return [rows[at % len(rows)] for at in range(number)]


def many_different_rows(part: str, number: int) -> list[Row]:
    """The same rows, each a little different at its end."""
    return [[*row[:-1], f"{row[-1]}{at}"] if len(row) > 1 else row for at, row in enumerate(many_rows(part, number))]


def long_fields(part: str) -> Iterator[tuple[Row, int]]:
    """A row of each kind, and the place of each of its fields."""
    kinds = {row[0]: row for row in real_rows()[part]}
    for row in kinds.values():
        for place in range(1, len(row)):
            yield row, place


def with_long_field(row: Row, place: int, pump: str, length: int) -> Row:
    """A row with one field made long."""
    return [*row[:place], row[place] + pump * (length // len(pump)), *row[place + 1 :]]
