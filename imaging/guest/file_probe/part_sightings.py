"""Where the things are that the guidelines ask for.

What a file holds is only compared with marks, in its first 64 KiB; told are the words for the marks that fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from imaging.files.disk.file_system import NodeKind
from imaging.files.disk.tree import Found
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.expressions.syntax import ExpressionError
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import read_people
from imaging.guest.file_probe.sightings.finding import Walk, find_by_path
from imaging.guest.file_probe.sightings.hits import MOST_TOLD, Hits
from imaging.guest.file_probe.sightings.marks import Marks
from imaging.runtime.deadline import TimeUpError
from models.errors import DiskUnreadableError
from models.guest.files import FileSearch

_READ_BYTES, _READ_ANYWHERE_BYTES = 65_536, 1_048_576
_KINDS: Final = {NodeKind.FILE: "file", NodeKind.DIRECTORY: "directory", NodeKind.LINK: "link"}
_TOO_MANY: Final = "more than 3,000 sightings"
_LATE: Final = "time was up before all files were read"


def part_sightings(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `sightings`.

    Raises:
        TimeUpError: time was up; what was found is told, and what was not read of it is told as unread.
    """
    searches = {search.id: search for search in disk.questions.searches}
    if not searches:
        return
    files = GuestFiles(disk.tree, rows)
    people = read_people(disk.tree, rows)
    hits = Hits({search.id for search in searches.values() if search.marked_only})
    walk = Walk(searches.values(), files, hits)
    telling = _Telling(searches, files, people.names(), rows)
    try:
        find_by_path(searches.values(), people.homes, files, hits)
        walk.go(disk.questions.search_roots)
    except TimeUpError as up:
        telling.late = up
    telling.say_not_all_was_read(walk.not_seen_whole(is_late=telling.late is not None))
    if hits.are_cut:
        rows.incomplete(_TOO_MANY)
    for search, found in hits.by_search():
        telling.tell(searches[search], found)
    if telling.late is not None:
        raise telling.late


class _Telling:
    """Tells what was found, and the marks of those files that can be read."""

    def __init__(
        self, searches: Mapping[str, FileSearch], files: GuestFiles, names: Mapping[str, str], rows: PartRows
    ) -> None:
        self._files = files
        self._names = names
        self._rows = rows
        self._marks: dict[str, Marks | None] = {}
        self._searches = searches
        self._marked = 0
        self.late: TimeUpError | None = None

    def say_not_all_was_read(self, ids: tuple[str, ...]) -> None:
        """For a search by content, that it did not see all files: nobody may take those for clean."""
        for name in ids:
            self._rows.row("sighting", name, "directory", "", "", 0, 0, "/")
            self._rows.row("unread", name, "/")

    def tell(self, search: FileSearch, found: Found) -> None:
        """A sighting with its marks; one that counts only with a mark is told only with one."""
        marks = list(self._marks_of(search, found))
        if search.marked_only and marks:
            self._marked += 1
            if self._marked > MOST_TOLD:
                self._rows.incomplete(_TOO_MANY)
        if not search.marked_only or (marks and self._marked <= MOST_TOLD):
            self._tell_sighting(search.id, found)
        for row in marks:
            self._rows.row(*row)

    def _tell_sighting(self, search: str, found: Found) -> None:
        node = found.node
        owner = self._names.get(str(node.uid), str(node.uid))
        kind = _KINDS.get(node.kind, "other")
        mode = format(node.permissions, "o")
        self._rows.row("sighting", search, kind, owner, mode, node.size_bytes, node.modified_at, found.path)

    def _marks_of(self, search: FileSearch, found: Found) -> list[tuple[str, ...]]:
        if not (search.first_line or search.contains or search.words_after):
            return []
        unread: list[tuple[str, ...]] = [("unread", search.id, found.path)]
        if self.late is not None:
            return unread if found.is_file else []
        try:
            marks = self._read(search, found)
        except DiskUnreadableError:
            marks = None
        except TimeUpError as up:
            self.late = up
            self._rows.incomplete(_LATE)
            marks = None
        return unread if marks is None else marks

    def _read(self, search: FileSearch, found: Found) -> list[tuple[str, ...]] | None:
        """None where the expressions of the search have no meaning here."""
        file = self._files.tree.find(found.path) if found.is_link else found
        if file is None or not file.is_file:
            return []
        marks = self._compiled(search)
        if marks is None:
            return None
        limit = _READ_ANYWHERE_BYTES if search.anywhere else _READ_BYTES
        return list(marks.rows_of(self._files.tree.read_found(file, limit_bytes=limit), found.path))

    def _compiled(self, search: FileSearch) -> Marks | None:
        """None where an expression has no meaning here."""
        if search.id not in self._marks:
            try:
                self._marks[search.id] = Marks(search, self._files.tree.check)
            except ExpressionError as error:
                self._rows.incomplete(f"the search {search.id} holds an expression that cannot be used: {error}")
                self._marks[search.id] = None
        return self._marks[search.id]
