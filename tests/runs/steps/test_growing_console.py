"""Joining the readings of a console that grows, of which the cloud gives the last part."""

from __future__ import annotations

import random

import pytest

from imaging.runs.test_instance.boot_verdict.console_text import KEPT, GrowingConsole

LINES = "".join(f"[{number:8}] line {number}\n" for number in range(200))


_REPEATING = "login: \n" * 300 + LINES[:1000] + "." * 700 + "login: \n" * 100 + LINES[1000:]


def joined(*readings: str) -> str:
    console = GrowingConsole()
    for reading in readings:
        console.take(reading)
    return console.text


def test_a_growing_console_is_its_newest_reading():
    assert joined("abc\n", "abc\ndef\n") == "abc\ndef\n"


def test_overlapping_ends_are_joined():
    assert joined(LINES[:3000], LINES[1500:]) == LINES


def test_a_shorter_reading_loses_nothing():
    assert joined("abc\ndef\n", "def\n") == "abc\ndef\n"
    assert joined("abc\n", "") == "abc\n"


def test_a_new_boot_is_put_behind_the_old_one():
    assert joined("boot one\n", "second boot\n") == "boot one\n\nsecond boot\n"


@pytest.mark.parametrize("ring", [200, 1000, 2500])
@pytest.mark.parametrize(
    "text", [LINES, "login: \n" * 300 + LINES[:1000] + "." * 700 + "login: \n" * 100 + LINES[1000:]]
)
def test_a_ring_that_lost_its_beginning_is_joined_to_what_was_read_before(ring, text):
    """Also where the guest repeats itself, as long as a part of the ring does not."""
    console = GrowingConsole()
    for end in range(100, len(text) + 50, 50):
        console.take(text[max(0, end - ring) : end])
    assert console.text.endswith(LINES[-150:])
    if text is LINES or ring == 2500:
        assert console.text == text


def test_what_came_since_is_told_even_where_the_beginning_is_no_longer_kept():
    console = GrowingConsole()
    assert console.take("a" * KEPT)
    length = console.length
    assert console.take("b" * 99 + "\n")
    assert console.since(length).strip("\n") == "b" * 99
    assert len(console.text) == KEPT
    assert console.left_out == console.length - KEPT > 0
    assert not console.take(console.text)


def test_any_ring_is_joined_so_that_its_newest_reading_is_the_end():
    dice = random.Random(6)
    console, log = GrowingConsole(), ""
    for _ in range(300):
        log = (log + dice.choice(["a", "ab", "\n", "login: ", f"[{dice.random()}]\n"]) * dice.randint(1, 20))[-400:]
        console.take(log)
        assert console.text.endswith(log)


@pytest.mark.parametrize("character", ["ä", "€", "🛠"])
def test_a_cut_in_the_middle_of_a_character_doubles_nothing(character: str) -> None:
    log = "".join(f"line {number} {character}{character}\n" for number in range(3000)).encode()
    console = GrowingConsole()
    for end in range(len(log) - 40, len(log)):
        console.take(log[max(0, end - 30_000) : end].decode("utf-8", "replace"))
    console.take(log[-30_000:].decode("utf-8", "replace"))
    assert console.text.count(f"line 2999 {character}{character}\n") == 1
    assert console.text.count("line 2990 ") == 1
