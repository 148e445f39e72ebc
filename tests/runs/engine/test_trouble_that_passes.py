"""The engine on trouble that can pass: a network, a login, a disk that is full."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.core.step_context import StepContext
from models.cloud.login import CloudIdentity
from models.errors import (
    JournalError,
    RateLimitedError,
    ServerFaultError,
    UnauthorizedError,
    UnreachableError,
    WrongProjectError,
)
from models.run.record import RunState
from tests.runs.engine.fakes import FakeCloud, Stage
from tests.support.known import present


class TestTroublesThatPass:
    @pytest.mark.parametrize("error", [UnreachableError("refused"), ServerFaultError("503"), RateLimitedError("429")])
    async def test_are_waited_out_between_calls(self, stage: Stage, error: Exception):
        stage.steps.on("detach volumes", error, times=2)
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.DONE
        assert stage.steps.done.count("detach volumes") == 3

    async def test_are_waited_out_while_polling(self, stage: Stage):
        answers: list[Exception | bool] = [UnreachableError("refused"), ServerFaultError("503"), True]

        async def stop(ctx: StepContext) -> None:
            async def observe() -> bool:
                answer = answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer

            await ctx.wait_until(observe, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", stop)
        assert (await stage.work(await stage.new_run())).state is RunState.DONE

    async def test_are_waited_out_at_login(self, stage: Stage):
        stage.connect_errors = [UnreachableError("refused"), UnreachableError("refused")]
        assert (await stage.work(await stage.new_run())).state is RunState.DONE

    async def test_the_cloud_is_obeyed_when_it_asks_to_wait(self, stage: Stage):
        stage.steps.on("stop", RateLimitedError("429", retry_after_seconds=77.0), times=1)
        await stage.work(await stage.new_run())
        assert stage.clock.monotonic() >= 1000 + 77

    async def test_a_fault_that_stays_is_a_failure(self, stage: Stage):
        stage.steps.on("create image", ServerFaultError("500"))
        run = await stage.work(await stage.new_run(attended=True))
        assert (run.state, run.instance_restored) == (RunState.FAILED, True)
        assert stage.steps.done.count("create image") == 4

    async def test_an_unattended_run_gives_up_on_a_dead_network_at_last(self, stage: Stage):
        stage.steps.on("stop", UnreachableError("refused"))
        stage.steps.on("restore", UnreachableError("refused"))
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)


class TestALoginThatEnds:
    async def test_leaves_the_run_waiting_and_a_new_login_goes_on(self, stage: Stage):
        stage.steps.on("wait for image", UnauthorizedError("401"), times=1)
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.WAITING
        assert "imaging resume" in present(run.trouble).remedy
        assert "restore" not in stage.steps.done
        run = await stage.work(run)
        assert (run.state, run.trouble) == (RunState.DONE, None)

    async def test_at_the_very_beginning_changes_no_step(self, stage: Stage):
        stage.connect_errors = [UnauthorizedError("401")]
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.WAITING
        assert stage.steps.done == []

    async def test_of_another_project_is_refused(self, stage: Stage):
        stage.cloud = FakeCloud(CloudIdentity(cloud="test", auth_url="http://c", project_id="p-2", user_id="u-1"))
        with pytest.raises(WrongProjectError):
            await stage.work(await stage.new_run())
        assert stage.steps.done == []


class TestADiskThatIsFull:
    def fill(self, stage: Stage, monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
        change, left = stage.journal.change, [failures]

        async def failing(*arguments: Any) -> Any:
            if left[0]:
                left[0] -= 1
                raise JournalError("database or disk is full")
            return await change(*arguments)

        monkeypatch.setattr(stage.journal, "change", failing)

    async def test_for_a_while_is_waited_out_and_the_source_is_restored(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ):
        run = await stage.new_run()

        async def fills(ctx: StepContext) -> None:
            self.fill(stage, monkeypatch, failures=20)

        stage.steps.on("stop", fills)
        assert (await stage.work(run)).state is RunState.DONE

    async def test_for_good_ends_the_runner_with_nothing_more_done(self, stage: Stage, monkeypatch: pytest.MonkeyPatch):
        run = await stage.new_run()

        async def fills(ctx: StepContext) -> None:
            self.fill(stage, monkeypatch, failures=1_000_000)

        stage.steps.on("stop", fills)
        with pytest.raises(JournalError):
            await stage.work(run)
        assert stage.steps.done[-1] == "stop"
