"""A run that launches several instances, each for something else: none is taken for another, or removed with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.runs.ownership.made_things import CLONE, TEST, TWIN, WORKS, MadeServer
from imaging.runs.test_instance.launching import Launching, Place, Up, launch_one
from imaging.runs.test_instance.server import launch, our_servers, remove_server, standing_server
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.run.kind import RunKind
from models.run.plan import TestLaunchPlan
from models.run.record import Owned, OwnedKind, OwnedRole
from models.run.request import RunRequest
from models.seal.plan import SealPlan
from tests.runs.steps.held_world import NET, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext

FLAVOR = names.flavor_id("m3.tiny")
NO_HOST = "No valid host was found. There are not enough hosts available."


async def launched(ctx: MemoryContext, image: Image, made: MadeServer) -> Instance:
    return await launch(ctx, image, FLAVOR, NET, "default", made=made)


async def listed(ctx: MemoryContext, made: MadeServer) -> list[str]:
    return [server.id async for server in our_servers(ctx, made)]


def servers(owned: Iterable[Owned]) -> list[tuple[str, OwnedRole, bool]]:
    return [(each.name, each.role, each.removed) for each in owned if each.kind is OwnedKind.SERVER]


class TestFound:
    async def test_the_one_that_stands_is_of_the_kind_that_is_asked_for(self, ctx: MemoryContext, base: Image) -> None:
        test = await launched(ctx, base, TEST)
        assert await standing_server(ctx, WORKS) is None
        works = await launched(ctx, base, WORKS)
        found = [await standing_server(ctx, made) for made in (TEST, WORKS)]
        assert [each.id for each in found if each is not None] == [test.id, works.id]

    async def test_each_is_noted_with_what_it_is_for(self, ctx: MemoryContext, base: Image) -> None:
        await launched(ctx, base, TEST)
        await launched(ctx, base, WORKS)
        assert servers(ctx.run.owned) == [
            ("imaging-test-run1", OwnedRole.MAIN, False),
            ("imaging-works-run1", OwnedRole.WORKS, False),
        ]

    async def test_one_whose_answer_was_lost_is_waited_for_whatever_else_is_known(
        self, ctx: MemoryContext, new_context: NewContext, base: Image, world: HeldWorld
    ) -> None:
        await launched(ctx, base, TEST)
        known = ctx.run.owned
        server = await launched(ctx, base, WORKS)
        record = world.records.servers.pop(server.id)
        world.later(30, lambda: world.records.servers.update({server.id: record}))
        after = new_context(steps=ctx.run.steps, owned=known)  # killed before the id reached the journal
        assert (await launched(after, base, WORKS)).id == server.id
        assert [made.name for made in world.launched] == ["imaging-test-run1", "imaging-works-run1"]

    async def test_a_lost_one_of_another_kind_is_not_listed(
        self, ctx: MemoryContext, new_context: NewContext, base: Image
    ) -> None:
        works = await launched(ctx, base, WORKS)
        after = new_context(steps=ctx.run.steps)
        assert await listed(after, TEST) == []
        assert await listed(after, WORKS) == [works.id]
        assert after.run.left_behind == ()

    @pytest.mark.parametrize("name", ["imaging-test-run1", "renamed by somebody"])
    async def test_what_the_journal_has_for_another_kind_is_not_listed_whatever_its_name(
        self, ctx: MemoryContext, base: Image, world: HeldWorld, name: str
    ) -> None:
        works = await launched(ctx, base, WORKS)
        world.records.servers[works.id].name = name
        assert await listed(ctx, TEST) == []


class TestRemoved:
    async def test_the_journal_says_so_of_its_kind(self, ctx: MemoryContext, base: Image) -> None:
        await launched(ctx, base, TEST)
        works = await launched(ctx, base, WORKS)
        assert await remove_server(ctx, works.id, base, WORKS)
        assert servers(ctx.run.owned) == [
            ("imaging-test-run1", OwnedRole.MAIN, False),
            ("imaging-works-run1", OwnedRole.WORKS, True),
        ]

    async def test_one_that_was_found_is_noted_as_of_its_kind_before_it_is_deleted(
        self, ctx: MemoryContext, base: Image, world: HeldWorld
    ) -> None:
        works = await launched(ctx, base, WORKS)
        ctx.change(owned=())
        world.fault("delete_instance", **refusal(403, "no"), times=-1)
        with pytest.raises(Exception, match="no"):
            await remove_server(ctx, works.id, base, WORKS)
        assert servers(ctx.run.owned) == [("imaging-works-run1", OwnedRole.WORKS, False)]


def asked_for(world: HeldWorld) -> dict[str, Any]:
    """The body of the last launch."""
    calls = [line for line in world.here.front.calls if line["method"] == "POST" and line["path"].endswith("/servers")]
    body: dict[str, Any] = calls[-1]["body"]["server"]
    return body


class TestLaunchedWith:
    @pytest.mark.parametrize("made, key", [(TEST, "ada-laptop"), (TWIN, None)])
    async def test_only_the_one_that_runs_the_checks_takes_the_key_to_log_in_with(
        self, ctx: MemoryContext, base: Image, world: HeldWorld, made: MadeServer, key: str | None
    ) -> None:
        wanted = RunRequest(name="postgres", keep_failed_key="ada-laptop")
        ctx.change(plan=ctx.run.plan.model_copy(update={"request": wanted}))
        await launched(ctx, base, made)
        assert asked_for(world).get("key_name") == key

    async def test_without_a_key_none_is_named(self, ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
        await launched(ctx, base, TEST)
        assert "key_name" not in asked_for(world)

    @pytest.mark.parametrize("made, drive", [(CLONE, True), (WORKS, None)])
    async def test_only_a_clone_is_told_its_task_without_a_network(
        self, new_context: NewContext, base: Image, world: HeldWorld, made: MadeServer, drive: bool | None
    ) -> None:
        ctx = new_context(kind=RunKind.SEALED)
        ctx.change(plan=ctx.run.plan.model_copy(update={"seal": SealPlan(operations=())}))
        await launched(ctx, base, made)
        assert asked_for(world).get("config_drive") is drive


class TestLaunchedOneByOne:
    """`launch_one`, which tries the next larger flavor where no host has room."""

    async def wanted(self, ctx: MemoryContext, image: Image, made: MadeServer) -> Launching:
        async def place(_flavor: Flavor) -> Place:
            return Place(NET, "default", "")

        known = {each.name: each for each in await ctx.cloud.compute.flavors()}
        plan = TestLaunchPlan(flavors=(known["m3.tiny"], known["m3.small"]), why="the smallest that fits")
        return Launching(made, image, plan, place)

    async def test_the_flavors_that_had_no_room_are_noted_as_of_its_kind(
        self, ctx: MemoryContext, base: Image, world: HeldWorld
    ) -> None:
        world.hook("spawn", fail=NO_HOST, times=1)
        assert isinstance(await launch_one(ctx, await self.wanted(ctx, base, WORKS), None), Up)
        assert [made.flavor.name for made in world.launched] == ["m3.small"]
        assert servers(ctx.run.owned) == [
            ("imaging-works-run1", OwnedRole.WORKS, True),
            ("imaging-works-run1", OwnedRole.WORKS, False),
        ]

    async def test_one_of_another_kind_that_is_gone_has_tried_no_flavor_for_it(
        self, ctx: MemoryContext, base: Image, world: HeldWorld
    ) -> None:
        ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id="gone", removed=True),))
        up = await launch_one(ctx, await self.wanted(ctx, base, WORKS), None)
        assert up == Up("m3.tiny, the smallest that fits")
        assert [made.name for made in world.launched] == ["imaging-works-run1"]

    async def test_what_one_without_room_brings_along_late_is_noted_as_well(
        self, ctx: MemoryContext, on_volumes: Image, world: HeldWorld
    ) -> None:
        server = await launched(ctx, on_volumes, TEST)
        world.clock.turn(600)
        rows = world.records.servers[server.id].attachments
        coming = list(rows)
        assert coming
        rows.clear()
        world.set(server.id, vm_state="error", fault=(500, NO_HOST, world.records.now()))
        world.fault("delete_instance", **refusal(409, "busy"), times=3)
        world.later(1, lambda: rows.extend(coming))
        await launch_one(ctx, await self.wanted(ctx, on_volumes, TEST), server)
        volumes = {each.id for each in ctx.run.owned if each.kind is OwnedKind.VOLUME}
        assert {each.volume_id for each in coming} <= volumes
        assert ctx.run.left_behind == ()
