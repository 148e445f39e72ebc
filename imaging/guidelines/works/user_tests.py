"""The user's own tests as they ended: an outcome for each of them in each boot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imaging.guidelines.works.tested import Tested
from models.formatting import duration
from models.works.outcome import Outcome, TestOrigin, TestResult
from models.works.report import TestSaid, WorksBoot
from models.works.tap import TapResult, read_tap

_SKIPPED_STATUS, _TIMED_OUT_STATUS = 77, 124


class _Ended(NamedTuple):
    outcome: Outcome
    reason: str


def results_of_tests(tested: Tested) -> tuple[TestResult, ...]:
    """Every test in every boot; one that should have run and of which nothing is known is *unknown*.

    The names are those that the user gave and those that either boot told about the image.
    """
    return tuple(result for number, boot in tested.boots() for result in _of_boot(tested, number, boot))


def _of_boot(tested: Tested, number: int, boot: WorksBoot | None) -> Iterator[TestResult]:
    said = {(each.origin, each.name): each for each in (boot.tests if boot is not None else ())}
    for origin, name in _expected(tested):
        each = said.pop((origin, name), None)
        if each is not None:
            yield _result(each, number, tested)
        else:
            because = f": {tested.trouble}" if tested.trouble else ""
            yield TestResult(
                name=name,
                origin=origin,
                boot=number,
                outcome=Outcome.UNKNOWN,
                reason=f"Nothing was told about it in boot {number}{because}",
            )


def _expected(tested: Tested) -> dict[tuple[TestOrigin, str], None]:
    """Names of tests in the order in which they are told, as keys."""
    given = {(TestOrigin.GIVEN, file.name): None for file in tested.tests.files}
    told = {(each.origin, each.name): None for _, boot in tested.boots() if boot is not None for each in boot.tests}
    return given | told


def _result(said: TestSaid, number: int, tested: Tested) -> TestResult:
    tap = read_tap(said.tap)
    outcome, reason = _ended(said, tap, tested)
    return TestResult(
        name=said.name,
        origin=said.origin,
        boot=number,
        outcome=outcome,
        reason=reason,
        subtests=tap.subtests if tap is not None else (),
        output=said.output,
        left_out=said.output_cut,
        secret_printed=said.masked > 0,
        seconds=said.seconds,
    )


def _ended(said: TestSaid, tap: TapResult | None, tested: Tested) -> _Ended:
    """How it ended: what stopped it comes before its status, and what it printed before a status of 0."""
    if said.killed_for_memory:
        return _Ended(Outcome.FAIL, "killed for want of memory")
    if said.timed_out:
        return _Ended(Outcome.FAIL, f"timed out after {duration(_limit(said, tested))}")
    if said.status is not None:
        return _by_status(said.status, tap)
    if said.skipped_because:
        return _Ended(Outcome.SKIPPED, said.skipped_because)
    return _Ended(Outcome.UNKNOWN, "it did not come to its end")


def _by_status(status: int, tap: TapResult | None) -> _Ended:
    if status == _TIMED_OUT_STATUS:
        return _Ended(Outcome.FAIL, "timed out (exit status 124)")
    if tap is not None and tap.problem is not None:
        return _Ended(Outcome.FAIL, _with_status(tap.reason, status))
    if status == _SKIPPED_STATUS:
        return _Ended(Outcome.SKIPPED, "it skipped itself (exit status 77)")
    if status != 0:
        return _Ended(Outcome.FAIL, f"exit status {status}")
    if tap is not None and tap.is_skipped:
        return _Ended(Outcome.SKIPPED, tap.reason or "all of its parts were skipped")
    return _Ended(Outcome.PASS, "")


def _with_status(reason: str, status: int) -> str:
    return f"{reason} (exit status {status})" if status else reason


def _limit(said: TestSaid, tested: Tested) -> float:
    """The limit that it met: its own, or what was left of the one for all together."""
    limit = tested.tests.file_seconds
    return min(said.seconds, limit) if said.seconds else limit


def untold_tests(tested: Tested) -> tuple[int, ...]:
    """Numbers of boots whose tests were not told to the end: there may be more of them than is known."""
    return tuple(number for number, boot in tested.boots() if boot is None or not boot.tests_ended)
