"""A colleague's bare lock comes back with their name, so that the next run asks again: Nova names the run's user."""

from __future__ import annotations

import pytest

from imaging.cloud.instance_facts import gather_facts
from imaging.democloud.records.server import Action
from imaging.guidelines.checklist import judge
from imaging.guidelines.profiles import load_profile
from imaging.runs.steps.claim import claim
from imaging.runs.steps.compensation import release_claim
from imaging.runs.steps.restore import restore
from imaging.runs.steps.unlock import unlock
from models.findings import Finding, Outcome
from models.run.lock_reason import is_in_the_name_of_another, is_reason_of_a_run, reason_in_the_name_of
from tests.runs.steps.held_world import DB, HeldWorld, Request, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext
from tests.support.known import present

GRACE = "0a9b8c7d0a9b8c7d0a9b8c7d0a9b8c7d"
ACTIONS = Request("GET", "/os-instance-actions")


def locked_by(world: HeldWorld, user_id: str, reason: str | None = None) -> None:
    world.lock(reason)
    now = world.records.now()
    world.db.actions.append(Action("lock", "req-lock", user_id, world.db.project_id, now, now))


async def taken_and_restored(ctx: MemoryContext) -> str:
    """What a run does with the source, as far as locks are concerned; what it says about it."""
    await unlock(ctx)
    await claim(ctx)
    return (await restore(ctx)).note


async def lock_finding(world: HeldWorld) -> Finding:
    checklist = judge(await gather_facts(world.cloud, DB, world.clock), load_profile("openstack"))
    return next(each for each in checklist.findings if each.rule == "STATE-LOCKED")


async def test_it_names_them_so_that_a_second_run_asks_again(ctx: MemoryContext, world: HeldWorld) -> None:
    locked_by(world, GRACE)
    assert (await lock_finding(world)).fixed_by is None
    note = await taken_and_restored(ctx)
    assert world.db.locked_reason == f"locked by user {GRACE} without a reason; locked again by imaging run run1"
    assert "running, locked again, in the name of the user who had locked it" in note
    again = await lock_finding(world)
    assert (again.outcome, again.fixed_by) == (Outcome.FAIL, None)
    assert GRACE in again.evidence
    assert "Ask them" in present(again.remedy).text


async def test_a_second_run_keeps_what_the_first_one_wrote(
    ctx: MemoryContext, new_context: NewContext, world: HeldWorld
) -> None:
    locked_by(world, GRACE)
    await taken_and_restored(ctx)
    reason = world.db.locked_reason
    await taken_and_restored(new_context(id="run2"))
    assert world.db.locked_reason == reason


async def test_ones_own_bare_lock_comes_back_bare(ctx: MemoryContext, world: HeldWorld) -> None:
    locked_by(world, ctx.run.identity.user_id)
    assert "locked as before" in await taken_and_restored(ctx)
    assert (world.db.locked_by, world.db.locked_reason) == ("owner", None)


async def test_a_reason_comes_back_as_it_was(ctx: MemoryContext, world: HeldWorld) -> None:
    locked_by(world, GRACE, "do not touch")
    await taken_and_restored(ctx)
    assert world.db.locked_reason == "do not touch"


async def test_a_cloud_that_does_not_tell_who_leaves_it_bare(ctx: MemoryContext, world: HeldWorld) -> None:
    locked_by(world, GRACE)
    world.fault(ACTIONS, times=-1, **refusal(403, "no"))
    await taken_and_restored(ctx)
    assert (world.db.locked_by, world.db.locked_reason) == ("owner", None)


async def test_a_run_that_ends_before_its_claim_names_them_too(ctx: MemoryContext, world: HeldWorld) -> None:
    locked_by(world, GRACE)
    await unlock(ctx)
    await release_claim(ctx)
    assert is_in_the_name_of_another(world.db.locked_reason)


async def test_one_that_was_never_taken_off_is_no_strangers(ctx: MemoryContext, world: HeldWorld) -> None:
    """The runner died between its note in the journal and the unlocking."""
    locked_by(world, GRACE)
    await unlock(ctx)
    await claim(ctx)
    world.lock(None)
    await restore(ctx)
    assert is_in_the_name_of_another(world.db.locked_reason)


async def test_a_cloud_without_reasons_is_told_of(
    ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def old() -> tuple[int, int]:
        return (2, 72)

    monkeypatch.setattr(ctx.cloud.compute, "microversion", old)
    locked_by(world, GRACE)
    await taken_and_restored(ctx)
    assert any(GRACE in phase and "looks like your own" in phase for phase in ctx.phases)


@pytest.mark.parametrize("version, by_grace", [((2, 72), False), ((2, 73), True), ((2, 90), True)])
async def test_where_no_name_is_lost_nothing_is_told(
    ctx: MemoryContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], *, by_grace: bool
) -> None:
    """One's own bare lock is taken for what it is; a reason that the cloud keeps is not lost."""

    async def this() -> tuple[int, int]:
        return version

    monkeypatch.setattr(ctx.cloud.compute, "microversion", this)
    locked_by(world, GRACE if by_grace else ctx.run.identity.user_id)
    await taken_and_restored(ctx)
    assert not any("looks like your own" in phase for phase in ctx.phases)


def test_it_is_no_lock_of_a_run() -> None:
    reason = reason_in_the_name_of(GRACE, "abc1")
    assert not is_reason_of_a_run(reason)
    assert is_in_the_name_of_another(reason)
    assert not is_in_the_name_of_another("locked by user Grace, ask her")
    assert len(reason_in_the_name_of("u" * 300, "abc1")) == 255
