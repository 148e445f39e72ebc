"""Detaching a volume outside a run: the cloud's half of the remedy, never before the guest has released it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock

import pytest

from imaging.guest.remedies import FixResult
from imaging.runs.detach_by_hand import unmount_and_detach
from models.errors import GuestError, NotFoundError, RunError, ServerFaultError
from tests.runs.steps.held_world import DB, LOST, OTHERS, PGDATA, SCRATCH, UNHEARD, HeldWorld, refusal

FREED = FixResult("Unmounted /data.", "sudo mount /data")


class Guest:
    """Releases what is unmounted; `meanwhile` happens in the cloud at that moment."""

    def __init__(self, world: HeldWorld) -> None:
        self._world = world
        self.unmounted: list[str] = []

    async def detach(self, volume_id: str = PGDATA, meanwhile: Callable[[], None] | None = None) -> FixResult:
        async def unmount() -> FixResult:
            self.unmounted.append(volume_id)
            if meanwhile is not None:
                meanwhile()
            return FREED

        cloud, clock = self._world.cloud, self._world.clock
        return await unmount_and_detach(cloud, clock, DB, volume_id, unmount, tell=lambda _: None)


@pytest.fixture
def guest(world: HeldWorld) -> Guest:
    return Guest(world)


async def test_both_nova_and_cinder_have_let_go_in_the_end(guest: Guest, world: HeldWorld) -> None:
    result = await guest.detach(SCRATCH)
    assert world.attached == [PGDATA]
    assert world.records.volumes[SCRATCH].status == "available"
    assert result.done == f"Unmounted /data. Volume {SCRATCH} (/dev/vdc) is detached."
    assert result.undo == (
        "openstack --os-compute-api-version 2.79 server add volume --device /dev/vdc --tag tmp "
        f"--enable-delete-on-termination {DB} {SCRATCH}; "
        "then, in the guest, where its device may have another name: sudo mount /data"
    )


@pytest.mark.parametrize("acts", [True, False])
async def test_a_lost_answer_is_looked_for_and_nothing_is_asked_twice(
    guest: Guest, world: HeldWorld, acts: bool
) -> None:
    world.fault("detach_volume", **(LOST if acts else UNHEARD))
    world.clock.shortest = 20
    if acts:
        assert "is detached" in (await guest.detach()).done
    else:
        with pytest.raises(RunError, match="was not detached within 300 s") as caught:
            await guest.detach()
        assert "sudo mount /data" in caught.value.remedy
        assert "Unmounted /data." in caught.value.meaning
    assert world.calls == ["detach_volume pgdata"]


class TestRefusedBeforeAnythingIsUnmounted:
    async def refused(self, guest: Guest, world: HeldWorld, match: str, volume_id: str = PGDATA) -> None:
        with pytest.raises(RunError, match=match) as caught:
            await guest.detach(volume_id)
        assert caught.value.meaning == "Nothing was unmounted or detached."
        assert guest.unmounted == world.calls == []

    async def test_is_an_instance_that_a_run_works_on(self, guest: Guest, world: HeldWorld) -> None:
        world.set(metadata={"imaging.claim.k3": "{}"})
        await self.refused(guest, world, "A run works on the instance: k3")

    async def test_is_a_volume_where_the_cloud_does_not_say_whether_the_root_disk_is_one(
        self, guest: Guest, world: HeldWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        untold = world.source.model_copy(update={"image_id": None, "volume_backed": False})
        monkeypatch.setattr(world.cloud.compute, "instance", AsyncMock(return_value=untold))
        await self.refused(guest, world, "does not say whether")

    async def test_is_the_root_volume(self, guest: Guest, world: HeldWorld) -> None:
        await self.refused(guest, world, "is the root disk", world.boot_from_volume())

    async def test_is_a_volume_that_is_not_attached(self, guest: Guest, world: HeldWorld) -> None:
        await self.refused(guest, world, "is not attached", OTHERS)

    @pytest.mark.parametrize("state", [{"vm_state": "paused"}, {"task_state": "image_snapshot"}, {"vm_state": "error"}])
    async def test_is_an_instance_with_something_else_to_do(
        self, guest: Guest, world: HeldWorld, state: dict[str, Any]
    ) -> None:
        world.set(**state)
        await self.refused(guest, world, "The instance is")

    async def test_is_a_locked_instance(self, guest: Guest, world: HeldWorld) -> None:
        world.lock()
        await self.refused(guest, world, "is locked")

    async def test_is_an_instance_that_is_gone(self, guest: Guest, world: HeldWorld) -> None:
        del world.records.servers[DB]
        with pytest.raises(NotFoundError):
            await guest.detach()

    async def test_is_an_instance_of_which_nova_knows_hardly_anything(self, guest: Guest, world: HeldWorld) -> None:
        world.cell_down(seconds=60)
        with pytest.raises(ServerFaultError):
            await guest.detach()
        assert guest.unmounted == []


class TestRefusedAfterTheGuestLetGo:
    async def test_says_what_was_unmounted_and_how_it_is_undone(self, guest: Guest, world: HeldWorld) -> None:
        world.fault("detach_volume", **refusal(400, "Volume is multiattached"))
        with pytest.raises(RunError, match="multiattached") as caught:
            await guest.detach()
        assert caught.value.meaning.startswith("Unmounted /data.")
        assert caught.value.remedy == "To undo it in the guest: sudo mount /data"
        assert caught.value.request_id == world.here.front.calls[-1]["request_id"]

    async def test_is_an_instance_that_a_run_began_to_work_on_meanwhile(self, guest: Guest, world: HeldWorld) -> None:
        with pytest.raises(RunError, match="A run works on the instance"):
            await guest.detach(meanwhile=lambda: world.set(metadata={"imaging.claim.k3": "{}"}))
        assert world.calls == []

    async def test_is_a_volume_that_ends_in_error(self, guest: Guest, world: HeldWorld) -> None:
        world.fault("detach_volume", status=500)
        world.later(1, lambda: world.set_volume(PGDATA, "error_detaching", DB))
        with pytest.raises(RunError, match="it is error_detaching"):
            await guest.detach()

    async def test_is_a_volume_that_the_guest_does_not_give_up(self, guest: Guest, world: HeldWorld) -> None:
        world.hook("detach_volume", fail="the guest did not answer", delay=200)
        world.clock.shortest = 20
        with pytest.raises(RunError, match="was not detached within 300 s"):
            await guest.detach()
        assert (world.attached, world.records.volumes[PGDATA].status) == ([PGDATA, SCRATCH], "in-use")


async def test_the_cloud_detaches_nothing_when_the_guest_refuses(world: HeldWorld) -> None:
    async def refuse() -> FixResult:
        raise GuestError("/data is in use and stays mounted: postgres (pid 812).")

    with pytest.raises(GuestError, match="in use"):
        await unmount_and_detach(world.cloud, world.clock, DB, PGDATA, refuse, tell=lambda _: None)
    assert world.calls == []
