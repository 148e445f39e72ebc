"""Drives the console in tests: the real application, headless, with eyes on what the screen shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from imaging.guest.interface import Progress
from imaging.guest.mending import MendingResult
from imaging.guest.saving.result import SavedDirectories
from imaging.guidelines.profiles import load_profile
from imaging.runs.planning import plan_run, plan_verification
from imaging.runtime.paths import Paths
from models.errors import ImagingError
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts
from models.plan import Plan
from models.run import RunRecord
from models.settings import Settings
from screens.glyphs import UNICODE, Glyphs
from tests.screens.samples import NOW, run
from tui.app import ImagingApp

_PATIENCE_SECONDS = 15.0
NOWHERE = "nowhere"
"""The name of a cloud that never answers."""


class QuickClock:
    """The time stands still, and pauses are shorter but never nothing: a process that spins is never idle."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.05, seconds / 10))


class FrozenRuns:
    """A run service that shows given runs, plans for real, and notes what it is asked to do."""

    def __init__(self, *runs: RunRecord) -> None:
        self.records = {one.id: one for one in runs}
        self.asked: list[tuple[Any, ...]] = []
        self.started: list[Plan] = []
        self._changed = asyncio.Event()

    async def plan(self, cloud, instance_id, request, profile, *, guest=None):
        return await plan_run(cloud, QuickClock(), instance_id, request, profile, guest=guest)

    async def plan_verification(self, cloud, image_id, request, profile):
        return await plan_verification(cloud, QuickClock(), image_id, request, profile)

    async def start(self, plan, resolved, profile):
        self.started.append(plan)
        record = run("new")
        self.records[record.id] = record
        return record

    async def runs(self) -> tuple[RunRecord, ...]:
        return tuple(self.records.values())

    async def run(self, run_id: str) -> RunRecord:
        return self.records[run_id]

    async def watch(self, run_id: str) -> AsyncIterator[RunRecord]:
        while True:
            yield self.records[run_id]
            if self.records[run_id].state.is_over:
                return
            await self._changed.wait()
            self._changed.clear()

    def change(self, record: RunRecord) -> None:
        self.records[record.id] = record
        self._changed.set()

    async def resume(self, run_id, resolved, *, other_host=None):
        self.asked.append(("resume", run_id, other_host))
        return self.records[run_id]

    async def cancel(self, run_id, resolved):
        self.asked.append(("cancel", run_id, resolved))
        return self.records[run_id]

    async def undo(self, target, resolved, *, other_host=None):
        self.asked.append(("undo", target.id, other_host))
        return self.records[target.id]

    async def find_claim(self, cloud, instance_id):
        return None


class FrozenGuests:
    """Guests that show given facts, and note what is asked of them."""

    def __init__(self) -> None:
        self.known: dict[str, Fact[GuestFacts]] = {}
        """What an earlier look had found, by instance id."""
        self.inside: Fact[GuestFacts] | ImagingError | None = None
        """What a look finds, or how it fails; None: it never ends."""
        self.asked: list[tuple[Any, ...]] = []

    def stored(self, instance_id):
        return self.known.get(instance_id, Fact[GuestFacts](unknown_because="not looked", source=Source.GUEST))

    async def probe(self, way, questions, *, parts=None):
        self.asked.append(("probe", way.instance.name))
        way.tell(Progress("Asking the guest"))
        return await self._look()

    async def carry_out(self, way, questions, *, action):
        self.asked.append(("carry out", action.kind))
        return MendingResult("It was done.", "So it is undone."), await self._look()

    async def mend(self, way, *, action):
        self.asked.append(("mend", action.kind))
        return MendingResult("It was let go.", "Mount it again.")

    async def look_again(self, way, questions, *, action):
        self.asked.append(("look again", action.touches))
        return await self._look()

    async def save(self, way, *, directories, target):
        self.asked.append(("save", directories, target))
        return SavedDirectories(summary=f"3 files are in {target} now.", left_out=(("/home/ada/x", "not readable"),))

    async def _look(self):
        if self.inside is None:
            await asyncio.Event().wait()
        if isinstance(self.inside, ImagingError):
            raise self.inside
        return self.inside


class Nowhere:
    """A login that never comes: for screens that need no cloud."""

    login = None
    name = "nowhere"

    async def cloud(self):
        await asyncio.Event().wait()

    async def resolved(self):
        return None

    async def close(self):
        pass


class Driver:
    """The console and a person in front of it."""

    def __init__(self, app: ImagingApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        await self.press(*(_key(character) for character in text))

    @property
    def lines(self) -> Sequence[str]:
        """What the screen shows now, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def sees(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), lambda: f"{texts} not on\n{self.text}")

    async def until(self, holds: Callable[[], bool], complaint: Callable[[], str] = lambda: "it never came") -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(complaint())
            await asyncio.sleep(0.02)


@asynccontextmanager
async def console(
    folder: Path,
    *,
    cloud: str | None = "demo",
    runs: Any = None,
    guests: Any = None,
    size: tuple[int, int] = (80, 24),
    settings: Settings | None = None,
    glyphs: Glyphs = UNICODE,
    read_only: bool = False,
) -> AsyncIterator[Driver]:
    """The console on the cloud that OS_CLIENT_CONFIG_FILE knows."""
    app = ImagingApp(
        cloud_name=cloud,
        profile=load_profile("jetstream"),
        settings=settings or Settings(theme="dark"),
        paths=Paths.below(folder).prepared(),
        clock=QuickClock(),
        glyphs=glyphs,
        read_only=read_only,
        runs=FrozenRuns() if runs is None else runs,
        guests=FrozenGuests() if guests is None else guests,
    )
    if cloud == NOWHERE:
        app._access = Nowhere()
    async with app.run_test(size=size) as pilot:
        try:
            yield Driver(app, pilot)
        finally:
            await app.action_quit()


_NAMES = {".": "full_stop", "-": "minus", " ": "space", "/": "slash", "_": "underscore", ",": "comma"}


def _key(character: str) -> str:
    return _NAMES.get(character, character)
