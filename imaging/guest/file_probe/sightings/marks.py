"""The marks of one search: what fits of a file is told by words and by numbers of lines, never by what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.guest.file_probe.expressions.automaton import Automaton
from imaging.guest.file_probe.expressions.syntax import parsed
from models.guest.files import FileSearch

_MOST_LINES, _MOST_WORDS, _LONGEST_WORD = 8, 8, 60
_TWO: Final = 2


class Marks:
    """What a search asks of the files that it finds."""

    def __init__(self, search: FileSearch, check: Callable[[], None]) -> None:
        """Take the expressions in.

        Raises:
            ExpressionError: one of them has no meaning here.
        """
        self._in_first_line = _automaton(search.first_line, check)
        self._anywhere = _automaton(search.contains, check)
        self._wanted = frozenset(word.encode("utf-8") for word in search.words_after)
        self._search = search
        self._check = check

    def rows_of(self, text: bytes, path: str) -> Iterator[tuple[str, ...]]:
        """The rows for a file.

        Args:
            text: its beginning.
            path: where it lies.
        """
        name = self._search.id
        fitting = self._in_first_line.found_in(text.partition(b"\n")[0]) if self._in_first_line else frozenset[str]()
        for mark in self._search.first_line:
            if mark in fitting:
                yield "mark", name, mark, path
        fitting = self._anywhere.found_in(as_lines(text)) if self._anywhere else frozenset[str]()
        for mark in self._search.contains:
            if mark in fitting:
                yield "mark", name, mark, path
                if self._search.lines:
                    yield "lines", name, " ".join(self._numbers(mark, text)), path
        if words := " ".join(self._words(text)):
            yield "words", name, words, path

    def _numbers(self, mark: str, text: bytes) -> list[str]:
        """Of the first lines that fit a mark; none where no lines can be told apart."""
        if b"\0" in text:
            return []
        fits = _automaton({mark: self._search.contains[mark]}, self._check)
        found: list[str] = []
        for number, line in enumerate(text.split(b"\n"), 1):
            if fits is not None and line and len(found) < _MOST_LINES and fits.found_in(line):
                found.append(str(number))
        return found

    def _words(self, text: bytes) -> Iterable[str]:
        """The words behind those that were asked for, each once."""
        found: dict[str, None] = {}
        for line in text.split(b"\n") if self._wanted else ():
            words = line.removesuffix(b"\r").replace(b"\t", b" ").split(b" ")
            words = [word for word in words if word]
            if len(words) >= _TWO and words[0] in self._wanted and len(found) < _MOST_WORDS:
                found[words[1][:_LONGEST_WORD].decode(NAMES)] = None
        return found


def as_lines(text: bytes) -> bytes:
    """Bytes as grep parts them: where they are not text, zero bytes end lines, too."""
    return text.replace(b"\0", b"\n")


def _automaton(marks: Mapping[str, str], check: Callable[[], None]) -> Automaton | None:
    expressions = {mark: parsed(text) for mark, text in marks.items()}
    return Automaton(expressions, check=check) if expressions else None
