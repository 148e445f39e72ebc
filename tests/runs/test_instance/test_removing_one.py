"""A test instance and its volumes go; what somebody attached to it stays, or else the test instance does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.runs.test_instance.server import launch, remove_server
from imaging.runs.test_instance.volumes import note_volumes, remove_volumes
from models.cloud.image import Image
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind
from tests.runs.steps.held_world import DB, NET, OTHERS, PGDATA, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext, TooLongError

FLAVOR = names.flavor_id("m3.small")


async def up(ctx: MemoryContext, world: HeldWorld, image: Image) -> str:
    """A test instance that has come up, with its volumes in the journal; its id."""
    server = await launch(ctx, image, FLAVOR, NET, None)
    world.clock.turn(600)
    assert world.records.servers[server.id].vm_state == "active"
    await note_volumes(ctx, server.id, image)
    return server.id


def of_kind(things: Iterable[Owned | LeftBehind], kind: OwnedKind) -> list[Any]:
    return [each for each in things if each.kind is kind]


def intended(ctx: MemoryContext) -> list[tuple[IntentAction, str]]:
    return [(intent.action, intent.target) for record in ctx.run.steps for intent in record.intents]


def standing(world: HeldWorld) -> list[str]:
    world.clock.turn(60)
    return [made.id for made in world.launched]


async def test_it_is_gone_and_the_journal_says_so(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    server_id = await up(ctx, world, base)
    assert await remove_server(ctx, server_id, base)
    assert standing(world) == []
    assert ctx.run.owned == (Owned(kind=OwnedKind.SERVER, id=server_id, name="imaging-test-run1", removed=True),)
    assert intended(ctx)[-1] == (IntentAction.DELETE_INSTANCE, server_id)
    assert len(world.asked("delete_instance")) == 1


async def test_one_that_is_gone_already_is_only_noted(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    assert await remove_server(ctx, OTHERS, base)
    assert ctx.run.owned == (Owned(kind=OwnedKind.SERVER, id=OTHERS, removed=True),)
    assert (ctx.intents, world.calls) == ([], [])


async def test_one_that_was_found_is_noted_before_it_is_deleted(
    ctx: MemoryContext, world: HeldWorld, base: Image
) -> None:
    server_id = await up(ctx, world, base)
    ctx.change(owned=())
    world.fault("delete_instance", **refusal(403, "no"), times=-1)
    with pytest.raises(Exception, match="no"):
        await remove_server(ctx, server_id, base)
    assert ctx.run.owned == (Owned(kind=OwnedKind.SERVER, id=server_id, name="imaging-test-run1"),)


async def test_one_that_is_not_owned_stays_and_is_told(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    assert not await remove_server(ctx, DB, base)
    reason = "a run is, or was, about it"
    assert ctx.run.left_behind == (LeftBehind(kind=OwnedKind.SERVER, id=DB, name="db-07", reason=reason),)
    assert (ctx.run.owned, world.calls) == ((), [])


async def test_one_that_another_run_is_about_by_now_stays(ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
    server_id = await up(ctx, world, base)
    ctx.claimed = frozenset({server_id})
    assert not await remove_server(ctx, server_id, base)
    assert standing(world) == [server_id]


async def test_a_deletion_that_is_refused_for_a_while_is_asked_again(
    ctx: MemoryContext, world: HeldWorld, base: Image
) -> None:
    server_id = await up(ctx, world, base)
    world.fault("delete_instance", **refusal(409, "locked"), times=3)
    assert await remove_server(ctx, server_id, base)
    assert len(world.asked("delete_instance")) == 4
    assert ctx.phases[-1] == "test instance ACTIVE"


async def test_while_it_is_being_deleted_nothing_more_is_asked(
    ctx: MemoryContext, world: HeldWorld, base: Image
) -> None:
    server_id = await up(ctx, world, base)
    world.set(server_id, task_state="deleting")
    world.clock.shortest = 60
    with pytest.raises(TooLongError, match="the test instance to be gone"):
        await remove_server(ctx, server_id, base)
    assert world.asked("delete_instance") == []
    assert ctx.phases[-1] == "test instance ACTIVE, deleting"


class TestItsVolumes:
    async def test_what_it_brought_is_noted_once_and_goes_with_it(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image
    ) -> None:
        before = set(world.records.volumes)
        server_id = await up(ctx, world, on_volumes)
        brought = set(world.records.volumes) - before
        assert brought
        assert {each.id for each in of_kind(ctx.run.owned, OwnedKind.VOLUME)} == brought
        assert await note_volumes(ctx, server_id, on_volumes) == ()
        assert await remove_server(ctx, server_id, on_volumes)
        assert await remove_volumes(ctx) == len(brought)
        world.clock.turn(60)
        assert set(world.records.volumes) == before
        assert all(each.removed for each in of_kind(ctx.run.owned, OwnedKind.VOLUME))
        assert ctx.run.left_behind == ()

    async def test_what_was_not_noted_yet_is_told_by_the_image_at_the_removal(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image
    ) -> None:
        server_id = await up(ctx, world, on_volumes)
        brought = {each.id for each in of_kind(ctx.run.owned, OwnedKind.VOLUME)}
        ctx.change(owned=tuple(of_kind(ctx.run.owned, OwnedKind.SERVER)))
        assert await remove_server(ctx, server_id, on_volumes)
        assert {each.id for each in of_kind(ctx.run.owned, OwnedKind.VOLUME)} == brought
        assert ctx.run.left_behind == ()

    async def test_what_comes_along_only_while_it_is_being_removed_is_noted_as_well(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image
    ) -> None:
        server_id = await up(ctx, world, on_volumes)
        brought = {each.id for each in of_kind(ctx.run.owned, OwnedKind.VOLUME)}
        ctx.change(owned=tuple(of_kind(ctx.run.owned, OwnedKind.SERVER)))
        rows = world.records.servers[server_id].attachments
        coming = list(rows)
        rows.clear()
        world.fault("delete_instance", **refusal(409, "busy"), times=3)
        world.later(1, lambda: rows.extend(coming))
        assert await remove_server(ctx, server_id, on_volumes)
        assert {each.id for each in of_kind(ctx.run.owned, OwnedKind.VOLUME)} == brought
        assert ctx.run.left_behind == ()

    async def test_its_name_is_noted(self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image) -> None:
        server_id = await up(ctx, world, on_volumes)
        ctx.change(owned=tuple(of_kind(ctx.run.owned, OwnedKind.SERVER)))
        for volume in world.records.volumes.values():
            volume.name = f"named-{volume.id}"
        assert await note_volumes(ctx, server_id, on_volumes) == ()
        assert all(each.name == f"named-{each.id}" for each in of_kind(ctx.run.owned, OwnedKind.VOLUME))

    async def test_an_instance_that_is_gone_has_none(self, ctx: MemoryContext, base: Image) -> None:
        assert await note_volumes(ctx, OTHERS, base) == ()
        assert ctx.run.left_behind == ()

    async def test_what_somebody_attached_outlives_it_and_is_told(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await up(ctx, world, base)
        theirs = world.new_volume("theirs", to=server_id, delete_on_termination=True)
        assert await remove_server(ctx, server_id, base)
        assert standing(world) == []
        assert theirs in world.records.volumes
        assert intended(ctx)[-2:] == [
            (IntentAction.KEEP_VOLUME, theirs),
            (IntentAction.DELETE_INSTANCE, server_id),
        ]
        (left,) = ctx.run.left_behind
        assert (left.kind, left.id, left.name) == (OwnedKind.VOLUME, theirs, "theirs")
        assert left.reason == "attached to the test instance, but it was not made from the image"

    async def test_a_volume_that_stays_anyway_is_not_asked_about(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await up(ctx, world, base)
        theirs = world.new_volume("theirs", to=server_id)
        assert await remove_server(ctx, server_id, base)
        assert world.asked("keep_volume") == []
        assert theirs in world.records.volumes

    @pytest.mark.parametrize("status", [400, 403, 404, 409])
    async def test_where_it_cannot_be_kept_the_test_instance_stays(
        self, ctx: MemoryContext, world: HeldWorld, base: Image, status: int
    ) -> None:
        server_id = await up(ctx, world, base)
        theirs = world.new_volume("theirs", to=server_id, delete_on_termination=True)
        world.fault("keep_volume", **refusal(status, "no"), times=-1)
        assert not await remove_server(ctx, server_id, base)
        assert standing(world) == [server_id]
        reason = f"with it the cloud would delete volume {theirs}, which somebody attached"
        (left,) = of_kind(ctx.run.left_behind, OwnedKind.SERVER)
        assert (left.id, left.name, left.reason) == (server_id, "imaging-test-run1", reason)
        assert world.asked("delete_instance") == []

    async def test_a_flag_that_does_not_go_off_is_seen(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        server_id = await up(ctx, world, base)
        world.new_volume("theirs", to=server_id, delete_on_termination=True)
        world.fault("keep_volume", status=202, times=-1)
        assert not await remove_server(ctx, server_id, base)
        assert standing(world) == [server_id]

    async def test_what_is_attached_while_it_is_being_removed_is_seen_as_well(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await up(ctx, world, base)
        world.fault("delete_instance", **refusal(409, "locked"), times=3)
        world.fault("keep_volume", **refusal(403, "no"), times=-1)
        world.later(1, lambda: world.new_volume("theirs", to=server_id, delete_on_termination=True))
        assert not await remove_server(ctx, server_id, base)
        assert standing(world) == [server_id]
        assert of_kind(ctx.run.left_behind, OwnedKind.SERVER)

    async def test_where_cinder_cannot_be_asked_what_is_attached_counts_as_somebodys(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await up(ctx, world, base)
        theirs = world.new_volume("theirs", to=server_id)
        world.answer("GET", rf"/volumes/{theirs}$", {"forbidden": {"code": 403, "message": "no"}}, status=403)
        (kept,) = await note_volumes(ctx, server_id, base)
        assert kept.volume_id == theirs
        (left,) = ctx.run.left_behind
        assert (left.id, left.name, left.reason) == (theirs, "", "the volume service cannot be asked about it")

    async def test_a_volume_that_is_gone_is_nobodys(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        server_id = await up(ctx, world, base)
        del world.records.volumes[world.new_volume("theirs", to=server_id)]
        assert await note_volumes(ctx, server_id, base) == ()
        assert ctx.run.left_behind == ()

    @pytest.mark.parametrize("value", ['{"id": "%s"}', '{"id": "%s", "more": "x"}'])
    async def test_a_volume_that_a_claim_names_is_the_users(
        self, ctx: MemoryContext, world: HeldWorld, on_volumes: Image, value: str
    ) -> None:
        server_id = await up(ctx, world, on_volumes)
        theirs = of_kind(ctx.run.owned, OwnedKind.VOLUME)[0].id
        ctx.change(owned=tuple(of_kind(ctx.run.owned, OwnedKind.SERVER)))
        world.db.metadata.update({"imaging.claim.a": "{", "other": "{}", "imaging.claim.x.0": value % theirs})
        assert theirs in [each.volume_id for each in await note_volumes(ctx, server_id, on_volumes)]
        assert ("attached to the test instance, but a claim names it") in [each.reason for each in ctx.run.left_behind]


class TestVolumesThatAreLeft:
    def owning(self, ctx: MemoryContext, *volume_ids: str) -> None:
        ctx.change(owned=tuple(Owned(kind=OwnedKind.VOLUME, id=each) for each in volume_ids))

    async def test_nothing_is_asked_where_there_is_none(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ctx.change(owned=(Owned(kind=OwnedKind.VOLUME, id=PGDATA, removed=True),))
        world.here.front.calls.clear()
        assert await remove_volumes(ctx) == 0
        assert list(world.here.front.calls) == []

    async def test_free_ones_are_deleted_and_counted(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ours = [world.new_volume("one"), world.new_volume("two")]
        world.records.volumes[ours[1]].status = "error"
        self.owning(ctx, *ours)
        assert await remove_volumes(ctx) == 2
        assert not set(ours) & set(world.records.volumes)
        assert [each.removed for each in ctx.run.owned] == [True, True]
        assert [each.id for each in ctx.run.owned] == ours
        assert intended(ctx) == [(IntentAction.DELETE_VOLUME, each) for each in ours]

    async def test_one_that_a_claim_names_stays_and_the_next_one_goes(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        claimed, noted, free = (world.new_volume(name) for name in ("claimed", "noted", "free"))
        world.db.metadata["imaging.claim.x.0"] = f'{{"id": "{claimed}"}}'
        ctx.claimed = frozenset({noted})
        self.owning(ctx, claimed, noted, free)
        assert await remove_volumes(ctx) == 1
        assert {claimed, noted} <= set(world.records.volumes)
        assert free not in world.records.volumes
        assert [(each.kind, each.id, each.name, each.reason) for each in ctx.run.left_behind] == [
            (OwnedKind.VOLUME, each, "", "a claim names it") for each in (claimed, noted)
        ]

    async def test_those_of_an_instance_that_is_to_stay_are_passed_over_and_the_next_ones_go(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        kept, free = world.new_volume("kept", to=DB), world.new_volume("free")
        self.owning(ctx, kept, "gone", free)
        assert await remove_volumes(ctx, {DB}) == 2
        assert (kept in world.records.volumes, free in world.records.volumes) == (True, False)
        assert ctx.run.left_behind == ()
        assert [each.removed for each in ctx.run.owned if each.id == kept] == [False]
        assert intended(ctx) == [(IntentAction.DELETE_VOLUME, each) for each in ("gone", free)]

    async def test_one_that_another_instance_uses_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        used = world.new_volume("used", to=DB)
        self.owning(ctx, used)
        assert await remove_volumes(ctx) == 0
        assert used in world.records.volumes
        (left,) = ctx.run.left_behind
        assert (left.id, left.name, left.reason) == (used, "used", f"{DB} uses it now")

    async def test_one_that_only_its_removed_test_instance_still_uses_is_waited_for(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        ours = world.new_volume("ours")
        world.set_volume(ours, "in-use", OTHERS)
        world.later(5, lambda: world.set_volume(ours, "available"))
        gone = Owned(kind=OwnedKind.SERVER, id=OTHERS, removed=True)
        ctx.change(owned=(gone, Owned(kind=OwnedKind.VOLUME, id=ours)))
        assert await remove_volumes(ctx) == 1
        assert len(world.asked("delete_volume")) == 1

    async def test_one_that_a_test_instance_still_uses_stays(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ours = world.new_volume("ours")
        world.set_volume(ours, "in-use", OTHERS)
        ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=OTHERS), Owned(kind=OwnedKind.VOLUME, id=ours)))
        assert await remove_volumes(ctx) == 0
        assert ctx.run.left_behind[0].reason == f"{OTHERS} uses it now"

    async def test_all_that_use_it_are_named(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ours = world.new_volume("ours")
        world.set_volume(ours, "in-use", OTHERS, DB)
        self.owning(ctx, ours)
        assert await remove_volumes(ctx) == 0
        assert ctx.run.left_behind[0].reason == f"{OTHERS}, {DB} uses it now"

    @pytest.mark.parametrize("status", [400, 403])
    async def test_one_that_cinder_will_not_delete_is_told(
        self, ctx: MemoryContext, world: HeldWorld, status: int
    ) -> None:
        ours = world.new_volume("ours")
        self.owning(ctx, ours)
        world.fault("delete_volume", **refusal(status, "it has a snapshot"), times=-1)
        assert await remove_volumes(ctx) == 0
        (left,) = ctx.run.left_behind
        assert left.id == ours
        assert "it has a snapshot" in left.reason
        assert ctx.run.owned[0].removed is False

    async def test_one_that_never_goes_is_told_to_the_user(self, ctx: MemoryContext, world: HeldWorld) -> None:
        ours = world.new_volume("ours")
        world.set_volume(ours, "deleting")
        world.clock.shortest = 60
        self.owning(ctx, ours)
        with pytest.raises(TooLongError, match="a volume of the test instance to be gone"):
            await remove_volumes(ctx)
