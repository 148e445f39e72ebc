"""A run that fails, is cancelled or undone watches the restored source come up, at the cost of nothing else."""

from __future__ import annotations

import pytest

from imaging.runs.core.polling import RunnerStopped
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.journal.rows import Changes
from models.errors import RunError, UnauthorizedError, UnreachableError
from models.run.intent import Intent, IntentAction
from models.run.record import RunRecord, RunState
from models.run.request import OnFailure
from models.run.source_seen import SourceSeen, SourceState
from models.steps import StepName, StepState
from tests.runs.engine.fakes import NOW, Stage, claim_of
from tests.runs.engine.following import cancel
from tests.support.known import present

UP = SourceSeen(state=SourceState.UP, text="seen up: login prompt")


async def stopped(ctx: StepContext) -> None:
    await ctx.intend(IntentAction.STOP, "source-1")


async def seen_up(ctx: StepContext) -> StepResult:
    await ctx.record(source_seen=UP)
    return StepResult(UP.text)


def fails(stage: Stage, step: str = "test launch") -> None:
    stage.steps.on("stop", stopped)
    stage.steps.on(step, RunError("no room"))


def is_cancelled(stage: Stage, step: str = "create image") -> None:
    async def step_and_cancel(ctx: StepContext) -> None:
        await cancel(stage, ctx.run)

    stage.steps.on("stop", stopped)
    stage.steps.on(step, step_and_cancel)


def never_comes_up(stage: Stage, *, then_cancelled: bool = False, then_ended: bool = False) -> list[RunRecord]:
    """Watching the source takes as long as its limit allows; the records that were seen meanwhile."""
    seen: list[RunRecord] = []

    async def watch(ctx: StepContext) -> StepResult:
        began = ctx.clock.monotonic()

        async def observe() -> bool | None:
            seen.append(ctx.run)
            if then_cancelled and len(seen) == 3:
                await cancel(stage, ctx.run)
            if then_ended and len(seen) == 3:
                stage.stopping.set()
            return True if ctx.clock.monotonic() - began >= 900 else None

        await ctx.wait_until(observe, what="the instance to come up", limit_seconds=1000)
        return StepResult("cannot be seen from here", skipped=True)

    stage.steps.on("see up", watch)
    return seen


@pytest.mark.parametrize("ends", [fails, is_cancelled])
async def test_it_is_watched_last_of_all_and_told(stage: Stage, ends: object) -> None:
    assert callable(ends)
    ends(stage)
    stage.steps.on("see up", seen_up)
    run = await stage.work(await stage.new_run())
    assert stage.steps.done[-2:] == ["see up", "report"]
    assert stage.steps.done.index("restore") < stage.steps.done.index("see up")
    assert (run.source_seen, run.source_words) == (UP, "seen up: login prompt")
    assert run.step(StepName.SEE_UP).state is StepState.DONE


async def test_the_test_instance_is_removed_before(stage: Stage) -> None:
    fails(stage, "verify")
    await stage.work(await stage.new_run())
    assert stage.steps.done[-3:] == ["remove test instance", "see up", "report"]


@pytest.mark.parametrize("ends", [fails, is_cancelled])
async def test_a_request_to_cancel_ends_the_watching_and_nothing_else(stage: Stage, ends: object) -> None:
    assert callable(ends)
    ends(stage)
    looks = never_comes_up(stage, then_cancelled=True)
    run = await stage.work(await stage.new_run())
    assert len(looks) == 3
    assert run.state is (RunState.FAILED if ends is fails else RunState.CANCELLED)
    assert (run.instance_restored, run.source_words) == (True, "not watched coming up")
    assert run.step(StepName.SEE_UP).note == "interrupted"
    assert stage.steps.done[-1] == "report"


async def test_the_request_that_ended_the_run_does_not_end_the_watching(stage: Stage) -> None:
    is_cancelled(stage)
    looks = never_comes_up(stage)
    run = await stage.work(await stage.new_run())
    assert len(looks) > 10
    assert run.step(StepName.SEE_UP).note == "cannot be seen from here"


async def test_a_cancel_while_a_good_run_watches_is_not_followed_by_more_watching(stage: Stage) -> None:
    stage.steps.on("stop", stopped)
    looks = never_comes_up(stage, then_cancelled=True)
    run = await stage.work(await stage.new_run())
    assert (run.state, len(looks)) == (RunState.CANCELLED, 3)
    assert run.step(StepName.SEE_UP).note == "interrupted"


async def test_a_run_whose_time_is_up_is_watched_to_the_end_of_the_watch(stage: Stage) -> None:
    fails(stage)
    looks = never_comes_up(stage)
    run = await stage.work(await stage.new_run(timeout_seconds=60))
    assert len(looks) > 10
    assert run.step(StepName.SEE_UP).state is StepState.SKIPPED


