"""From unlock to put back: what is changed of the source, in which order, and how it comes back."""

from __future__ import annotations

import pytest

from imaging.runs.claim import claim_keys, decode_claims
from imaging.runs.cleanup import withdraw
from imaging.runs.context import CancelRequested
from imaging.runs.steps import STEPS
from imaging.runs.steps.claim import claim
from imaging.runs.steps.detach import detach
from imaging.runs.steps.lock import lock
from imaging.runs.steps.put_back import put_back
from imaging.runs.steps.stop import stop
from imaging.runs.steps.unlock import unlock
from models.errors import (
    ClaimLostError,
    ForbiddenError,
    LostAnswerError,
    NeedsUserError,
    RunError,
    ServerFaultError,
)
from models.instance import VolumeAttachment
from models.quota import Quota
from models.steps import StepName
from models.volume import Volume, VolumeUse
from tests.runs.steps.fake_cloud import Lost

TAKING = (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH, StepName.LOCK)


async def take(ctx):
    for step in TAKING:
        await STEPS[step](ctx.at(step))


def changes(world):
    return [call.split(" ")[0] for call in world.calls]


def picture(world, server_id="db"):
    """All of the source that a user could see to have changed."""
    server = world.servers[server_id]
    rows = [row.model_dump() for row in world.attached[server_id]]
    uses = {volume.id: (volume.status, volume.uses) for volume in world.volumes.values()}
    return server.status, server.task_state, server.locked, server.locked_reason, dict(server.metadata), rows, uses


async def test_the_source_is_taken_and_given_back_exactly_as_it_was(ctx, world):
    world.set("db", locked=True, locked_reason="do not touch")
    before = picture(world)
    await take(ctx)
    assert world.servers["db"].status == "SHUTOFF"
    assert world.attached["db"] == []
    assert world.servers["db"].locked
    await put_back(ctx.at(StepName.PUT_BACK))
    assert picture(world) == before
    assert ctx.run.source_restored is True


async def test_stop_comes_before_detach_and_attach_before_start(ctx, world):
    await take(ctx)
    await put_back(ctx.at(StepName.PUT_BACK))
    order = changes(world)
    assert order.index("stop") < order.index("detach_volume")
    assert order.index("start") > len(order) - 1 - order[::-1].index("attach_volume")
    assert order.index("lock") > order.index("detach_volume")


async def test_the_last_volume_is_detached_first_so_that_the_rest_keeps_its_order(ctx, world):
    await take(ctx)
    assert [call for call in world.calls if call.startswith("detach")] == [
        "detach_volume scratch",
        "detach_volume pgdata",
    ]


async def test_volumes_come_back_in_the_order_of_their_devices_whatever_order_nova_lists(ctx, world):
    world.attached["db"].reverse()
    await take(ctx)
    await put_back(ctx.at(StepName.PUT_BACK))
    assert [row.device for row in world.attached["db"]] == ["/dev/vdb", "/dev/vdc"]


async def test_a_stopped_source_stays_stopped(ctx, world):
    world.set("db", status="SHUTOFF")
    await take(ctx)
    await put_back(ctx.at(StepName.PUT_BACK))
    assert world.servers["db"].status == "SHUTOFF"
    assert "start" not in changes(world)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(20))
async def test_interrupted_at_any_call_and_done_again_it_ends_as_it_was(new_context, world, number, moment):
    """`kill -9` of the runner just before or just after each change, then the steps from the first one on."""
    world.set("db", locked=True, locked_reason="do not touch")
    before = picture(world)
    ctx = new_context()
    ask, seen = world.ask, 0

    class Killed(BaseException):
        pass

    def dying(call, act):
        nonlocal seen
        seen += 1
        if seen == number + 1:
            if moment == "after":
                ask(call, act)
            raise Killed
        return ask(call, act)

    world.ask = dying
    done = []
    try:
        for step in (*TAKING, StepName.PUT_BACK):
            await STEPS[step](ctx.at(step))
            done.append(step)
    except Killed:
        pass
    world.ask = ask
    for step in (*TAKING, StepName.PUT_BACK):
        if step not in done:
            await STEPS[step](ctx.at(step))
    assert picture(world) == before


