"""The tests of one boot as a test instance told them, with what they printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from imaging.guest.report.masking import masked
from models import foreign
from models.errors import ForeignValueError
from models.text import many_lines, one_line
from models.works.outcome import TestOrigin
from models.works.report import TestSaid

_LONGEST = 400
_LONGEST_LINE = 1_000
_MOST_TESTS = 200
_MOST_LINES = 5_000
"""Lines of output of one test that are kept, and as many of TAP."""
_ORIGINS = {each.value: each for each in TestOrigin}
_UNTITLED = {"ok": "ok {}", "not": "not ok {}", "skip": "ok {} # SKIP", "todo": "not ok {} # TODO"}
"""By the word of a range, what its lines say."""
_COLUMNS = 6
_DIRECTORY = re.compile(r"(?:(?:declare -x|export) )?(?:OLD)?PWD=[\"']?/")
"""Where a shell is: no password."""


@dataclass
class _Told:
    said: TestSaid
    output: list[str] = field(default_factory=list)
    tap: list[str] = field(default_factory=list)
    is_cut: bool = False

    def take(self, line: str) -> None:
        """A line of its output, behind the sign of its kind."""
        sign, text = line[:1], one_line(many_lines(line[1:].replace("\t", "    ")), _LONGEST_LINE)
        text = text if _DIRECTORY.match(text) else masked(text)
        if sign == "|":
            self._add(self.output, text)
        elif sign == "+":
            self._add(self.tap, text)
        else:
            self._take_range(text)

    def _take_range(self, text: str) -> None:
        word, _, said = text.partition(" ")
        low, _, high = said.partition(" ")
        try:
            first = foreign.whole(low, low=0, high=999_999, name="A number")
            last = foreign.whole(high, low=first, high=first + _MOST_LINES, name="A number")
        except ForeignValueError:
            return
        form = _UNTITLED.get(word)
        for number in range(first, last + 1) if form is not None else ():
            self._add(self.tap, str(form).format(number))

    def _add(self, lines: list[str], text: str) -> None:
        # One more of TAP than is read, by which it is known to be too long.
        if len(lines) <= _MOST_LINES:
            lines.append(text)
        else:
            self.is_cut = True


class ToldTests:
    """Rows about tests, in their order."""

    def __init__(self) -> None:
        self.ended = False
        self._told: list[_Told] = []
        self._named: Counter[tuple[TestOrigin, str]] = Counter()

    def begin(self, rest: str) -> None:
        """`ORIGIN STATUS FLAGS SECONDS MASKED NAME`."""
        words = rest.split(" ", _COLUMNS - 1)
        if len(words) < _COLUMNS or words[0] not in _ORIGINS or len(self._told) >= _MOST_TESTS:
            return
        origin, status, flags, seconds, hidden, name = words
        said = TestSaid(
            name=self._own_name(_ORIGINS[origin], one_line(name, _LONGEST)),
            origin=_ORIGINS[origin],
            status=_number(status, 255),
            timed_out=flags == "timed-out",
            killed_for_memory=flags == "memory",
            masked=_number(hidden, 1_000_000) or 0,
            seconds=_number(seconds, 1_000_000) if status != "-" else None,
        )
        self._told.append(_Told(said))

    def _own_name(self, origin: TestOrigin, name: str) -> str:
        """The name, with its number where another test has the same: none stands in the place of another.

        An image may name its tests as it likes, and of a name only its first plain characters are told.
        """
        self._named[origin, name] += 1
        number = self._named[origin, name]
        return name if number == 1 else f"{name} ({number})"

    def because(self, rest: str) -> None:
        """Why the test that was told last was not run."""
        if self._told:
            last = self._told[-1]
            last.said = last.said.model_copy(update={"skipped_because": one_line(rest, _LONGEST)})

    def end(self) -> None:
        """All of them have been told."""
        self.ended = True

    def output_of(self, number: int, *, is_cut: bool) -> Callable[[str], None] | None:
        """Takes lines of the output of the test with that number."""
        if not 1 <= number <= len(self._told):
            return None
        told = self._told[number - 1]
        told.is_cut = is_cut
        return told.take

    def tests(self) -> tuple[TestSaid, ...]:
        """All of them, with their output."""
        return tuple(
            each.said.model_copy(
                update={"output": tuple(each.output), "tap": tuple(each.tap), "output_cut": each.is_cut}
            )
            for each in self._told
        )


def _number(text: str, high: int) -> int | None:
    try:
        return foreign.whole(text, low=0, high=high, name="A number")
    except ForeignValueError:
        return None
