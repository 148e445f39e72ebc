"""A fault of the program itself, at any step: the source goes back, or the run waits with a way back; never silence."""

from __future__ import annotations

import itertools

import pytest

from imaging.runs.core.outcome import source_may_need_help
from imaging.runs.core.step_context import StepContext, StepResult
from models.run.record import RunRecord, RunState, Trouble
from models.steps import CREATE_STEPS, StepName, StepState
from tests.runs.engine.fakes import Stage, claim_of
from tests.support.known import present

FAULTS = (OverflowError("x"), KeyError("secret-word"), RecursionError(), MemoryError(), UnicodeError("x"))
AFTER_THE_CLAIM = CREATE_STEPS[CREATE_STEPS.index(StepName.CLAIM) + 1 :]
FEW = 2


def by_name(value: object) -> str:
    return value.value if isinstance(value, StepName) else type(value).__name__


@pytest.mark.parametrize("step, fault", [*zip(AFTER_THE_CLAIM, itertools.cycle(FAULTS))], ids=by_name)
async def test_whichever_step_has_a_fault_the_source_goes_back(stage: Stage, step: StepName, fault: Exception):
    stage.steps.on(step.value, fault, times=1)
    run = await stage.work(await stage.new_run())
    assert run.instance_restored is True
    assert "restore" in stage.steps.done
    assert run.state.is_over


@pytest.mark.parametrize("clean_up", ["release claim", "remove unfinished image", "mark unverified"])
async def test_a_fault_in_clearing_up_keeps_no_source_from_going_back(stage: Stage, clean_up: str):
    stage.steps.on("wait for image", OverflowError(), times=1)
    stage.steps.on(clean_up, KeyError("x"))
    assert (await stage.work(await stage.new_run())).instance_restored is True


async def test_a_lock_that_cannot_be_restored_is_said_and_can_be_undone(stage: Stage):
    stage.steps.on("claim", OverflowError())
    stage.steps.on("release claim", KeyError("x"))
    run = await stage.work(await stage.new_run())
    assert (run.state, run.instance_restored) == (RunState.FAILED, False)
    assert source_may_need_help(run)


@pytest.mark.parametrize("fault", FAULTS[:2], ids=by_name)
async def test_a_fault_in_putting_back_is_tried_again_and_told(stage: Stage, fault: Exception):
    seen: list[tuple[RunState, str]] = []

    async def restore(ctx: StepContext) -> None:
        seen.append((ctx.run.state, ctx.run.trouble.what if ctx.run.trouble else ""))
        if len(seen) <= FEW:
            raise type(fault)("secret-word")

    stage.steps.on("restore", restore)
    run = await stage.work(await stage.new_run())
    assert (run.state, run.instance_restored) == (RunState.DONE, True)
    assert seen[1][0] is RunState.WAITING
    assert type(fault).__name__ in seen[1][1]
    assert "test_faults.py" in seen[1][1]


@pytest.mark.parametrize(
    "how, attended", [("forward", False), ("forward", True), ("failed", False), ("cancelled", False), ("undone", True)]
)
async def test_a_fault_that_stays_leaves_the_run_waiting_with_its_claim(stage: Stage, how: str, attended: bool):
    run = await stuck(stage, how, attended=attended)
    assert (run.state, run.instance_restored) == (RunState.WAITING, False)
    assert run.claim is not None
    assert run.step(StepName.RESTORE).state is StepState.WAITING
    assert "KeyError" in present(run.trouble).what
    assert f"imaging resume {run.id}" in present(run.trouble).remedy
    assert f"imaging undo {run.id}" in present(run.trouble).remedy
    assert "secret-word" not in str(run.trouble)


@pytest.mark.parametrize("how", ["forward", "cancelled"])
async def test_a_run_that_waits_so_is_restored_when_it_is_resumed(stage: Stage, how: str):
    run = await stuck(stage, how)
    stage.steps.on("restore", KeyError("x"), times=0)
    run = await stage.work(run)
    assert run.instance_restored is True
    assert run.state.is_over


async def test_a_fault_that_stays_is_tried_for_a_bounded_time(stage: Stage):
    begun = stage.clock.monotonic()
    await stuck(stage, "forward")
    assert stage.clock.monotonic() - begun < 900
    assert 5 <= stage.steps.done.count("restore") <= 20


async def test_what_is_left_beside_the_source_is_still_cleared_up(stage: Stage):
    stage.steps.on("restore", KeyError("x"))
    run = await stage.new_run()
    context, lease = await stage.context(run)
    await context.writer.begin(StepName.TEST_LAUNCH)
    await context.writer.fail(StepName.TEST_LAUNCH, Trouble(what="x"))
    await stage.journal.give_back(lease)
    run = await claimed(stage, run)
    run = await stage.work(run)
    assert run.state is RunState.WAITING
    assert "remove test instance" in stage.steps.done


async def test_a_fault_of_the_engine_itself_is_told_and_the_run_waits(stage: Stage, monkeypatch):
    def fall_over(_run: RunRecord) -> None:
        raise RecursionError

    monkeypatch.setattr("imaging.runs.engine.engine.outcome_by_verdict", fall_over)
    run = await stage.work(await stage.new_run())
    assert run.state is RunState.WAITING
    assert "RecursionError" in present(run.trouble).what
    assert f"imaging undo {run.id}" in present(run.trouble).remedy


async def test_a_fault_while_logging_in_is_told_and_the_run_waits(stage: Stage):
    stage.connect_errors = [OverflowError()]
    run = await stage.work(await stage.new_run())
    assert run.state is RunState.WAITING
    assert "OverflowError" in present(run.trouble).what


async def claimed(stage: Stage, run: RunRecord) -> RunRecord:
    """As after the steps up to the claim, done by an earlier runner."""
    context, lease = await stage.context(run)
    for step in (StepName.UNLOCK, StepName.CLAIM):
        await context.writer.begin(step)
        await context.writer.end(step, StepResult())
    await context.record(claim=claim_of(run))
    await stage.journal.give_back(lease)
    return await stage.journal.run(run.id)


async def stuck(stage: Stage, how: str, *, attended: bool = False) -> RunRecord:
    """A run whose restore has a fault each time, reached in each way that leads there."""
    if how == "failed":
        stage.steps.on("stop", OverflowError())
    stage.steps.on("restore", KeyError("secret-word"))
    run = await stage.new_run(attended=attended)
    if how in {"cancelled", "undone"}:
        run = await claimed(stage, run)
        requested = {"cancelled": {"cancel_requested": True}, "undone": {"undo_requested": True}}[how]
        await stage.journal.request_change(run.id, lambda changes: changes.run(**requested))
    return await stage.work(run)
