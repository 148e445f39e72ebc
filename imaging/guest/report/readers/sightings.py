"""Reads where the things are that the guidelines asked for."""

from __future__ import annotations

from collections import defaultdict

from imaging.guest.report.rows import Rows, moment, whole
from models.guest.files import Sighting

_MOST_WORDS = 8
_MOST_MARKS = 64
"""More than any search asks for: each sighting of a file has them all."""
_LONGEST_WORD = 60


def read_sightings(rows: Rows) -> tuple[Sighting, ...]:
    """Every sighting; what a file holds is told by words for the marks that fit."""
    marks: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for search, mark, path in rows.read("mark", lambda *fields: fields, fields=3):
        if len(marks[search, path]) < _MOST_MARKS:
            marks[search, path][mark] = None
    words = dict(rows.read("words", lambda search, text, path: ((search, path), _words(text)), fields=3))
    lines: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place, numbers in rows.read("lines", lambda search, text, path: ((search, path), _numbers(text)), fields=3):
        lines[place].update(numbers)
    unread = set(rows.read("unread", lambda search, path: (search, path), fields=2))

    def sighting(  # noqa: PLR0917  # the fields of a row
        search: str, kind: str, owner: str, mode: str, size: str, at: str, path: str
    ) -> Sighting:
        return Sighting(
            search=search,
            path=path,
            kind=kind,
            owner=owner,
            mode=mode.rjust(4, "0"),
            size_bytes=whole(size),
            changed_at=moment(at),
            marks=tuple(marks[search, path]),
            words=words.get((search, path), ()),
            lines=tuple(sorted(lines[search, path])[:_MOST_WORDS]),
            unread=(search, path) in unread,
        )

    return rows.read("sighting", sighting, fields=7)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(number for word in text.split()[:_MOST_WORDS] if (number := whole(word)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word[:_LONGEST_WORD] for word in text.split()[:_MOST_WORDS])
