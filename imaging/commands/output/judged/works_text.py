"""Whether an image works, as lines for a person: the word, then what is no success, with what was seen of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.formatting import counted
from models.words.works import WorksLine, noteworthy_lines
from models.works.outcome import Outcome
from models.works.verdict import WorksVerdict

_SIGNS = {
    Outcome.PASS: "+",
    Outcome.FAIL: "x",
    Outcome.WARN: "!",
    Outcome.SKIPPED: "-",
    Outcome.UNKNOWN: "?",
}


def works_lines(verdict: WorksVerdict, indent: str) -> Iterator[str]:
    """The verdict on *works*.

    Args:
        verdict: of one image.
        indent: stands before every line but the first.
    """
    yield f"{verdict.word.value}: {verdict.reason}" if verdict.reason else verdict.word.value
    for line in noteworthy_lines(verdict):
        yield f"{indent}{_SIGNS[line.outcome]} {_words(line)}"
        yield from (f"{indent}  | {each}" for each in line.details)
    if verdict.checks:
        yield f"{indent}{_counts(verdict)}"


def _words(line: WorksLine) -> str:
    return f"{line.title}: {line.reason}" if line.reason else line.title


def _counts(verdict: WorksVerdict) -> str:
    """`15 checks: 13 pass, 2 skipped; 1 test in both boots`."""
    outcomes = Counter(each.outcome for each in verdict.checks)
    told = ", ".join(f"{outcomes[each]} {each.value}" for each in Outcome if outcomes[each])
    names = {(each.origin, each.name) for each in verdict.tests}
    tests = f"; {counted(len(names), 'test')}" if names else ""
    return f"{counted(len(verdict.checks), 'check')}: {told}{tests}"
