"""What is cleared up for each kind of run once it is decided how it ends: by a runner that finds only that decision."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from imaging.runs.core.step_context import StepContext
from imaging.runs.engine.teardown import Teardown
from models.errors import ForbiddenError, RestoreFaultError, RunError
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord, RunState, Trouble
from models.run.request import OnFailure
from models.steps import StepName, StepState
from tests.runs.engine.fakes import BOOTED, NOW, Stage, plan
from tests.support.known import present

DONE, RUNNING = StepState.DONE, StepState.RUNNING
FAILED, CANCELLED, UNDONE = RunState.FAILED, RunState.CANCELLED, RunState.UNDONE


def plan_of(kind: RunKind, **request: Any) -> Plan:
    wanted = plan(**request) if kind.spec.changes_source else plan(source=None, **request)
    return wanted.model_copy(update={"kind": kind})


async def decided(
    stage: Stage,
    kind: RunKind,
    outcome: RunState,
    steps: dict[StepName, StepState],
    *,
    on_failure: OnFailure = OnFailure.RESTORE,
    **fields: Any,
) -> RunRecord:
    """A run of which it is decided how it ends, with these steps begun; what did not end well has a trouble."""
    run = await stage.new_run(plan_of(kind, on_failure=on_failure))

    def write(changes: Any) -> None:
        for step, state in steps.items():
            trouble = Trouble(what=f"{step.value}: no") if state in {RUNNING, StepState.FAILED} else None
            changes.step(step, state=state, started_at=NOW, ended_at=NOW if state is not RUNNING else None)
            changes.step(step, trouble=trouble)
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


class TestTheSource:
    CLAIMED: ClassVar[dict[StepName, StepState]] = {StepName.CLAIM: DONE, StepName.STOP: DONE}

    @pytest.mark.parametrize(
        "outcome, on_failure, done",
        [
            (FAILED, OnFailure.RESTORE, ["restore"]),
            (FAILED, OnFailure.LEAVE, []),
            (CANCELLED, OnFailure.LEAVE, ["restore"]),
            (UNDONE, OnFailure.LEAVE, ["restore"]),
        ],
    )
    async def test_goes_back_unless_a_failure_is_to_be_looked_into(
        self, stage: Stage, outcome: RunState, on_failure: OnFailure, done: list[str]
    ) -> None:
        run = await stage.work(await decided(stage, RunKind.CREATE, outcome, self.CLAIMED, on_failure=on_failure))
        assert stage.steps.done == [*done, "report"]
        assert run.instance_restored is (None if done else False)

    @pytest.mark.parametrize("state, done", [(StepState.FAILED, []), (DONE, []), (RUNNING, ["restore"])])
    async def test_is_tried_again_only_where_the_runner_before_had_not_come_to_an_end(
        self, stage: Stage, state: StepState, done: list[str]
    ) -> None:
        steps = {**self.CLAIMED, StepName.RESTORE: state}
        assert await cleared_up(stage, RunKind.CREATE, CANCELLED, steps) == done

    @pytest.mark.parametrize("untouchable", [True, False])
    async def test_is_left_alone_once_its_claim_is_somebodys(self, stage: Stage, *, untouchable: bool) -> None:
        run = await decided(stage, RunKind.CREATE, FAILED, {**self.CLAIMED, StepName.TEST_LAUNCH: DONE})
        context, lease = await stage.context(run)
        await Teardown(context, stage.steps.procedures).all(untouchable=untouchable)
        await stage.journal.give_back(lease)
        assert stage.steps.done == [*([] if untouchable else ["restore"]), "remove test instance", "report"]
        assert context.run.instance_restored is (False if untouchable else None)

    async def test_that_cannot_go_back_says_why_and_the_rest_is_done(self, stage: Stage) -> None:
        stage.steps.on("restore", RunError("It was deleted."))
        run = await stage.work(await decided(stage, RunKind.CREATE, CANCELLED, self.CLAIMED))
        assert (run.state, run.instance_restored, present(run.trouble).what) == (CANCELLED, False, "It was deleted.")

    async def test_without_a_claim_only_has_its_lock_restored(self, stage: Stage) -> None:
        done = await cleared_up(stage, RunKind.CREATE, CANCELLED, {StepName.UNLOCK: DONE, StepName.CLAIM: RUNNING})
        assert done == ["release claim"]
        stage.steps.done.clear()
        assert await cleared_up(stage, RunKind.CREATE, CANCELLED, {StepName.CLAIM: RUNNING}) == []

    async def test_of_an_undo_goes_back_without_a_step_that_claims(self, stage: Stage) -> None:
        assert await cleared_up(stage, RunKind.UNDO, UNDONE, {}) == ["restore"]

    async def test_goes_back_after_the_unfinished_image_is_gone(self, stage: Stage) -> None:
        steps = {**self.CLAIMED, StepName.CREATE_IMAGE: DONE, StepName.WAIT_FOR_IMAGE: RUNNING}
        assert await cleared_up(stage, RunKind.CREATE, CANCELLED, steps) == ["remove unfinished image", "restore"]
        stage.steps.done.clear()
        whole = {**steps, StepName.WAIT_FOR_IMAGE: DONE}
        assert await cleared_up(stage, RunKind.CREATE, CANCELLED, whole) == ["restore"]


class TestTheEnd:
    async def test_a_run_is_over_at_the_time_of_its_last_step(self, stage: Stage) -> None:
        run = await decided(stage, RunKind.VERIFY, CANCELLED, {})
        stage.clock.turn(90)
        run = await stage.work(run)
        assert (run.state, run.ended_at) == (CANCELLED, stage.clock.now())

    async def test_what_was_not_done_is_told_from_what_was_never_begun(self, stage: Stage) -> None:
        run = await stage.work(await decided(stage, RunKind.VERIFY, CANCELLED, {StepName.VERIFY: RUNNING}))
        interrupted, rest = run.step(StepName.VERIFY), run.step(StepName.CONFIRM_IMAGE)
        assert (interrupted.state, interrupted.note, interrupted.trouble) == (StepState.SKIPPED, "interrupted", None)
        assert (rest.state, rest.note) == (StepState.SKIPPED, "not reached")

    async def test_what_failed_first_is_told_even_if_the_report_fails_as_well(self, stage: Stage) -> None:
        stage.steps.on("report", OSError("disk full"))
        run = await stage.work(await decided(stage, RunKind.VERIFY, FAILED, {StepName.VERIFY: StepState.FAILED}))
        assert present(run.trouble).what == "verify: no"

    async def test_a_source_that_cannot_go_back_by_a_fault_is_known_so_while_the_rest_is_cleared_up(
        self, stage: Stage
    ) -> None:
        known: list[bool | None] = []

        async def remove(ctx: StepContext) -> None:
            known.append(ctx.run.instance_restored)

        stage.steps.on("restore", RestoreFaultError("it is stuck"))
        stage.steps.on("remove test instance", remove)
        steps = {StepName.CLAIM: DONE, StepName.TEST_LAUNCH: DONE}
        run = await stage.work(await decided(stage, RunKind.CREATE, CANCELLED, steps))
        assert (known, run.state) == ([False], RunState.WAITING)

    async def test_without_a_claim_nothing_is_said_of_the_source(self, stage: Stage) -> None:
        run = await decided(stage, RunKind.CREATE, CANCELLED, {StepName.CLAIM: DONE})
        assert (await stage.work(run)).instance_restored is None
