"""How long the rules take: 1,000 instances by the cloud's facts, and one with all facts of its guest."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.ground import Settings
from bench.results import Number
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from models.cloud.instance import Instance
from models.guidelines.facts import InstanceFacts
from tests.guest.probe.running import probe
from tests.guest.trees.building import build_tree
from tests.guidelines.building import NOW, facts

_TURNS = 5
_INSTANCES = 1_000


def measure(settings: Settings) -> list[Number]:
    """In this process, one after the other."""
    profile = load_profile("jetstream")
    turns = settings.turns(_TURNS)
    many = [facts(instance=_named(number)) for number in range(_INSTANCES)]
    whole = _with_a_guest()
    return [
        _timed("judging 1,000 instances", "s", 1.0, turns, lambda: [judge(each, profile) for each in many]),
        _timed(
            "judging one instance with all facts of its guest", "ms", 1000.0, turns * 4, lambda: judge(whole, profile)
        ),
    ]


def _timed(what: str, unit: str, factor: float, turns: int, work: Callable[[], object]) -> Number:
    work()
    times = []
    for _ in range(turns):
        begun = time.monotonic()
        work()
        times.append((time.monotonic() - begun) * factor)
    return Number(what, statistics.median(times), unit, note=f"median of {turns}; {min(times):.2f}-{max(times):.2f}")


def _named(number: int) -> Instance:
    instance = facts().instance.value
    if instance is None:
        raise RuntimeError("the facts of the tests have no instance")
    return instance.model_copy(update={"id": f"id-{number}", "name": f"node-{number:04}"})


def _with_a_guest() -> InstanceFacts:
    """Facts that the probe itself found, on a tree of the tests."""
    with TemporaryDirectory(prefix="bench-judging-") as folder:
        root = build_tree("ubuntu-24.04", Path(folder) / "guest")
        found = probe(root=root, questions=questions_for(load_profile("jetstream")))
    return facts(guest=found, now=NOW)
