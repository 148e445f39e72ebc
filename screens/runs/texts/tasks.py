"""The rows of the run screen: the steps of a run, grouped by what a person would call one thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.run.record import RunRecord, StepRecord
from models.run.source_seen import SourceState
from models.seal.verdict import SealWord
from models.steps import StepName, StepState
from models.verdict import VerdictWord
from screens.runs.texts.seal_text import proof_note, taken_away
from screens.style.glyphs import Glyphs
from screens.style.run_words import NOT_PROVEN, NOT_REACHED, SEAL_NOT_PROVEN, TASK_OF, WITHOUT_VOLUMES, Task, task_words
from screens.style.tones import Tone
from screens.style.wording import Sign, step_sign
from screens.widgets.columns import shortened

_NAME_CELLS = 14
_BOOT = "console: "
"""How phases begin that say how far a machine has come."""
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

    @property
    def is_under_way(self) -> bool:
        """Whether a step of it runs or waits."""
        return any(step.state in {StepState.RUNNING, StepState.WAITING} for step in self.steps)


def task_rows(run: RunRecord, glyphs: Glyphs) -> tuple[TaskRow, ...]:
    """The rows of a run, in its order."""
    grouped = groupby(run.steps, key=lambda step: TASK_OF[step.step])
    return tuple(_row(run, task, tuple(steps), glyphs) for task, steps in grouped)


def _row(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], glyphs: Glyphs) -> TaskRow:
    state = _state(run, task, steps)
    unproven = _is_not_proven(run, task, state) or _is_unknown_seal(run, task, state)
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
    if task is Task.TEST and run.verdict is not None and run.verdict.word is VerdictWord.NOT_TESTED:
        return StepState.SKIPPED
    if states == {StepState.SKIPPED}:
        return StepState.SKIPPED  # such as all that a run did not come to
    main = _main_step(task, steps)
    return StepState.SKIPPED if main.state is StepState.SKIPPED and task in _BY_MAIN_STEP else StepState.DONE


_BY_MAIN_STEP = frozenset({Task.STOP, Task.TEST, Task.SEE_UP, Task.CHECK, Task.RESTORE, Task.REPORT})
"""The tasks of which nothing was done where their main step was skipped."""
_MAIN_STEP = {
    Task.STOP: StepName.STOP,
    Task.DETACH: StepName.DETACH,
    Task.SAVE: StepName.WAIT_FOR_IMAGE,
    Task.SEAL: StepName.SEAL,
    Task.TEST: StepName.TEST_LAUNCH,
    Task.CONFIRM: StepName.CONFIRM_IMAGE,
}


def _main_step(task: Task, steps: tuple[StepRecord, ...]) -> StepRecord:
    """The step that the task is about."""
    return next((step for step in steps if step.step is _MAIN_STEP.get(task)), steps[-1])


def _found_bad(run: RunRecord, task: Task) -> bool:
    match task:
        case Task.TEST:
            failed = run.verdict is not None and run.verdict.word is not VerdictWord.INCONCLUSIVE
            return failed and not run.spec.inspects and boot_failure(run.verdict) is not None
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
    if task is Task.DETACH and state is StepState.DONE and _main_step(task, steps).state is StepState.SKIPPED:
        return WITHOUT_VOLUMES
    text = {
        StepState.PENDING: words.ahead,
        StepState.RUNNING: words.running,
        StepState.WAITING: words.running,
        StepState.DONE: words.done,
        StepState.SKIPPED: words.skipped,
        StepState.FAILED: words.failed,
    }[state]
    return text.replace("{name}", shortened(run.title, _NAME_CELLS, cut="…"))


def task_note(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], state: StepState) -> str:
    """What came of it, what is seen of it now, or what it will do, in one line."""
    match state:
        case StepState.PENDING:
            return "" if run.state.is_over else _ahead(run, task)
        case StepState.RUNNING | StepState.WAITING | StepState.FAILED:
            return _now(run, task, steps, state)
        case _:
            return _done(run, task, steps)


def _now(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], state: StepState) -> str:
    if task is Task.TEST and state is StepState.FAILED and (failure := boot_failure(run.verdict)) is not None:
        return failure.sentence.removeprefix("It did not boot: ")
    if task is Task.PROVE and state is StepState.FAILED and run.seal_verdict is not None:
        return proof_note(run.seal_verdict)
    step = next((step for step in steps if step.state is state), steps[-1])
    if step.trouble is not None and state is not StepState.RUNNING:
        return step.trouble.what
    return seen_phase(step) or step.note


def _seal_note(run: RunRecord, task: Task) -> str:
    if task is Task.SEAL and run.seal_report is not None:
        return taken_away(run.seal_report)
    return proof_note(run.seal_verdict) if task is Task.PROVE and run.seal_verdict is not None else ""


def seen_phase(step: StepRecord) -> str:
    """What was seen of a step last: of an image that is being made its own phase alone."""
    if not step.phases:
        return ""
    text = step.phases[-1].text
    if step.step in {StepName.WAIT_FOR_IMAGE, StepName.WAIT_FOR_SEALED}:
        return text.removeprefix("image ").partition(",")[0]
    if step.step in {StepName.SEAL, StepName.INSPECT}:
        # What it says of its work counts before how far its boot has come, which goes on beside it.
        return next((each.text for each in reversed(step.phases) if not each.text.startswith(_BOOT)), text)
    return text


def _done(run: RunRecord, task: Task, steps: tuple[StepRecord, ...]) -> str:
    match task:
        case Task.DETACH if run.plan.volumes:
            return ", ".join(volume_names(run))
        case Task.TEST if run.verdict is not None and run.verdict.strength is not None:
            flavor = f" in {run.test_flavor}" if run.test_flavor else ""
            return f"proof: {run.verdict.strength}{flavor}"
        case Task.STOP if not any(step.step is StepName.STOP for step in steps):
            return steps[-1].note
        case Task.STOP | Task.REPORT:
            return ""
        case Task.CONFIRM:
            return "; ".join(step.note for step in reversed(steps) if step.note)
        case _:
            return _seal_note(run, task) or _main_step(task, steps).note


def _ahead(run: RunRecord, task: Task) -> str:
    plan = run.plan
    match task:
        case Task.RESTORE if plan.source is not None:
            doing = ["starts it"] if plan.will_stop else []
            doing += [f"attaches {', '.join(volume_names(run))}"] if plan.volumes else []
            return ", ".join(doing)
        case Task.TEST if plan.test is not None and plan.test.flavors:
            network = f" on {plan.test.network.name}" if plan.test.network else ""
            return f"{plan.test.flavors[0].name}{network}"
        case Task.DETACH:
            return ", ".join(volume_names(run)) or "no volumes are attached"
        case Task.SAVE:
            return plan.request.name if not (run.spec.image_is_temporary or run.spec.makes_interim) else ""
        case Task.CONFIRM:
            return f"stays {plan.request.visibility}" if plan.source is not None else ""
        case _:
            return ""


def volume_names(run: RunRecord) -> tuple[str, ...]:
    """The volumes that the run detaches, by name where they have one."""
    return tuple(
        each.volume.name if each.volume and each.volume.name else each.attachment.volume_id for each in run.plan.volumes
    )


def interesting_task(run: RunRecord, glyphs: Glyphs) -> str | None:
    """The row that a person wants to see: the one under way; of a run that is over what failed, else the last."""
    rows = task_rows(run, glyphs)
    under_way = next((row for row in rows if row.is_under_way), None)
    failed = next((row for row in rows if row.sign.tone is Tone.BAD), None)
    ahead = next((row for row in rows if any(step.state is StepState.PENDING for step in row.steps)), None)
    chosen = under_way or failed or (None if run.state.is_over else ahead) or (rows[-1] if rows else None)
    return chosen.task.value if chosen else None
