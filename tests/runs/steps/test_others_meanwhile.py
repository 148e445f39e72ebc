"""What people do to the source while a run works on it, and what must not come of that."""

from __future__ import annotations

import pytest

from imaging.runs.claim import decode_claims
from imaging.runs.steps import STEPS
from imaging.runs.steps.claim import claim
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.detach import detach
from imaging.runs.steps.put_back import put_back
from imaging.runs.steps.stop import stop
from models.errors import NeedsUserError, RunError
from models.instance import VolumeAttachment
from models.steps import StepName

TAKING = (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH, StepName.LOCK)


async def take(ctx):
    for step in TAKING:
        await STEPS[step](ctx.at(step))
    return ctx


def asked(world, call):
    return [each for each in world.calls if each.startswith(call)]


class TestSomebodyStartsIt:
    async def test_before_the_detach_no_volume_is_pulled_out_of_a_running_guest(self, ctx, world):
        await claim(ctx.at(StepName.CLAIM))
        await stop(ctx.at(StepName.STOP))
        world.set("db", status="ACTIVE")
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await detach(ctx.at(StepName.DETACH))
        assert asked(world, "detach") == []

    async def test_between_two_detaches_the_second_is_not_asked_for(self, ctx, world):
        await claim(ctx.at(StepName.CLAIM))
        await stop(ctx.at(StepName.STOP))
        world.later(1.5, lambda: world.set("db", task_state="powering-on"))
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await detach(ctx.at(StepName.DETACH))
        assert asked(world, "detach") == ["detach_volume scratch"]

    async def test_before_the_image_none_is_made_of_a_running_disk(self, ctx, world):
        await take(ctx)
        world.set("db", status="ACTIVE", locked=False)
        with pytest.raises(RunError, match="Somebody has started the instance"):
            await create_image(ctx.at(StepName.CREATE_IMAGE))
        assert asked(world, "create_image") == []


async def test_a_volume_attached_before_the_image_is_made_is_not_taken_along(ctx, world):
    await take(ctx)
    world.attached["db"].append(VolumeAttachment(volume_id="thesis", device="/dev/vdb"))
    with pytest.raises(RunError, match="attached a volume before the image was made: thesis"):
        await create_image(ctx.at(StepName.CREATE_IMAGE))
    assert asked(world, "create_image") == []


async def test_while_its_cell_is_down_nothing_is_concluded_from_what_nova_does_not_show(ctx, world):
    await take(ctx)
    known = world.servers["db"]
    world.set("db", status="UNKNOWN", task_state=None, locked=None, locked_reason=None, metadata={})
    world.later(40, lambda: world.servers.update(db=known))
    await put_back(ctx.at(StepName.PUT_BACK))
    assert world.servers["db"].status == "ACTIVE"
    assert [row.volume_id for row in world.attached["db"]] == ["pgdata", "scratch"]
    assert ctx.run.source_restored is True


class TestSomebodyDeletesTheClaim:
    async def undone(self, ctx, **changes):
        ctx.change(undo_requested=True, **changes)
        await put_back(ctx.at(StepName.PUT_BACK))

    async def test_an_undo_that_the_user_asks_for_puts_back_from_the_journal(self, ctx, world):
        await take(ctx)
        world.set("db", metadata={"owner": "astro"})
        await self.undone(ctx)
        assert [row.volume_id for row in world.attached["db"]] == ["pgdata", "scratch"]
        assert (world.servers["db"].status, world.servers["db"].locked) == ("ACTIVE", False)
        assert world.servers["db"].metadata == {"owner": "astro"}

    async def test_but_not_while_another_run_has_claimed_it(self, ctx, world):
        await take(ctx)
        world.set("db", metadata={"imaging.claim.other": "{}"})
        asked_before = len(world.calls)
        with pytest.raises(RunError, match="claimed by another run: other"):
            await self.undone(ctx)
        assert world.calls[asked_before:] == []

    async def test_with_one_volumes_key_gone_nothing_is_started_without_that_volume(self, ctx, world):
        await take(ctx)
        metadata = dict(world.servers["db"].metadata)
        del metadata["imaging.claim.run1.0"]
        world.set("db", metadata=metadata)
        (found,) = decode_claims(metadata, "db")
        ctx.change(claim=found)
        with pytest.raises(NeedsUserError, match="1 more that the claim in the metadata does not name") as caught:
            await put_back(ctx.at(StepName.PUT_BACK))
        assert world.servers["db"].status == "SHUTOFF"
        given_up = "openstack server unset --property imaging.claim.run1.1 --property imaging.claim.run1 db"
        assert given_up in caught.value.remedy

    async def test_killed_while_the_claim_is_deleted_another_machine_finishes_it(self, ctx, world):
        before = world.servers["db"]
        await take(ctx)
        world.faults["delete_metadata"] = [lambda: None, KeyboardInterrupt()]  # after the first key
        with pytest.raises(KeyboardInterrupt):
            await put_back(ctx.at(StepName.PUT_BACK))
        (found,) = decode_claims(world.servers["db"].metadata, "db")
        ctx.change(claim=found)
        await put_back(ctx)
        assert world.servers["db"] == before
