"""How far a download is: bytes, the rate of the last half minute, and the time that is left."""

from __future__ import annotations

from imaging.runs.receiving.progress import Progress
from tests.support.clock import ManualClock

MIB = 2**20


def test_rate_and_time_left():
    clock = ManualClock()
    progress = Progress(1000 * MIB, clock.monotonic)
    clock.turn(5)
    assert progress.words(100 * MIB) == "100 MiB of 1000 MiB (10 %), 20 MiB/s, 45 s left"


def test_the_rate_is_that_of_late():
    clock = ManualClock()
    progress = Progress(1000 * MIB, clock.monotonic)
    for _ in range(10):
        clock.turn(10)
        progress.words(MIB)
    clock.turn(10)
    assert "10 MiB/s" in progress.words(301 * MIB)


def test_what_was_there_before_is_no_rate():
    clock = ManualClock()
    progress = Progress(1000 * MIB, clock.monotonic, done_bytes=500 * MIB)
    clock.turn(10)
    assert progress.words(600 * MIB) == "600 MiB of 1000 MiB (60 %), 10 MiB/s, 40 s left"


def test_nothing_is_said_of_a_rate_that_nobody_knows():
    clock = ManualClock()
    progress = Progress(0, clock.monotonic)
    assert progress.words(0) == "0 B of 0 B"
    clock.turn(10)
    assert progress.words(0) == "0 B of 0 B"


def test_beginning_again_begins_the_rate_again():
    clock = ManualClock()
    progress = Progress(1000 * MIB, clock.monotonic)
    clock.turn(10)
    progress.words(900 * MIB)
    clock.turn(10)
    assert progress.words(0) == "0 B of 1000 MiB (0 %)"
