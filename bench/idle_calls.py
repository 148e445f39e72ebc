"""How often the console asks the cloud while nothing happens, with 1,000 instances."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.ground import Settings, demonstration, somebody
from bench.results import Number
from bench.turned_clock import TurnedClock
from imaging.cloud.connection import connect
from imaging.cloud.instance_list_polling import InstanceWatch
from imaging.cloud.login.resolution import resolve_cloud
from imaging.guidelines.profiles import load_profile
from imaging.runtime.paths import Paths
from models.settings import Settings as ConsoleSettings
from tests.support.demo import DemoCloud

_INSTANCES = 1_000
_MINUTES = 10
"""Long enough for what happens every five minutes only."""
_SETTLING_SECONDS = 300
"""Passes first: the project has machines that hang in a task, and those are watched more closely for a while."""
_LIST_PATH = "/servers/detail"


def measure(_settings: Settings) -> list[Number]:
    """Ten idle minutes of the list alone, and of the whole console with a checklist beside the list."""
    with (
        demonstration(_INSTANCES) as cloud,
        somebody(cloud) as environment,
        patch.dict(os.environ, environment, clear=True),
    ):
        bare = asyncio.run(_bare_list(cloud))
        cloud.reset()
        checklist = asyncio.run(_with_checklist(cloud))
    return [
        _number("API calls per idle minute, bare list of 1,000", bare, "<= 6, no full list"),
        _number("API calls per idle minute, checklist open", checklist, "<= 30"),
    ]


async def _bare_list(cloud: DemoCloud) -> Sequence[Mapping[str, Any]]:
    clock = TurnedClock(cloud)
    connected = await connect(await resolve_cloud("demo", ask=None), clock)
    watching = asyncio.create_task(_follow(InstanceWatch(connected, clock)))
    await clock.turn(_SETTLING_SECONDS, sleepers=1)
    cloud.forget_calls()
    await clock.turn(_MINUTES * 60, sleepers=1)
    watching.cancel()
    await connected.close()
    return cloud.calls()


async def _follow(watch: InstanceWatch) -> None:
    async for _event in watch.events():
        pass


async def _with_checklist(cloud: DemoCloud) -> Sequence[Mapping[str, Any]]:
    from tui.app import ImagingApp  # noqa: PLC0415  # Textual reads the environment when it is imported

    clock = TurnedClock(cloud)
    with tempfile.TemporaryDirectory(prefix="bench-state-") as folder:
        app = ImagingApp(
            cloud_name="demo",
            profile=load_profile("jetstream"),
            settings=ConsoleSettings(),
            paths=Paths.below(Path(folder)).prepared(),
            clock=clock,
        )
        async with app.run_test(size=(120, 36)):
            await clock.turn(_SETTLING_SECONDS, sleepers=2)
            cloud.forget_calls()
            await clock.turn(_MINUTES * 60, sleepers=2)
            calls = cloud.calls()
            await app.action_quit()
    return calls


def _number(what: str, calls: Sequence[Mapping[str, Any]], aim: str) -> Number:
    kinds = Counter(_kind(one) for one in calls)
    full = sum(one["path"].endswith(_LIST_PATH) and "changes-since" not in one["query"] for one in calls)
    most = max(Counter(one["at"][:16] for one in calls).values(), default=0)
    note = f"{_MINUTES} turned minutes, at most {most} in one, {full} full lists; {_by_kind(kinds)}"
    return Number(what, len(calls) / _MINUTES, "calls/min", aim, note)


def _kind(call: Mapping[str, Any]) -> str:
    if call["path"].endswith(_LIST_PATH):
        return "list"
    return "checklist" if "/servers/" in call["path"] else "other"


def _by_kind(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count / _MINUTES:g} {kind}" for kind, count in sorted(kinds.items()))
