"""What a cancellation has cut off or passed over is neither running nor ahead, and no failed verdict has a tick."""

from __future__ import annotations

from collections.abc import Mapping

from models.run.record import RunnerPresence, RunRecord, RunState, StepRecord
from models.steps import StepName, StepState
from models.verdict import DeadEnd, Stage, Verdict, VerdictWord
from screens.runs.texts.headline import instance_line, progress_line
from screens.runs.texts.run_text import details
from screens.runs.texts.tasks import TaskRow, task_rows
from screens.style.glyphs import UNICODE
from screens.style.run_words import Task
from tests.screens.samples import NOW, claim, run

RESTORING = {"state": StepState.RUNNING, "started_at": NOW}
CUT_OFF = {"state": StepState.SKIPPED, "started_at": NOW, "note": "interrupted"}
STUCK = Verdict(word=VerdictWord.FAILED, stage=Stage.SYSTEM, dead_end=DeadEnd.EMERGENCY, reason="It ended.")


def with_steps(before: RunRecord, **updates: Mapping[str, object]) -> RunRecord:
    def changed(step: StepRecord) -> StepRecord:
        return step.model_copy(update=updates.get(step.step.name, {}))

    return before.model_copy(update={"steps": tuple(changed(step) for step in before.steps)})


def rows(of: RunRecord) -> dict[Task, TaskRow]:
    return {row.task: row for row in task_rows(of, UNICODE)}


def cancelling() -> RunRecord:
    """The stop was cut off, and the instance is being restored."""
    return with_steps(run(state=RunState.CANCELLING, at=StepName.STOP, claim=claim()), RESTORE=RESTORING)


def test_of_a_run_that_restores_the_step_that_was_cut_off_is_not_said_to_be_under_way():
    assert progress_line(cancelling()) == "Cancelling: restoring db-07"
    found = rows(cancelling())
    assert (found[Task.STOP].words, found[Task.STOP].note) == ("Stop db-07", "interrupted")
    assert (found[Task.SAVE].words, found[Task.SAVE].note) == ("No image", "not reached")
    assert found[Task.RESTORE].is_under_way
    assert not found[Task.STOP].is_under_way


def test_what_a_cancelled_run_did_not_come_to_is_not_said_to_have_been_found_so():
    over = with_steps(
        run(state=RunState.CANCELLED, at=StepName.REPORT),
        STOP={**CUT_OFF, "ended_at": None},
        DETACH={"state": StepState.SKIPPED, "started_at": None, "ended_at": None},
        LOCK={"state": StepState.SKIPPED, "started_at": None, "ended_at": None},
        PUBLISH={"state": StepState.SKIPPED, "started_at": None, "ended_at": None},
        CONFIRM_IMAGE={"state": StepState.SKIPPED, "started_at": None, "ended_at": None},
    )
    found = rows(over)
    assert (found[Task.STOP].words, found[Task.STOP].note) == ("Stop db-07", "interrupted")
    assert (found[Task.DETACH].words, found[Task.DETACH].note) == ("Detach volumes, lock", "not reached")
    assert found[Task.CONFIRM].note == "not reached"


def test_an_instance_that_was_off_already_is_still_said_to_have_been():
    was_off = with_steps(run(at=StepName.DETACH), STOP={"state": StepState.SKIPPED, "note": "it is stopped"})
    assert rows(was_off)[Task.STOP].words == "Was stopped"


def test_nothing_is_promised_of_a_run_whose_runner_is_gone():
    gone = RunnerPresence(host="login1", pid=1, heartbeat_at=NOW, alive=False)
    said, _tone = instance_line(run(claim=claim(), runner=gone))
    assert "will be restored" not in said
    assert "R resumes the run, u restores it" in said


def test_the_step_that_saw_a_boot_fail_has_no_green_tick_in_its_details():
    failed = run(state=RunState.FAILED, at=StepName.REPORT, verdict=STUCK)
    row = rows(failed)[Task.TEST]
    verify = next(step for step in row.steps if step.step is StepName.VERIFY)
    first = details(failed, verify, UNICODE, row.sign_of(verify)).plain.splitlines()[0]
    assert "✗ failed" in first
    assert "✓" not in first
    launch = next(step for step in row.steps if step.step is StepName.TEST_LAUNCH)
    assert row.sign_of(launch) is None
