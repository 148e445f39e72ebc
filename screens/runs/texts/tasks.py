"""The rows of the run screen: the steps of a run, grouped by what a person would call one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.run.record import RunRecord, StepRecord
from models.run.source_seen import SourceState
from models.seal.verdict import SealWord
from models.steps import StepName, StepState
from models.verdict import VerdictWord
from models.works.verdict import WorksWord
from screens.runs.texts.task_notes import left_as, main_step, task_note
from screens.style.glyphs import Glyphs
from screens.style.run_words import (
    NOT_PROVEN,
    NOT_REACHED,
    SEAL_NOT_PROVEN,
    TASK_OF,
    WITHOUT_VOLUMES,
    WORKS_PARTLY,
    Task,
    task_words,
)
from screens.style.tones import Tone
from screens.style.wording import Sign, step_sign
from screens.widgets.columns import shortened

_NAME_CELLS = 14
_DECIDING_STEP = {
    Task.TEST: StepName.VERIFY,
    Task.CHECKS: StepName.RUN_CHECKS,
    Task.PROVE: StepName.PROVE_SEAL,
    Task.RESTORE: StepName.RESTORE,
    Task.SEE_UP: StepName.SEE_UP,
}
"""The step of a task that finds out how it ended."""
_BAD_ENDS = frozenset({SourceState.DOES_NOT_COME_UP, SourceState.CHANGED})


@dataclass(frozen=True)
class TaskRow:
    """One thing that the run does, and how far it is."""

    task: Task
    steps: tuple[StepRecord, ...]
    sign: Sign
    """Its state: glyph, word and tone."""
    words: str
    note: str

    @property
    def started_at(self) -> datetime | None:
        """When its first step began."""
        return next((step.started_at for step in self.steps if step.started_at is not None), None)

    @property
    def seconds(self) -> float | None:
        """From its first step's beginning to its last one's end; None while it is not over, and where nothing ran."""
        ran = [step for step in self.steps if step.state is not StepState.SKIPPED and step.started_at is not None]
        if not ran or ran[0].started_at is None or ran[-1].ended_at is None or self.is_under_way:
            return None
        return (ran[-1].ended_at - ran[0].started_at).total_seconds()

    def sign_of(self, step: StepRecord) -> Sign | None:
        """The outcome of a step, where that is worse than that it was done: such as a boot that it saw fail."""
        decides = step.state is StepState.DONE and _DECIDING_STEP.get(self.task) is step.step
        return self.sign if decides and self.sign.tone in {Tone.BAD, Tone.WARN} else None

    @property
    def is_under_way(self) -> bool:
        """Whether a step of it runs or waits."""
        return any(step.state in {StepState.RUNNING, StepState.WAITING} for step in self.steps)


def task_rows(run: RunRecord, glyphs: Glyphs) -> tuple[TaskRow, ...]:
    """The rows of a run, in its order."""
    checked_last = _removed_after_checks(run.steps)
    grouped = groupby(_as_left(run.steps), key=lambda step: checked_last.get(step.step, TASK_OF[step.step]))
    return tuple(_row(run, task, tuple(steps), glyphs) for task, steps in grouped)


def _removed_after_checks(steps: Sequence[StepRecord]) -> dict[StepName, Task]:
    """The removal of a test instance belongs to the checks where these had no instance of their own."""
    names = [step.step for step in steps]
    pair = [StepName.RUN_CHECKS, StepName.REMOVE_TEST]
    is_shared = any(names[place : place + 2] == pair for place in range(len(names)))
    return {StepName.REMOVE_TEST: Task.CHECKS} if is_shared else {}


def _as_left(steps: Sequence[StepRecord]) -> Iterator[StepRecord]:
    """The steps as they were left: what a cancellation has cut off or passed over is neither running nor ahead."""
    last_begun = max((place for place, step in enumerate(steps) if step.started_at is not None), default=-1)
    left = {StepState.RUNNING, StepState.PENDING}
    for place, step in enumerate(steps):
        is_left = place < last_begun and step.state in left
        yield step.model_copy(update={"state": StepState.SKIPPED}) if is_left else step


def _row(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], glyphs: Glyphs) -> TaskRow:
    state = _state(run, task, steps)
    unproven = _is_not_proven(run, task, state) or _is_unknown_seal(run, task, state) or _works_partly(run, task, state)
    sign = _not_proven(glyphs) if unproven else step_sign(state, glyphs)
    if _is_not_reached(run, state):
        sign = Sign(glyphs.none, NOT_REACHED, Tone.QUIET)
    return TaskRow(task, steps, sign, _words(run, task, steps, state), task_note(run, task, steps, state))


def _state(run: RunRecord, task: Task, steps: tuple[StepRecord, ...]) -> StepState:
    """What the steps come to; what they found out counts as well, so that no failed verdict is a green tick."""
    states = {step.state for step in steps}
    for state in (StepState.FAILED, StepState.WAITING, StepState.RUNNING):
        if state in states:
            return state
    if StepState.PENDING in states:
        begun = StepState.DONE in states and not run.state.is_over
        return StepState.RUNNING if begun else StepState.PENDING
    if _found_bad(run, task):
        return StepState.FAILED
    if states == {StepState.SKIPPED} or _was_not_tried(run, task):
        return StepState.SKIPPED  # such as all that a run did not come to
    main = main_step(task, steps)
    return StepState.SKIPPED if main.state is StepState.SKIPPED and task in _BY_MAIN_STEP else StepState.DONE


_BY_MAIN_STEP = frozenset({Task.STOP, Task.TEST, Task.SEE_UP, Task.CHECK, Task.RESTORE, Task.REPORT})
"""The tasks of which nothing was done where their main step was skipped."""


_ONLY_WHERE_DECIDED = frozenset({Task.STOP, Task.DETACH})
"""The tasks whose words for *nothing was done* say why: true only where the step itself found that."""


def _was_not_tried(run: RunRecord, task: Task) -> bool:
    """Whether the steps ran and could not try anything."""
    if task is Task.CHECKS:
        return run.works is None or run.works.word is WorksWord.NOT_ASKED
    return task is Task.TEST and run.verdict is not None and run.verdict.word is VerdictWord.NOT_TESTED


def _found_bad(run: RunRecord, task: Task) -> bool:
    match task:
        case Task.TEST:
            failed = run.verdict is not None and run.verdict.word is not VerdictWord.INCONCLUSIVE
            return failed and not run.spec.inspects and boot_failure(run.verdict) is not None
        case Task.CHECKS:
            return run.works is not None and run.works.word is WorksWord.NO
        case Task.PROVE:
            return run.seal_verdict is not None and run.seal_verdict.word is SealWord.NOT_SEALED
        case Task.RESTORE:
            return run.instance_restored is False
        case Task.SEE_UP:
            return run.source_seen is not None and run.source_seen.state in _BAD_ENDS
        case _:
            return False


def _is_not_proven(run: RunRecord, task: Task, state: StepState) -> bool:
    undecided = run.verdict is not None and run.verdict.word is VerdictWord.INCONCLUSIVE
    return task is Task.TEST and state is StepState.DONE and undecided and not run.spec.inspects


def _is_unknown_seal(run: RunRecord, task: Task, state: StepState) -> bool:
    """Whether the proofs were put together, and do not come to *sealed*."""
    sealed = run.seal_verdict is not None and run.seal_verdict.word is SealWord.SEALED
    return task is Task.PROVE and state is StepState.DONE and not sealed


def _works_partly(run: RunRecord, task: Task, state: StepState) -> bool:
    partly = run.works is not None and run.works.word is WorksWord.PARTLY
    return task is Task.CHECKS and state is StepState.DONE and partly


def _not_proven(glyphs: Glyphs) -> Sign:
    return Sign(glyphs.unknown, "not proven", Tone.WARN)


def _is_not_reached(run: RunRecord, state: StepState) -> bool:
    return run.state.is_over and state is StepState.PENDING


def _words(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], state: StepState) -> str:
    words = task_words(task, run.kind)
    if _is_not_proven(run, task, state):
        return NOT_PROVEN
    if _is_unknown_seal(run, task, state):
        return SEAL_NOT_PROVEN
    if _works_partly(run, task, state):
        return WORKS_PARTLY
    if task is Task.DETACH and state is StepState.DONE and main_step(task, steps).state is StepState.SKIPPED:
        return WITHOUT_VOLUMES
    if task in _ONLY_WHERE_DECIDED and state is StepState.SKIPPED and left_as(main_step(task, steps)):
        return words.ahead.replace("{name}", shortened(run.title, _NAME_CELLS, cut="…"))
    text = {
        StepState.PENDING: words.ahead,
        StepState.RUNNING: words.running,
        StepState.WAITING: words.running,
        StepState.DONE: words.done,
        StepState.SKIPPED: words.skipped,
        StepState.FAILED: words.failed,
    }[state]
    return text.replace("{name}", shortened(run.title, _NAME_CELLS, cut="…"))


def interesting_task(run: RunRecord, glyphs: Glyphs) -> str | None:
    """The row that a person wants to see: the one under way; of a run that is over what failed, else the last."""
    rows = task_rows(run, glyphs)
    under_way = next((row for row in rows if row.is_under_way), None)
    failed = next((row for row in rows if row.sign.tone is Tone.BAD), None)
    ahead = next((row for row in rows if any(step.state is StepState.PENDING for step in row.steps)), None)
    chosen = under_way or failed or (None if run.state.is_over else ahead) or (rows[-1] if rows else None)
    return chosen.task.value if chosen else None
