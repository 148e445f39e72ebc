"""The rows of a part, as its reader takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


class Rows:
    """The rows of one part; it counts those that could not be read."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._rows = [[_text(field) for field in row] for row in rows]
        self.malformed = 0
        """How many rows were left out because they did not fit."""

    def read(self, kind: str, make: Callable[..., T | None], *, fields: int) -> tuple[T, ...]:
        """What all rows of a kind come to.

        Args:
            kind: the first word of such rows.
            make: gets the other fields, exactly so many; None leaves the row out in silence, a ValueError (pydantic's
                included) as malformed.
            fields: how many there are behind the kind; the last one may hold TABs.
        """
        return tuple(self._made(kind, make, fields))

    def texts(self, kind: str) -> tuple[str, ...]:
        """The one field of all rows of a kind."""
        return self.read(kind, str, fields=1)

    def text(self, kind: str) -> str:
        """The one field of the first row of a kind; empty without one."""
        return next(iter(self.texts(kind)), "")

    def has(self, kind: str) -> bool:
        """Whether there is a row of that kind."""
        return any(row[0] == kind for row in self._rows)

    def _made(self, kind: str, make: Callable[..., T | None], fields: int) -> Iterator[T]:
        for row in self._rows:
            if row[0] != kind:
                continue
            if len(row) <= fields:
                self.malformed += 1
                continue
            try:
                made = make(*row[1:fields], "\t".join(row[fields:]))
            except (ValueError, OverflowError):
                self.malformed += 1
                continue
            if made is not None:
                yield made


def whole(text: str) -> int | None:
    """A whole number of the guest; None for an empty text or `-`.

    Raises:
        ValueError: something else, or a number that no machine counts to.
    """
    if text in {"", "-"}:
        return None
    if not text.isascii() or len(text) > 20:  # noqa: PLR2004  # 2**64 has twenty digits
        raise ValueError("not a number")
    return int(text)


def moment(text: str) -> datetime | None:
    """A moment in seconds since 1970, with fractions or without; None for an empty text.

    Raises:
        ValueError: something else, or a year that no calendar has.
    """
    if not text:
        return None
    seconds = whole(text.partition(".")[0])
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no such time") from error


def _text(field: str) -> str:
    """The bytes of the guest as text; the byte 1 stands for a line end."""
    try:
        return field.encode("latin-1").decode("utf-8", "replace").replace("\x01", "\n")
    except UnicodeEncodeError:
        return field.encode("utf-8", "replace").decode("utf-8").replace("\x01", "\n")
