"""The engine on what takes too long."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from models.run.record import RunState
from tests.runs.engine.fakes import Stage
from tests.support.known import present


class TestTime:
    async def test_what_takes_too_long_waits_for_an_attending_user_and_goes_on_by_itself(self, stage: Stage):
        seen = []

        async def stop(ctx: StepContext) -> None:
            async def observe() -> bool | None:
                seen.append(ctx.run.state)
                return True if stage.clock.monotonic() > 1000 + 10_000 else None

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=60)
            seen.append(ctx.run.state)

        stage.steps.on("stop", stop)
        run = await stage.work(await stage.new_run(attended=True))
        assert RunState.WAITING in seen
        assert seen[-1] is RunState.RUNNING
        assert (run.state, run.trouble) == (RunState.DONE, None)

    async def test_of_an_unattended_run_ends_by_the_answer_chosen_beforehand(self, stage: Stage):
        async def never(ctx: StepContext) -> None:
            async def observe() -> None:
                return None

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", never)
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.instance_restored) == (RunState.FAILED, True)
        assert "SHUTOFF" in present(run.trouble).what
        assert 600 <= stage.clock.monotonic() - 1000 < 700

    async def test_looks_seldom_once_a_wait_is_long_and_adds_little_to_it(self, stage: Stage):
        observed_at = []

        async def stop(ctx: StepContext) -> None:
            async def observe() -> bool | None:
                observed_at.append(stage.clock.monotonic())
                return True if observed_at[-1] > 1200 else None

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=600)

        stage.steps.on("stop", stop)
        await stage.work(await stage.new_run())
        assert observed_at[-1] - 1200 <= 1 + 0.02 * 200
        assert len(observed_at) < 180