@pytest.mark.parametrize("call", ["unlock", "set_metadata", "stop", "detach_volume", "lock", "attach_volume", "start"])
@pytest.mark.parametrize("fault", [Lost(acts=True), Lost(acts=False), ServerFaultError("503")])
async def test_a_lost_answer_changes_nothing_of_the_outcome(ctx, world, call, fault):
    world.set("db", locked=True, locked_reason="do not touch")
    before = picture(world)
    world.faults[call] = [fault]
    await take(ctx)
    await put_back(ctx.at(StepName.PUT_BACK))
    assert picture(world) == before


class TestUnlock:
    async def test_the_lock_is_in_the_journal_before_it_is_taken_away(self, ctx, world):
        world.set("db", locked=True, locked_reason="do not touch")
        world.faults["unlock"] = [LostAnswerError("cut"), LostAnswerError("cut")]
        with pytest.raises(LostAnswerError):
            await unlock(ctx)
        assert ctx.run.claim.was_locked
        assert ctx.run.claim.lock_reason == "do not touch"

    async def test_an_administrators_lock_ends_the_run_with_nothing_changed(self, ctx, world):
        world.set("db", locked=True)
        world.faults["unlock"] = [ForbiddenError("403")]
        with pytest.raises(RunError, match="locked by an administrator"):
            await unlock(ctx)
        assert world.servers["db"].locked

    async def test_another_runs_claim_is_refused_before_anything_is_unlocked(self, ctx, world):
        world.set("db", locked=True, metadata={"imaging.claim.other": "{}"})
        with pytest.raises(RunError, match="claimed by another run: other"):
            await unlock(ctx)
        assert world.calls == []


class TestClaim:
    async def test_it_is_read_back_twice_three_seconds_apart(self, ctx, clock):
        await claim(ctx)
        assert 3.0 in clock.slept

    async def test_it_names_everything_that_putting_back_needs(self, ctx, world):
        await claim(ctx)
        (written,) = decode_claims(world.servers["db"].metadata, "db")
        assert written.host == "login1"
        assert [(volume.id, volume.device, volume.tag) for volume in written.volumes] == [
            ("pgdata", "/dev/vdb", None),
            ("scratch", "/dev/vdc", "tmp"),
        ]

    async def test_without_room_in_the_quota_nothing_is_written(self, ctx, world):
        world.limits = Quota(metadata_items=3)
        with pytest.raises(RunError, match="needs 3 metadata keys; the instance has 1 of at most 3"):
            await claim(ctx)
        assert world.calls == []

    async def test_of_two_runs_the_one_with_the_greater_id_withdraws_at_once(self, new_context, world, clock):
        ctx = new_context(run_id="b")
        began = clock.monotonic()
        world.faults["set_metadata"] = [lambda: world.set("db", metadata={"owner": "astro", "imaging.claim.a": "{}"})]
        with pytest.raises(RunError, match="at the same moment: a"):
            await claim(ctx)
        assert claim_keys(world.servers["db"].metadata, "b") == ()
        assert claim_keys(world.servers["db"].metadata, "a") != ()
        assert clock.monotonic() - began < 10  # the other one waits for us no longer than half a minute

    async def test_the_one_with_the_smaller_id_stays_once_the_other_has_withdrawn(self, new_context, world):
        ctx = new_context(run_id="b")
        world.faults["set_metadata"] = [lambda: world.set("db", metadata={"owner": "astro", "imaging.claim.c": "{}"})]

        def c_withdraws() -> None:
            metadata = dict(world.servers["db"].metadata)
            metadata.pop("imaging.claim.c", None)
            world.set("db", metadata=metadata)

        world.later(8, c_withdraws)
        await claim(ctx)
        assert decode_claims(world.servers["db"].metadata, "db")[0].run_id == "b"

    async def test_keys_wiped_out_by_another_write_are_written_again(self, ctx, world):
        world.later(1, lambda: world.set("db", metadata={"owner": "astro"}))
        await claim(ctx)
        assert claim_keys(world.servers["db"].metadata, "run1") != ()

    async def test_withdrawing_restores_the_lock_with_its_reason(self, ctx, world):
        world.set("db", locked=True, locked_reason="do not touch")
        before = picture(world)
        await unlock(ctx)
        await claim(ctx)
        await withdraw(ctx)
        assert picture(world) == before

    async def test_withdrawing_leaves_the_lock_off_while_another_run_works(self, ctx, world):
        world.set("db", locked=True, locked_reason="do not touch")
        await unlock(ctx)
        world.set("db", metadata={"imaging.claim.other": "{}"})
        await withdraw(ctx)
        assert not world.servers["db"].locked


