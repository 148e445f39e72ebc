"""Before every change of the source the claim is read again: what then counts as the run's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from imaging.runs.source.claim_keys import encode_claim
from models.errors import ClaimLostError, NotFoundError, ServerFaultError
from models.run.claim import Claim
from tests.runs.engine.fakes import NOW, SOURCE, Stage, claim_of


def show(stage: Stage, *claims: Claim) -> None:
    metadata = {key: value for claim in claims for key, value in encode_claim(claim).items()}
    stage.cloud.compute.source = SOURCE.model_copy(update={"metadata": metadata})


async def test_our_own_claim_lets_the_run_go_on(stage: Stage):
    context, _ = await stage.context(run := await stage.new_run())
    await context.record(claim=claim_of(run))
    show(stage, claim_of(run))
    await context.verify_claim()


async def test_without_any_claim_the_run_stops(stage: Stage):
    context, _ = await stage.context(run := await stage.new_run())
    with pytest.raises(ClaimLostError):
        await context.verify_claim()
    await context.record(claim=claim_of(run))
    with pytest.raises(ClaimLostError, match="no longer"):
        await context.verify_claim()


async def test_with_anothers_claim_the_greater_id_gives_way(stage: Stage):
    context, _ = await stage.context(run := await stage.new_run())
    ours = claim_of(run)
    await context.record(claim=ours)
    show(stage, ours, ours.model_copy(update={"run_id": "zzzz"}))
    await context.verify_claim()
    show(stage, ours, ours.model_copy(update={"run_id": "0000"}))
    with pytest.raises(ClaimLostError, match="run 0000") as lost:
        await context.verify_claim()
    assert "no longer" not in lost.value.what
    assert "openstack server unset --property imaging.claim.0000 source-1" in lost.value.remedy


async def test_a_claim_that_is_not_the_journals_own_stops_the_run(stage: Stage):
    """The state directory came back from a back-up, and the run has claimed the instance once more since."""
    context, _ = await stage.context(run := await stage.new_run())
    await context.record(claim=claim_of(run))
    show(stage, claim_of(run).model_copy(update={"claimed_at": NOW + timedelta(hours=1)}))
    with pytest.raises(ClaimLostError, match="not the one in this journal"):
        await context.verify_claim()


async def test_a_claim_copied_from_another_instance_neither_helps_nor_hinders(stage: Stage):
    context, _ = await stage.context(run := await stage.new_run())
    ours = claim_of(run)
    await context.record(claim=ours)
    show(stage, ours, ours.model_copy(update={"run_id": "0000", "instance_id": "another"}))
    await context.verify_claim()
    show(stage, ours.model_copy(update={"instance_id": "another"}))
    with pytest.raises(ClaimLostError, match="no longer"):
        await context.verify_claim()


async def test_an_instance_that_was_deleted_is_no_longer_claimed(stage: Stage):
    context, _ = await stage.context(run := await stage.new_run())
    await context.record(claim=claim_of(run))
    stage.cloud.compute.gone = NotFoundError("gone")
    with pytest.raises(ClaimLostError, match="deleted"):
        await context.verify_claim()


async def test_metadata_that_the_cloud_cannot_show_for_a_while_are_no_lost_claim(stage: Stage):
    """While its cell is down Nova shows an instance as UNKNOWN, without metadata."""
    context, _ = await stage.context(run := await stage.new_run())
    await context.record(claim=claim_of(run))
    stage.cloud.compute.source = SOURCE.model_copy(update={"status": "UNKNOWN"})
    with pytest.raises(ServerFaultError, match="cannot say at the moment"):
        await context.verify_claim()
