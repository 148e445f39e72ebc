"""Test output in TAP (versions 12 to 14) as sub-tests, and whether it is whole.

Its lines are foreign: each is read once, and so many at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from models.base import Frozen
from models.text import CleanText, cut
from models.works.outcome import Outcome, SubTest

MOST_LINES = 5_000
"""Lines of TAP that are read; what comes behind them makes the output incomplete."""
_LONGEST = 300
_VERSION = re.compile(r"TAP version \d{1,3}", re.ASCII)
_PLAN = re.compile(r"1\.\.(\d{1,6})(?![^\s#])", re.ASCII)
_TEST = re.compile(r"(not )?ok(?: (\d{1,6}))?(?![^\s#])", re.ASCII)
_BAIL = "Bail out!"
_DIRECTIVE = re.compile(r"(?<!\\)#[ \t]?(skip|todo)", re.IGNORECASE)


class TapProblem(StrEnum):
    """Why output in TAP is no success although its exit status may be 0."""

    NOT_OK = "not ok"
    NO_PLAN = "no plan"
    """Nothing says how many there should have been, so nothing says that they were all."""
    SHORT = "short"
    """Fewer than its plan says."""
    TOO_MANY = "too many"
    """Others than its plan says, more of them, or one of them twice."""
    BAILED_OUT = "bailed out"
    TOO_LONG = "too long"


class TapResult(Frozen):
    """What the output of one test says in TAP."""

    subtests: tuple[SubTest, ...] = ()
    planned: int | None = None
    problem: TapProblem | None = None
    reason: CleanText = ""
    """The problem in a few words; without one, why all of it was skipped."""

    @property
    def is_skipped(self) -> bool:
        """Whether nothing was tried: its plan is 1..0, or all of its parts say so."""
        nothing_done = all(each.outcome is Outcome.SKIPPED for each in self.subtests)
        return self.problem is None and nothing_done and not any(_is_todo(each) for each in self.subtests)


def _is_todo(subtest: SubTest) -> bool:
    return subtest.reason.casefold().startswith("todo")


def is_tap_line(line: str) -> bool:
    """Whether a line of output belongs to TAP: a version, a plan, a result or the word that ends it all."""
    text = line.rstrip()
    return any(pattern.match(text) for pattern in (_VERSION, _PLAN, _TEST)) or text.startswith(_BAIL)


def read_tap(lines: Iterable[str]) -> TapResult | None:
    """Read the lines of TAP that a test printed; None where it does not speak TAP.

    A lone `ok` is a word that any script may print: only a version, a plan, `not ok` or a number makes it TAP. Lines
    that are set in, which TAP 14 uses for parts of parts, and all others are left out: the line of the whole counts.

    Args:
        lines: of its output, in their order; others than those of TAP may be among them.
    """
    reading = _Reading()
    for count, line in enumerate(lines):
        if count >= MOST_LINES:
            reading.is_too_long = True
            break
        reading.take(line.rstrip())
    return reading.result() if reading.speaks_tap else None


class _Reading:
    """What the lines so far come to."""

    def __init__(self) -> None:
        self.speaks_tap = False
        self.is_too_long = False
        self.subtests: list[SubTest] = []
        self.planned: int | None = None
        self.plans = 0
        self.skip_all = ""
        self.bailed_out: str | None = None

    def take(self, line: str) -> None:
        if found := _TEST.match(line):
            self._take_test(line, found)
        elif found := _PLAN.match(line):
            self._take_plan(line, found)
        elif _VERSION.match(line):
            self.speaks_tap = True
        elif line.startswith(_BAIL):
            self.speaks_tap = True
            self.bailed_out = line.removeprefix(_BAIL).strip()

    def _take_plan(self, line: str, found: re.Match[str]) -> None:
        self.speaks_tap = True
        self.plans += 1
        self.planned = int(found[1])
        if self.planned == 0:
            self.skip_all = _directive(line[found.end() :])[1] or "its plan is 1..0"

    def _take_test(self, line: str, found: re.Match[str]) -> None:
        self.speaks_tap = self.speaks_tap or found[1] is not None or found[2] is not None
        title, reason, word = _title(line[found.end() :])
        is_ok = found[1] is None
        outcome = Outcome.PASS if is_ok else Outcome.FAIL
        if word == "skip":
            outcome = Outcome.SKIPPED
        elif word == "todo" and not is_ok:
            outcome = Outcome.SKIPPED
            reason = f"todo: {reason}" if reason else "todo"
        number = int(found[2]) if found[2] else len(self.subtests) + 1
        self.subtests.append(SubTest(number=number, title=title, outcome=outcome, reason=reason))

    def result(self) -> TapResult:
        problem, reason = self._problem()
        return TapResult(
            subtests=tuple(self.subtests), planned=self.planned, problem=problem, reason=reason or self.skip_all
        )

    def _problem(self) -> tuple[TapProblem | None, str]:
        failed = [each for each in self.subtests if each.outcome is Outcome.FAIL]
        if self.bailed_out is not None:
            return TapProblem.BAILED_OUT, f"bailed out: {self.bailed_out}" if self.bailed_out else "bailed out"
        if failed:
            first = f"{failed[0].number} {failed[0].title}".strip()
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            return TapProblem.NOT_OK, cut(f"not ok: {first}{more}", _LONGEST)
        if self.is_too_long:
            return TapProblem.TOO_LONG, f"more than {MOST_LINES:,} lines"
        return self._against_plan()

    def _against_plan(self) -> tuple[TapProblem | None, str]:
        numbers = [each.number for each in self.subtests]
        if self.planned is None:
            return TapProblem.NO_PLAN, "its plan is missing"
        if len(numbers) < self.planned:
            return TapProblem.SHORT, f"{len(numbers)} of {self.planned} were told"
        if self.plans > 1 or sorted(numbers) != list(range(1, self.planned + 1)):
            return TapProblem.TOO_MANY, f"what was told is not 1 to {self.planned}"
        return None, ""


def _title(rest: str) -> tuple[str, str, str]:
    """Title, reason and directive of what stands behind the number."""
    before, reason, word = rest, "", ""
    if found := _DIRECTIVE.search(rest):
        before = rest[: found.start()]
        word, reason = _directive(rest)
    title = before.strip().removeprefix("-").strip().replace("\\#", "#")
    return cut(title, _LONGEST), reason, word


def _directive(rest: str) -> tuple[str, str]:
    """`skip` or `todo`, and what stands behind it; twice nothing where there is none."""
    found = _DIRECTIVE.search(rest)
    if found is None:
        return "", ""
    behind = rest[found.end() :].split(None, 1)
    # SKIPPED and SKIP: are written, too: what remains of the word is no reason.
    first_is_word = rest[found.end() : found.end() + 1].strip() != ""
    said = " ".join(behind[1:] if first_is_word else behind)
    return found[1].casefold(), cut(said.strip(), _LONGEST)
