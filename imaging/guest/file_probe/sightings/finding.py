"""Finds what the searches ask for: at their places, and in one walk through the search roots by name and by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Found
from imaging.guest.file_probe.expressions.automaton import Automaton
from imaging.guest.file_probe.expressions.globs import any_name, meaning_only
from imaging.guest.file_probe.expressions.syntax import ExpressionError, Node, parsed
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.sightings.hits import Hits
from imaging.guest.file_probe.sightings.marks import as_lines
from imaging.guest.file_probe.sightings.small_texts import LARGEST, SmallTexts, is_text
from models.errors import DiskUnreadableError
from models.guest.files import FileSearch

_IN_HOME: Final = "~/"
_MOST_BY_CONTENT: Final = 300


def find_by_path(searches: Iterable[FileSearch], homes: Iterable[str], files: GuestFiles, hits: Hits) -> None:
    """What lies where it was searched for."""
    wanted = tuple(searches)
    _find_at(
        ((each.id, path) for each in wanted for path in each.paths if not path.startswith(_IN_HOME)), "", files, hits
    )
    in_homes = [(each.id, path[len(_IN_HOME) :]) for each in wanted for path in each.paths if path.startswith(_IN_HOME)]
    for home in homes:
        if files.is_directory(home):
            there = _names_in(home, files)
            likely = ((name, path) for name, path in in_homes if _may_be_there(path, there))
            _find_at(likely, f"{meaning_only(home)}/", files, hits)


def _find_at(patterns: Iterable[tuple[str, str]], below: str, files: GuestFiles, hits: Hits) -> None:
    for search, pattern in patterns:
        files.tree.check()
        for found in files.matching(below + pattern.encode("utf-8").decode(NAMES)):
            hits.add(search, found)


def _names_in(home: str, files: GuestFiles) -> frozenset[str]:
    try:
        return frozenset(each.name for each in files.tree.below(home))
    except DiskUnreadableError:
        files.unreadable(home)
        return frozenset()


def _may_be_there(pattern: str, names: frozenset[str]) -> bool:
    """Whether a home with such names may hold what a pattern means: most are ruled out by their first part."""
    first = pattern.partition("/")[0]
    return meaning_only(first) != first or first.encode("utf-8").decode(NAMES) in names


class Walk:
    """One way through the search roots."""

    def __init__(self, searches: Iterable[FileSearch], files: GuestFiles, hits: Hits) -> None:
        """Take the searches in."""
        wanted = tuple(searches)
        self._files = files
        self._hits = hits
        self._names = _automaton(wanted, lambda each: any_name(each.names) if each.names else None, by_line=False)
        self._contents, self._odd = _contents(wanted, files.tree.check)
        self.anywhere: Final = tuple(each.id for each in wanted if each.anywhere)
        self._texts = SmallTexts()
        self._by_content = 0

    def not_seen_whole(self, *, is_late: bool) -> tuple[str, ...]:
        """The searches by content that did not see everything: time was up, too much fits, or an expression is odd."""
        return self.anywhere if is_late or self._by_content > _MOST_BY_CONTENT else self._odd

    def go(self, roots: Iterable[str]) -> None:
        """Walk; what a directory that cannot be read holds is said to be missing."""

        def unreadable(found: Found) -> None:
            self._files.unreadable(found.path)

        for root in roots:
            path = root.encode("utf-8").decode(NAMES)
            if not self._files.is_directory(path):
                continue
            try:
                for found in self._files.tree.walk(path, unreadable=unreadable):
                    self._meet(found)
            except DiskUnreadableError:
                self._files.unreadable(path)

    def _meet(self, found: Found) -> None:
        if self._names is not None:
            for search in self._names.found_in(found.name.encode(NAMES).lower()):
                self._hits.add(search, found)
        if self._contents is not None and self._texts.may_hold(found) and self._fits(found):
            self._by_content += 1
            for search in self.anywhere if self._by_content <= _MOST_BY_CONTENT else ():
                self._hits.add(search, found)

    def _fits(self, found: Found) -> bool:
        try:
            content = self._files.tree.read_found(found, limit_bytes=LARGEST)
        except DiskUnreadableError:
            self._files.unreadable(found.path)
            return False
        return self._contents is not None and is_text(content) and bool(self._contents.found_in(as_lines(content)))


def _automaton(
    searches: Iterable[FileSearch], meaning: Callable[[FileSearch], Node | None], *, by_line: bool
) -> Automaton | None:
    expressions = {each.id: node for each in searches if (node := meaning(each)) is not None}
    return Automaton(expressions, by_line=by_line) if expressions else None


def _contents(searches: Iterable[FileSearch], check: Callable[[], None]) -> tuple[Automaton | None, tuple[str, ...]]:
    """One automaton for all marks that count anywhere, and the searches of which one has no meaning here."""
    expressions: dict[str, Node] = {}
    odd: list[str] = []
    for search in searches:
        if search.anywhere:
            try:
                expressions |= {f"{search.id} {mark}": parsed(text) for mark, text in search.contains.items()}
            except ExpressionError:
                odd.append(search.id)
    return (Automaton(expressions, check=check) if expressions else None), tuple(odd)
