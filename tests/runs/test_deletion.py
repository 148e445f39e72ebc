"""Deleting one thing and seeing it go, through any answers of the cloud."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from imaging.runs.core.deletion import GONE, UNDER_WAY, Kept, Progress, wait_gone
from imaging.runs.engine.run_context import RunContext
from models.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotOwnedError,
    ServerFaultError,
    UnreachableError,
)
from tests.runs.engine.conftest import clock, stage
from tests.runs.engine.fakes import Stage

__all__ = ["clock", "stage"]

Answer = Progress | Kept | Exception


async def deleting(context: RunContext, *answers: Answer, **options) -> tuple[Kept | None, int]:
    """What becomes of a thing whose deletion is answered so, and how often it was read."""
    left: list[Answer] = list(answers)

    async def delete() -> Progress | Kept:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    kept = await wait_gone(context, delete, what="the thing", limit_seconds=60, **options)
    return kept, len(answers) - len(left)


@pytest.mark.parametrize(
    "answers",
    [
        [GONE],
        [NotFoundError("404")],
        [UNDER_WAY, UNDER_WAY, NotFoundError("404")],
        [ConflictError("a port still uses it"), GONE],
        [UnreachableError("no answer"), ServerFaultError("503"), UNDER_WAY, GONE],
    ],
)
async def test_a_thing_is_asked_for_until_it_is_gone(stage: Stage, answers: Sequence[Answer]):
    context, _ = await stage.context(await stage.new_run())
    assert await deleting(context, *answers) == (None, len(answers))


@pytest.mark.parametrize("reason", ["a colleague uses it", "gone", "deleted", "under way", ""])
async def test_what_stays_is_told_with_its_reason_whatever_that_says(stage: Stage, reason: str):
    context, _ = await stage.context(await stage.new_run())
    assert await deleting(context, UNDER_WAY, Kept(reason, "pgdata")) == (Kept(reason, "pgdata"), 2)
    assert await deleting(context, NotOwnedError(reason)) == (Kept(reason), 1)


async def test_a_refusal_counts_only_where_it_says_that_the_thing_stays(stage: Stage):
    context, _ = await stage.context(await stage.new_run())
    refused = ForbiddenError("somebody has protected it")
    kept, _ = await deleting(context, refused, refusals=(NotOwnedError, ForbiddenError))
    assert kept == Kept(refused.what)
    with pytest.raises(ForbiddenError):
        await deleting(context, refused)


async def test_a_request_to_cancel_does_not_end_it(stage: Stage):
    run = await stage.new_run()
    context, _ = await stage.context(run)
    await stage.journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
    assert await deleting(context, UNDER_WAY, UNDER_WAY, GONE) == (None, 3)