async def test_a_runner_that_ends_meanwhile_leaves_it_to_the_next(stage: Stage) -> None:
    is_cancelled(stage)
    never_comes_up(stage, then_ended=True)
    run = await stage.work(await stage.new_run())
    assert not run.state.is_over
    stage.stopping.clear()
    stage.steps.on("see up", seen_up)
    run = await stage.work(run)
    assert (run.state, run.source_seen) == (RunState.CANCELLED, UP)


async def test_one_that_does_not_come_up_is_the_first_trouble_of_a_run(stage: Stage) -> None:
    is_cancelled(stage)
    stage.steps.on("see up", RunError("it does not come up"))
    run = await stage.work(await stage.new_run())
    assert (run.state, run.instance_restored) == (RunState.CANCELLED, True)
    assert present(run.trouble).what == "it does not come up"
    fails(stage)
    run = await stage.work(await stage.new_run())
    assert present(run.trouble).what == "it does not come up"


async def test_a_login_that_ends_meanwhile_is_not_waited_for(stage: Stage) -> None:
    fails(stage)
    stage.steps.on("see up", UnauthorizedError("401"))
    run = await stage.work(await stage.new_run())
    assert (run.state, run.source_words) == (RunState.FAILED, "not watched coming up")


@pytest.mark.parametrize("step", ["check", "claim"])
async def test_one_that_was_never_stopped_is_not_watched(stage: Stage, step: str) -> None:
    stage.steps.on(step, RunError("no"))
    run = await stage.work(await stage.new_run())
    assert ("see up" in stage.steps.done, run.source_words) == (False, "")


async def test_one_that_is_left_for_a_look_is_not_watched(stage: Stage) -> None:
    fails(stage, "create image")
    await stage.work(await stage.new_run(on_failure=OnFailure.LEAVE))
    assert "see up" not in stage.steps.done


async def test_one_that_was_not_restored_is_not_watched(stage: Stage) -> None:
    fails(stage, "create image")
    stage.steps.on("restore", RunError("a volume is gone"))
    await stage.work(await stage.new_run())
    assert "see up" not in stage.steps.done


async def test_an_undo_watches_as_well(stage: Stage) -> None:
    stage.steps.on("stop", stopped)
    stage.steps.on("lock", RunnerStopped())
    run = await stage.work(await stage.new_run())
    await stage.journal.request_change(run.id, lambda changes: changes.run(undo_requested=True))
    stage.steps.on("see up", seen_up)
    run = await stage.work(run)
    assert (run.state, run.source_seen) == (RunState.UNDONE, UP)
    assert stage.steps.done[-3:] == ["restore", "see up", "report"]


async def restored(stage: Stage, outcome: RunState, see_up: StepState) -> RunRecord:
    """A run that a runner left when its source was restored, with a request to cancel in the journal."""
    run = await stage.new_run()

    def write(changes: Changes) -> None:
        for step in (StepName.CLAIM, StepName.STOP, StepName.RESTORE):
            changes.step(step, state=StepState.DONE, started_at=NOW, ended_at=NOW)
        changes.add_intent(StepName.STOP, Intent(at=NOW, action=IntentAction.STOP, target="source-1"))
        changes.step(StepName.SEE_UP, state=see_up, started_at=NOW if see_up is StepState.RUNNING else None)
        changes.run(claim=claim_of(run), instance_restored=True, outcome=outcome, cancel_requested=True)

    return await stage.journal.request_change(run.id, write)


@pytest.mark.parametrize(
    "outcome, see_up, is_watched",
    [
        (RunState.CANCELLED, StepState.PENDING, True),  # it is the request that has ended the run
        (RunState.CANCELLED, StepState.RUNNING, False),
        (RunState.FAILED, StepState.PENDING, False),
        (RunState.FAILED, StepState.RUNNING, False),
    ],
)
async def test_a_later_runner_tells_a_request_that_ended_the_run_from_one_that_ends_the_watching(
    stage: Stage, outcome: RunState, see_up: StepState, *, is_watched: bool
) -> None:
    looks = never_comes_up(stage)
    run = await stage.work(await restored(stage, outcome, see_up))
    assert (bool(looks), run.state) == (is_watched, outcome)
    assert run.step(StepName.SEE_UP).note == ("cannot be seen from here" if is_watched else "interrupted")


async def test_a_line_that_is_down_for_a_moment_does_not_end_the_watching(stage: Stage) -> None:
    stage.steps.on("see up", UnreachableError("no line"), times=1)
    run = await stage.work(await restored(stage, RunState.CANCELLED, StepState.PENDING))
    assert run.step(StepName.SEE_UP).state is StepState.DONE
    assert [phase.text for phase in run.step(StepName.SEE_UP).phases] == ["trying again: no line"]
