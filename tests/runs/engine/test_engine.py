"""The engine with steps that are plain functions: order, failure, cancel, time-outs, resume."""

from __future__ import annotations

import pytest

from imaging.runs.context import StepContext, StepResult
from models.errors import (
    ClaimLostError,
    ForbiddenError,
    JournalError,
    LeaseLostError,
    NeedsUserError,
    RateLimitedError,
    RunError,
    ServerFaultError,
    UnauthorizedError,
    UnreachableError,
    WrongProjectError,
)
from models.login import CloudIdentity
from models.request import OnFailure
from models.run import RunRecord, RunState
from models.steps import CREATE_STEPS, VERIFY_STEPS, StepName, StepState
from models.verdict import Verdict, VerdictWord
from tests.runs.engine.fakes import FakeCloud, Stage, plan

BEFORE_THE_IMAGE = ["check", "unlock", "claim", "stop", "detach volumes", "lock"]


async def cancel(stage: Stage, run: RunRecord) -> None:
    await stage.journal.wish(run.id, lambda changes: changes.run(cancel_requested=True))


class TestARunThatGoesWell:
    async def test_does_all_steps_in_their_order_and_is_done(self, stage: Stage):
        run = await stage.work(await stage.new_run())
        assert stage.steps.done == [step.value for step in CREATE_STEPS]
        assert run.state is RunState.DONE
        assert run.ended_at is not None
        assert {step.state for step in run.steps} == {StepState.DONE}

    async def test_protects_its_source_from_deletion(self, stage: Stage):
        await stage.work(await stage.new_run())
        assert stage.cloud.protected == ["source-1"]

    async def test_says_that_the_source_is_as_it_was(self, stage: Stage):
        assert (await stage.work(await stage.new_run())).source_restored is True

    async def test_a_verification_alone_has_no_source(self, stage: Stage):
        run = await stage.work(await stage.new_run(plan(source=None)))
        assert stage.steps.done == [step.value for step in VERIFY_STEPS]
        assert (run.state, run.source_restored) == (RunState.DONE, None)

    async def test_the_report_knows_how_the_run_will_end(self, stage: Stage):
        endings = []

        async def report(ctx: StepContext) -> None:
            endings.append(ctx.run.ending)

        stage.steps.on("report", report)
        await stage.work(await stage.new_run())
        assert endings == [RunState.DONE]

    async def test_a_step_that_had_nothing_to_do_is_shown_as_skipped(self, stage: Stage):
        async def detach(ctx: StepContext) -> StepResult:
            return StepResult("no volumes", skipped=True)

        stage.steps.on("detach volumes", detach)
        step = (await stage.work(await stage.new_run())).step(StepName.DETACH)
        assert (step.state, step.note) == (StepState.SKIPPED, "no volumes")


class TestTheVerdict:
    @pytest.mark.parametrize("word", [VerdictWord.FAILED, VerdictWord.INCONCLUSIVE, VerdictWord.NOT_TESTED])
    async def test_without_booted_the_run_has_failed_but_all_is_put_back(self, stage: Stage, word: VerdictWord):
        stage.steps.verdict = Verdict(word=word, reason="Emergency mode.")
        run = await stage.work(await stage.new_run())
        assert (run.state, run.source_restored, run.image_id) == (RunState.FAILED, True, "image-1")
        assert "Emergency mode." in str(run.trouble)

    async def test_not_tested_is_no_failure_where_no_test_was_wanted(self, stage: Stage):
        stage.steps.verdict = Verdict(word=VerdictWord.NOT_TESTED)
        assert (await stage.work(await stage.new_run(test=False))).state is RunState.DONE


