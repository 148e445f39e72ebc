"""Drives the console in tests: the real application, headless, with eyes on what the screen shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolved import ResolvedCloud
from imaging.guest.download.result import SavedDirectories
from imaging.guest.interface import LoginRoute, Progress
from imaging.guest.remedies import FixResult
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.import_file.costs import Uploads
from imaging.runs.planner import Planner
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import ImagingError, UnreadableRunError
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.guidelines.profile import Profile
from models.remedy_action import RemedyAction
from models.run.claim import Claim
from models.run.plan import Plan
from models.run.record import RunRecord
from models.settings import Settings
from models.works.inventory import Inventory
from screens.context import Guests, Runs
from screens.style.glyphs import UNICODE, Glyphs
from tests.screens.samples import NOW, run
from tests.support.frames import Frames, drawn_on_demand
from tests.support.known import present
from tui.access import Access
from tui.app import ImagingApp

Shown = TypeVar("Shown", bound=Screen[Any])
_PATIENCE_SECONDS = 15.0
_LOOKS_AGAIN_SECONDS = 0.5
"""After this long the screen is read again, also where nothing was drawn."""
_DRAWS_ON_SECONDS = 0.06
"""A screen that was read so lately is not read again while it goes on changing."""
WIDE = pytest.param((120, 36), marks=pytest.mark.slow)
"""A terminal with room: what is done in one of 80 columns and 24 lines is done there once more."""
NARROW = pytest.param((60, 16), marks=pytest.mark.slow)
"""The smallest terminal, once more as well; lists, dialogs and the wizard's first page are tried in it each time."""
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


