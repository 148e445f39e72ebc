"""What the run screen says about the base that is listed: its row, while it is ahead, known, unknown or left over."""

from __future__ import annotations

from typing import Any

import pytest

from models.run.plan import BasePlan
from models.run.record import RunRecord, RunState, StepRecord, Trouble
from models.steps import CREATE_STEPS, StepName, StepState
from screens.runs.texts.tasks import TaskRow, task_rows
from screens.style.glyphs import UNICODE
from screens.style.run_words import Task, step_words
from tests.screens.samples import NOW, plan, run


def with_base(state: StepState, **fields: Any) -> RunRecord:
    """A run whose base is to be listed."""
    done = (StepRecord(step=each, state=StepState.DONE, started_at=NOW, ended_at=NOW) for each in CREATE_STEPS[:-1])
    listed = StepRecord(step=StepName.LIST_BASE, state=state, **fields)
    planned = plan().model_copy(update={"base": BasePlan(image_id="i-1", name="Featured-Ubuntu24")})
    over = RunState.RUNNING if state in {StepState.PENDING, StepState.RUNNING} else RunState.DONE
    return run(plan=planned, steps=(*done, listed, StepRecord(step=StepName.REPORT)), state=over)


def row(record: RunRecord) -> TaskRow:
    return next(each for each in task_rows(record, UNICODE) if each.task is Task.BASE)


@pytest.mark.parametrize(
    "state, fields, words, note",
    [
        (StepState.PENDING, {}, "List the base", "Featured-Ubuntu24"),
        (
            StepState.DONE,
            {"started_at": NOW, "ended_at": NOW, "note": "known from its file"},
            "Base listed",
            "known from its file",
        ),
        (
            StepState.SKIPPED,
            {"started_at": NOW, "ended_at": NOW, "note": "the base is gone"},
            "Base: unknown",
            "the base is gone",
        ),
        (
            StepState.FAILED,
            {"started_at": NOW, "ended_at": NOW, "trouble": Trouble(what="It cannot be deleted.")},
            "Base: left over",
            "It cannot be deleted.",
        ),
    ],
)
def test_the_row_says_what_becomes_of_the_base(state: StepState, fields: dict[str, Any], words: str, note: str):
    shown = row(with_base(state, **fields))
    assert (shown.words, shown.note) == (words, note)


def test_a_run_that_was_not_asked_has_no_such_row():
    assert Task.BASE not in {each.task for each in task_rows(run(), UNICODE)}


def test_the_step_is_named_while_it_runs():
    assert step_words(StepName.LIST_BASE, "db-07") == "Listing what is installed on the base"