class TestAFailure:
    async def test_before_the_claim_restores_the_lock_and_ends(self, stage: Stage):
        stage.steps.on("claim", ForbiddenError("no metadata for you"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done == ["check", "unlock", "claim", "withdraw", "report"]
        assert run.state is RunState.FAILED

    async def test_in_the_first_check_touches_nothing_at_all(self, stage: Stage):
        stage.steps.on("check", RunError("another run holds it"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done == ["check", "report"]
        assert run.trouble is not None
        assert run.trouble.what == "another run holds it"

    async def test_after_the_claim_puts_the_source_back(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done[-3:] == ["detach volumes", "put back", "report"]
        assert (run.state, run.source_restored) == (RunState.FAILED, True)
        assert run.step(StepName.DETACH).state is StepState.FAILED
        assert run.step(StepName.LOCK).state is StepState.SKIPPED

    async def test_while_the_image_is_made_removes_it_first(self, stage: Stage):
        stage.steps.on("wait for image", RunError("the image is gone"))
        await stage.work(await stage.new_run())
        assert stage.steps.done[-5:] == [
            "wait for image",
            "remove unfinished image",
            "mark unverified",
            "put back",
            "report",
        ]

    async def test_leaves_the_source_for_a_look_if_that_was_the_answer(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await stage.work(await stage.new_run(on_failure=OnFailure.LEAVE))
        assert "put back" not in stage.steps.done
        assert (run.state, run.source_restored) == (RunState.FAILED, False)

    async def test_touches_the_source_no_more_when_the_claim_is_lost(self, stage: Stage):
        stage.steps.on("detach volumes", ClaimLostError("gone"))
        run = await stage.work(await stage.new_run())
        assert "put back" not in stage.steps.done
        assert (run.state, run.source_restored) == (RunState.FAILED, False)

    async def test_of_the_test_launch_removes_what_it_left_and_keeps_the_image(self, stage: Stage):
        stage.steps.on("verify", RunError("no console"))
        run = await stage.work(await stage.new_run())
        assert stage.steps.done[-4:] == ["verify", "mark unverified", "remove test instance", "report"]
        assert "remove unfinished image" not in stage.steps.done
        assert (run.state, run.source_restored, run.image_id) == (RunState.FAILED, True, "image-1")

    async def test_of_a_clean_up_does_not_keep_the_source_from_going_back(self, stage: Stage):
        stage.steps.on("wait for image", RunError("the image is gone"))
        stage.steps.on("remove unfinished image", ForbiddenError("no"))
        run = await stage.work(await stage.new_run())
        assert run.source_restored is True
        assert "could not remove the unfinished image: no" in [
            phase.text for step in run.steps for phase in step.phases
        ]

    async def test_of_the_program_itself_puts_the_source_back_too(self, stage: Stage):
        stage.steps.on("stop", TypeError("a secret"))
        run = await stage.work(await stage.new_run())
        assert run.source_restored is True
        assert "TypeError" in str(run.trouble)
        assert "a secret" not in str(run)

    async def test_of_the_report_makes_a_failure_of_a_good_run(self, stage: Stage):
        stage.steps.on("report", OSError("disk full"))
        assert (await stage.work(await stage.new_run())).state is RunState.FAILED


class TestPuttingBack:
    async def test_is_tried_again_until_it_works_while_the_run_waits_for_the_user(self, stage: Stage):
        states = []

        async def watch(ctx: StepContext) -> None:
            states.append((await stage.journal.run(ctx.run.id)).state)
            if len(states) < 4:
                raise NeedsUserError("pgdata is in use elsewhere")

        stage.steps.on("put back", watch)
        run = await stage.work(await stage.new_run(attended=True))
        assert (run.state, run.source_restored, run.trouble) == (RunState.DONE, True, None)
        assert len(states) == 4
        assert stage.clock.slept.count(1.0) >= 3 * 30

    async def test_stands_waiting_for_the_user_meanwhile(self, stage: Stage):
        seen = []

        async def look(ctx: StepContext) -> None:
            if not seen:
                seen.append(None)
                raise NeedsUserError("pgdata is in use elsewhere")

        async def sleep(seconds: float) -> None:
            seen.append(await stage.journal.run(run.id))
            stage.clock.turn(seconds)

        stage.steps.on("put back", look)
        run = await stage.new_run(attended=True)
        stage.clock.sleep = sleep
        await stage.work(run)
        assert seen[1].state is RunState.WAITING
        assert seen[1].step(StepName.PUT_BACK).state is StepState.WAITING
        assert seen[1].trouble.what == "pgdata is in use elsewhere"

    async def test_ends_with_the_time_of_an_unattended_run(self, stage: Stage):
        stage.steps.on("put back", NeedsUserError("pgdata is gone"))
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.source_restored) == (RunState.FAILED, False)
        assert run.trouble is not None
        assert run.trouble.what == "pgdata is gone"
        assert "test launch" not in stage.steps.done

    async def test_ends_at_once_where_trying_is_hopeless(self, stage: Stage):
        stage.steps.on("put back", ClaimLostError("gone"))
        run = await stage.work(await stage.new_run(attended=True))
        assert stage.steps.done.count("put back") == 1
        assert (run.state, run.source_restored) == (RunState.FAILED, False)

    async def test_is_not_interrupted_by_a_wish_to_cancel(self, stage: Stage):
        async def put_back(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)
            looks = iter([None, None, True])

            async def look() -> bool | None:
                return next(looks)

            await ctx.wait_until(look, what="x", limit_seconds=60, cancellable=False)

        stage.steps.on("put back", put_back)
        run = await stage.work(await stage.new_run())
        assert stage.steps.done.count("put back") == 1
        assert (run.state, run.source_restored) == (RunState.CANCELLED, True)

    async def test_can_be_given_up_by_the_user_between_two_tries(self, stage: Stage):
        async def stuck(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)
            raise NeedsUserError("pgdata is gone")

        stage.steps.on("put back", stuck)
        run = await stage.work(await stage.new_run(attended=True))
        assert stage.steps.done.count("put back") == 1
        assert (run.state.is_over, run.source_restored) == (True, False)


class TestCancelling:
    @pytest.mark.parametrize(
        "step, then",
        [
            ("check", []),
            ("unlock", ["withdraw"]),
            ("claim", ["put back"]),
            ("lock", ["put back"]),
            ("create image", ["remove unfinished image", "mark unverified", "put back"]),
            ("wait for image", ["mark unverified", "put back"]),
            ("put back", ["mark unverified"]),
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
            async def look() -> None:
                await cancel(stage, ctx.run)

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", stop)
        run = await stage.work(await stage.new_run())
        assert (run.state, run.source_restored) == (RunState.CANCELLED, True)
        assert run.step(StepName.STOP).note == "interrupted"

    async def test_of_a_run_that_has_not_begun_only_reports(self, stage: Stage):
        run = await stage.new_run()
        await cancel(stage, run)
        assert (await stage.work(run)).state is RunState.CANCELLED
        assert stage.steps.done == ["report"]


class TestTime:
    async def test_what_takes_too_long_waits_for_an_attending_user_and_goes_on_by_itself(self, stage: Stage):
        seen = []

        async def stop(ctx: StepContext) -> None:
            async def look() -> bool | None:
                seen.append(ctx.run.state)
                return True if stage.clock.monotonic() > 1000 + 10_000 else None

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=60)
            seen.append(ctx.run.state)

        stage.steps.on("stop", stop)
        run = await stage.work(await stage.new_run(attended=True))
        assert RunState.WAITING in seen
        assert seen[-1] is RunState.RUNNING
        assert (run.state, run.trouble) == (RunState.DONE, None)

    async def test_of_an_unattended_run_ends_by_the_answer_chosen_beforehand(self, stage: Stage):
        async def never(ctx: StepContext) -> None:
            async def look() -> None:
                return None

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", never)
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.source_restored) == (RunState.FAILED, True)
        assert "SHUTOFF" in run.trouble.what
        assert 600 <= stage.clock.monotonic() - 1000 < 700

    async def test_looks_seldom_once_a_wait_is_long_and_adds_little_to_it(self, stage: Stage):
        looked_at = []

        async def stop(ctx: StepContext) -> None:
            async def look() -> bool | None:
                looked_at.append(stage.clock.monotonic())
                return True if looked_at[-1] > 1200 else None

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=600)

        stage.steps.on("stop", stop)
        await stage.work(await stage.new_run())
        assert looked_at[-1] - 1200 <= 1 + 0.02 * 200
        assert len(looked_at) < 180


class TestTroublesThatPass:
    @pytest.mark.parametrize("error", [UnreachableError("refused"), ServerFaultError("503"), RateLimitedError("429")])
    async def test_are_waited_out_between_calls(self, stage: Stage, error: Exception):
        stage.steps.on("detach volumes", error, times=2)
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.DONE
        assert stage.steps.done.count("detach volumes") == 3

    async def test_are_waited_out_while_polling(self, stage: Stage):
        answers = [UnreachableError("refused"), ServerFaultError("503"), True]

        async def stop(ctx: StepContext) -> None:
            async def look() -> bool:
                answer = answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=60)

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
        assert (run.state, run.source_restored) == (RunState.FAILED, True)
        assert stage.steps.done.count("create image") == 4

    async def test_an_unattended_run_gives_up_on_a_dead_network_at_last(self, stage: Stage):
        stage.steps.on("stop", UnreachableError("refused"))
        stage.steps.on("put back", UnreachableError("refused"))
        run = await stage.work(await stage.new_run(timeout_seconds=600))
        assert (run.state, run.source_restored) == (RunState.FAILED, False)


class TestALoginThatEnds:
    async def test_leaves_the_run_waiting_and_a_new_login_goes_on(self, stage: Stage):
        stage.steps.on("wait for image", UnauthorizedError("401"), times=1)
        run = await stage.work(await stage.new_run())
        assert run.state is RunState.WAITING
        assert "imaging resume" in run.trouble.remedy
        assert "put back" not in stage.steps.done
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


class TestResuming:
    async def interrupted(self, stage: Stage, step: str, **request) -> RunRecord:
        """A run whose runner was killed in the middle of a step: nothing more was written."""

        class KilledError(BaseException):
            pass

        async def die(ctx: StepContext) -> None:
            await ctx.intend("about to act")
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

    async def test_does_not_stop_a_source_that_was_put_back(self, stage: Stage):
        run = await self.interrupted(stage, "verify")
        await stage.work(run)
        assert "stop" not in stage.steps.done

    async def test_shows_the_intent_of_the_runner_that_died(self, stage: Stage):
        intents = []

        async def create(ctx: StepContext) -> None:
            intents.extend(intent.text for intent in ctx.run.step(StepName.CREATE_IMAGE).intents)

        run = await self.interrupted(stage, "create image")
        stage.steps.on("create image", create)
        await stage.work(run)
        assert intents == ["about to act"]

    async def test_keeps_the_time_at_which_a_step_first_began(self, stage: Stage):
        run = await self.interrupted(stage, "verify")
        began = (await stage.journal.run(run.id)).step(StepName.VERIFY).started_at
        stage.clock.turn(3600)
        assert (await stage.work(run)).step(StepName.VERIFY).started_at == began

    async def test_goes_on_failing_where_the_run_had_failed(self, stage: Stage):
        stage.steps.on("detach volumes", RunError("it stays attached"))
        run = await self.interrupted(stage, "put back")
        run = await stage.work(run)
        assert stage.steps.done == ["put back", "report"]
        assert (run.state, run.trouble.what) == (RunState.FAILED, "it stays attached")

    async def test_goes_on_cancelling_where_the_run_was_being_cancelled(self, stage: Stage):
        async def lock(ctx: StepContext) -> None:
            await cancel(stage, ctx.run)

        stage.steps.on("lock", lock)
        run = await self.interrupted(stage, "put back")
        run = await stage.work(run)
        assert stage.steps.done == ["put back", "report"]
        assert run.state is RunState.CANCELLED

    async def test_after_a_request_to_stop_nothing_is_lost(self, stage: Stage):
        async def stop(ctx: StepContext) -> None:
            stage.stopping.set()

            async def look() -> None:
                return None

            await ctx.wait_until(look, what="SHUTOFF", limit_seconds=60)

        stage.steps.on("stop", stop, times=1)
        run = await stage.work(await stage.new_run())
        assert (run.state, run.step(StepName.STOP).state) == (RunState.RUNNING, StepState.RUNNING)
        stage.stopping.clear()
        assert (await stage.work(run)).state is RunState.DONE


class TestARunnerThatWasReplaced:
    async def test_changes_nothing_more(self, stage: Stage):
        async def replaced(ctx: StepContext) -> None:
            held = await stage.journal.held_lease(ctx.run.id)
            lease = ctx._lease
            await stage.journal.give_back(lease)
            new = await stage.journal.take_lease(ctx.run.id)
            assert new.number == held.number + 1

        stage.steps.on("stop", replaced)
        context, _ = await stage.context(await stage.new_run())
        from imaging.runs.engine import Engine

        with pytest.raises(LeaseLostError):
            await Engine(context, stage.steps.procedures, stage._connect).work()
        assert stage.steps.done == ["check", "unlock", "claim", "stop"]

    async def test_does_nothing_that_it_cannot_write_down(self, stage: Stage):
        stage.steps.on("stop", JournalError("disk full"))
        with pytest.raises(JournalError):
            await stage.work(await stage.new_run())
        assert stage.steps.done[-1] == "stop"


class TestADiskThatIsFull:
    def fill(self, stage: Stage, failures: int) -> None:
        change, left = stage.journal.change, [failures]

        async def failing(*arguments):
            if left[0]:
                left[0] -= 1
                raise JournalError("database or disk is full")
            return await change(*arguments)

        stage.journal.change = failing

    async def test_for_a_while_is_borne_with_and_the_source_goes_back(self, stage: Stage):
        run = await stage.new_run()

        async def fills(ctx: StepContext) -> None:
            self.fill(stage, failures=20)

        stage.steps.on("stop", fills)
        assert (await stage.work(run)).state is RunState.DONE

    async def test_for_good_ends_the_runner_with_nothing_more_done(self, stage: Stage):
        run = await stage.new_run()

        async def fills(ctx: StepContext) -> None:
            self.fill(stage, failures=1_000_000)

        stage.steps.on("stop", fills)
        with pytest.raises(JournalError):
            await stage.work(run)
        assert stage.steps.done[-1] == "stop"
