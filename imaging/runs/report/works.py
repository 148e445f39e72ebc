"""The report's chapter about what the test instance was asked over two boots: checks and tests. Lines of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imaging.reports.escaping import code_block
from models.formatting import counted, duration
from models.run.record import RunRecord
from models.works.outcome import CheckResult, SubTest, TestOrigin, TestResult
from models.works.verdict import WorksVerdict

_FROM = {TestOrigin.GIVEN: "", TestOrigin.IMAGE: " of the image"}


def works_lines(run: RunRecord, plain: Callable[[object], str]) -> Iterator[str]:
    """The chapter; nothing where nothing came to a verdict.

    Args:
        run: the run.
        plain: makes an untrusted text one line of Markdown that shows exactly its characters.
    """
    works = run.works
    if works is None:
        return
    yield "## Checks and tests"
    yield ""
    yield f"- Works: **{works.word.value}**, in {counted(works.boots, 'boot')}"
    if works.reason:
        yield f"- {plain(works.reason)}"
    yield from _named(works, plain)
    yield ""
    if works.checks:
        yield "| check | outcome | blocks | what was found |"
        yield "| --- | --- | --- | --- |"
        yield from (_check(check, plain) for check in works.checks)
        yield ""
    for result in works.tests:
        yield from _test(result, plain)
        yield ""


def _named(works: WorksVerdict, plain: Callable[[object], str]) -> Iterator[str]:
    for title, names in (("Failed", works.failed), ("Unknown or skipped", works.open)):
        if names:
            yield f"- {title}: {', '.join(plain(name) for name in names)}"


def _check(check: CheckResult, plain: Callable[[object], str]) -> str:
    found = " · ".join(plain(part) for part in (check.reason, *check.evidence) if part)
    return f"| {check.check.value} | {check.outcome.value} | {'yes' if check.blocking else 'no'} | {found} |"


def _test(result: TestResult, plain: Callable[[object], str]) -> Iterator[str]:
    took = f" in {duration(result.seconds)}" if result.seconds is not None else ""
    yield f"### Test {plain(result.name)}{_FROM[result.origin]}, boot {result.boot}: {result.outcome.value}{took}"
    yield ""
    if result.reason:
        yield f"- {plain(result.reason)}"
    if result.secret_printed:
        yield "- It printed what looks like a secret; that was masked in the test instance."
    yield from (_subtest(each, plain) for each in result.subtests)
    if result.left_out:
        yield "- Some of its output was left out."
    if result.output:
        yield ""
        yield from code_block(result.output)


def _subtest(subtest: SubTest, plain: Callable[[object], str]) -> str:
    told = " ".join(plain(part) for part in (subtest.title, f"({subtest.reason})" if subtest.reason else "") if part)
    return f"- {subtest.number}: {subtest.outcome.value} {told}".rstrip()
