"""The clock by which tests turn the cloud in their own process: nothing that happens is slept through."""

from __future__ import annotations

import pytest

from imaging.democloud.ids import Ids
from imaging.democloud.world import World
from tests.support.demo_here import START, TurnedClock, still_clock


@pytest.fixture
def world() -> World:
    return World(still_clock(), Ids())


def slept(clock: TurnedClock) -> float:
    return (clock.now() - START).total_seconds()


async def test_a_sleep_ends_when_something_happens(world: World) -> None:
    clock = TurnedClock(world)
    seen: list[str] = []
    world.after(7, lambda: seen.append("first"))
    world.after(7.1, lambda: seen.append("second"))
    await clock.sleep(0.5)
    assert slept(clock) == pytest.approx(7)
    assert seen == ["first"]


async def test_it_never_ends_earlier_than_asked(world: World) -> None:
    clock = TurnedClock(world)
    seen: list[str] = []
    world.after(1, lambda: seen.append("first"))
    await clock.sleep(3)
    assert slept(clock) == pytest.approx(3)
    assert seen == ["first"]


async def test_it_does_not_reach_for_what_is_far_away(world: World) -> None:
    clock = TurnedClock(world)
    world.after(3600, lambda: None)
    await clock.sleep(0.5)
    assert slept(clock) == pytest.approx(10)


async def test_where_nothing_is_due_it_lasts_as_long_as_a_test_says(world: World) -> None:
    clock = TurnedClock(world)
    clock.shortest = 5
    await clock.sleep(0.5)
    await clock.sleep(30)
    assert slept(clock) == pytest.approx(35)
    assert clock.slept == [0.5, 30]
