"""How a run ends, from its record alone."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.core.outcome import (
    left_note,
    outcome_by_verdict,
    source_may_need_help,
    stands,
    to_be_seen_again,
    trouble_at_the_end,
    was_begun,
)
from models.run.kind import RunKind
from models.run.record import LeftBehind, OwnedKind, RunRecord, RunState, StepRecord, Trouble
from models.run.request import RunRequest
from models.steps import StepName, StepState
from models.verdict import Verdict, VerdictWord
from tests.runs.ownership.things import BEGAN, run_of

DONE, FAILED = StepState.DONE, StepState.FAILED
BOOTED = Verdict(word=VerdictWord.BOOTED)
SILENT = Verdict(word=VerdictWord.INCONCLUSIVE, reason="The console showed nothing.")


def step(name: StepName, state: StepState = DONE, **fields: Any) -> StepRecord:
    return StepRecord(step=name, state=state, started_at=BEGAN, ended_at=BEGAN).model_copy(update=fields)


def asked(run: RunRecord, **request: Any) -> RunRecord:
    """The same run with another request."""
    wanted = RunRequest(**{"name": "lidar tools", **request})
    return run.model_copy(update={"plan": run.plan.model_copy(update={"request": wanted})})


class TestSteps:
    def test_a_step_was_begun_once_it_has_a_time(self) -> None:
        run = run_of(steps=(step(StepName.STOP), step(StepName.DETACH, StepState.PENDING, started_at=None)))
        assert was_begun(run, StepName.STOP)
        assert not was_begun(run, StepName.DETACH)
        assert not was_begun(run, StepName.LOCK)

    @pytest.mark.parametrize("state", [StepState.DONE, StepState.SKIPPED])
    def test_a_step_stands_when_it_came_to_its_end(self, state: StepState) -> None:
        assert stands(run_of(steps=(step(StepName.STOP), step(StepName.DETACH, state))), StepName.DETACH)

    @pytest.mark.parametrize(
        "record",
        [
            step(StepName.DETACH, StepState.FAILED),
            step(StepName.DETACH, StepState.RUNNING),
            step(StepName.DETACH, ended_at=None),
            step(StepName.DETACH, StepState.SKIPPED, ended_at=None),
        ],
    )
    def test_a_step_that_failed_or_was_interrupted_does_not_stand(self, record: StepRecord) -> None:
        assert not stands(run_of(steps=(record,)), StepName.DETACH)
        assert not stands(run_of(), StepName.DETACH)

    def test_what_the_image_depends_on_is_made_sure_of_until_one_was_asked_for(self) -> None:
        assert {name for name in StepName if to_be_seen_again(run_of(), name)} == {
            StepName.STOP,
            StepName.DETACH,
            StepName.LOCK,
        }
        begun = run_of(steps=(step(StepName.CREATE_IMAGE),))
        assert [name for name in StepName if to_be_seen_again(begun, name)] == []


class TestSource:
    @pytest.mark.parametrize("name", [StepName.UNLOCK, StepName.CLAIM])
    def test_once_it_may_have_been_changed_it_may_need_help(self, name: StepName) -> None:
        assert source_may_need_help(run_of(steps=(step(name),)))
        assert source_may_need_help(run_of(steps=(step(name),), instance_restored=False))
        assert not source_may_need_help(run_of(steps=(step(name),), instance_restored=True))

    def test_before_that_it_needs_none(self) -> None:
        assert not source_may_need_help(run_of(steps=(step(StepName.CHECK),)))

    def test_an_undo_is_there_to_help_it(self) -> None:
        assert source_may_need_help(run_of(kind=RunKind.UNDO))
        assert not source_may_need_help(run_of(kind=RunKind.UNDO, instance_restored=True))

    @pytest.mark.parametrize("kind", [RunKind.VERIFY, RunKind.DEEP_CHECK])
    def test_a_run_that_changes_no_source_need_not(self, kind: RunKind) -> None:
        assert not source_may_need_help(run_of(kind=kind, steps=(step(StepName.CLAIM), step(StepName.UNLOCK))))


class TestEnding:
    @pytest.mark.parametrize("verdict", [None, SILENT, Verdict(word=VerdictWord.FAILED)])
    def test_a_run_that_was_to_show_a_boot_and_did_not_has_failed(self, verdict: Verdict | None) -> None:
        assert outcome_by_verdict(run_of(verdict=verdict)) is RunState.FAILED
        assert outcome_by_verdict(run_of(verdict=BOOTED)) is RunState.DONE

    def test_without_a_test_launch_there_is_nothing_to_show(self) -> None:
        assert outcome_by_verdict(asked(run_of(), test=False)) is RunState.DONE

    def test_a_verification_is_nothing_but_its_test_launch(self) -> None:
        assert outcome_by_verdict(asked(run_of(kind=RunKind.VERIFY), test=False)) is RunState.FAILED

    def test_a_deep_check_and_an_undo_have_ends_of_their_own(self) -> None:
        assert outcome_by_verdict(run_of(kind=RunKind.DEEP_CHECK, verdict=SILENT)) is RunState.DONE
        assert outcome_by_verdict(run_of(kind=RunKind.UNDO)) is RunState.UNDONE


LEFT = LeftBehind(kind=OwnedKind.VOLUME, id="v-1", reason="a claim names it")
NAMED = LeftBehind(kind=OwnedKind.IMAGE, id="i-1", name="postgres", reason="somebody else made it")
TROUBLE, RESTORE_TROUBLE = Trouble(what="The quota is used up."), Trouble(what="It does not start.")


class TestTrouble:
    def test_that_the_source_is_not_as_it_was_comes_first(self) -> None:
        steps = (
            step(StepName.CREATE_IMAGE, FAILED, trouble=TROUBLE),
            step(StepName.RESTORE, FAILED, trouble=RESTORE_TROUBLE),
        )
        assert trouble_at_the_end(run_of(steps=steps, outcome=RunState.FAILED)) == RESTORE_TROUBLE

    def test_else_it_is_the_first_step_that_failed_and_says_why(self) -> None:
        steps = (
            step(StepName.STOP, trouble=RESTORE_TROUBLE),
            step(StepName.DETACH, FAILED),
            step(StepName.CREATE_IMAGE, FAILED, trouble=TROUBLE),
        )
        assert trouble_at_the_end(run_of(steps=steps, outcome=RunState.FAILED, verdict=SILENT)) == TROUBLE

    def test_an_undone_run_tells_only_what_it_left(self) -> None:
        steps = (step(StepName.CREATE_IMAGE, FAILED, trouble=TROUBLE),)
        assert trouble_at_the_end(run_of(steps=steps, outcome=RunState.UNDONE, verdict=SILENT)) is None
        left = trouble_at_the_end(run_of(steps=steps, outcome=RunState.UNDONE, left_behind=(LEFT,)))
        assert left is not None
        assert "volume v-1: a claim names it" in left.what

    def test_console_lines_are_named_only_where_there_are_any(self) -> None:
        silent = trouble_at_the_end(run_of(outcome=RunState.FAILED, verdict=SILENT))
        said = SILENT.model_copy(update={"evidence": ("login:",)})
        told = trouble_at_the_end(run_of(outcome=RunState.FAILED, verdict=said))
        assert silent is not None
        assert told is not None
        assert "console lines" not in silent.remedy
        assert told.remedy == "Read the console lines in the report."

    def test_then_it_is_the_verdict_with_what_became_of_the_image(self) -> None:
        trouble = trouble_at_the_end(run_of(outcome=RunState.FAILED, verdict=SILENT, image_id="i-1"))
        assert trouble is not None
        assert trouble.what == "The test launch: inconclusive."
        assert trouble.meaning == "The console showed nothing. The image is kept, private."
        bare = trouble_at_the_end(run_of(outcome=RunState.FAILED, verdict=BOOTED))
        assert bare is not None
        assert bare.meaning == ""

    @pytest.mark.parametrize("fields", [{"outcome": RunState.DONE, "verdict": SILENT}, {"outcome": RunState.FAILED}])
    def test_where_all_is_in_order_it_is_what_was_left(self, fields: dict[str, Any]) -> None:
        assert trouble_at_the_end(run_of(**fields)) is None
        left = trouble_at_the_end(run_of(**fields, left_behind=(LEFT, NAMED)))
        assert left is not None
        assert "volume v-1: a claim names it; image i-1: somebody else made it" in left.what

    def test_what_was_left_is_noted_in_few_words(self) -> None:
        assert left_note(run_of()) == ""
        assert left_note(run_of(left_behind=(LEFT, NAMED))) == "left: volume v-1, image postgres"


class TestKeptImage:
    def told(self, run: RunRecord) -> str:
        trouble = trouble_at_the_end(run.model_copy(update={"outcome": RunState.FAILED, "verdict": SILENT}))
        assert trouble is not None
        return trouble.meaning.removeprefix(SILENT.reason).strip()

    def test_it_is_private_unless_the_user_insisted(self) -> None:
        published = asked(
            run_of(image_id="i-1", steps=(step(StepName.PUBLISH),)), visibility="public", publish_unverified=True
        )
        assert self.told(published) == "The image is kept, public."
        assert self.told(asked(published, visibility="public")) == "The image is kept, private."
        skipped = published.model_copy(update={"steps": (step(StepName.PUBLISH, StepState.SKIPPED),)})
        assert self.told(skipped) == "The image is kept, private."
        assert self.told(published.model_copy(update={"steps": ()})) == "The image is kept, private."

    def test_only_of_a_run_that_made_one_it_is_said(self) -> None:
        assert self.told(run_of(image_id=None)) == ""
        assert self.told(run_of(image_id="i-1", kind=RunKind.VERIFY)) == ""