class HeldClock(QuickClock):
    """The same, but its seconds pass only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


async def no_uploads() -> Uploads:
    return ()


class FrozenRuns:
    """A run service that shows given runs, plans for real, and notes what it is asked to do."""

    def __init__(self, *runs: RunRecord) -> None:
        self.records = {one.id: one for one in runs}
        self.asked: list[tuple[Any, ...]] = []
        self.started: list[Plan] = []
        self.plans = Planner(QuickClock(), uploads=no_uploads, state=Path("/nowhere"))
        self._changed = asyncio.Event()

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        self.started.append(plan)
        record = run("new")
        self.records[record.id] = record
        return record

    unreadable_runs: tuple[UnreadableRunError, ...] = ()

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

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        self.asked.append(("resume", run_id, other_host))
        return self.records[run_id]

    async def cancel(self, run_id: str, resolved: ResolvedCloud | None) -> RunRecord:
        self.asked.append(("cancel", run_id, resolved))
        return self.records[run_id]

    async def remove_kept(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        self.asked.append(("remove_kept", run_id, resolved))
        return self.records[run_id]

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        assert isinstance(target, RunRecord)
        self.asked.append(("undo", target.id, other_host))
        return self.records[target.id]

    async def delete_image(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        self.asked.append(("delete image", run_id))
        return self.records[run_id]

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        return None


class FrozenGuests:
    """Guests that show given facts, and note what is asked of them."""

    def __init__(self) -> None:
        self.known: dict[str, Fact[GuestFacts]] = {}
        """What an earlier inspection had found, by instance id."""
        self.inside: Fact[GuestFacts] | ImagingError | None = None
        """What an inspection finds, or how it fails; None: it never ends."""
        self.asked: list[tuple[Any, ...]] = []

    def stored(self, instance_id: str) -> Fact[GuestFacts]:
        return self.known.get(instance_id, Fact[GuestFacts](unknown_because="not inspected", source=Source.GUEST))

    def inventory(self, image_id: str) -> Inventory | None:
        return None

    async def keep_inventory(self, image_id: str, inventory: Inventory) -> None:
        self.asked.append(("keep inventory", image_id))

    async def keep(self, image_id: str, facts: GuestFacts) -> None:
        self.known[image_id] = Fact(value=facts, source=Source.GUEST, read_at=facts.read_at)

    def kept_among(self, instance_ids: Iterable[str], most: int) -> tuple[str, ...]:
        return tuple(each for each in instance_ids if each in self.known)[:most]

    async def probe(
        self, route: LoginRoute, questions: Questions, *, parts: Collection[str] | None = None
    ) -> Fact[GuestFacts]:
        self.asked.append(("probe", route.instance.name))
        route.tell(Progress("Asking the guest"))
        return await self._inspect()

    async def carry_out(
        self, route: LoginRoute, questions: Questions, *, action: RemedyAction
    ) -> tuple[FixResult, Fact[GuestFacts]]:
        self.asked.append(("carry out", action.kind))
        return FixResult("It was done.", "So it is undone."), await self._inspect()

    async def fix(self, route: LoginRoute, *, action: RemedyAction) -> FixResult:
        self.asked.append(("fix", action.kind))
        return FixResult("It was released.", "Mount it again.")

    async def inspect_again(self, route: LoginRoute, questions: Questions, *, action: RemedyAction) -> Fact[GuestFacts]:
        self.asked.append(("inspect again", action.touches))
        return await self._inspect()

    async def save(self, route: LoginRoute, *, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        self.asked.append(("save", directories, target))
        return SavedDirectories(summary=f"3 files are in {target} now.", left_out=(("/home/ada/x", "not readable"),))

    async def _inspect(self) -> Fact[GuestFacts]:
        if self.inside is None:
            await asyncio.Event().wait()
        if isinstance(self.inside, ImagingError):
            raise self.inside
        return present(self.inside)


class Nowhere(Access):
    """A login that never comes: for screens that need no cloud."""

    def __init__(self) -> None:
        super().__init__(NOWHERE, QuickClock(), ask=_ask_nobody, choose=_ask_nobody)

    async def cloud(self) -> NoReturn:
        await asyncio.Event().wait()
        pytest.fail("nobody ever logs in")

    async def resolved(self) -> Any:
        return None

    async def close(self) -> None:
        pass


async def _ask_nobody(*_: object) -> NoReturn:
    pytest.fail("nothing is to be asked for a cloud that never answers")


class Driver:
    """The console and a person in front of it."""

    def __init__(self, app: ImagingApp, pilot: Pilot[None], frames: Frames) -> None:
        self.app = app
        self.pilot = pilot
        self._frames = frames

    def shown(self, kind: type[Shown]) -> Shown:
        """The screen in front, which is one of this kind."""
        assert isinstance(self.app.screen, kind), self.app.screen
        return self.app.screen

    async def press(self, *keys: str) -> None:
        self._frames.draw()
        await self.pilot.press(*keys)

    async def pass_by(self, *keys: str) -> None:
        """Press keys that only lead to where a test looks; what is on show on the way there is not drawn.

        Every screen and page is drawn in `tests/tui/terminal/test_readable.py`, and where its own tests look at it.
        """
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Type a text in one burst, as a terminal hands it over, and wait until each key has been carried out.

        The pilot waits at least 40 ms after each key: a second for a name, three for a path.
        """
        await self._burst(events.Key(_character_to_key(character), character) for character in text)

    async def hold(self, key: str, times: int) -> None:
        """Hold a key down, so that it comes many times in one burst."""
        await self._burst(events.Key(key, None) for _ in range(times))

    async def _burst(self, keys: Iterable[events.Key]) -> None:
        self._frames.draw()
        for each in keys:
            self.app.post_message(each)
        await self.pilot.pause()
        await self.until(lambda: self.app._passed is None and not self.app._held)
        await self.pilot.pause()

    @property
    def lines(self) -> Sequence[str]:
        """What the screen shows now, line by line."""
        strips = self._frames.strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def sees(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        looks_new = self._news()
        await self.until(
            lambda: looks_new() and _has_all(self.text, texts),
            lambda: f"{texts} not on\n{self.text}",
        )

    def _news(self) -> Callable[[], bool]:
        """Whether the screen may show something else than when it was last asked; it is believed for half a second."""
        last: tuple[int, Screen[Any] | None, float] = (-1, None, 0.0)
        before = -1

        def is_new() -> bool:
            nonlocal last, before
            frame, screen, moment = self._frames.count, self.app.screen, time.monotonic()
            is_still, before = frame == before, frame
            if not is_still and moment - last[2] < _DRAWS_ON_SECONDS:
                return False
            is_same = (frame, screen) == last[:2] and moment - last[2] < _LOOKS_AGAIN_SECONDS
            last = last if is_same else (frame, screen, moment)
            return not is_same

        return is_new

    async def until(self, holds: Callable[[], bool], complaint: Callable[[], str] | None = None) -> None:
        begun = drawn = time.monotonic()
        while not holds():
            now = time.monotonic()
            if now > begun + _PATIENCE_SECONDS:
                raise AssertionError(complaint() if complaint else f"it never came; there is\n{self.text}")
            if now > drawn + _LOOKS_AGAIN_SECONDS:  # some things happen only once they were on show
                self._frames.draw()
                drawn = now
            await asyncio.sleep(0.02)


def application(
    folder: Path,
    *,
    cloud: str | None = "demo",
    runs: Runs | None = None,
    guests: Guests | None = None,
    settings: Settings | None = None,
    clock: Clock | None = None,
    glyphs: Glyphs = UNICODE,
    read_only: bool = False,
) -> ImagingApp:
    """The console on the cloud that OS_CLIENT_CONFIG_FILE knows, not yet opened."""
    app = ImagingApp(
        cloud_name=cloud,
        profile=load_profile("jetstream"),
        settings=settings or Settings(theme="dark"),
        paths=Paths.below(folder).prepared(),
        clock=clock or QuickClock(),
        glyphs=glyphs,
        read_only=read_only,
        runs=FrozenRuns() if runs is None else runs,
        guests=FrozenGuests() if guests is None else guests,
    )
    if cloud == NOWHERE:
        app._access = Nowhere()
    return app


@asynccontextmanager
async def console(folder: Path, *, size: tuple[int, int] = (80, 24), **how: Any) -> AsyncIterator[Driver]:
    """The same, opened: see `application`."""
    app = application(folder, **how)
    with drawn_on_demand(app) as frames:
        async with app.run_test(size=size) as pilot:
            try:
                yield Driver(app, pilot, frames)
                frames.draw()
            finally:
                await app.action_quit()


def _has_all(seen: str, texts: Sequence[str]) -> bool:
    return all(text in seen for text in texts)
