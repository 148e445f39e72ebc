"""Reads where the things are that the guidelines asked for."""

from __future__ import annotations

from imaging.guest.reading.rows import Rows, moment, whole
from models.guest.files import Sighting

_MOST_WORDS = 8
_LONGEST_WORD = 60


def read_sightings(rows: Rows) -> tuple[Sighting, ...]:
    """Every sighting; what a file holds is told by words for the marks that fit."""
    return rows.read("sighting", _sighting, fields=10)


def _sighting(  # noqa: PLR0917  # the fields of a row
    look: str, kind: str, owner: str, mode: str, size: str, at: str, unread: str, marks: str, words: str, path: str
) -> Sighting:
    return Sighting(
        look=look,
        path=path,
        kind=kind,
        owner=owner,
        mode=mode.rjust(4, "0"),
        size_bytes=whole(size),
        changed_at=moment(at),
        marks=tuple(marks.split()),
        words=tuple(word[:_LONGEST_WORD] for word in words.split()[:_MOST_WORDS]),
        unread=unread == "1",
    )
