"""How long from a key press until the screen shows what it did, with 10,000 instances in the list."""

from __future__ import annotations

import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from bench.ground import COMPLETE, CONSOLE, Settings, demonstration, somebody
from bench.results import Number, percentile
from bench.terminal import Terminal

_INSTANCES = 10_000
_PRESSES = 100
_AIM = "<= 50 ms"
_LONGEST_NAME = 12
"""Longer names are cut off in the list; their beginning is searched for."""
_BEGINNING = 5
_STEPS_DOWN = 60
_BURST_GAP_SECONDS = 0.08
"""A pause this long ends what a key press made the console write."""
_UP, _DOWN, _FIRST, _LAST = (b"k", b"\x1b[A"), (b"j", b"\x1b[B"), b"g", b"G"
_WORDS = (b"reduce", b"m3.quad")
_LIST = (sys.executable, "-m", "imaging.commands", "--os-cloud", "demo", "instances", "--json")


def measure(settings: Settings) -> list[Number]:
    """Keys that move the cursor, until the name under it is drawn; keys that write a filter, until the count is."""
    with demonstration(_INSTANCES) as cloud, somebody(cloud) as environment:
        names = _names(environment)
        with Terminal(CONSOLE, environment) as terminal:
            terminal.until(COMPLETE)
            terminal.rest(2.0)
            moving = _moving(terminal, names, _PRESSES // 4 if settings.quick else _PRESSES)
            filtering = _filtering(terminal)
    return [
        _number("key press to screen change, 10,000 instances, p95", moving, _AIM),
        _number("key press to filtered list, 10,000 instances, p95", filtering, ""),
    ]


def _names(environment: Mapping[str, str]) -> list[str]:
    """The names in the order of the list."""
    done = subprocess.run(_LIST, env=dict(environment), capture_output=True, check=True)
    found = [(one["name"].casefold(), one["id"], one["name"]) for one in json.loads(done.stdout)]
    return [name for _folded, _id, name in sorted(found, key=lambda each: (not each[0][:1].isalnum(), *each))]


def _moving(terminal: Terminal, names: Sequence[str], presses: int) -> list[float]:
    """Moves at random times, beside the reading of lists and facts and not after it.

    They are up and down, and first and last: for these the name under the cursor afterwards is known, and each of
    them changes something.
    """
    chance = random.Random(7)
    terminal.type(_DOWN[0] * _STEPS_DOWN)
    terminal.rest(1.0)
    place, found = _STEPS_DOWN, []
    for _ in range(presses):
        terminal.rest(chance.uniform(0.05, 0.35))
        key, place = _next(chance, place, len(names) - 1)
        found.append(_press(terminal, key, _shown(names[place])))
    return found


def _next(chance: random.Random, place: int, last: int) -> tuple[bytes, int]:
    """A key that changes something, and where it leads: mostly one row on, now and then the whole screen."""
    if chance.random() < 0.2:
        return (_FIRST, 0) if place else (_LAST, last)
    if place == last or (place and chance.random() < 0.4):
        return chance.choice(_UP), place - 1
    return chance.choice(_DOWN), place + 1


def _shown(name: str) -> bytes:
    return re.escape(name if len(name) <= _LONGEST_NAME else name[:_BEGINNING]).encode()


def _press(terminal: Terminal, key: bytes, answer: bytes) -> float:
    before, pressed = len(terminal.written), time.monotonic()
    terminal.type(key)
    terminal.until(answer, after=before)
    return time.monotonic() - pressed


def _filtering(terminal: Terminal) -> list[float]:
    """Letter by letter, until the list that fits has been drawn."""
    found = []
    for word in _WORDS:
        terminal.type(b"/")
        terminal.rest(1.0)
        for letter in word:
            found.append(_burst(terminal, bytes([letter])))
            terminal.rest(0.8)
        terminal.type(b"\x1b")
        terminal.rest(1.0)
    return found


def _burst(terminal: Terminal, key: bytes) -> float:
    """Seconds from the key to the end of what it made the console write."""
    pressed = ended = time.monotonic()
    terminal.type(key)
    while terminal.read(_BURST_GAP_SECONDS if ended > pressed else 2.0):
        ended = time.monotonic()
    return ended - pressed


def _number(what: str, seconds: Sequence[float], aim: str) -> Number:
    milliseconds = [one * 1000 for one in seconds]
    median, worst = statistics.median(milliseconds), max(milliseconds)
    note = f"median {median:.1f} ms, longest {worst:.1f} ms, {len(seconds)} key presses"
    return Number(what, percentile(milliseconds, 95), "ms", aim, note)
