"""What stands behind the steps on the run screen: their outcome, what is seen of them now, or what they will do."""

from __future__ import annotations

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.formatting import counted
from models.run.record import RunRecord, StepRecord
from models.steps import StepName, StepState
from screens.runs.texts.judged.seal_text import proof_note, taken_away
from screens.style.run_words import INTERRUPTED, NOT_REACHED, Task

_BOOT = "console: "
"""How phases begin that say how far a machine has come."""
_MAIN_STEP = {
    Task.STOP: StepName.STOP,
    Task.DETACH: StepName.DETACH,
    Task.SAVE: StepName.WAIT_FOR_IMAGE,
    Task.SEAL: StepName.SEAL,
    Task.TEST: StepName.TEST_LAUNCH,
    Task.CHECKS: StepName.RUN_CHECKS,
    Task.CONFIRM: StepName.CONFIRM_IMAGE,
}


def main_step(task: Task, steps: tuple[StepRecord, ...]) -> StepRecord:
    """The step that the task is about."""
    return next((step for step in steps if step.step is _MAIN_STEP.get(task)), steps[-1])


def task_note(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], state: StepState) -> str:
    """Its outcome, what is seen of it now, or what it will do, in one line."""
    match state:
        case StepState.PENDING:
            return "" if run.state.is_over else _ahead(run, task)
        case StepState.RUNNING | StepState.WAITING | StepState.FAILED:
            return _now(run, task, steps, state)
        case StepState.SKIPPED if left := left_as(main_step(task, steps)):
            return left
        case _:
            return _done(run, task, steps)


def left_as(step: StepRecord) -> str:
    """How a step was left that did not decide by itself to do nothing; empty for the others."""
    if step.state is not StepState.SKIPPED or step.ended_at is not None:
        return ""
    return NOT_REACHED if step.started_at is None else INTERRUPTED


def _now(run: RunRecord, task: Task, steps: tuple[StepRecord, ...], state: StepState) -> str:
    if task is Task.TEST and state is StepState.FAILED and (failure := boot_failure(run.verdict)) is not None:
        return failure.sentence.removeprefix("It did not boot: ")
    if task is Task.CHECKS and state is StepState.FAILED and run.works is not None:
        return run.works.reason
    if task is Task.PROVE and state is StepState.FAILED and run.seal_verdict is not None:
        return proof_note(run.seal_verdict)
    step = next((step for step in steps if step.state is state), steps[-1])
    if step.trouble is not None and state is not StepState.RUNNING:
        return step.trouble.what
    return seen_phase(step) or step.note


def _judged_note(run: RunRecord, task: Task) -> str:
    if task is Task.CHECKS and run.works is not None:
        return run.works.reason
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
        # What it says about its work counts before how far its boot has come, which continues beside it.
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
            return "; ".join(dict.fromkeys(step.note for step in reversed(steps) if step.note))
        case _:
            return _judged_note(run, task) or main_step(task, steps).note


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
            return _after_boot(run, task)


def _after_boot(run: RunRecord, task: Task) -> str:
    if task is Task.BASE and run.plan.base is not None:
        return run.plan.base.name
    return _checks_ahead(run) if task is Task.CHECKS else ""


def _checks_ahead(run: RunRecord) -> str:
    files = run.plan.request.work_tests.files
    return f"two boots, {counted(len(files), 'test of yours', 'tests of yours')}" if files else "two boots"


def volume_names(run: RunRecord) -> tuple[str, ...]:
    """The volumes that the run detaches, by name where they have one."""
    return tuple(
        each.volume.name if each.volume and each.volume.name else each.attachment.volume_id for each in run.plan.volumes
    )
