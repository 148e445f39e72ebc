"""Detaching a volume outside a run: the cloud's half of the remedy, never before the guest has let go."""

from __future__ import annotations

import pytest

from imaging.guest.mending import MendingResult
from imaging.runs.detaching import unmount_and_detach
from models.errors import GuestError, NotFoundError, RejectedError, RunError, ServerFaultError
from models.instance import VolumeAttachment
from models.volume import Volume, VolumeUse
from tests.runs.steps.fake_cloud import FakeCloud, Lost

FREED = MendingResult("Unmounted /data.", "sudo mount /data")


@pytest.fixture
def detach(world):
    """Detaches a volume of `db`; `meanwhile` happens while the guest unmounts."""
    world.unmounted = []

    async def doing(volume_id="pgdata", meanwhile=None):
        async def unmount():
            world.unmounted.append(volume_id)
            if meanwhile is not None:
                meanwhile()
            return FREED

        return await unmount_and_detach(FakeCloud(world), world.clock, "db", volume_id, unmount, tell=lambda _: None)

    return doing


def attached(world):
    return [row.volume_id for row in world.attached["db"]]


async def test_both_nova_and_cinder_have_let_go_in_the_end(detach, world):
    result = await detach("scratch")
    assert attached(world) == ["pgdata"]
    assert world.volumes["scratch"].status == "available"
    assert result.done == "Unmounted /data. Volume scratch (/dev/vdc) is detached."
    assert result.undo == (
        "openstack --os-compute-api-version 2.79 server add volume --device /dev/vdc --tag tmp "
        "--enable-delete-on-termination db scratch; "
        "then, in the guest, where its device may have another name: sudo mount /data"
    )


@pytest.mark.parametrize("acts", [True, False])
async def test_a_lost_answer_is_looked_for_and_nothing_is_asked_twice(detach, world, acts):
    world.faults["detach_volume"] = [Lost(acts=acts)]
    if acts:
        assert "is detached" in (await detach()).done
    else:
        with pytest.raises(RunError, match="was not detached within 300 s") as caught:
            await detach()
        assert "sudo mount /data" in caught.value.remedy
        assert "Unmounted /data." in caught.value.meaning
    assert world.calls == ["detach_volume pgdata"]


class TestRefusedBeforeAnythingIsUnmounted:
    async def refused(self, detach, world, match, volume_id="pgdata"):
        with pytest.raises(RunError, match=match) as caught:
            await detach(volume_id)
        assert caught.value.meaning == "Nothing was unmounted or detached."
        assert world.unmounted == world.calls == []

    async def test_is_an_instance_that_a_run_works_on(self, detach, world):
        world.set("db", metadata={"imaging.claim.k3": "{}"})
        await self.refused(detach, world, "A run works on the instance: k3")

    async def test_is_the_root_volume(self, detach, world):
        uses = (VolumeUse(server_id="db"),)
        world.volumes["root"] = Volume(id="root", name="root", status="in-use", bootable=True, uses=uses)
        world.attached["db"].append(VolumeAttachment(volume_id="root", device="/dev/vda"))
        world.set("db", volume_backed=True, image_id=None)
        await self.refused(detach, world, "is the root disk", "root")

    async def test_is_a_volume_that_is_not_attached(self, detach, world):
        await self.refused(detach, world, "is not attached", "other")

    @pytest.mark.parametrize("state", [{"status": "PAUSED"}, {"task_state": "image_snapshot"}, {"status": "ERROR"}])
    async def test_is_an_instance_with_something_else_to_do(self, detach, world, state):
        world.set("db", **state)
        await self.refused(detach, world, "The instance is")

    async def test_is_a_locked_instance(self, detach, world):
        world.set("db", locked=True)
        await self.refused(detach, world, "is locked")

    async def test_is_an_instance_that_is_gone(self, detach, world):
        del world.servers["db"]
        with pytest.raises(NotFoundError):
            await detach()

    async def test_is_an_instance_of_which_nova_knows_hardly_anything(self, detach, world):
        world.set("db", status="UNKNOWN")
        with pytest.raises(ServerFaultError):
            await detach()
        assert world.unmounted == []


class TestRefusedAfterTheGuestLetGo:
    async def test_says_what_was_unmounted_and_how_it_is_undone(self, detach, world):
        world.faults["detach_volume"] = [RejectedError("Volume is multiattached", request_id="req-7")]
        with pytest.raises(RunError, match="multiattached") as caught:
            await detach()
        assert caught.value.meaning.startswith("Unmounted /data.")
        assert caught.value.remedy == "To undo it in the guest: sudo mount /data"
        assert caught.value.request_id == "req-7"

    async def test_is_an_instance_that_a_run_began_to_work_on_meanwhile(self, detach, world):
        with pytest.raises(RunError, match="A run works on the instance"):
            await detach(meanwhile=lambda: world.set("db", metadata={"imaging.claim.k3": "{}"}))
        assert world.calls == []

    async def test_is_a_volume_that_ends_in_error(self, detach, world):
        def fail():
            world.set_volume("pgdata", status="error_detaching")
            raise ServerFaultError("HTTP 500")

        world.faults["detach_volume"] = [fail]
        with pytest.raises(RunError, match="it is error_detaching"):
            await detach()

    async def test_is_a_volume_that_the_guest_does_not_give_up(self, detach, world):
        world.faults["detach_volume"] = [lambda: world.set_volume("pgdata", status="in-use")]
        world.later = lambda seconds, change: None
        with pytest.raises(RunError, match="was not detached within 300 s"):
            await detach()


async def test_the_cloud_detaches_nothing_when_the_guest_refuses(world):
    async def refuse():
        raise GuestError("/data is in use and stays mounted: postgres (pid 812).")

    with pytest.raises(GuestError, match="in use"):
        await unmount_and_detach(FakeCloud(world), world.clock, "db", "pgdata", refuse, tell=lambda _: None)
    assert world.calls == []
