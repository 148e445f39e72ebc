"""Keeping the instance whose checks failed: for how long, how to log in to it, and when none is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.runs.ownership.made_things import TEST, WORKS, MadeServer
from imaging.runs.test_instance.security_group import make_group
from imaging.runs.test_instance.server import launch
from imaging.runs.test_instance.works.keeping import keep_failed
from models.cloud.image import Image
from models.formatting import minute
from models.guest.accounts import Accounts
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind
from models.run.request import RunRequest
from models.works.verdict import WorksVerdict, WorksWord
from tests.guidelines.guest_building import guest_fact, healthy
from tests.runs.image.things import intended
from tests.runs.steps.held_world import NET, HeldWorld, Request
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext
from tests.runs.test_instance.test_its_group import FORBIDDEN

FROM = "192.0.2.17"
RULES = Request("POST", "/security-group-rules$")


async def failed(
    ctx: MemoryContext, world: HeldWorld, image: Image, made: MadeServer = TEST, *, grouped: bool = True
) -> str:
    """An instance is up whose checks have failed, and the user wants to see why; its id."""
    wanted = RunRequest(name="postgres", keep_failed_hours=2, keep_failed_from=FROM)
    plan = ctx.run.plan.model_copy(update={"request": wanted})
    ctx.change(plan=plan, image_id=image.id, works=WorksVerdict(word=WorksWord.NO, failed=("mounts",)))
    group = (await make_group(ctx, world.network, made))[0] if grouped else "default"
    server = await launch(ctx, image, names.flavor_id("m3.small"), NET, group, made=made)
    world.clock.turn(600)
    return server.id


def opened(world: HeldWorld) -> list[tuple[str, str | None, int | None]]:
    """Who is let in to the groups of runs, and where."""
    groups = [each for each in world.records.security_groups.values() if each.name.startswith("imaging-")]
    rules = [rule for group in groups for rule in group.rules if rule.direction == "ingress"]
    return [(rule.direction, rule.remote_ip_prefix, rule.port_range_min) for rule in rules]


async def address_of(world: HeldWorld, server_id: str) -> str:
    return (await world.cloud.compute.instance(server_id)).addresses[0].address


class TestKept:
    async def test_it_is_said_until_when_and_how_to_log_in(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await failed(ctx, world, base)
        until = world.clock.now() + timedelta(hours=2)
        assert await keep_failed(ctx, TEST) == (
            f"kept until {minute(until)}, as wanted: imaging-test-run1 ({server_id}), "
            f"`ssh ubuntu@{await address_of(world, server_id)}`; port 22 is open to {FROM}; "
            "`imaging cancel run1` removes it before"
        )
        assert ctx.run.kept_until == until
        assert opened(world) == [("ingress", f"{FROM}/32", 22)]
        assert (IntentAction.OPEN_GROUP, FROM) in intended(ctx)

    async def test_done_again_it_is_kept_no_longer(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        await failed(ctx, world, base)
        first = await keep_failed(ctx, TEST)
        world.clock.turn(1800)
        assert await keep_failed(ctx, TEST) == first
        assert set(opened(world)) == {("ingress", f"{FROM}/32", 22)}

    async def test_of_a_sealed_image_it_is_the_one_that_ran_the_checks(
        self, new_context: NewContext, world: HeldWorld, base: Image
    ) -> None:
        ctx = new_context(kind=RunKind.SEALED)
        await failed(ctx, world, base, WORKS)
        assert (await keep_failed(ctx, WORKS)).startswith("kept until ")
        assert len(opened(world)) == 1
        assert await keep_failed(ctx, TEST) == ""

    async def test_it_is_written_down_before_a_port_is_opened(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await failed(ctx, world, base)
        world.fault(RULES, status=500, body="no", times=-1)
        with pytest.raises(Exception, match="no"):
            await keep_failed(ctx, TEST)
        assert ctx.run.kept_until is not None

    async def test_where_no_port_can_be_opened_it_is_said_why(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await failed(ctx, world, base)
        world.fault(RULES, status=403, body=FORBIDDEN, times=-1)
        said = await keep_failed(ctx, TEST)
        assert said.partition("; port 22 could not be opened: ")[2].partition("; `imaging cancel")[0]

    async def test_in_a_group_of_others_none_is_opened(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        await failed(ctx, world, base, grouped=False)
        assert "; no port was opened, for it stands in no security group of its own; " in await keep_failed(ctx, TEST)
        assert IntentAction.OPEN_GROUP not in [action for action, _ in intended(ctx)]

    async def test_the_group_of_another_instance_is_not_opened(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await make_group(ctx, world.network, WORKS)
        await failed(ctx, world, base, grouped=False)
        assert "no port was opened" in await keep_failed(ctx, TEST)
        assert opened(world) == []

    async def test_nor_is_one_that_is_gone(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        await failed(ctx, world, base, grouped=False)
        await ctx.own(Owned(kind=OwnedKind.SECURITY_GROUP, id="gone", removed=True))
        assert "no port was opened" in await keep_failed(ctx, TEST)

    async def test_one_without_an_address_cannot_be_reached(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        server_id = await failed(ctx, world, base)
        shown = {"id": server_id, "name": "imaging-test-run1", "status": "ACTIVE"}
        world.answer("GET", rf"/servers/{server_id}$", {"server": shown})
        assert f"imaging-test-run1 ({server_id}), it has no address; " in await keep_failed(ctx, TEST)


class TestUser:
    async def said(self, ctx: MemoryContext) -> str:
        return (await keep_failed(ctx, TEST)).partition("`ssh ")[2].partition("@")[0]

    async def test_what_an_inspection_has_found_counts_first(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await failed(ctx, world, base)
        guest = guest_fact(accounts=healthy(Accounts, default_user="astro"))
        ctx.change(plan=ctx.run.plan.model_copy(update={"guest": guest}))
        assert await self.said(ctx) == "astro"

    async def test_where_the_image_is_gone_the_plan_tells(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await failed(ctx, world, base)
        del world.records.images[base.id]
        assert await self.said(ctx) == "USER"
        ctx.change(plan=ctx.run.plan.model_copy(update={"image": base}))
        assert await self.said(ctx) == "ubuntu"
        ctx.change(image_id=None)
        assert await self.said(ctx) == "ubuntu"

    async def test_the_image_that_was_made_counts_before_the_planned_one(
        self, ctx: MemoryContext, world: HeldWorld, base: Image
    ) -> None:
        await failed(ctx, world, base)
        planned = base.model_copy(update={"properties": {"os_admin_user": "somebody"}})
        ctx.change(plan=ctx.run.plan.model_copy(update={"image": planned}))
        assert await self.said(ctx) == "ubuntu"


class TestNotKept:
    @pytest.mark.parametrize(
        "changed",
        [
            {"cancel_requested": True},
            {"works": None},
            {"works": WorksVerdict(word=WorksWord.YES)},
            {"works": WorksVerdict(word=WorksWord.PARTLY)},
        ],
    )
    async def test_one_that_nobody_needs_is_not(
        self, ctx: MemoryContext, world: HeldWorld, base: Image, changed: dict[str, Any]
    ) -> None:
        await failed(ctx, world, base)
        ctx.change(**changed)
        assert (await keep_failed(ctx, TEST), ctx.run.kept_until, opened(world)) == ("", None, [])

    async def test_none_is_where_that_was_not_asked(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        await failed(ctx, world, base)
        ctx.change(plan=ctx.run.plan.model_copy(update={"request": RunRequest(name="postgres")}))
        assert (await keep_failed(ctx, TEST), ctx.run.kept_until) == ("", None)

    async def test_one_that_is_gone_is_not(self, ctx: MemoryContext, world: HeldWorld, base: Image) -> None:
        server_id = await failed(ctx, world, base)
        del world.records.servers[server_id]
        assert (await keep_failed(ctx, TEST), ctx.run.kept_until) == ("", None)
