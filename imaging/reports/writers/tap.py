"""TAP, version 14: a line for each case, and below it a block of YAML with its evidence."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.case import Case, CaseOutcome, Report
from imaging.reports.escaping import quoted, tap, without_commands


def as_tap(report: Report) -> str:
    """The report as a TAP stream. Each of its lines begins with a word of TAP, never with a foreign text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    cases = [(suite.name, case) for suite in report.suites for case in suite.cases]
    yield "TAP version 14"
    yield f"1..{len(cases)}" if cases else "1..0 # SKIP nothing was asked"
    for text in (report.title, report.sentence, *(f"{name}: {value}" for name, value in report.properties)):
        if text:
            yield f"# {without_commands(text).replace('##', '# #')}"
    for number, (suite, case) in enumerate(cases, 1):
        yield _result(number, suite, case)
        yield from _diagnostics(case)


def _result(number: int, suite: str, case: Case) -> str:
    word = "not ok" if case.outcome in {CaseOutcome.FAILED, CaseOutcome.ERROR} else "ok"
    directive = f" # SKIP {tap(case.reason)}" if case.outcome is CaseOutcome.SKIPPED else ""
    return f"{word} {number} - {tap(suite)}: {tap(case.name)}{directive}"


def _diagnostics(case: Case) -> Iterator[str]:
    if not case.reason and not case.evidence:
        return
    yield "  ---"
    if case.reason:
        yield f"  message: {quoted(case.reason)}"
    yield f"  severity: {'warning' if case.is_warning else case.outcome.value}"
    if case.seconds is not None:
        yield f"  duration_ms: {round(case.seconds * 1000)}"
    if case.evidence:
        yield "  evidence:"
        yield from (f"    - {quoted(line)}" for line in case.evidence)
    yield "  ..."
