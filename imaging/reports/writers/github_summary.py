"""GitHub's summary of a step: Markdown that a pipeline shows above its log."""

from __future__ import annotations

from collections.abc import Iterator

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
    """The report as Markdown: what was found first, what passed below it, folded."""
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
    yield "| suite | passed | failed | skipped |"
    yield "| --- | ---: | ---: | ---: |"
    for suite in report.suites:
        failed = suite.count(CaseOutcome.FAILED) + suite.count(CaseOutcome.ERROR)
        skipped = suite.count(CaseOutcome.SKIPPED)
        yield f"| {markdown(suite.name)} | {suite.count(CaseOutcome.PASSED)} | {failed} | {skipped} |"
    yield ""
    for suite in report.suites:
        yield from _suite(suite, evidence=evidence)


def _suite(suite: Suite, *, evidence: bool) -> Iterator[str]:
    told = [case for case in suite.cases if case.outcome is not CaseOutcome.PASSED or case.is_warning]
    passed = [case for case in suite.cases if case not in told]
    if told:
        yield f"### {markdown(suite.name)}"
        yield ""
        for case in told:
            yield from _case(case, evidence=evidence)
        yield ""
    if passed:
        yield f"<details><summary>{counted(len(passed), 'case')} of {markdown(suite.name)} passed</summary>"
        yield ""
        yield from (f"- {_SIGNS[case.outcome]} {markdown(case.name)}{_took(case)}" for case in passed)
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
