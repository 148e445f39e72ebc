"""Whether an image works, in the words that the console, the commands and the reports share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from models.base import Frozen
from models.text import CleanText
from models.works.outcome import CheckId, CheckResult, Outcome, TestResult
from models.works.verdict import WorksVerdict

CHECK_TITLES: Mapping[CheckId, str] = MappingProxyType(
    {
        CheckId.SECOND_BOOT: "Second boot",
        CheckId.MOUNTS: "Mounts of fstab",
        CheckId.IDENTITY: "Machine-id and host keys",
        CheckId.CLOUD_INIT: "cloud-init",
        CheckId.FAILED_UNITS: "Failed services",
        CheckId.LOST_UNITS: "Enabled services",
        CheckId.ROOT_SIZE: "Size of the root",
        CheckId.NAME_SERVERS: "Name servers of the image",
        CheckId.LOGIN_KEY: "Login key",
        CheckId.OTHER_KEYS: "Keys of others",
        CheckId.OUTSIDE: "Way out",
        CheckId.CLOCK: "Clock",
        CheckId.HOST_NAME: "Host name",
        CheckId.BOOT_TIME: "Time to boot",
        CheckId.LISTENERS: "Open sockets",
        CheckId.TWINS: "Two instances",
    }
)
"""By check, its subject."""
_OUTPUT_SHOWN = 6
"""Last lines of a test's output that are told beside its failure; all of them stand in the report."""
_WORST_FIRST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.WARN, Outcome.SKIPPED, Outcome.PASS)


class WorksLine(Frozen):
    """One check or test as a line, with what was seen."""

    outcome: Outcome
    title: CleanText
    reason: CleanText = ""
    details: tuple[CleanText, ...] = ()
    blocks: bool = False
    """Whether it failed, so that the image does not work."""


def works_text(verdict: WorksVerdict | None) -> str:
    """The word as it is told: `works: yes`; empty before it was judged."""
    return f"works: {verdict.word.value}" if verdict is not None else ""


def works_lines(verdict: WorksVerdict) -> tuple[WorksLine, ...]:
    """Every check and test as a line, the worst first; those that ended alike in their own order."""
    lines = [*(line_of_check(each) for each in verdict.checks), *(line_of_test(each) for each in verdict.tests)]
    return tuple(sorted(lines, key=lambda line: (not line.blocks, _WORST_FIRST.index(line.outcome))))


def noteworthy_lines(verdict: WorksVerdict) -> tuple[WorksLine, ...]:
    """Those lines alone that are no success, and a warning of every secret that a test printed."""
    secrets = tuple(
        WorksLine(outcome=Outcome.WARN, title=title_of_test(each), reason=MASKED_OUTPUT)
        for each in verdict.tests
        if each.secret_printed
    )
    found = (line for line in works_lines(verdict) if line.outcome not in {Outcome.PASS, Outcome.SKIPPED})
    return (*found, *secrets)


MASKED_OUTPUT = "it printed what looks like a secret; it was masked in the test instance"


def line_of_check(result: CheckResult) -> WorksLine:
    """One check as a line; that something failed which does not block is a warning."""
    blocks = result.blocking and result.outcome is Outcome.FAIL
    return WorksLine(
        outcome=Outcome.WARN if result.outcome is Outcome.FAIL and not blocks else result.outcome,
        title=CHECK_TITLES[result.check],
        reason=result.reason,
        details=result.evidence,
        blocks=blocks,
    )


def line_of_test(result: TestResult) -> WorksLine:
    """One test in one boot as a line, with its parts that are no success and the end of its output."""
    return WorksLine(
        outcome=result.outcome,
        title=title_of_test(result),
        reason=result.reason,
        details=tuple(_details(result)),
        blocks=result.outcome is Outcome.FAIL,
    )


def title_of_test(result: TestResult) -> str:
    """The name of a test with its boot."""
    return f"{result.name} (boot {result.boot})"


def _details(result: TestResult) -> Iterator[str]:
    for part in result.subtests:
        if part.outcome is not Outcome.PASS:
            because = f": {part.reason}" if part.reason else ""
            yield f"{part.outcome.value} {part.number} {part.title}{because}".strip()
    if result.outcome in {Outcome.FAIL, Outcome.UNKNOWN}:
        hidden = len(result.output) - _OUTPUT_SHOWN
        if hidden > 0 or result.left_out:
            yield "[earlier output is in the report]"
        yield from result.output[-_OUTPUT_SHOWN:]
