"""Test output in TAP: as sub-tests, with every way in which it can be no success."""

from __future__ import annotations

import pytest

from models.works.outcome import Outcome
from models.works.tap import MOST_LINES, TapProblem, is_tap_line, read_tap


@pytest.mark.parametrize(
    "text, problem",
    [
        ("1..2\nok 1\nnot ok 2", TapProblem.NOT_OK),
        ("1..2\nok 1", TapProblem.SHORT),
        ("ok 1\nok 2", TapProblem.NO_PLAN),
        ("TAP version 14", TapProblem.NO_PLAN),
        ("TAP version 13\nok", TapProblem.NO_PLAN),
        ("1..1\nok 1\nok 2", TapProblem.TOO_MANY),
        ("1..2\nok 1\nok 1", TapProblem.TOO_MANY),
        ("1..2\nok 1\nok 7", TapProblem.TOO_MANY),
        ("1..1\nok 1\n1..1", TapProblem.TOO_MANY),
        ("1..2\nok 1\nBail out! no database", TapProblem.BAILED_OUT),
        ("1..0\nok 1", TapProblem.TOO_MANY),
        ("ok\nnot ok", TapProblem.NOT_OK),
    ],
)
def test_tap_with_a_fault_is_no_success(text: str, problem: TapProblem) -> None:
    result = read_tap(text.splitlines())
    assert result is not None
    assert result.problem is problem
    assert result.reason
    assert not result.is_skipped


@pytest.mark.parametrize(
    "text",
    [
        "1..2\nok 1\nok 2",
        "ok 1 - a\nok 2 - b\n1..2",
        "TAP version 13\n1..1\nok\n",
        "1..2\nok 2\nok 1",
        "1..1\nnot ok 1 - later # TODO not built yet",
        "1..1\n    1..1\n    not ok 1 - a part of a part\nok 1 - whole",
        "1..1\nok 1\n  ---\n  note: not ok\n  ...",
    ],
)
def test_tap_in_each_of_its_forms_is_a_success(text: str) -> None:
    result = read_tap(text.splitlines())
    assert result is not None
    assert result.problem is None


@pytest.mark.parametrize("text", ["", "ok", "ok, that is done", "okay 1", "1..x", "notok 1", "1..2nd", "all ok 1"])
def test_other_output_is_not_tap(text: str) -> None:
    assert read_tap(text.splitlines()) is None


@pytest.mark.parametrize(
    "line, title, outcome, reason",
    [
        ("ok 1 - opens the file", "opens the file", Outcome.PASS, ""),
        ("ok 1 opens the file", "opens the file", Outcome.PASS, ""),
        ("ok 1 - number \\# 4", "number # 4", Outcome.PASS, ""),
        ("ok 1 - a # b", "a # b", Outcome.PASS, ""),
        ("ok 1 - a # SKIP no GPU here", "a", Outcome.SKIPPED, "no GPU here"),
        ("ok 1 - a # skipped: no GPU", "a", Outcome.SKIPPED, "no GPU"),
        ("ok 1 - a # SKIP", "a", Outcome.SKIPPED, ""),
        ("not ok 1 - a # TODO next year", "a", Outcome.SKIPPED, "todo: next year"),
        ("ok 1 - a # TODO next year", "a", Outcome.PASS, "next year"),
        ("not ok 1 - a", "a", Outcome.FAIL, ""),
    ],
)
def test_a_line_says(line: str, title: str, outcome: Outcome, reason: str) -> None:
    result = read_tap(["1..1", line])
    assert result is not None
    assert [(each.title, each.outcome, each.reason) for each in result.subtests] == [(title, outcome, reason)]


def test_that_is_skipped_as_a_whole_says_why() -> None:
    result = read_tap(["1..0 # SKIP there is no GPU"])
    assert result is not None
    assert result.is_skipped
    assert result.reason == "there is no GPU"


def test_work_that_is_still_to_be_done_is_no_skip_of_the_whole() -> None:
    result = read_tap(["1..1", "not ok 1 # TODO later"])
    assert result is not None
    assert not result.is_skipped


def test_tap_of_a_stranger_is_bounded() -> None:
    result = read_tap(f"ok {number}" for number in range(1, 10**9))
    assert result is not None
    assert result.problem is TapProblem.TOO_LONG
    assert len(result.subtests) == MOST_LINES


def test_a_number_without_end_is_none() -> None:
    assert read_tap(["1.." + "9" * 10_000]) is None
    assert read_tap(["ok " + "9" * 10_000]) is None


@pytest.mark.parametrize("line", ["1..3", "ok 1 - a", "not ok", "TAP version 14", "Bail out!"])
def test_lines_of_tap_are_told_from_others(line: str) -> None:
    assert is_tap_line(line)
    assert not is_tap_line(f"  {line}")
