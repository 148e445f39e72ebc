"""The cloud's time, and what it does to things."""

from __future__ import annotations

import pytest

from imaging.democloud.clock import VirtualClock, http_date, microseconds, read_time, whole_seconds
from imaging.democloud.ids import Ids
from imaging.democloud.world import World


class Machine:
    """The clock of the machine, turned by hand."""

    def __init__(self) -> None:
        self.ticks = 50.0

    def tick(self) -> float:
        return self.ticks


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> VirtualClock:
    return VirtualClock(1000.0, tick=machine.tick)


def test_it_goes_with_the_clock_of_the_machine(clock: VirtualClock, machine: Machine):
    machine.ticks += 7
    assert clock.now() == 1007


def test_held_it_stands_still_and_goes_on_from_there(clock: VirtualClock, machine: Machine):
    clock.hold(True)
    machine.ticks += 100
    assert clock.now() == 1000
    clock.hold(False)
    machine.ticks += 1
    assert clock.now() == 1001


def test_it_can_be_turned_held_or_not(clock: VirtualClock, machine: Machine):
    clock.turn(60)
    clock.hold(True)
    clock.turn(60)
    machine.ticks += 5
    assert clock.now() == 1120


def test_a_new_speed_counts_from_now_on(clock: VirtualClock, machine: Machine):
    machine.ticks += 10
    clock.run_at(100)
    machine.ticks += 1
    assert clock.now() == 1110


def test_it_never_goes_backwards(clock: VirtualClock):
    with pytest.raises(ValueError, match="turned back"):
        clock.turn(-1)
    with pytest.raises(ValueError, match="above zero"):
        clock.run_at(0)


def test_a_reset_brings_back_start_and_speed(clock: VirtualClock):
    clock.run_at(5)
    clock.turn(99)
    clock.hold(True)
    clock.reset()
    assert (clock.now(), clock.held, clock.speed) == (1000, False, 1)


def test_times_are_written_as_each_service_writes_them():
    moment = read_time("2026-11-01T14:00:00.25+01:00")
    assert whole_seconds(moment) == "2026-11-01T13:00:00Z"
    assert microseconds(moment) == "2026-11-01T13:00:00.250000"
    assert http_date(moment) == "Sun, 01 Nov 2026 13:00:00 GMT"
    assert whole_seconds(None) is None
    assert read_time("2026-11-01T13:00:00") == moment - 0.25, "without a zone it is UTC"


def test_what_is_due_happens_in_order_and_at_its_own_time(clock: VirtualClock):
    world = World(clock, Ids())
    clock.hold(True)
    seen: list[tuple[str, float]] = []
    world.after(5, lambda: seen.append(("later", world.now())))
    world.after(2, lambda: seen.append(("sooner", world.now())))
    world.after(2, lambda: world.after(1, lambda: seen.append(("caused", world.now()))))
    world.settle()
    assert seen == []
    clock.turn(60)
    world.settle()
    assert seen == [("sooner", 1002), ("caused", 1003), ("later", 1005)]
    assert world.now() == 1060
