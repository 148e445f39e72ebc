"""Whether an image works, as `--json` writes it: the word with every check and test that it rests on."""

from __future__ import annotations

from pydantic import Field

from imaging.commands.documents.base import Document
from models.works.outcome import CheckId, Outcome, TestOrigin, TestResult
from models.works.verdict import WorksVerdict, WorksWord


class WorksCheckDocument(Document):
    """One built-in check."""

    check: CheckId
    outcome: Outcome
    blocking: bool = Field(description="Whether a failure means that the image does not work.")
    reason: str
    evidence: tuple[str, ...]
    seconds: float | None


class SubTestDocument(Document):
    """One part of a test that speaks TAP."""

    number: int
    title: str
    outcome: Outcome
    reason: str


class WorksTestDocument(Document):
    """One test of the user's, in one boot."""

    name: str
    origin: TestOrigin = Field(description="`given`: a file of `--test`; `image`: of /etc/imaging/tests.d.")
    boot: int
    outcome: Outcome
    reason: str
    parts: tuple[SubTestDocument, ...] = Field(description="Where it speaks TAP.")
    output: tuple[str, ...] = Field(description="What it printed, masked in the test instance.")
    output_cut: bool = Field(description="Whether some of its output had no room.")
    secret_printed: bool = Field(description="Whether something that looks like a secret was masked: a warning.")
    seconds: float | None


class WorksDocument(Document):
    """Whether the image works, beyond its boot."""

    works: WorksWord
    reason: str
    boots: int = Field(description="How many boots were seen: 0, 1 or 2.")
    failed: tuple[str, ...] = Field(description="Names of the checks and tests because of which it is `no`.")
    open: tuple[str, ...] = Field(description="Names of those that are unknown or were skipped.")
    checks: tuple[WorksCheckDocument, ...]
    tests: tuple[WorksTestDocument, ...]


def works_document(verdict: WorksVerdict | None) -> WorksDocument | None:
    """The verdict; None before it was judged."""
    if verdict is None:
        return None
    return WorksDocument(
        works=verdict.word,
        reason=verdict.reason,
        boots=verdict.boots,
        failed=verdict.failed,
        open=verdict.open,
        checks=tuple(
            WorksCheckDocument(
                check=each.check,
                outcome=each.outcome,
                blocking=each.blocking,
                reason=each.reason,
                evidence=each.evidence,
                seconds=each.seconds,
            )
            for each in verdict.checks
        ),
        tests=tuple(_test(each) for each in verdict.tests),
    )


def _test(result: TestResult) -> WorksTestDocument:
    return WorksTestDocument(
        name=result.name,
        origin=result.origin,
        boot=result.boot,
        outcome=result.outcome,
        reason=result.reason,
        parts=tuple(
            SubTestDocument(number=each.number, title=each.title, outcome=each.outcome, reason=each.reason)
            for each in result.subtests
        ),
        output=result.output,
        output_cut=result.left_out,
        secret_printed=result.secret_printed,
        seconds=result.seconds,
    )
