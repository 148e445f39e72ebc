"""A cloud that cannot or will not give a console: the verdict is inconclusive, and comes when that is certain."""

from __future__ import annotations

import pytest

from imaging.runs.steps.test_launch import test_launch as launch_test
from imaging.runs.steps.verify import verify
from models.steps import StepName
from models.verdict import VerdictWord
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

CONSOLE = r"/servers/[^/]+/action$"


@pytest.fixture
def imaged(ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
    """The run's image is there."""
    image_id = world.make_image("postgres", {"imaging.run": "run1", "imaging.source": DB})
    world.clock.turn(10)
    ctx.change(image_id=image_id)
    return ctx


async def launched(ctx: MemoryContext) -> MemoryContext:
    """The test instance runs."""
    await launch_test(ctx.at(StepName.TEST_LAUNCH))
    return ctx.at(StepName.VERIFY)


def without_console(world: HeldWorld, status: int, sentence: str, *, times: int = -1) -> None:
    body = {"computeFault": {"code": status, "message": sentence}}
    world.answer("POST", CONSOLE, body, status=status, times=times)


@pytest.mark.parametrize("status", [501, 403])
async def test_what_the_cloud_does_not_offer_is_not_waited_for(
    imaged: MemoryContext, world: HeldWorld, clock: TurnedClock, status: int
) -> None:
    ctx = await launched(imaged)
    without_console(world, status, "Unable to get console log, functionality not implemented")
    began = clock.monotonic()
    await verify(ctx)
    assert ctx.verdict.word is VerdictWord.INCONCLUSIVE
    assert ctx.verdict.reason.startswith("The console cannot be read:")
    assert clock.monotonic() - began < 10


async def test_a_console_that_is_not_there_for_a_minute_does_not_come(
    imaged: MemoryContext, world: HeldWorld, clock: TurnedClock
) -> None:
    ctx = await launched(imaged)
    clock.shortest = 5
    without_console(world, 404, "The console log is not available.")
    began = clock.monotonic()
    await verify(ctx)
    assert ctx.verdict.word is VerdictWord.INCONCLUSIVE
    assert "gives no console of the running test instance" in ctx.verdict.reason
    assert 60 <= clock.monotonic() - began < 80


async def test_a_console_that_is_missing_for_some_seconds_is_read_when_it_is_there(
    imaged: MemoryContext, world: HeldWorld, clock: TurnedClock
) -> None:
    ctx = await launched(imaged)
    clock.shortest = 5
    without_console(world, 404, "The console log is not available.", times=3)
    await verify(ctx)
    assert ctx.verdict.word is VerdictWord.BOOTED
