"""The suites *checks* and *tests*: what a test instance was asked over two boots, and how each of it ended."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.case import Case, CaseOutcome, Suite
from models.run.record import RunRecord
from models.works.outcome import CheckResult, Outcome, SubTest, TestResult

CHECKS = "checks"
TESTS = "tests"
_CUT = "(some of its output was left out)"
_SECRET = "It printed what looks like a secret, which was masked."  # noqa: S105  # a sentence, not a password


def checks_suite(run: RunRecord) -> Suite:
    """The built-in checks."""
    works = run.works
    if works is None or not works.checks:
        reason = works.reason if works is not None and works.reason else "The checks were not asked."
        return Suite(name=CHECKS, cases=(_not_asked("checks", f"imaging.{CHECKS}", reason),))
    return Suite(name=CHECKS, cases=tuple(_check(check) for check in works.checks))


def tests_suite(run: RunRecord) -> Suite:
    """The user's own tests; one that was given and told nothing is told as skipped."""
    results = run.works.tests if run.works is not None else ()
    cases = [case for result in results for case in _test(result)]
    told = {result.name for result in results}
    missing = [file.name for file in run.plan.request.work_tests.files if file.name not in told]
    cases += [_not_asked(name, f"imaging.{TESTS}.{_dotless(name)}", "Unknown: it told nothing.") for name in missing]
    return Suite(name=TESTS, cases=tuple(cases))


def _not_asked(name: str, group: str, reason: str) -> Case:
    return Case(name=name, group=group, outcome=CaseOutcome.SKIPPED, reason=reason)


def _dotless(name: str) -> str:
    """A name as one part of a dotted name."""
    return name.replace(".", "_")


def _outcome(outcome: Outcome, reason: str, *, fails: bool) -> tuple[CaseOutcome, str]:
    """How it ended; what is unknown is skipped with its reason, what only warns has passed and says so."""
    match outcome:
        case Outcome.PASS:
            return CaseOutcome.PASSED, ""
        case Outcome.FAIL if fails:
            return CaseOutcome.FAILED, reason or "It failed."
        case Outcome.FAIL | Outcome.WARN:
            return CaseOutcome.PASSED, reason or "It warns."
        case Outcome.SKIPPED:
            return CaseOutcome.SKIPPED, reason or "It does not apply."
        case Outcome.UNKNOWN:
            return CaseOutcome.SKIPPED, f"Unknown: {reason}" if reason else "Unknown: it could not be answered."


def _check(check: CheckResult) -> Case:
    outcome, reason = _outcome(check.outcome, check.reason, fails=check.blocking)
    told = (check.reason,) if check.reason and not reason else ()  # of one that passed
    return Case(
        name=check.check.value,
        group=f"imaging.{CHECKS}",
        outcome=outcome,
        reason=reason,
        evidence=(*told, *check.evidence),
        seconds=check.seconds,
    )


def _test(result: TestResult) -> Iterator[Case]:
    """The test itself, and each of its sub-tests."""
    group = f"imaging.{TESTS}.{_dotless(result.name)}"
    outcome, reason = _outcome(result.outcome, result.reason, fails=True)
    if outcome is CaseOutcome.PASSED and result.secret_printed:
        reason = f"{reason} {_SECRET}".strip()
    yield Case(
        name=f"{result.name} (boot {result.boot})",
        group=group,
        outcome=outcome,
        reason=reason,
        evidence=(*result.output, *((_CUT,) if result.left_out else ())),
        seconds=result.seconds,
    )
    yield from (_subtest(result, each, group) for each in result.subtests)


def _subtest(result: TestResult, subtest: SubTest, group: str) -> Case:
    outcome, reason = _outcome(subtest.outcome, subtest.reason, fails=True)
    title = f" {subtest.title}" if subtest.title else ""
    return Case(
        name=f"{result.name} (boot {result.boot}): {subtest.number}{title}", group=group, outcome=outcome, reason=reason
    )
