"""Files that settings take in: not more than anybody writes, for those of a hostile disk take in each other."""

from __future__ import annotations

from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows

_MOST: Final = 100


class IncludedFiles:
    """Counts what is taken in; beyond the bound nothing is, and that is said."""

    def __init__(self, files: GuestFiles, rows: PartRows, what: str) -> None:
        """Begin to count.

        Args:
            files: of the disk.
            rows: of the part that reads them.
            what: takes them in; for people.
        """
        self._files = files
        self._rows = rows
        self._what = what
        self._taken = 0

    def take(self, pattern: str) -> list[Found]:
        """The files that a pattern means."""
        found = self._files.files(pattern) if self._taken < _MOST else []
        kept = found[: _MOST - self._taken]
        self._taken += len(kept)
        if len(kept) < len(found) or self._taken >= _MOST:
            self.refuse()
        return kept

    def refuse(self) -> None:
        """Say that not all of it was read."""
        self._rows.incomplete(f"{self._what} takes in too many files")
