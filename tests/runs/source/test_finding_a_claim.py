"""Which claim holds an instance, and which run of this machine's journal is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imaging.runs.source.claim_keys import encode_claim
from imaging.runs.source.claim_search import find_claim, recorded_run
from models.errors import NotOwnedError, RunError
from models.run.claim import Claim
from models.run.record import RunState
from tests.runs.engine.fakes import NOW, SOURCE, Stage, claim_of, plan
from tests.support.clock import ManualClock

DAMAGED = {"imaging.claim.lost": "{", "imaging.claim.lost.0": '{"id": "v-1", "n": 0}'}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path, ManualClock())
    yield stage
    await stage.journal.close()


async def found(stage: Stage, *claims: Claim, **metadata: str) -> Claim | None:
    """What is found on an instance that carries these claims."""
    for claim in claims:
        metadata |= encode_claim(claim)
    stage.cloud.compute.source = SOURCE.model_copy(update={"metadata": metadata})
    return await find_claim(stage.journal, stage.cloud.as_cloud, SOURCE.id)


def of_run(run_id: str) -> Claim:
    return Claim(
        run_id=run_id, instance_id=SOURCE.id, host="login1", claimed_at=NOW, was_running=True, was_locked=False
    )


async def test_without_any_there_is_none(stage: Stage) -> None:
    assert await found(stage, owner="astro") is None


async def test_the_only_one_counts_on_every_machine(stage: Stage) -> None:
    assert await found(stage, of_run("elsewhere")) == of_run("elsewhere")


async def test_of_several_it_is_the_one_whose_run_is_about_this_instance(stage: Stage) -> None:
    ours = claim_of(await stage.new_run())
    other = SOURCE.model_copy(update={"id": "source-2"})
    theirs = await stage.new_run(plan(source=other))
    assert await found(stage, of_run(theirs.id), ours) == ours


async def test_several_that_the_journal_knows_are_left_to_a_person(stage: Stage) -> None:
    first = await stage.new_run()
    await stage.journal.request_change(first.id, lambda changes: changes.run(state=RunState.FAILED))
    with pytest.raises(RunError, match="2 runs have claimed db-07"):
        await found(stage, claim_of(first), claim_of(await stage.new_run()))


async def test_one_that_cannot_be_read_is_told_with_what_is_left_of_it(stage: Stage) -> None:
    with pytest.raises(RunError, match="a claim of run lost that somebody has damaged") as told:
        await found(stage, **DAMAGED)
    assert told.value.meaning == "The volumes that it still names: v-1. Nothing was changed."


async def test_beside_one_that_can_be_read_it_keeps_nobody_from_restoring(stage: Stage) -> None:
    assert await found(stage, of_run("elsewhere"), **DAMAGED) == of_run("elsewhere")


async def test_a_run_is_about_what_it_has_claimed(stage: Stage) -> None:
    run = await stage.new_run(plan(source=None))
    claim = of_run(run.id)
    with pytest.raises(NotOwnedError):
        await recorded_run(stage.journal, claim)
    run = await stage.journal.request_change(run.id, lambda changes: changes.run(claim=claim))
    assert await recorded_run(stage.journal, claim) == run