class TestStop:
    async def test_one_that_is_under_way_is_awaited_and_not_asked_for_again(self, ctx, world):
        await claim(ctx)
        world.set("db", task_state="powering-off")
        world.later(5, lambda: world.set("db", status="SHUTOFF", task_state=None))
        await stop(ctx)
        assert "stop" not in changes(world)

    async def test_one_that_ends_in_active_again_has_failed(self, ctx, world):
        await claim(ctx)
        world.set("db", task_state="powering-off")
        world.later(5, lambda: world.set("db", task_state=None))
        with pytest.raises(RunError, match="did not stop: it is ACTIVE again"):
            await stop(ctx)

    async def test_nothing_is_touched_once_the_claim_is_lost(self, ctx, world):
        await claim(ctx)
        world.set("db", metadata={})
        with pytest.raises(ClaimLostError):
            await stop(ctx)
        assert "stop" not in changes(world)

    async def test_a_wish_to_cancel_ends_the_wait(self, ctx, world):
        await claim(ctx)
        ctx.cancelled = True
        with pytest.raises(CancelRequested):
            await stop(ctx)

    async def test_a_source_deleted_by_someone_else_is_said_so(self, ctx, world):
        await claim(ctx)
        del world.servers["db"]
        with pytest.raises(RunError, match="deleted by someone else") as caught:
            await stop(ctx)
        assert "pgdata, scratch" in caught.value.meaning


class TestDetach:
    async def test_the_root_volume_of_a_volume_backed_source_is_never_detached(self, ctx, world):
        world.set("db", volume_backed=True, image_id=None)
        world.volumes["root"] = Volume(id="root", name="root", status="in-use", bootable=True)
        world.attached["db"].insert(0, VolumeAttachment(volume_id="root", device="/dev/vda"))
        await take(ctx)
        assert [row.volume_id for row in world.attached["db"]] == ["root"]

    async def test_it_is_done_only_when_nova_and_cinder_agree(self, ctx, world):
        await claim(ctx)
        world.set("db", status="SHUTOFF")
        await detach(ctx)
        assert "/dev/vdb: attached, volume available" in ctx.phases

    async def test_a_volume_that_the_claim_does_not_know_stops_the_run(self, ctx, world):
        await claim(ctx)
        world.attached["db"].append(VolumeAttachment(volume_id="new", device="/dev/vdd"))
        with pytest.raises(RunError, match="attached to the instance after the claim: new"):
            await detach(ctx)
        assert "detach_volume" not in changes(world)

    async def test_a_guest_that_does_not_let_go_fails_the_step(self, ctx, world):
        await claim(ctx)
        world.set_volume("scratch", status="detaching")
        world.later(200, lambda: world.set_volume("scratch", status="in-use"))
        with pytest.raises(RunError, match=r"scratch \(/dev/vdc\) was not let go"):
            await detach(ctx)


class TestLock:
    async def test_the_reason_names_run_host_and_the_command_that_puts_it_right(self, ctx, world):
        await claim(ctx)
        await lock(ctx)
        assert world.servers["db"].locked_reason == "imaging run run1 on login1; to put it back: imaging undo db"

    async def test_refused_by_policy_the_run_goes_on_and_says_so(self, ctx, world):
        await claim(ctx)
        world.faults["lock"] = [ForbiddenError("policy")]
        result = await lock(ctx)
        assert result.skipped
        assert "policy does not allow it" in result.note


