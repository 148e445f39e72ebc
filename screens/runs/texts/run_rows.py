"""What a row of the list of runs says, and which rows a filter leaves: pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.formatting import clock_time, local_minute
from models.run.record import RunRecord, RunState
from models.seal.verdict import SealWord
from models.words.export_words import file_name, is_written
from models.works.verdict import WorksWord
from screens.order import A_TO_Z, NEWEST_FIRST, Order, Orders, filled_first, newest_first, worst_first
from screens.runs.texts.headline import outcome_line
from screens.runs.texts.judged.works_text import works_failure
from screens.style.glyphs import UNICODE, Glyphs
from screens.style.run_words import step_words
from screens.style.tones import Tone
from screens.style.wording import is_interrupted, run_sign, seal_word_sign, verdict_sign, works_sign
from screens.widgets.columns import Cell, Column

RUN, STATE, STARTED, SUBJECT, IMAGE, OUTCOME, WHY = (
    "Run", "State", "Started", "Subject", "Image", "Verdict or step", "Why",
)  # fmt: skip
"""The titles of the columns, which also name the orders."""
COLUMNS = (
    Column(RUN, 12, drop=3),
    Column(STATE, 17),
    Column(STARTED, 16, drop=1),
    Column(SUBJECT, 14, grow=2, most=24),
    Column(IMAGE, 14, grow=2, most=36, drop=2),
    Column(OUTCOME, 20, grow=1, most=28),
    Column(WHY, 30, grow=3, drop=4),
)


def cells(run: RunRecord, glyphs: Glyphs) -> Sequence[Cell]:
    """The cells of a run, one for each column."""
    state = run_sign(run, glyphs)
    return (
        Cell(run.id, Tone.QUIET),
        Cell(str(state), state.tone),
        Cell(local_minute(run.created_at), Tone.QUIET),
        Cell(run.title),
        Cell(_made(run)),
        _outcome(run, glyphs),
        Cell(glyphs.plain(_why(run)), Tone.QUIET),
    )


def matching(runs: Sequence[RunRecord], text: str) -> list[RunRecord]:
    """The runs in which every word of the text occurs, in the order in which they are given."""
    words = text.casefold().split()
    return [run for run in runs if all(word in _searched(run) for word in words)]


def _newest(run: RunRecord) -> tuple[float, str]:
    return newest_first(run.created_at), run.id


def _unfinished(run: RunRecord) -> tuple[bool, int, str]:
    """What needs somebody comes before what still runs, and both before what is over."""
    sign = run_sign(run, UNICODE)
    return run.state.is_over, worst_first(sign.tone), sign.word


def _worst(run: RunRecord) -> tuple[int, str]:
    cell = _outcome(run, UNICODE)
    return worst_first(cell.tone), cell.text


ORDERS: Orders[RunRecord] = Orders(
    Order(STARTED, _newest, NEWEST_FIRST),
    Order(STATE, _unfinished, ("unfinished first", "finished first")),
    Order(SUBJECT, lambda run: run.title.casefold(), A_TO_Z),
    Order(IMAGE, lambda run: filled_first(run.plan.request.name if run.spec.makes_image else ""), A_TO_Z),
    Order(OUTCOME, _worst, ("worst first", "best first")),
    Order(WHY, lambda run: filled_first(_why(run)), A_TO_Z),
    Order(RUN, lambda run: run.id, A_TO_Z),
    first=STARTED,
    ties=_newest,
)


def _searched(run: RunRecord) -> str:
    """All that a run can be found by: what its row says on a wide terminal, its ids, and its verdict in one word."""
    ids = (run.image_id or "", run.instance_id or "", run.verdict.word.value if run.verdict else "")
    return " ".join((*(cell.text for cell in cells(run, UNICODE)), run.kind.value, *ids)).casefold()


def _made(run: RunRecord) -> str:
    if run.spec.writes_file:
        return file_name(run)
    return run.plan.request.name if run.spec.makes_image else f"({run.kind.value})"


def _why(run: RunRecord) -> str:
    """What kept a run that is over from its goal; empty where nothing did."""
    missed = boot_failure(run.verdict) is not None or bool(works_failure(run))
    has_failed = run.state is RunState.FAILED or (run.state.is_over and missed)
    return outcome_line(run) if has_failed and not run.spec.inspects else ""


def _outcome(run: RunRecord, glyphs: Glyphs) -> Cell:
    """The verdict; of a run that is not over, the step that it has come to."""
    if not run.state.is_over and run.current_step is not None:
        return Cell(f"{glyphs.running} {step_words(run.current_step.step, run.title)}", Tone.PLAIN)
    if run.spec.writes_file:
        return Cell(f"{glyphs.good} file written", Tone.GOOD) if is_written(run) else Cell(glyphs.none, Tone.QUIET)
    if run.spec.inspects and run.verdict is None:
        return Cell(glyphs.none, Tone.QUIET)  # it finds facts; whether the temporary instance boots it tells besides
    return _verdict(run, glyphs)


def _verdict(run: RunRecord, glyphs: Glyphs) -> Cell:
    """What a run that is over found of its image: that it does not work comes first, then its seal."""
    works = run.works.word if run.works is not None else WorksWord.NOT_ASKED
    if works is WorksWord.NO:
        return _works(works, glyphs)
    if run.seal_verdict is not None and (run.verdict is None or run.verdict.has_proved_boot):
        return _sealed(run.seal_verdict.word, works, glyphs, boots=run.verdict is not None)
    if works is not WorksWord.NOT_ASKED:
        return _works(works, glyphs)
    verdict = verdict_sign(run.verdict, glyphs)
    return Cell(str(verdict), verdict.tone)


def _works(word: WorksWord, glyphs: Glyphs) -> Cell:
    """What is only asked of an image that boots, so that it says that as well."""
    sign = works_sign(word, glyphs)
    return Cell(f"{sign.glyph} works: {sign.word}", sign.tone)


def _sealed(word: SealWord, works: WorksWord, glyphs: Glyphs, *, boots: bool) -> Cell:
    """The verdict on a seal, and behind *sealed* that the image boots, or whether it works."""
    sign = seal_word_sign(word, glyphs)
    if not boots or word is not SealWord.SEALED:
        return Cell(str(sign), sign.tone)
    if works is WorksWord.NOT_ASKED:
        return Cell(f"{sign}, boots", sign.tone)
    return Cell(f"{sign}, works: {works.value}", works_sign(works, glyphs).tone)


def summary(count: str, runs: Sequence[RunRecord]) -> str:
    """How many there are, and how they stand."""
    going = sum(not run.state.is_over for run in runs)
    halted = sum(is_interrupted(run) for run in runs)
    parts = [count]
    if going:
        parts.append(f"{going} in progress")
    if halted:
        parts.append(f"{halted} interrupted: open and press R to resume")
    if runs and not going:
        parts.append(f"last change {clock_time(max(run.updated_at for run in runs))}")
    return " · ".join(parts)
