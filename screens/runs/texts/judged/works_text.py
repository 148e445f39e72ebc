"""Whether an image works, on the run screen: in one sentence, and with every check and test. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from models.run.record import RunRecord
from models.steps import StepName
from models.words.works import MASKED_OUTPUT, WorksLine, title_of_test, works_lines
from models.works.verdict import WorksVerdict, WorksWord
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import outcome_sign, works_sign

_INDENT = "  "
_ADVICE_LINES = 4


def works_failure(run: RunRecord) -> str:
    """Why the image does not work, in one sentence; empty where it does, or where that is not known."""
    if run.works is None or run.works.word is not WorksWord.NO:
        return ""
    return f"The image does not work: {', '.join(run.works.failed)}"


def what_failed(run: RunRecord, glyphs: Glyphs) -> Iterator[str]:
    """The checks and tests because of which it does not work, a line each; of many the first ones."""
    if run.works is None or run.works.word is not WorksWord.NO:
        return
    lines = [line for line in works_lines(run.works) if line.blocks]
    for line in lines[:_ADVICE_LINES]:
        yield f"{glyphs.bad} {_words(line)}"
    if len(lines) > _ADVICE_LINES:
        yield f"and {len(lines) - _ADVICE_LINES} more: open the row"


def works_details(run: RunRecord, step: StepName, glyphs: Glyphs) -> Iterator[Content]:
    """What is to be read of the step that runs checks and tests."""
    if step is StepName.RUN_CHECKS and run.works is not None:
        yield _verdict(run.works, glyphs)


def _verdict(verdict: WorksVerdict, glyphs: Glyphs) -> Content:
    """The word, then every check and test, the worst first, with what was seen of those that are no success."""
    sign = works_sign(verdict.word, glyphs)
    reason = f"  {verdict.reason}" if verdict.reason else ""
    lines = [joined(toned(f"{sign.glyph} works: {sign.word}", sign.tone), glyphs.plain(reason))]
    for line in works_lines(verdict):
        lines += _line(line, glyphs)
    lines += [
        joined(_INDENT, toned(f"{glyphs.warn} ", Tone.WARN), f"{title_of_test(each)}: {MASKED_OUTPUT}")
        for each in verdict.tests
        if each.secret_printed
    ]
    return Content("\n").join(lines)


def _line(line: WorksLine, glyphs: Glyphs) -> Iterator[Content]:
    sign = outcome_sign(line.outcome, glyphs)
    yield joined(_INDENT, toned(str(sign), sign.tone), f"  {glyphs.plain(_words(line))}")
    yield from (joined(_INDENT * 2, toned("| ", Tone.QUIET), toned(each, Tone.QUIET)) for each in line.details)


def _words(line: WorksLine) -> str:
    return f"{line.title}: {line.reason}" if line.reason else line.title
