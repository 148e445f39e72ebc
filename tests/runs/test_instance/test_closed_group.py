"""The group of an instance that must not be reached and must not call anybody: without one rule, or none at all."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.democloud.records.network import SecurityGroup
from imaging.democloud.seed import names
from imaging.runs.ownership.made_things import CLONE, TEST
from imaging.runs.test_instance.security_group import make_closed_group, make_group, may_have_made_group, remove_groups
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind, OwnedRole
from tests.runs.image.things import intended
from tests.runs.steps.held_world import OTHERS, HeldWorld, Request
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.test_its_group import FORBIDDEN, use_group

NAME = "imaging-clone-run1"
DESCRIPTION = "imaging.run=run1 imaging.role=clone (clone of the Imaging Console; no access)"
RULES = Request("DELETE", "/security-group-rules/")
LISTED = Request("GET", "/security-groups$")


def groups(world: HeldWorld, name: str = NAME) -> list[SecurityGroup]:
    return [each for each in world.records.security_groups.values() if each.name == name]


def add_group(world: HeldWorld, group_id: str, description: str = DESCRIPTION) -> None:
    group = SecurityGroup(id=group_id, name=NAME, project_id=names.project_id(), created_at=world.records.now())
    group.description = description
    world.records.security_groups[group_id] = group


def noted(group_id: str, *, removed: bool = False, role: OwnedRole = OwnedRole.CLONE, name: str = NAME) -> Owned:
    return Owned(kind=OwnedKind.SECURITY_GROUP, id=group_id, name=name, removed=removed, role=role)


class TestMaking:
    async def test_it_has_no_rule_and_is_noted_as_of_the_clone(self, ctx: MemoryContext, world: HeldWorld) -> None:
        told = await make_closed_group(ctx, world.network, CLONE)
        assert told == (NAME, "own security group without a single rule")
        (made,) = groups(world)
        assert (made.rules, made.description) == ([], DESCRIPTION)
        assert ctx.run.owned == (noted(made.id),)
        assert intended(ctx) == [(IntentAction.CREATE_CLONE_GROUP, NAME), (IntentAction.CLOSE_GROUP, made.id)]
        assert may_have_made_group(ctx, CLONE)
        assert not may_have_made_group(ctx)

    async def test_another_time_the_same_is_taken(self, ctx: MemoryContext, world: HeldWorld) -> None:
        first = await make_closed_group(ctx, world.network, CLONE)
        assert await make_closed_group(ctx, world.network, CLONE) == first
        assert len(groups(world)) == 1

    async def test_without_port_security_there_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        network = world.network.model_copy(update={"port_security": False})
        assert await make_closed_group(ctx, network, CLONE) == (None, "the network has no port security")
        assert world.calls == []

    async def test_one_whose_rules_may_not_be_deleted_is_removed_and_it_is_said_why(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault(RULES, status=403, body=FORBIDDEN, times=-1)
        name, why = await make_closed_group(ctx, world.network, CLONE)
        assert (name, bool(why)) == (None, True)
        assert groups(world) == []
        assert [(each.role, each.removed) for each in ctx.run.owned] == [(OwnedRole.CLONE, True)]

    async def test_one_whose_rules_stay_although_neutron_deleted_them_is_removed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.fault(RULES, status=204, times=-1)
        told = await make_closed_group(ctx, world.network, CLONE)
        assert told == (None, "the rules of its security group cannot be deleted")
        assert groups(world) == []
        assert [(each.role, each.removed) for each in ctx.run.owned] == [(OwnedRole.CLONE, True)]

    async def test_where_the_quota_has_no_room_there_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.quotas(security_groups=1)
        name, why = await make_closed_group(ctx, world.network, CLONE)
        assert name is None
        assert "uota" in why
        assert ctx.run.owned == ()


class TestBesideAnother:
    async def test_one_whose_answer_was_lost_is_searched_for_a_while(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await ctx.intend(IntentAction.CREATE_CLONE_GROUP, NAME)
        world.later(30, lambda: add_group(world, "g-1"))
        await make_closed_group(ctx, world.network, CLONE)
        assert [each.id for each in groups(world)] == ["g-1"]

    async def test_the_test_instances_group_is_not_taken_for_the_clones_though_it_was_renamed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, "g-1")
        use_group(world, "g-1", OTHERS)
        test = Owned(kind=OwnedKind.SERVER, id=OTHERS)
        ctx.change(owned=(test, noted("g-1", role=OwnedRole.MAIN)))
        await make_closed_group(ctx, world.network, CLONE)
        assert len(groups(world)) == 2

    async def test_only_the_clones_goes(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await make_group(ctx, world.network, TEST)
        await make_closed_group(ctx, world.network, CLONE)
        assert await remove_groups(ctx, CLONE) == 1
        assert groups(world) == []
        assert len(groups(world, "imaging-run1")) == 1
        assert [(each.role, each.removed) for each in ctx.run.owned] == [
            (OwnedRole.MAIN, False),
            (OwnedRole.CLONE, True),
        ]

    async def test_one_that_was_found_is_noted_as_of_the_clone_before_it_is_deleted(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, "g-1")
        world.fault("delete_security_group", status=403, body=FORBIDDEN, times=-1)
        assert await remove_groups(ctx, CLONE) == 0
        assert ctx.run.owned == (noted("g-1"),)


class TestGoneBefore:
    """A runner died between a deletion and its note: the next one finds in the journal what is not there."""

    async def test_it_is_noted_as_gone(self, ctx: MemoryContext) -> None:
        ctx.change(owned=(noted("g-gone", name=""),))
        assert await remove_groups(ctx, CLONE) == 0
        assert ctx.run.owned == (noted("g-gone", removed=True),)

    async def test_that_of_another_instance_is_not_spoken_for(self, ctx: MemoryContext) -> None:
        kept = noted("g-gone", role=OwnedRole.MAIN, name="imaging-run1")
        ctx.change(owned=(kept,))
        await remove_groups(ctx, CLONE)
        assert ctx.run.owned == (kept,)

    async def test_one_that_is_still_there_is_not(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world, "g-1")
        use_group(world, "g-1")
        ctx.change(owned=(noted("g-1"),))
        assert await remove_groups(ctx, CLONE) == 0
        assert ctx.run.owned == (noted("g-1"),)

    async def test_where_neutron_shows_nothing_nobody_knows(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(owned=(noted("g-1"),))
        world.answer("GET", "/security-groups", FORBIDDEN, status=403)
        assert await remove_groups(ctx, CLONE) == 0
        assert ctx.run.owned == (noted("g-1"),)

    @pytest.mark.parametrize("owned", [(), (noted("g-1", removed=True),)])
    async def test_where_all_are_known_to_be_gone_it_is_not_asked_a_second_time(
        self, ctx: MemoryContext, world: HeldWorld, owned: tuple[Any, ...]
    ) -> None:
        ctx.change(owned=owned)
        assert await remove_groups(ctx, CLONE) == 0
        assert sum(LISTED.is_in(line) for line in world.here.front.calls) == 1
        assert ctx.run.owned == owned
