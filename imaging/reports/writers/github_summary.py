"""GitHub's summary of a step: Markdown that a pipeline shows above its log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from imaging.reports.case import Case, CaseOutcome, Report, Suite
from imaging.reports.escaping import markdown
from models.formatting import counted, duration

MOST_BYTES = 900_000
"""GitHub drops a summary of more than 1 MiB whole."""
_SIGNS = {
    CaseOutcome.PASSED: "✅",
    CaseOutcome.FAILED: "❌",
    CaseOutcome.ERROR: "❌",
    CaseOutcome.SKIPPED: "⚪",
}
_WARNING = "⚠️"


def as_github_summary(report: Report) -> str:
    """The report as Markdown: what failed and what warns first; what was skipped and what passed folded below it."""
    text = "\n".join(_lines(report)) + "\n"
    if len(text.encode()) <= MOST_BYTES:
        return text
    return "\n".join(_lines(report, evidence=False)).encode()[:MOST_BYTES].decode(errors="ignore") + "\n\n…\n"


def _lines(report: Report, *, evidence: bool = True) -> Iterator[str]:
    yield f"## {markdown(report.title)}"
    yield ""
    if report.sentence:
        yield markdown(report.sentence)
        yield ""
    if report.properties:
        yield " · ".join(f"{markdown(name)}: {markdown(value)}" for name, value in report.properties)
        yield ""
    yield from _counts(report.suites)
    failed = [case for case in _cases(report) if case.outcome in {CaseOutcome.FAILED, CaseOutcome.ERROR}]
    warning = [case for case in _cases(report) if case.is_warning]
    for title, cases in (("Failed", failed), ("Warnings", warning)):
        if cases:
            yield f"### {title}"
            yield ""
            for case in cases:
                yield from _case(case, evidence=evidence)
            yield ""
    skipped = [case for case in _cases(report) if case.outcome is CaseOutcome.SKIPPED]
    passed = [case for case in _cases(report) if case.outcome is CaseOutcome.PASSED and not case.is_warning]
    yield from _folded("skipped", skipped)
    yield from _folded("passed", passed)


def _cases(report: Report) -> Iterator[Case]:
    return (case for suite in report.suites for case in suite.cases)


def _counts(suites: Iterable[Suite]) -> Iterator[str]:
    yield "| suite | passed | failed | skipped |"
    yield "| --- | ---: | ---: | ---: |"
    for suite in suites:
        failed = suite.count(CaseOutcome.FAILED) + suite.count(CaseOutcome.ERROR)
        skipped = suite.count(CaseOutcome.SKIPPED)
        yield f"| {markdown(suite.name)} | {suite.count(CaseOutcome.PASSED)} | {failed} | {skipped} |"
    yield ""


def _folded(what: str, cases: Sequence[Case]) -> Iterator[str]:
    if not cases:
        return
    yield f"<details><summary>{counted(len(cases), 'case')} {what}</summary>"
    yield ""
    for case in cases:
        yield from _case(case, evidence=False)
    yield ""
    yield "</details>"
    yield ""


def _case(case: Case, *, evidence: bool) -> Iterator[str]:
    sign = _WARNING if case.is_warning else _SIGNS[case.outcome]
    reason = f": {markdown(case.reason)}" if case.reason else ""
    yield f"- {sign} **{markdown(case.name)}**{_took(case)}{reason}"
    if evidence:
        yield from (f"  - {markdown(line)}" for line in case.evidence)


def _took(case: Case) -> str:
    return f" ({duration(case.seconds)})" if case.seconds is not None else ""
