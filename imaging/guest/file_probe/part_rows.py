"""Collects the rows of one part, within the same bounds as the probe's own."""

from __future__ import annotations

from types import TracebackType

from imaging.guest.report.envelope import PartReport
from models.errors import DiskUnreadableError

_MOST_ROWS = 5_000
_MOST_BYTES = 2_097_152
_LONGEST_ROW = 32_768
_LONGEST_NOTE = 200
_LONGEST_NOTES = 400


class PartRows:
    """What a part has to say: rows, what is missing in them, or why it is unknown as a whole."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._bytes = 0
        self._notes: list[str] = []
        self._why = ""
        self._is_cut = False

    def row(self, *fields: str | int) -> None:
        """Add one: its kind first, the field that may hold a TAB last; texts have a character for each byte."""
        line = "\t".join(str(field).replace("\n", "\x01").replace("\0", "") for field in fields)
        if len(line) > _LONGEST_ROW:
            line = line[:_LONGEST_ROW]
            self._cut("a line was too long")
        if len(self._rows) >= _MOST_ROWS:
            self._cut("more than 5,000 rows")
            return
        if self._bytes + len(line) > _MOST_BYTES:
            self._cut("too much to report")
            return
        self._bytes += len(line)
        self._rows.append(line.split("\t"))

    def incomplete(self, why: str) -> None:
        """Something is missing in this part."""
        if why not in self._notes and sum(map(len, self._notes)) <= _LONGEST_NOTES:
            self._notes.append(why[:_LONGEST_NOTE].replace(";", ","))

    def unknown(self, why: str) -> None:
        """The part as a whole could not be read."""
        self._why = why[:_LONGEST_NOTE]

    def where_readable(self, what: str) -> _WhereReadable:
        """Continue behind the block where the disk cannot be read in it, and say what is missing.

        Args:
            what: what the block reads, for people; nothing that the disk itself says.
        """
        return _WhereReadable(self, what)

    def late(self) -> None:
        """Time was up: what is there is there, and something may be missing."""
        self._cut("time was up")

    def report(self) -> PartReport:
        """What the report says about this part."""
        return PartReport(
            state="unknown" if self._why else "ok",
            why=self._why,
            incomplete="; ".join(self._notes),
            cut=1 if self._is_cut else 0,
            rows=self._rows,
        )

    def _cut(self, why: str) -> None:
        self._is_cut = True
        self.incomplete(why)


class _WhereReadable:
    """A block that ends where the disk cannot be read; the type of `__exit__` says that it may."""

    def __init__(self, rows: PartRows, what: str) -> None:
        self._rows = rows
        self._what = what

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Say what is missing, and continue."""
        if not isinstance(error, DiskUnreadableError):
            return False
        self._rows.incomplete(f"{self._what}: the disk cannot be read there")
        return True
