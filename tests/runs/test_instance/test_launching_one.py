"""One test instance: written down as soon as it has an id, found again, and never a second one."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.runs.ownership.made_things import MARKER
from imaging.runs.test_instance.server import (
    launch,
    may_have_lost_one,
    our_servers,
    read_server,
    standing_server,
)
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind
from tests.guest.seal_proof.proving import parts_of
from tests.runs.steps.held_world import DB, LOST, NET, OTHERS, UNHEARD, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.runs.test_instance.conftest import NewContext

FLAVOR = names.flavor_id("m3.tiny")


async def launched(ctx: MemoryContext, base: Image, group: str | None = "default") -> Instance:
    return await launch(ctx, base, FLAVOR, NET, group)


async def listed(ctx: MemoryContext) -> list[str]:
    return [server.id async for server in our_servers(ctx)]


async def test_a_made_server_is_noted_as_owned(ctx: MemoryContext, base: Image) -> None:
    server = await launched(ctx, base)
    assert ctx.run.owned == (Owned(kind=OwnedKind.SERVER, id=server.id, name="imaging-test-run1"),)
    assert ctx.intents == ["launch imaging-test-run1"]


async def test_it_is_launched_as_it_was_planned(ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
    server = await launched(ctx, base)
    (made,) = world.launched
    (call,) = [
        line for line in world.here.front.calls if line["method"] == "POST" and line["path"].endswith("/servers")
    ]
    asked = call["body"]["server"]
    assert (made.id, made.name, made.image_id, asked["flavorRef"]) == (server.id, "imaging-test-run1", base.id, FLAVOR)
    assert asked["networks"] == [{"uuid": NET}]
    assert asked["security_groups"] == [{"name": "default"}]
    told = dict(server.metadata)
    assert len(told.pop(MARKER)) == 32
    assert told == {"imaging.role": "test", "imaging.run": "run1"}


async def test_without_a_group_none_is_named(ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
    await launched(ctx, base, None)
    call = next(line for line in world.here.front.calls if line["path"].endswith("/servers") and line["body"])
    assert "security_groups" not in call["body"]["server"]


async def test_the_marker_is_the_one_that_its_user_data_prints(
    ctx: MemoryContext, base: Image, world: HeldWorld
) -> None:
    server = await launched(ctx, base)
    (made,) = world.launched
    assert server.metadata[MARKER] in parts_of(b64decode(made.user_data or ""))["text/x-shellscript"]


async def test_a_deep_check_has_its_probe_in_the_user_data(
    new_context: NewContext, base: Image, world: HeldWorld
) -> None:
    ctx = new_context(kind=RunKind.DEEP_CHECK)
    await launched(ctx, base)
    (deep,) = world.launched
    assert len(str(deep.user_data)) > 10_000


@pytest.mark.parametrize("fault", [LOST, {"status": 503, "when": "after"}])
async def test_a_server_whose_answer_was_lost_is_found_and_noted(
    ctx: MemoryContext, base: Image, world: HeldWorld, fault: dict[str, Any]
) -> None:
    world.fault("launch", **fault)
    server = await launched(ctx, base)
    assert [made.id for made in world.launched] == [server.id]
    assert ctx.run.owned == (Owned(kind=OwnedKind.SERVER, id=server.id, name="imaging-test-run1"),)


async def test_a_launch_that_never_arrived_is_asked_again_after_a_minute(
    ctx: MemoryContext, base: Image, world: HeldWorld
) -> None:
    world.fault("launch", **UNHEARD)
    began = world.clock.monotonic()
    await launched(ctx, base)
    assert len(world.launched) == 1
    assert len(ctx.intents) == 2
    assert world.clock.monotonic() - began >= 60


async def test_an_interrupted_run_takes_the_server_that_it_finds(
    ctx: MemoryContext, base: Image, new_context: NewContext, world: HeldWorld
) -> None:
    server = await launched(ctx, base)
    after = new_context(steps=ctx.run.steps)  # killed before the id reached the journal
    assert may_have_lost_one(after)
    assert (await launched(after, base)).id == server.id
    assert len(world.launched) == 1
    assert [each.id for each in after.run.owned] == [server.id]


async def test_what_is_looked_for_is_named(ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
    await ctx.intend(IntentAction.LAUNCH, "lost")
    world.answer("GET", r"/servers/detail", {"computeFault": {"code": 503, "message": "no"}}, status=503)
    world.clock.shortest = 30
    with pytest.raises(TooLongError, match=r"^the test instance to appear$"):
        await launched(ctx, base)
    assert world.launched == []


async def test_what_the_journal_names_is_not_taken_for_a_lost_one(
    ctx: MemoryContext, base: Image, world: HeldWorld
) -> None:
    assert not may_have_lost_one(ctx)
    first = await launched(ctx, base)
    assert not may_have_lost_one(ctx)
    assert (await launched(ctx, base)).id != first.id
    assert len(world.launched) == 2


async def test_what_was_asked_once_more_than_it_is_known_may_be_lost(ctx: MemoryContext) -> None:
    await ctx.intend(IntentAction.LAUNCH, "x")
    assert may_have_lost_one(ctx)
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id="an image"))
    assert may_have_lost_one(ctx)
    await ctx.own(Owned(kind=OwnedKind.SERVER, id="a server", removed=True))
    assert not may_have_lost_one(ctx)


async def test_the_standing_one_is_the_first_that_is_still_there(ctx: MemoryContext, base: Image) -> None:
    assert await standing_server(ctx) is None
    server = await launched(ctx, base)
    gone = Owned(kind=OwnedKind.SERVER, id=OTHERS)
    ctx.change(owned=(gone, *ctx.run.owned))
    standing = await standing_server(ctx)
    assert standing is not None
    assert standing.id == server.id
    ctx.change(owned=tuple(each.model_copy(update={"removed": True}) for each in ctx.run.owned))
    assert await standing_server(ctx) is None


@pytest.mark.parametrize("state", ["deleted", "soft-delete"])
async def test_one_that_is_deleted_is_none(ctx: MemoryContext, world: HeldWorld, state: str) -> None:
    assert await read_server(ctx, OTHERS) is None
    assert await read_server(ctx, DB) is not None
    word = {"deleted": "DELETED", "soft-delete": "SOFT_DELETED"}[state]
    shown = {"server": {"id": DB, "status": word}}
    world.answer("GET", rf"/servers/{DB}$", shown)
    assert await read_server(ctx, DB) is None


class TestOurServers:
    async def test_servers_without_the_runs_id_are_passed_over_and_not_told(
        self, ctx: MemoryContext, base: Image
    ) -> None:
        assert await listed(ctx) == []
        server = await launched(ctx, base)
        assert await listed(ctx) == [server.id]
        assert ctx.run.left_behind == ()

    async def test_one_behind_a_strangers_is_found(self, ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
        server = await launched(ctx, base)
        world.clock.turn(60)
        stranger = await launched(ctx, base)
        world.records.servers[stranger.id].metadata.clear()
        ctx.change(owned=())
        assert await listed(ctx) == [server.id]

    async def test_one_that_only_carries_the_runs_id_is_told_and_the_next_still_found(
        self, ctx: MemoryContext, base: Image, world: HeldWorld
    ) -> None:
        server = await launched(ctx, base)
        world.db.metadata["imaging.run"] = "run1"
        ctx.change(owned=())
        assert await listed(ctx) == [server.id]
        (left,) = ctx.run.left_behind
        assert (left.kind, left.id, left.name) == (OwnedKind.SERVER, DB, "db-07")
        assert left.reason == "it carries the run's id, but a run is, or was, about it"

    async def test_one_that_another_run_of_this_journal_is_about_is_not_owned(
        self, ctx: MemoryContext, base: Image
    ) -> None:
        server = await launched(ctx, base)
        ctx.claimed = frozenset({server.id})
        assert await listed(ctx) == []
        assert ctx.run.left_behind[0].reason == "it carries the run's id, but a run is, or was, about it"


async def test_a_refused_launch_is_told_and_nothing_is_noted(ctx: MemoryContext, base: Image, world: HeldWorld) -> None:
    world.fault("launch", **refusal(403, "Quota exceeded for instances"))
    with pytest.raises(Exception, match="Quota"):
        await launched(ctx, base)
    assert ctx.run.owned == ()
