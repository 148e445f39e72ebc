"""How long the shell's completion takes: the processor time of the process that answers the tab key."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.ground import Settings, somebody
from bench.results import Number
from imaging.cloud.name_cache import NameCache, Named, NameKind

_TURNS = 15
_NAMES = 10_000
_AIM = "<= 200 ms"
_LINES = (
    ("completion: a command", "imaging ch", "check"),
    ("completion: one name of 10,000 instances", "imaging check web-0777", "web-07777"),
    ("completion: the longest list of names", "imaging check w", "web-00000"),
)
"""What is measured, the line at the tab key, and a word that is offered then."""


def measure(_settings: Settings) -> list[Number]:
    """Each line completed by the program as a shell starts it, with the names of many instances kept."""
    with somebody() as environment:
        cache = Path(environment["XDG_CACHE_HOME"]) / "imaging-console"
        cache.mkdir(parents=True, mode=0o700)
        things = [Named(f"id-{place}", f"web-{place:05}") for place in range(_NAMES)]
        NameCache(cache).write(NameKind.INSTANCE, things, cloud="demo")
        return [_line(what, line, word, environment) for what, line, word in _LINES]


def _line(what: str, line: str, word: str, environment: Mapping[str, str]) -> Number:
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_IMAGING_COMPLETE": "bash_complete"}
    _completed({**environment, **asked}, word)  # once, so that it finds its bytecode
    times = [_completed({**environment, **asked}, word) for _ in range(_TURNS)]
    note = f"processor time, median of {len(times)}; {min(times):.0f}-{max(times):.0f}"
    return Number(what, statistics.median(times), "ms", _AIM, note)


def _completed(environment: Mapping[str, str], word: str) -> float:
    """Milliseconds; a completion without the word that it should offer is no measurement."""
    with subprocess.Popen(
        (sys.executable, "-m", "imaging.commands"), env=environment, stdout=subprocess.PIPE
    ) as program:
        offered = program.stdout.read() if program.stdout is not None else b""
        _, status, spent = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode or f",{word}\n".encode() not in offered:
        raise RuntimeError(f"{word} was not offered")
    return (spent.ru_utime + spent.ru_stime) * 1000
