"""What is cleared up for each kind of run once it is decided how it ends: by a runner that finds only that decision."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from imaging.runs.core.step_context import StepContext
from models.errors import ForbiddenError
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord, RunState
from models.steps import StepName, StepState
from tests.runs.engine.fakes import BOOTED, NOW, Stage, plan
from tests.support.known import present

DONE, RUNNING = StepState.DONE, StepState.RUNNING
FAILED, CANCELLED, UNDONE = RunState.FAILED, RunState.CANCELLED, RunState.UNDONE


def plan_of(kind: RunKind) -> Plan:
    wanted = plan(source=None) if kind not in {RunKind.CREATE, RunKind.SEALED} else plan()
    return wanted.model_copy(update={"kind": kind})


async def decided(
    stage: Stage, kind: RunKind, outcome: RunState, steps: dict[StepName, StepState], **fields: Any
) -> RunRecord:
    """A run of which it is decided how it ends, with these steps begun."""
    run = await stage.new_run(plan_of(kind))

    def write(changes: Any) -> None:
        for step, state in steps.items():
            changes.step(step, state=state, started_at=NOW, ended_at=None if state is RUNNING else NOW)
        changes.run(outcome=outcome, state=RunState.RUNNING, **fields)

    return await stage.journal.request_change(run.id, write)


async def cleared_up(stage: Stage, *args: Any, **fields: Any) -> list[str]:
    """What is done to end such a run, but for the report."""
    await stage.work(await decided(stage, *args, **fields))
    assert stage.steps.done[-1] == "report"
    return stage.steps.done[:-1]


def phases(run: RunRecord) -> list[str]:
    return [phase.text for step in run.steps for phase in step.phases]


class TestASealedRun:
    """Its clone goes however it ends, and before it an image of the clone that is not finished."""

    LAUNCHED: ClassVar[dict[StepName, StepState]] = {
        StepName.CLAIM: DONE,
        StepName.RESTORE: DONE,
        StepName.LAUNCH_CLONE: DONE,
    }

    async def test_removes_the_clone(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.SEALED, CANCELLED, self.LAUNCHED) == ["remove clone"]

    async def test_that_launched_none_removes_none(self, stage: Stage) -> None:
        steps = {StepName.CLAIM: DONE, StepName.RESTORE: DONE}
        assert await cleared_up(stage, RunKind.SEALED, CANCELLED, steps) == []

    async def test_removes_it_once(self, stage: Stage) -> None:
        steps = {**self.LAUNCHED, StepName.REMOVE_CLONE: DONE}
        assert await cleared_up(stage, RunKind.SEALED, CANCELLED, steps) == []

    @pytest.mark.parametrize("waits", [{}, {StepName.WAIT_FOR_SEALED: RUNNING}])
    async def test_removes_its_unfinished_image_first(self, stage: Stage, waits: dict[StepName, StepState]) -> None:
        steps = {**self.LAUNCHED, StepName.IMAGE_CLONE: DONE, **waits}
        assert await cleared_up(stage, RunKind.SEALED, CANCELLED, steps) == ["remove unfinished sealed", "remove clone"]

    async def test_keeps_an_image_that_is_whole_and_marks_it_as_unverified(self, stage: Stage) -> None:
        steps = {**self.LAUNCHED, StepName.IMAGE_CLONE: DONE, StepName.WAIT_FOR_SEALED: DONE}
        done = await cleared_up(stage, RunKind.SEAL, CANCELLED, steps, image_id="image-1")
        assert done == ["mark unverified", "remove clone"]

    async def test_marks_no_image_that_was_tested_or_is_done(self, stage: Stage) -> None:
        steps = {**self.LAUNCHED, StepName.IMAGE_CLONE: DONE, StepName.WAIT_FOR_SEALED: DONE}
        tested = await cleared_up(stage, RunKind.SEAL, CANCELLED, steps, image_id="image-1", verdict=BOOTED)
        assert tested == ["remove clone"]
        stage.steps.done.clear()
        done = await cleared_up(stage, RunKind.SEAL, RunState.DONE, steps, image_id="image-1")
        assert done == ["remove clone"]

    async def test_says_that_the_image_could_not_be_removed_and_goes_on(self, stage: Stage) -> None:
        stage.steps.on("remove unfinished sealed", ForbiddenError("no"))
        run = await decided(stage, RunKind.SEALED, CANCELLED, {**self.LAUNCHED, StepName.IMAGE_CLONE: DONE})
        run = await stage.work(run)
        assert "could not remove the unfinished sealed image: no" in phases(run)
        assert run.step(StepName.REMOVE_CLONE).state is DONE

    async def test_whose_clone_cannot_be_removed_says_so_and_has_failed(self, stage: Stage) -> None:
        stage.steps.on("remove clone", ForbiddenError("no"))
        run = await stage.work(await decided(stage, RunKind.SEAL, RunState.DONE, {StepName.LAUNCH_CLONE: DONE}))
        assert (run.state, present(run.trouble).what) == (FAILED, "no")
        assert run.step(StepName.REMOVE_CLONE).state is StepState.FAILED


class TestAnImport:
    async def test_removes_what_it_made_on_this_machine(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.IMPORT, CANCELLED, {StepName.CONVERT: RUNNING}) == ["clear import"]

    async def test_that_converted_nothing_removes_nothing(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.IMPORT, CANCELLED, {StepName.INSPECT_FILE: DONE}) == []

    @pytest.mark.parametrize("outcome, done", [(FAILED, ["mark unverified"]), (CANCELLED, []), (RunState.DONE, [])])
    async def test_marks_the_image_of_one_that_failed_as_unverified(
        self, stage: Stage, outcome: RunState, done: list[str]
    ) -> None:
        assert await cleared_up(stage, RunKind.IMPORT, outcome, {StepName.UPLOAD: DONE}, image_id="image-1") == done

    async def test_of_another_run_nothing_of_it_is_done(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.VERIFY, FAILED, {}, image_id="image-1") == []


class TestAnExport:
    @pytest.mark.parametrize("outcome", [CANCELLED, UNDONE])
    async def test_that_is_given_up_removes_what_it_has_written(self, stage: Stage, outcome: RunState) -> None:
        assert await cleared_up(stage, RunKind.EXPORT, outcome, {StepName.DOWNLOAD: RUNNING}) == ["clear the export"]

    @pytest.mark.parametrize("outcome", [FAILED, RunState.DONE])
    async def test_that_failed_keeps_it_to_be_continued(self, stage: Stage, outcome: RunState) -> None:
        assert await cleared_up(stage, RunKind.EXPORT, outcome, {StepName.DOWNLOAD: RUNNING}) == []

    async def test_is_the_only_run_that_has_a_file_to_remove(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.VERIFY, CANCELLED, {}) == []


class TestACleanUpThatFails:
    """The words in the journal say which it was, and the rest is done all the same."""

    IMAGE_LEFT: ClassVar = {StepName.CLAIM: DONE, StepName.CREATE_IMAGE: RUNNING}

    @pytest.mark.parametrize(
        "clean_up, words, kind, steps",
        [
            ("release claim", "restore the lock", RunKind.CREATE, {StepName.UNLOCK: DONE}),
            ("remove unfinished image", "remove the unfinished image", RunKind.CREATE, IMAGE_LEFT),
            ("mark unverified", "mark the image as unverified", RunKind.CREATE, IMAGE_LEFT),
            ("clear import", "remove what the import made", RunKind.IMPORT, {StepName.CONVERT: RUNNING}),
            ("clear the export", "remove what the export has written", RunKind.EXPORT, {}),
        ],
    )
    async def test_is_told_in_words(
        self, stage: Stage, clean_up: str, words: str, kind: RunKind, steps: dict[StepName, StepState]
    ) -> None:
        stage.steps.on(clean_up, ForbiddenError("it is not allowed"))
        run = await stage.work(await decided(stage, kind, CANCELLED, steps, image_id="image-1"))
        assert f"could not {words}: it is not allowed" in phases(run)
        assert run.state is CANCELLED


class TestTheEnd:
    async def test_a_run_is_over_at_the_time_of_its_last_step(self, stage: Stage) -> None:
        run = await decided(stage, RunKind.VERIFY, CANCELLED, {})
        stage.clock.turn(90)
        run = await stage.work(run)
        assert (run.state, run.ended_at) == (CANCELLED, stage.clock.now())

    async def test_a_source_that_cannot_go_back_by_a_fault_is_known_so_while_the_rest_is_cleared_up(
        self, stage: Stage
    ) -> None:
        known: list[bool | None] = []

        async def remove(ctx: StepContext) -> None:
            known.append(ctx.run.instance_restored)

        stage.steps.on("restore", KeyError("x"))
        stage.steps.on("remove test instance", remove)
        steps = {StepName.CLAIM: DONE, StepName.TEST_LAUNCH: DONE}
        run = await stage.work(await decided(stage, RunKind.CREATE, CANCELLED, steps))
        assert (known, run.state) == ([False], RunState.WAITING)

    async def test_without_a_claim_nothing_is_said_of_the_source(self, stage: Stage) -> None:
        run = await decided(stage, RunKind.CREATE, CANCELLED, {StepName.CLAIM: DONE})
        assert (await stage.work(run)).instance_restored is None
