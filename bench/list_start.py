"""From the start of the console to its whole list of instances, against `openstack server list` on the same cloud."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.ground import COMPLETE, CONSOLE, FIRST_ROWS, Settings, demonstration, somebody
from bench.results import Number, not_measured, ratio
from bench.terminal import Terminal

_SIZES = ((10, 6, "<= 0.6 x"), (1_000, 2, "<= 0.5 x"), (10_000, 1, "<= 0.9 x"))
"""How many instances, how many turns, and the aim for the whole list."""
_FIRST_SCREENFUL = "<= 0.2 x"
_FIRST_SCREENFUL_FROM = 10_000
"""The aim for the first screenful is for this many: below, it is the whole list."""
_OURS = "console to complete list, {:,} instances"
_FIRST = "console to first screenful, {:,} instances"
_OPENSTACK = ("--os-cloud", "demo", "server", "list", "-f", "value", "-c", "ID")
_TIME_LIMIT_SECONDS = 30
"""What has not ended by then counts as this long, so that the true ratio is smaller still: 10,000 instances take newer
clients several minutes of processor time."""


@dataclass
class _Times:
    """Seconds, one of each for each turn."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    openstack: list[float] = field(default_factory=list)


def measure(settings: Settings) -> list[Number]:
    """Both in turns, on one demonstration cloud for each size."""
    if settings.openstack is None:
        return [
            not_measured(_OURS.format(size), "x", aim, "no `openstack` on the PATH and no BENCH_OPENSTACK")
            for size, _turns, aim in _SIZES
        ]
    found: list[Number] = []
    for size, turns, aim in _SIZES:
        times = _in_turns(size, settings.turns(turns), settings.openstack)
        names = "console / openstack server list"
        if max(times.openstack) >= _TIME_LIMIT_SECONDS:
            names += " (cut off)"
        if size >= _FIRST_SCREENFUL_FROM:
            found.append(ratio(_FIRST.format(size), times.first, times.openstack, aim=_FIRST_SCREENFUL, names=names))
        found.append(ratio(_OURS.format(size), times.whole, times.openstack, aim=aim, names=names))
    return found


def _in_turns(size: int, turns: int, openstack: str) -> _Times:
    times = _Times()
    with demonstration(size) as cloud, somebody(cloud) as environment:
        for _ in range(turns):
            first, whole = _console(environment)
            times.first.append(first)
            times.whole.append(whole)
            times.openstack.append(_openstack(openstack, environment, size))
    return times


def _console(environment: Mapping[str, str]) -> tuple[float, float]:
    with Terminal(CONSOLE, environment) as terminal:
        return terminal.until(FIRST_ROWS), terminal.until(COMPLETE)


def _openstack(command: str, environment: Mapping[str, str], size: int) -> float:
    """Seconds that it takes to list all.

    Older clients (6.0 for one) end after the cloud's first page, without a word; with `--limit -1` they continue.
    """
    seconds, listed = _timed((command, *_OPENSTACK), environment)
    if listed is not None and listed < size:
        seconds, listed = _timed((command, *_OPENSTACK, "--limit", "-1"), environment)
    if listed is not None and listed < size:
        raise RuntimeError(f"{command} lists {listed} of more than {size} instances")
    return seconds


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, int | None]:
    """Seconds, and how many lines it wrote; None for one that had to be cut off."""
    begun, listed = time.monotonic(), None
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            command, env=dict(environment), capture_output=True, check=True, timeout=_TIME_LIMIT_SECONDS
        )
        listed = len(done.stdout.splitlines())
    return time.monotonic() - begun, listed
