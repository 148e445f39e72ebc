"""After it was restored the source's own console tells whether its guest came up again; Nova's ACTIVE does not."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from imaging.runs.steps.see_up import see_up, stage_of_source
from models.errors import RunError
from models.run.claim import Claim
from models.run.source_seen import SourceSeen, SourceState
from models.verdict import Stage
from tests.runs.steps.held_world import CONSOLE, DB, GOOD_BOOT, HeldWorld, refusal
from tests.runs.steps.memory_context import MemoryContext
from tests.support.known import present

EARLY = "[    0.000000] Linux version 6.1.0\n"
SYSTEM = EARLY + "Welcome to Debian GNU/Linux 12 (bookworm)!\n"
LOGIN = SYSTEM + "db-07 login: "
EMERGENCY = SYSTEM + "You are in emergency mode. After logging in, type journalctl -xb\n"


def restored(ctx: MemoryContext, world: HeldWorld, *, before: Stage | None = Stage.LOGIN, **fields: Any) -> None:
    """The run has restored `db-07`, whose console had come so far before it."""
    kept: dict[str, Any] = {"was_running": True, "was_locked": False, **fields}
    claim = Claim(run_id="run1", instance_id=DB, host="login1", claimed_at=world.clock.now(), **kept)
    ctx.change(claim=claim, instance_restored=True, source_stage=before)


def shows(world: HeldWorld, text: str) -> None:
    world.hook("console", text=text, match="db-07")


async def seen(ctx: MemoryContext) -> SourceSeen:
    await see_up(ctx)
    return present(ctx.run.source_seen)


@pytest.mark.parametrize(
    "before, now",
    [
        (Stage.LOGIN, LOGIN),
        (Stage.SYSTEM, SYSTEM),
        (Stage.CLOUD_INIT, LOGIN),  # an old console may show cloud-init's first boot; the next says less
        (Stage.KERNEL, LOGIN),
        (None, GOOD_BOOT),
    ],
)
async def test_a_console_that_comes_as_far_as_before_or_to_a_prompt_is_up(
    ctx: MemoryContext, world: HeldWorld, before: Stage | None, now: str
) -> None:
    restored(ctx, world, before=before)
    shows(world, now)
    found = await seen(ctx)
    assert found.state is SourceState.UP
    assert found.text.startswith("seen up: ")


async def test_what_stands_in_emergency_mode_fails_the_run_with_its_lines_and_the_way_back(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    restored(ctx, world)
    shows(world, EMERGENCY)
    with pytest.raises(RunError, match="does not come up") as told:
        await see_up(ctx)
    assert "emergency mode" in told.value.meaning
    assert f"openstack console log show {DB}" in told.value.remedy
    assert present(ctx.run.source_seen).state is SourceState.DOES_NOT_COME_UP


@pytest.mark.parametrize("before", [Stage.KERNEL, Stage.FIRMWARE, None])
async def test_a_log_without_a_start_before_is_no_proof_that_a_kernel_is_enough(
    ctx: MemoryContext, world: HeldWorld, before: Stage | None
) -> None:
    """After months the log begins in the middle: that a kernel printed something says nothing of the guest."""
    restored(ctx, world, before=before)
    shows(world, EARLY)
    assert (await seen(ctx)).state is SourceState.UNSEEN


async def test_a_console_that_was_silent_before_is_not_waited_for(ctx: MemoryContext, world: HeldWorld) -> None:
    restored(ctx, world, before=Stage.SILENT)
    shows(world, "")
    began = world.clock.monotonic()
    assert (await seen(ctx)).state is SourceState.UNSEEN
    assert world.clock.monotonic() - began < 5


@pytest.mark.parametrize("status", [403, 404, 501])
async def test_a_cloud_that_gives_no_console_is_no_failure(ctx: MemoryContext, world: HeldWorld, status: int) -> None:
    restored(ctx, world)
    world.fault(CONSOLE, times=-1, **refusal(status, "no"))
    found = await seen(ctx)
    assert found.state is SourceState.UNSEEN
    assert "cannot be seen from here" in found.text


async def test_a_cloud_that_cannot_be_reached_for_a_moment_is_asked_again(ctx: MemoryContext, world: HeldWorld) -> None:
    restored(ctx, world)
    shows(world, LOGIN)
    world.fault(CONSOLE, times=3, status=503, body={})
    assert (await seen(ctx)).state is SourceState.UP


async def test_one_that_somebody_deleted_is_told_as_gone(ctx: MemoryContext, world: HeldWorld) -> None:
    restored(ctx, world)
    world.delete()
    world.clock.turn(30)
    assert await seen(ctx) == SourceSeen(state=SourceState.CHANGED, text="somebody deleted it after it was restored")


async def test_one_that_somebody_stopped_is_told_as_it_is_now(ctx: MemoryContext, world: HeldWorld) -> None:
    restored(ctx, world)
    world.set(vm_state="stopped", power_state=4)
    found = await seen(ctx)
    assert found.state is SourceState.CHANGED
    assert "SHUTOFF" in found.text


async def test_one_that_was_stopped_before_has_nothing_to_be_seen(ctx: MemoryContext, world: HeldWorld) -> None:
    restored(ctx, world, was_running=False)
    world.set(vm_state="stopped", power_state=4)
    assert (await seen(ctx)).state is SourceState.STOPPED


async def test_a_prompt_from_before_the_stop_is_none_of_the_next_start(ctx: MemoryContext, world: HeldWorld) -> None:
    """Some clouds append to the log over a restart."""
    shows(world, LOGIN)
    assert await stage_of_source(ctx, world.source) is Stage.LOGIN
    restored(ctx, world)
    shows(world, LOGIN + "\n[  900.1] reboot: Power down\n" + EARLY)
    assert (await seen(ctx)).state is SourceState.UNSEEN
    shows(world, LOGIN + "\n[  900.1] reboot: Power down\n" + LOGIN)
    ctx.change(source_seen=None)
    assert (await seen(ctx)).state is SourceState.UP


async def test_a_start_that_shows_a_dead_end_later_is_not_up_by_its_first_lines(
    ctx: MemoryContext, world: HeldWorld
) -> None:
    restored(ctx, world, before=Stage.SYSTEM)
    shows(world, SYSTEM)
    world.later(10, lambda: shows(world, EMERGENCY))
    with pytest.raises(RunError, match="emergency"):
        await see_up(ctx)


async def test_a_machine_that_panics_again_and_again_does_not_come_up(ctx: MemoryContext, world: HeldWorld) -> None:
    panic = EARLY + "Kernel panic - not syncing: VFS: Unable to mount root fs\n"
    restored(ctx, world)
    shows(world, EARLY)
    for number in range(1, 400):
        world.later(10.0 * number, partial(shows, world, panic * number))
    with pytest.raises(RunError, match="does not come up"):
        await see_up(ctx)


async def test_how_far_the_console_has_come_is_read_before_the_stop(ctx: MemoryContext, world: HeldWorld) -> None:
    shows(world, LOGIN)
    assert await stage_of_source(ctx, world.source) is Stage.LOGIN
    world.fault(CONSOLE, **refusal(403, "no"))
    assert await stage_of_source(ctx, world.source) is None
