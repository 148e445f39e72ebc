"""The engine on a run whose runner has gone, or was replaced."""

from __future__ import annotations

import pytest

from imaging.runs.core.step_context import StepContext
from imaging.runs.engine.run_context import RunContext
from models.errors import (
    JournalError,
    LeaseLostError,
    RunError,
)
from models.run.intent import IntentAction
from models.run.record import RunRecord, RunState
from models.steps import StepName, StepState
from tests.runs.engine.fakes import Stage
from tests.runs.engine.following import cancel
from tests.support.known import present


class TestResuming:
    async def interrupted(self, stage: Stage, step: str, **request) -> RunRecord:
        """A run whose runner was killed in the middle of a step: nothing more was written."""

        class KilledError(BaseException):
            pass

        async def die(ctx: StepContext) -> None:
            await ctx.intend(IntentAction.CREATE_IMAGE, "lidar-tools")
            raise KilledError

        run = await stage.new_run(**request)
        stage.steps.on(step, die, times=1)
        with pytest.raises(KilledError):
            await stage.work(run)
        stage.steps.done.clear()
        return run

    async def test_begins_with_the_step_that_was_under_way(self, stage: Stage):
        run = await self.interrupted(stage, "wait for image")
        run = await stage.work(run)
        assert stage.steps.done[0] == "wait for image"
        assert run.state is RunState.DONE

    async def test_makes_sure_again_of_what_the_image_depends_on(self, stage: Stage):
        run = await self.interrupted(stage, "lock")
        await stage.work(run)
        assert stage.steps.done[:4] == ["stop", "detach volumes", "lock", "create image"]

    async def test_does_not_stop_a_source_that_was_restored(self, stage: Stage):
        run = await self.interrupted(stage, "verify")
        await stage.work(run)
        assert "stop" not in stage.steps.done

    async def test_shows_the_intent_of_the_runner_that_died(self, stage: Stage):
        intents: list[tuple[IntentAction, str]] = []

        async def create(ctx: StepContext) -> None:
            intents.extend((each.action, each.target) for each in ctx.run.step(StepName.CREATE_IMAGE).intents)

        run = await self.interrupted(stage, "create image")
        stage.steps.on("create image", create)
        await stage.work(run)
        assert intents == [(IntentAction.CREATE_IMAGE, "lidar-tools")]

    async def test_keeps_the_time_at_which_a_step_first_began(self, stage: Stage):
        run = await self.interrupted(stage, "verify")
        began = (await stage.journal.run(run.id)).step(StepName.VERIFY).started_at
        stage.clock.turn(3600)
        assert (await stage.work(run)).step(StepName.VERIFY).started_at == began

    async def test_goes_on_failing_where_the_run_had_failed(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await self.interrupted(stage, "restore")
        run = await stage.work(run)
        assert stage.steps.done == ["restore", "report"]
        assert (run.state, present(run.trouble).what) == (RunState.FAILED, "it stays attached")

    async def test_goes_on_cancelling_where_the_run_was_being_cancelled(self, stage: Stage):
        async def lock(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)

        stage.steps.on("lock", lock)
        run = await self.interrupted(stage, "restore")
        run = await stage.work(run)
        assert stage.steps.done == ["restore", "report"]
        assert run.state is RunState.CANCELLED

    async def test_after_a_request_to_stop_nothing_is_lost(self, stage: Stage):
        async def stop(ctx: StepContext) -> None:
            stage.stopping.set()

            async def observe() -> None:
                return None

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", stop, times=1)
        run = await stage.work(await stage.new_run())
        assert (run.state, run.step(StepName.STOP).state) == (RunState.RUNNING, StepState.RUNNING)
        stage.stopping.clear()
        assert (await stage.work(run)).state is RunState.DONE


class TestARunnerThatWasReplaced:
    async def test_changes_nothing_more(self, stage: Stage):
        async def replaced(ctx: StepContext) -> None:
            held = present(await stage.journal.held_lease(ctx.run.id))
            assert isinstance(ctx, RunContext)
            lease = ctx.writer._lease
            await stage.journal.give_back(lease)
            new = await stage.journal.take_lease(ctx.run.id)
            assert new.number == held.number + 1

        stage.steps.on("stop", replaced)
        context, _ = await stage.context(await stage.new_run())
        from imaging.runs.engine.engine import Engine

        with pytest.raises(LeaseLostError):
            await Engine(context, stage.steps.procedures, stage._connect).work()
        assert stage.steps.done == ["check", "unlock", "claim", "stop"]

    async def test_does_nothing_that_it_cannot_write_down(self, stage: Stage):
        stage.steps.on("stop", JournalError("disk full"))
        with pytest.raises(JournalError):
            await stage.work(await stage.new_run())
        assert stage.steps.done[-1] == "stop"
