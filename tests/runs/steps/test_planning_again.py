"""A plan that is made again: what the cloud has said just now about the instance is not asked again."""

from __future__ import annotations

import pytest_asyncio

from imaging.cloud.instance_facts import gather_facts
from imaging.runs.plan.image_plan import plan_run
from models.guidelines.facts import InstanceFacts
from models.run.plan import Plan
from tests.runs.steps.held_world import DB, OTHERS, HeldWorld
from tests.runs.steps.test_planning import PROFILE, REQUEST
from tests.support.demo_here import DemoHere

_INSTANCE = f"/compute/v2.1/servers/{DB}"


@pytest_asyncio.fixture(loop_scope="session")
async def read(world: HeldWorld) -> InstanceFacts:
    """What the cloud has said."""
    return await gather_facts(world.cloud, DB, world.clock)


async def planned(world: HeldWorld, read: InstanceFacts | None) -> Plan:
    return await plan_run(world.cloud, world.clock, DB, REQUEST, PROFILE, read=read)


def asked(here: DemoHere) -> list[str]:
    """What was asked of the cloud since the last time."""
    paths = [each["path"] for each in here.front.calls]
    here.front.calls.clear()
    return paths


async def test_what_was_just_read_is_not_asked_again(world, read, served_here):
    asked(served_here)
    again = await planned(world, read)
    assert _INSTANCE not in asked(served_here)
    whole = await planned(world, None)
    assert _INSTANCE in asked(served_here)
    assert again.model_copy(update={"made_at": whole.made_at}).steps == whole.steps
    assert (again.source, again.volumes, again.warnings) == (whole.source, whole.volumes, whole.warnings)
    assert again.checklist is not None
    assert whole.checklist is not None
    assert [each.outcome for each in again.checklist.findings] == [each.outcome for each in whole.checklist.findings]


async def test_it_is_asked_again_after_half_a_minute(world, read, served_here):
    world.clock.turn(31)
    asked(served_here)
    await planned(world, read)
    assert _INSTANCE in asked(served_here)


async def test_it_is_asked_again_where_the_clock_was_set_back(world, read, served_here):
    ahead = world.clock.now().replace(year=world.clock.now().year + 1)
    asked(served_here)
    await planned(world, read.model_copy(update={"instance": read.instance.model_copy(update={"read_at": ahead})}))
    assert _INSTANCE in asked(served_here)


async def test_what_was_read_of_another_instance_is_not_taken_for_it(world, read, served_here):
    other = read.instance.model_copy(update={"value": read.instance.value.model_copy(update={"id": OTHERS})})
    made = await planned(world, read.model_copy(update={"instance": other}))
    assert made.source is not None
    assert made.source.id == DB


async def test_the_plan_is_judged_with_its_own_request(world, read):
    made = await planned(world, read.model_copy(update={"request": None}))
    assert made.request == REQUEST
    assert made.checklist == (await planned(world, None)).checklist
