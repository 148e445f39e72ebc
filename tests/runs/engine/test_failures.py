"""The engine on a run of which a step fails: what was changed is restored, as often as it takes."""

from __future__ import annotations

import pytest

from imaging.runs.core.step_context import StepContext
from models.errors import (
    ClaimLostError,
    ForbiddenError,
    NeedsUserError,
    RunError,
)
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.run.request import OnFailure
from models.steps import DEEP_CHECK_STEPS, StepName, StepState
from models.verdict import Verdict, VerdictWord
from tests.runs.engine.fakes import Stage, plan
from tests.runs.engine.following import cancel
from tests.support.known import present


class TestAFailure:
    async def test_before_the_claim_restores_the_lock_and_ends(self, stage: Stage):
        stage.steps.on("claim", ForbiddenError("no metadata for you"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done == ["check", "unlock", "claim", "release claim", "report"]
        assert (run.state, run.instance_restored) == (RunState.FAILED, None)

    async def test_in_the_first_check_touches_nothing_at_all(self, stage: Stage):
        stage.steps.on("check", RunError("another run holds it"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done == ["check", "report"]
        assert run.trouble is not None
        assert run.trouble.what == "another run holds it"

    async def test_after_the_claim_puts_the_source_back(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done[-3:] == ["detach volumes", "restore", "report"]
        assert (run.state, run.instance_restored) == (RunState.FAILED, True)
        assert run.step(StepName.DETACH).state is StepState.FAILED
        assert (run.step(StepName.LOCK).state, run.step(StepName.LOCK).note) == (StepState.SKIPPED, "not reached")

    async def test_while_the_image_is_made_removes_it_first(self, stage: Stage):
        stage.steps.on("wait for image", RunError("the image is gone"))
        await stage.work(await stage.new_run())
        assert stage.steps.done[-5:] == [
            "wait for image",
            "remove unfinished image",
            "mark unverified",
            "restore",
            "report",
        ]

    async def test_leaves_the_source_for_a_look_if_that_was_the_answer(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await stage.work(await stage.new_run(on_failure=OnFailure.LEAVE))
        assert "restore" not in stage.steps.done
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)

    async def test_touches_the_source_no_more_when_the_claim_is_lost(self, stage: Stage):
        stage.steps.on("detach volumes", ClaimLostError("gone"))
        run = await stage.work(await stage.new_run())
        assert "restore" not in stage.steps.done
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)

    async def test_of_the_test_launch_removes_what_it_left_and_keeps_the_image(self, stage: Stage):
        stage.steps.on("verify", RunError("no console"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done[-4:] == ["verify", "mark unverified", "remove test instance", "report"]
        assert "remove unfinished image" not in stage.steps.done
        assert (run.state, run.instance_restored, run.image_id) == (RunState.FAILED, True, "image-1")

    async def test_of_a_clean_up_does_not_keep_the_source_from_going_back(self, stage: Stage):
        stage.steps.on("wait for image", RunError("the image is gone"))
        stage.steps.on("remove unfinished image", ForbiddenError("no"))
        run = await stage.work(await stage.new_run())
        assert run.instance_restored is True
        assert "could not remove the unfinished image: no" in [
            phase.text for step in run.steps for phase in step.phases
        ]

    async def test_of_the_program_itself_restores_the_source_too(self, stage: Stage):
        stage.steps.on("stop", TypeError("a secret"))
        run = await stage.work(await stage.new_run())
        assert run.instance_restored is True
        assert "TypeError" in str(run.trouble)
        assert "a secret" not in str(run)

    async def test_of_the_report_makes_a_failure_of_a_good_run(self, stage: Stage):
        stage.steps.on("report", OSError("disk full"))
        run = await stage.work(await stage.new_run())
        assert (run.state, run.trouble) == (RunState.FAILED, run.step(StepName.REPORT).trouble)
        assert run.trouble is not None

    async def test_of_the_report_is_not_told_in_place_of_what_failed_before(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        stage.steps.on("report", OSError("disk full"))
        assert present((await stage.work(await stage.new_run())).trouble).what == "it stays attached"

    async def test_is_known_when_the_report_is_written(self, stage: Stage):
        told = []

        async def report(ctx: StepContext) -> None:
            told.append(present(ctx.run.trouble).meaning)

        stage.steps.verdict = Verdict(word=VerdictWord.FAILED, reason="It ended in emergency mode.")
        stage.steps.on("report", report)
        await stage.work(await stage.new_run())
        assert told == ["It ended in emergency mode. The image is kept, private."]


class TestPuttingBack:
    async def test_is_tried_again_until_it_works_while_the_run_waits_for_the_user(self, stage: Stage):
        states = []

        async def watch(ctx: StepContext) -> None:
            states.append((await stage.journal.run(ctx.run.id)).state)
            if len(states) < 4:
                raise NeedsUserError("pgdata is in use elsewhere")

        stage.steps.on("restore", watch)
        run = await stage.work(await stage.new_run(attended=True))
        assert (run.state, run.instance_restored, run.trouble) == (RunState.DONE, True, None)
        assert len(states) == 4
        assert stage.clock.slept.count(1.0) >= 3 * 30

    async def test_stands_waiting_for_the_user_meanwhile(self, stage: Stage, monkeypatch: pytest.MonkeyPatch):
        observations: list[StepContext] = []
        seen: list[RunRecord] = []

        async def observe(ctx: StepContext) -> None:
            observations.append(ctx)
            if len(observations) == 1:
                raise NeedsUserError("pgdata is in use elsewhere")

        async def sleep(seconds: float) -> None:
            seen.append(await stage.journal.run(run.id))
            stage.clock.turn(seconds)

        stage.steps.on("restore", observe)
        run = await stage.new_run(attended=True)
        monkeypatch.setattr(stage.clock, "sleep", sleep)
        await stage.work(run)
        assert seen[0].state is RunState.WAITING
        assert seen[0].step(StepName.RESTORE).state is StepState.WAITING
        assert present(seen[0].trouble).what == "pgdata is in use elsewhere"

    async def test_ends_with_the_time_of_an_unattended_run(self, stage: Stage):
        stage.steps.on("restore", NeedsUserError("pgdata is gone"))
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)
        assert run.trouble is not None
        assert run.trouble.what == "pgdata is gone"
        assert "test launch" not in stage.steps.done

    async def test_ends_at_once_where_trying_is_hopeless(self, stage: Stage):
        stage.steps.on("restore", ClaimLostError("gone"))
        run = await stage.work(await stage.new_run(attended=True))
        assert stage.steps.done.count("restore") == 1
        assert (run.state, run.instance_restored) == (RunState.FAILED, False)

    async def test_that_fails_behind_another_failure_is_told(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        stage.steps.on("restore", ClaimLostError("gone"))
        run = await stage.work(await stage.new_run())
        assert (run.state, run.instance_restored, present(run.trouble).what) == (RunState.FAILED, False, "gone")

    async def test_without_a_claim_says_nothing_of_the_source(self, stage: Stage):
        async def claim(_ctx: StepContext) -> None:
            """It claims nothing."""

        stage.steps.on("claim", claim)
        assert (await stage.work(await stage.new_run())).instance_restored is None

    async def test_is_not_interrupted_by_a_request_to_cancel(self, stage: Stage):
        async def restore(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)
            observations = iter([None, None, True])

            async def observe() -> bool | None:
                return next(observations)

            await ctx.wait_until(observe, what="x", limit_seconds=60, cancellable=False)

        stage.steps.on("restore", restore)
        run = await stage.work(await stage.new_run())
        assert stage.steps.done.count("restore") == 1
        assert (run.state, run.instance_restored) == (RunState.CANCELLED, True)

    async def test_can_be_given_up_by_the_user_between_two_tries(self, stage: Stage):
        async def stuck(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)
            raise NeedsUserError("pgdata is gone")

        stage.steps.on("restore", stuck)
        run = await stage.work(await stage.new_run(attended=True))
        assert stage.steps.done.count("restore") == 1
        assert (run.state.is_over, run.instance_restored) == (True, False)


class TestADeepCheck:
    """Its image is a temporary one: it goes however the run ends, and the source was only read."""

    async def deep(self, stage: Stage) -> RunRecord:
        return await stage.work(await stage.new_run(plan().model_copy(update={"kind": RunKind.DEEP_CHECK})))

    async def test_removes_its_snapshot_once(self, stage: Stage):
        run = await self.deep(stage)
        assert stage.steps.done == [step.value for step in DEEP_CHECK_STEPS]
        assert (run.state, run.instance_restored) == (RunState.DONE, None)

    @pytest.mark.parametrize(
        "step, then",
        [
            ("check", []),
            ("create image", ["remove snapshot"]),
            ("wait for image", ["remove snapshot"]),
            ("test launch", ["remove test instance", "remove snapshot"]),
            ("read the facts", ["remove test instance", "remove snapshot"]),
        ],
    )
    async def test_removes_it_after_a_failure(self, stage: Stage, step: str, then: list[str]):
        stage.steps.on(step, RunError("no"))
        run = await self.deep(stage)
        assert stage.steps.done[stage.steps.done.index(step) + 1 :] == [*then, "report"]
        assert (run.state, run.instance_restored) == (RunState.FAILED, None)
        assert run.step(StepName.REMOVE_SNAPSHOT).state is (StepState.DONE if then else StepState.SKIPPED)
