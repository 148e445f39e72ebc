"""The security group of a test launch: made once, without a way in, and removed unless others use it."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.democloud.records.network import Port, Rule, SecurityGroup
from imaging.democloud.seed import names
from imaging.runs.test_instance.security_group import make_group, may_have_made_group, remove_groups
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind
from tests.runs.steps.held_world import DB, LOST, NET, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError

NAME = "imaging-run1"
DESCRIPTION = "imaging.run=run1 imaging.role=test (test instance of the Imaging Console; no access)"
NOTE = "own security group, no access"


def groups(world: HeldWorld) -> list[SecurityGroup]:
    return [each for each in world.records.security_groups.values() if each.name == NAME]


def add_group(world: HeldWorld, group_id: str = "g-1", **fields: Any) -> SecurityGroup:
    """A group as the run makes it, but for what is given."""
    kept = {"name": NAME, "description": DESCRIPTION, "project_id": names.project_id(), **fields}
    group = SecurityGroup(id=group_id, created_at=world.records.now(), **kept)
    world.records.security_groups[group_id] = group
    return group


def use_group(world: HeldWorld, group_id: str, server_id: str = DB) -> Port:
    port = next(iter(world.records.ports.values()))
    port.server_id, port.security_groups = server_id, [group_id]
    return port


def intended(ctx: MemoryContext) -> list[tuple[IntentAction, str]]:
    return [(intent.action, intent.target) for record in ctx.run.steps for intent in record.intents]


def owning(ctx: MemoryContext, *things: Owned) -> None:
    ctx.change(owned=things)


def noted(group_id: str, *, removed: bool = False) -> Owned:
    return Owned(kind=OwnedKind.SECURITY_GROUP, id=group_id, name=NAME, removed=removed)


FORBIDDEN = {"NeutronError": {"type": "PolicyNotAuthorized", "message": "no", "detail": ""}}


class TestMaking:
    async def test_it_is_made_once_without_a_way_in_and_noted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        assert not may_have_made_group(ctx)
        assert await make_group(ctx, world.network) == (NAME, NOTE)
        (made,) = groups(world)
        assert made.description == DESCRIPTION
        assert all(rule.direction == "egress" for rule in made.rules)
        assert ctx.run.owned == (noted(made.id),)
        assert intended(ctx) == [(IntentAction.CREATE_SECURITY_GROUP, NAME)]
        assert may_have_made_group(ctx)

    async def test_another_time_the_same_is_taken(self, ctx: MemoryContext, world: HeldWorld) -> None:
        await make_group(ctx, world.network)
        use_group(world, groups(world)[0].id)  # what the journal names is owned, even if others use it
        assert await make_group(ctx, world.network) == (NAME, NOTE)
        assert len(groups(world)) == 1
        assert ctx.run.left_behind == ()

    async def test_without_port_security_there_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        network = world.network.model_copy(update={"port_security": False})
        assert await make_group(ctx, network) == (None, "no security group: the network has no port security")
        assert world.calls == []

    @pytest.mark.parametrize("fault,asked", [(LOST, 1), (UNHEARD, 2)])
    async def test_a_lost_answer_makes_no_second_one(
        self, ctx: MemoryContext, world: HeldWorld, fault: dict[str, Any], asked: int
    ) -> None:
        world.fault("create_security_group", **fault)
        assert (await make_group(ctx, world.network))[0] == NAME
        assert len(groups(world)) == 1
        assert len(intended(ctx)) == asked

    async def test_one_that_an_interrupted_run_may_have_made_is_searched_for_a_while(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        await ctx.intend(IntentAction.CREATE_SECURITY_GROUP, NAME)
        world.later(30, lambda: add_group(world))
        await make_group(ctx, world.network)
        assert [each.id for each in groups(world)] == ["g-1"]

    async def test_of_two_that_fit_one_is_taken_and_the_other_removed(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, "g-1")
        add_group(world, "g-2")
        await make_group(ctx, world.network)
        (kept,) = groups(world)
        removed = {"g-1": "g-2", "g-2": "g-1"}[kept.id]
        assert set(ctx.run.owned) == {noted(kept.id), noted(removed, removed=True)}
        assert intended(ctx) == [(IntentAction.DELETE_SECURITY_GROUP, removed)]

    async def test_one_that_somebody_uses_and_the_journal_does_not_name_is_not_taken(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world)
        use_group(world, "g-1")
        await make_group(ctx, world.network)
        assert len(groups(world)) == 2
        (left,) = ctx.run.left_behind
        assert (left.id, left.name, left.reason) == ("g-1", NAME, f"it is used by {DB}")

    async def test_where_ports_cannot_be_listed_only_what_the_journal_names_is_taken(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world)
        world.answer("GET", "/ports", FORBIDDEN, status=403)
        await make_group(ctx, world.network)
        (made,) = groups(world)
        assert made.id != "g-1"
        await make_group(ctx, world.network)
        assert [each.id for each in groups(world)] == [made.id]

    async def test_one_that_only_has_the_name_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world, description="mine")
        add_group(world, "g-2", name="another")
        await make_group(ctx, world.network)
        (left,) = ctx.run.left_behind
        reason = "it has the name of the run's group, but it is not as this run makes its group"
        assert left == LeftBehind(kind=OwnedKind.SECURITY_GROUP, id="g-1", name=NAME, reason=reason)

    async def test_where_none_may_be_made_the_default_one_is_named(self, ctx: MemoryContext, world: HeldWorld) -> None:
        world.answer("POST", "/security-groups$", FORBIDDEN, status=403)
        name, note = await make_group(ctx, world.network)
        assert name == "default"
        assert note.startswith("security group default (")
        assert ctx.run.owned == ()

    @pytest.mark.parametrize("is_open", [True, False])
    async def test_a_default_group_that_lets_the_world_in_is_warned_of(
        self, ctx: MemoryContext, world: HeldWorld, *, is_open: bool
    ) -> None:
        default = next(each for each in world.records.security_groups.values() if each.name == "default")
        default.rules = [Rule(id="r", direction="ingress", remote_ip_prefix="0.0.0.0/0")] if is_open else []
        add_group(world, "g-2", name="web", rules=[Rule(id="r2", direction="ingress", remote_ip_prefix="0.0.0.0/0")])
        world.answer("POST", "/security-groups$", FORBIDDEN, status=403)
        _name, note = await make_group(ctx, world.network)
        assert note.endswith("; WARNING: it lets the world in") is is_open

    async def test_where_neutron_shows_nothing_there_is_only_the_note(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        world.answer("POST", "/security-groups$", FORBIDDEN, status=403)
        world.answer("GET", r"/security-groups\?", FORBIDDEN, status=403)
        name, note = await make_group(ctx, world.network)
        assert (name, note.startswith("security group default ("), "WARNING" in note) == ("default", True, False)


class TestRemoving:
    async def test_all_of_the_run_go_and_are_counted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world, "g-1")
        add_group(world, "g-2")
        add_group(world, "g-3", name="another")
        assert await remove_groups(ctx) == 2
        assert groups(world) == []
        assert "g-3" in world.records.security_groups
        assert set(ctx.run.owned) == {noted("g-1", removed=True), noted("g-2", removed=True)}
        assert set(intended(ctx)) == {(IntentAction.DELETE_SECURITY_GROUP, each) for each in ("g-1", "g-2")}

    async def test_what_somebody_added_behind_the_description_changes_nothing(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, description=f"{DESCRIPTION} (ask astro)")
        assert await remove_groups(ctx) == 1

    async def test_one_that_was_found_is_noted_before_it_is_deleted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world)
        world.fault("delete_security_group", **refusal(400, "no"), times=-1)
        with pytest.raises(Exception, match="no"):
            await remove_groups(ctx)
        assert ctx.run.owned == (noted("g-1"),)

    async def test_where_neutron_shows_nothing_nothing_is_removed(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world)
        world.answer("GET", r"/security-groups\?", FORBIDDEN, status=403)
        assert await remove_groups(ctx) == 0

    async def test_one_that_somebody_uses_stays_and_the_next_one_goes(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, "g-1")
        add_group(world, "g-2")
        use_group(world, "g-1")
        assert await remove_groups(ctx) == 1
        assert [each.id for each in groups(world)] == ["g-1"]
        (left,) = ctx.run.left_behind
        reason = f"it is used by {DB}"
        assert left == LeftBehind(kind=OwnedKind.SECURITY_GROUP, id="g-1", name=NAME, reason=reason)
        assert noted("g-1") in ctx.run.owned

    async def test_one_that_rules_of_others_name_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world, "g-1")
        add_group(world, "g-2", name="web", rules=[Rule(id="r", direction="ingress", remote_group_id="g-1")])
        assert await remove_groups(ctx) == 0
        assert ctx.run.left_behind[0].reason == "rules of web name it"

    async def test_the_port_of_a_test_instance_that_is_gone_is_waited_for(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world)
        port = use_group(world, "g-1", "gone")
        owning(ctx, Owned(kind=OwnedKind.SERVER, id="gone", removed=True))
        world.later(5, port.security_groups.clear)
        assert await remove_groups(ctx) == 1
        assert len(world.asked("delete_security_group")) >= 2

    async def test_a_port_that_never_lets_go_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world)
        use_group(world, "g-1", "gone")
        owning(ctx, Owned(kind=OwnedKind.SERVER, id="gone", removed=True))
        world.clock.shortest = 20
        began = world.clock.monotonic()
        with pytest.raises(TooLongError, match="the security group to be gone"):
            await remove_groups(ctx)
        assert 120 < world.clock.monotonic() - began < 200

    async def test_one_that_may_not_be_deleted_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_group(world)
        world.fault("delete_security_group", status=403, body=FORBIDDEN, times=-1)
        assert await remove_groups(ctx) == 0
        assert [each.id for each in ctx.run.left_behind] == ["g-1"]
        assert ctx.run.owned == (noted("g-1"),)

    async def test_where_ports_cannot_be_listed_neutrons_own_refusal_has_to_do(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world)
        world.answer("GET", "/ports", FORBIDDEN, status=403)
        owning(ctx, noted("g-1"))
        assert await remove_groups(ctx) == 1
        assert groups(world) == []

    async def test_where_ports_cannot_be_listed_rules_of_others_still_keep_it(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        add_group(world, "g-1")
        add_group(world, "g-2", name="web", rules=[Rule(id="r", direction="ingress", remote_group_id="g-1")])
        world.answer("GET", "/ports", FORBIDDEN, status=403)
        owning(ctx, noted("g-1"))
        assert await remove_groups(ctx) == 0
        assert ctx.run.left_behind[0].reason == "rules of web name it"


def test_the_network_of_these_tests_has_port_security(world: HeldWorld) -> None:
    assert world.network.id == NET
    assert world.network.port_security
