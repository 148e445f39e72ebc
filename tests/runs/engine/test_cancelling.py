"""The engine on a run that the user cancels."""

from __future__ import annotations

import pytest

from imaging.runs.core.step_context import StepContext
from models.errors import NeedsUserError
from models.run.record import RunState
from models.steps import StepName, StepState
from tests.runs.engine.fakes import Stage
from tests.runs.engine.following import cancel


class TestCancelling:
    @pytest.mark.parametrize(
        "step, then",
        [
            ("check", []),
            ("unlock", ["release claim"]),
            ("claim", ["restore"]),
            ("lock", ["restore"]),
            ("create image", ["remove unfinished image", "mark unverified", "restore"]),
            ("wait for image", ["mark unverified", "restore"]),
            ("restore", ["mark unverified"]),
            ("test launch", ["mark unverified", "remove test instance"]),
            ("verify", ["remove test instance"]),
            ("remove test instance", []),
        ],
    )
    async def test_after_a_step_puts_right_what_was_changed(self, stage: Stage, step: str, then: list[str]):
        async def step_and_cancel(ctx: StepContext) -> None:
            await stage.steps._usual(step, ctx)
            await cancel(stage, ctx.run)

        stage.steps.on(step, step_and_cancel)
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.CANCELLED
        after = stage.steps.done[stage.steps.done.index(step) + 1 :]
        assert after == [*then, "report"]

    async def test_ends_a_wait(self, stage: Stage):
        async def stop(ctx: StepContext) -> None:
            async def observe() -> None:
                await cancel(stage, ctx.run)

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", stop)
        run = await stage.work(await stage.new_run())
        assert (run.state, run.instance_restored) == (RunState.CANCELLED, True)
        assert run.step(StepName.STOP).note == "interrupted"

    async def test_ends_the_trouble_of_a_step_that_waited_for_the_user(self, stage: Stage):
        async def stop(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)
            raise NeedsUserError("it does not stop")

        stage.steps.on("stop", stop)
        step = (await stage.work(await stage.new_run(attended=True))).step(StepName.STOP)
        assert (step.state, step.note, step.trouble) == (StepState.SKIPPED, "interrupted", None)

    async def test_of_a_run_that_has_not_begun_only_reports(self, stage: Stage):
        run = await stage.new_run()
        await cancel(stage, run)
        assert (await stage.work(run)).state is RunState.CANCELLED
        assert stage.steps.done == ["report"]
