"""The rows of a part, as its reader takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from imaging.runtime.deadline import Deadline
from models import foreign

T = TypeVar("T")
_ODD = "\N{REPLACEMENT CHARACTER}"

_MOST_DOUBTS = 5
LONGEST_ROW = 40_000
"""Characters: the probe cuts a line after 32,768 bytes and says so; what is longer is not its own."""


class Rows:
    """The rows of one part; it counts those that could not be read."""

    def __init__(self, rows: Iterable[Sequence[str]], deadline: Deadline | None = None) -> None:
        """Keep the rows by their kind.

        Args:
            rows: as the report has them.
            deadline: by when the part should be read; None for no such moment.
        """
        self.malformed = 0
        """How many rows were left out because they did not fit."""
        self.not_understood: list[str] = []
        """What was read, but in an unknown form: what it decides is unknown, beside anything else that was found."""
        self._deadline = deadline
        self._by_kind: dict[str, list[list[str]]] = {}
        for row in rows:
            if sum(map(len, row)) > LONGEST_ROW:
                self.malformed += 1
            else:
                fields = [_text(field) for field in row]
                self._by_kind.setdefault(fields[0], []).append(fields)

    def check(self) -> None:
        """Ask whether there is time to continue, in long work of a reader's own.

        Raises:
            TimeUpError: there is none.
        """
        if self._deadline is not None:
            self._deadline.check()

    def doubt(self, what: str) -> None:
        """Say that something was read but not understood, so that nobody takes the part for read to its end.

        Args:
            what: the file or word, and what of it; for people.
        """
        if what not in self.not_understood and len(self.not_understood) < _MOST_DOUBTS:
            self.not_understood.append(what)

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
        return kind in self._by_kind

    def _made(self, kind: str, make: Callable[..., T | None], fields: int) -> Iterator[T]:
        for row in self._by_kind.get(kind, ()):
            self.check()
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
    return foreign.whole(text)


def moment(text: str) -> datetime | None:
    """A moment in seconds since 1970, with fractions or without; None for an empty text.

    Raises:
        ValueError: something else, or a year that no calendar has.
    """
    if not text:
        return None
    seconds = whole(text.partition(".")[0])
    return None if seconds is None else foreign.moment_of_seconds(seconds)


def _text(field: str) -> str:
    """The bytes of the guest as text; the byte 1 stands for a line end.

    What begins an escape sequence stays visible as U+FFFD. Where a text is made fit to be shown, the sequence would go,
    and the name with it would be that of another file: a command that names it would act on somebody else's.
    """
    try:
        read = field.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        read = field.encode("utf-8", "replace").decode("utf-8")
    return read.replace("\x01", "\n").replace("\x1b", _ODD).replace("\x9b", _ODD)
