"""Listing the base comes last, and nothing rests on it: what fails it is told, and the run is as good as without it."""

from __future__ import annotations

import pytest

from models.errors import ForbiddenError, ImagingError, RunError, UnreachableError
from models.run.plan import BasePlan
from models.run.record import RunRecord, RunState
from models.steps import StepName, StepState
from tests.runs.engine.fakes import Stage, plan


async def listed(stage: Stage) -> RunRecord:
    """A run that tests an image, whose base is to be listed."""
    return await stage.work(await stage.new_run(plan(source=None).model_copy(update={"base": BasePlan()})))


async def test_it_is_the_last_step_before_the_report(stage: Stage) -> None:
    run = await listed(stage)
    assert stage.steps.done[-2:] == ["list base", "report"]
    assert (run.state, run.step(StepName.LIST_BASE).state) == (RunState.DONE, StepState.DONE)


async def test_a_line_that_is_down_for_a_moment_is_waited_for(stage: Stage) -> None:
    stage.steps.on("list base", UnreachableError("no line"), times=1)
    assert (await listed(stage)).step(StepName.LIST_BASE).state is StepState.DONE
    assert stage.steps.unlisted == []


@pytest.mark.parametrize(
    "error, words",
    [(RunError("The flavor is gone."), "The flavor is gone"), (ForbiddenError("X"), "X"), (RunError(".."), "")],
)
async def test_why_it_could_not_be_listed_is_told_as_a_part_of_a_sentence(
    stage: Stage, error: ImagingError, words: str
) -> None:
    stage.steps.on("list base", error)
    run = await listed(stage)
    assert stage.steps.unlisted == [words]
    assert (run.state, run.trouble, run.base_unread) == (RunState.DONE, None, words)
    assert (run.step(StepName.LIST_BASE).state, run.step(StepName.LIST_BASE).note) == (StepState.SKIPPED, "not known")


async def test_its_end_is_tried_again_as_well(stage: Stage) -> None:
    stage.steps.on("list base", RunError("The flavor is gone."))
    stage.steps.on("end listing", UnreachableError("no line"), times=1)
    assert (await listed(stage)).state is RunState.DONE
    assert stage.steps.unlisted == ["The flavor is gone", "The flavor is gone"]


async def test_a_fault_of_the_program_in_it_fails_nothing_else(stage: Stage) -> None:
    stage.steps.on("list base", KeyError("a secret"))
    assert (await listed(stage)).state is RunState.DONE
    assert "KeyError" in stage.steps.unlisted[0]
    assert "secret" not in stage.steps.unlisted[0]