class TestPutBack:
    async def test_a_volume_that_is_gone_leaves_the_source_stopped_with_its_claim(self, ctx, world):
        await take(ctx)
        del world.volumes["pgdata"]
        with pytest.raises(NeedsUserError, match="/dev/vdb pgdata: it does not exist any more"):
            await put_back(ctx.at(StepName.PUT_BACK))
        assert [row.volume_id for row in world.attached["db"]] == ["scratch"]
        assert world.servers["db"].status == "SHUTOFF"
        assert claim_keys(world.servers["db"].metadata, "run1") != ()
        assert ctx.run.source_restored is False

    async def test_a_volume_in_use_elsewhere_is_named_with_its_user_and_comes_back_once_free(self, ctx, world):
        await take(ctx)
        world.set_volume("pgdata", status="in-use", uses=(VolumeUse(server_id="thief"),))
        with pytest.raises(NeedsUserError, match=r"in use by another instance \(thief\)"):
            await put_back(ctx.at(StepName.PUT_BACK))
        world.set_volume("pgdata", status="available", uses=())
        await put_back(ctx)
        assert world.servers["db"].status == "ACTIVE"
        assert {row.volume_id for row in world.attached["db"]} == {"pgdata", "scratch"}
        assert ctx.run.source_restored is True

    async def test_a_refused_volume_does_not_keep_the_others_away(self, ctx, world):
        await take(ctx)
        world.faults["attach_volume"] = [ForbiddenError("policy says no")]
        with pytest.raises(NeedsUserError, match="pgdata: policy says no"):
            await put_back(ctx.at(StepName.PUT_BACK))
        assert [row.volume_id for row in world.attached["db"]] == ["scratch"]

    async def test_an_attachment_that_is_dropped_in_silence_is_named_too(self, ctx, world):
        await take(ctx)
        attach = world.set_volume

        def never_attached(volume_id, **fields):
            attach(volume_id, **({"status": "available"} if volume_id == "scratch" else fields))

        world.set_volume = never_attached
        ctx.cloud.compute._attached = lambda instance_id, request: (
            type(ctx.cloud.compute)._attached(ctx.cloud.compute, instance_id, request)
            if request.volume_id != "scratch"
            else None
        )
        with pytest.raises(NeedsUserError, match="scratch: the cloud did not attach it"):
            await put_back(ctx.at(StepName.PUT_BACK))

    async def test_it_waits_for_a_stop_that_is_under_way_and_then_starts(self, ctx, world):
        await claim(ctx)
        world.set("db", task_state="powering-off")
        world.later(5, lambda: world.set("db", status="SHUTOFF", task_state=None))
        await put_back(ctx.at(StepName.PUT_BACK))
        assert world.servers["db"].status == "ACTIVE"

    async def test_it_waits_for_a_detach_that_is_under_way_and_attaches_again(self, ctx, world):
        await claim(ctx)
        await stop(ctx.at(StepName.STOP))
        await ctx.cloud.compute.detach_volume("db", "scratch")
        await put_back(ctx.at(StepName.PUT_BACK))
        assert [row.volume_id for row in world.attached["db"]] == ["pgdata", "scratch"]

    async def test_it_is_never_interrupted_by_a_wish_to_cancel(self, ctx, world):
        await take(ctx)
        ctx.cancelled = True
        await put_back(ctx.at(StepName.PUT_BACK))
        assert world.servers["db"].status == "ACTIVE"

    async def test_once_another_machine_has_put_it_back_nothing_is_touched(self, ctx, world):
        await take(ctx)
        world.set("db", metadata={"owner": "astro"}, locked=True)
        asked = len(world.calls)
        with pytest.raises(ClaimLostError):
            await put_back(ctx.at(StepName.PUT_BACK))
        assert world.calls[asked:] == []

    async def test_from_the_metadata_alone_another_run_record_can_do_it(self, ctx, new_context, world):
        before = picture(world)
        await take(ctx)
        (found,) = decode_claims(world.servers["db"].metadata, "db")
        undoing = new_context(run_id="undo9")
        undoing.change(claim=found)
        await put_back(undoing.at(StepName.PUT_BACK))
        assert picture(world) == before

    async def test_a_letter_that_differs_is_said(self, ctx, world):
        await take(ctx)
        await put_back(ctx.at(StepName.PUT_BACK))
        world.attached["db"][1] = world.attached["db"][1].model_copy(update={"device": "/dev/vdd"})
        result = await put_back(ctx)
        assert "/dev/vdc is now /dev/vdd" in result.note


def test_every_step_has_a_function():
    assert set(STEPS) == set(StepName)
