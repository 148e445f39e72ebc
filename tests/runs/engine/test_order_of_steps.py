"""The engine on a run that goes well: all steps in their order, and the verdict."""

from __future__ import annotations

import pytest

from imaging.runs.core.step_context import StepContext, StepResult
from models.run.record import RunState
from models.steps import CREATE_STEPS, VERIFY_STEPS, StepName, StepState
from models.verdict import Verdict, VerdictWord
from tests.runs.engine.fakes import Stage, plan


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
        assert (await stage.work(await stage.new_run())).instance_restored is True

    async def test_a_verification_alone_has_no_source(self, stage: Stage):
        run = await stage.work(await stage.new_run(plan(source=None)))
        assert stage.steps.done == [step.value for step in VERIFY_STEPS]
        assert (run.state, run.instance_restored) == (RunState.DONE, None)

    async def test_the_report_knows_how_the_run_will_end(self, stage: Stage):
        outcomes = []

        async def report(ctx: StepContext) -> None:
            outcomes.append(ctx.run.outcome)

        stage.steps.on("report", report)
        await stage.work(await stage.new_run())
        assert outcomes == [RunState.DONE]

    async def test_a_step_that_had_nothing_to_do_is_shown_as_skipped(self, stage: Stage):
        async def detach(ctx: StepContext) -> StepResult:
            return StepResult("no volumes", skipped=True)

        stage.steps.on("detach volumes", detach)
        step = (await stage.work(await stage.new_run())).step(StepName.DETACH)
        assert (step.state, step.note) == (StepState.SKIPPED, "no volumes")


class TestTheVerdict:
    @pytest.mark.parametrize("word", [VerdictWord.FAILED, VerdictWord.INCONCLUSIVE, VerdictWord.NOT_TESTED])
    async def test_without_booted_the_run_has_failed_but_all_is_restored(self, stage: Stage, word: VerdictWord):
        stage.steps.verdict = Verdict(word=word, reason="Emergency mode.")
        run = await stage.work(await stage.new_run())
        assert (run.state, run.instance_restored, run.image_id) == (RunState.FAILED, True, "image-1")
        assert "Emergency mode." in str(run.trouble)

    async def test_not_tested_is_no_failure_where_no_test_was_wanted(self, stage: Stage):
        stage.steps.verdict = Verdict(word=VerdictWord.NOT_TESTED)
        assert (await stage.work(await stage.new_run(test=False))).state is RunState.DONE
