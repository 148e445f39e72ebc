"""The palette: what can be done on the screen, and instances, images and runs by their names.

Names are text of a cloud: they are shown cleaned, and never read as markup. Ten thousand of them are searched in
slices, between which keys are handled.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from imaging.runs.plan.seal.request import is_sealable
from models.errors import ImagingError
from models.text import one_line
from screens.context import Console
from screens.images.history import ImageHistory
from screens.images.offers import is_offered as is_offered_of
from screens.listing import ListScreen
from screens.offered_keys import KeyGroup, offered_keys
from screens.runs.texts.offers import is_offered
from tui.themes import THEMES

if TYPE_CHECKING:
    from models.cloud.image import Image
    from models.run.record import RunRecord

MOST_HITS = 50
SLICE = 500
"""Names that are searched before keys are handled again."""
_NAME_CELLS = 60
_OF_A_RUN = {
    "resume": "resume run",
    "cancel": "cancel run",
    "remove_kept": "remove test instance",
    "undo": "undo run",
    "again": "run again",
    "report": "report",
}
"""What can be done about a run: actions of its screen, which asks where anything is changed."""
_OF_AN_IMAGE = {"succession": "what follows what", "hide": "hide", "delete": "delete"}
"""What can be done with an image that is followed by another one: actions of its list, which asks as well."""
_OWN_WAY = frozenset({"app.commands", "app.help", "rows.open"})
"""What is not offered here: it is done faster than it is found."""


class Destinations(Console, Protocol):
    """The application as the palette sees it: where it can lead."""

    async def show_instance(self, instance_id: str, then: str) -> None:
        """Choose an instance in its list, and go to its checklist (`open`) or into the wizard (`image`)."""

    async def show_image_by_id(self, image_id: str, then: str = "") -> None:
        """Show an image in the list of images, and begin there what a key does."""

    async def open_run(self, run_id: str, then: str = "") -> None:
        """Open a run from the list of runs, and begin there what a key does."""


@dataclass(frozen=True)
class Entry:
    """One thing that the palette can do."""

    name: str
    """What is searched; for things of the cloud their name."""
    what: str
    """What is done with it."""
    run: Callable[[], object]

    @property
    def line(self) -> str:
        """As it is shown."""
        return f"{one_line(self.name, _NAME_CELLS)}: {self.what}" if self.name else self.what


def rank(name: str, query: str) -> int | None:
    """How well a name answers: 0 begins with the query, 1 a word of it does, 2 it is somewhere; None: not at all."""
    name, query = name.casefold(), query.casefold()
    place = name.find(query)
    if place <= 0:
        return None if place < 0 else 0
    words = any(name.startswith(query, at + 1) for at, sign in enumerate(name) if not sign.isalnum())
    return 1 if words else 2


async def best(entries: Iterator[Entry], query: str) -> list[Entry]:
    """The entries that answer best, at most `MOST_HITS`; after each slice others have their turn."""
    found: list[tuple[int, str, int, Entry]] = []
    for place, entry in enumerate(entries):
        if place % SLICE == SLICE - 1:
            found = heapq.nsmallest(MOST_HITS, found)
            await asyncio.sleep(0)
        if (ranked := rank(entry.name or entry.what, query)) is not None:
            found.append((ranked, entry.name.casefold(), place, entry))
    return [entry for *_order, entry in heapq.nsmallest(MOST_HITS, found)]


class ConsolePalette(Provider):
    """Everything that the palette offers."""

    _runs: Sequence[RunRecord] = ()
    _images: Sequence[Image] = ()
    _reading: asyncio.Task[None] | None = None

    @property
    def _console(self) -> Destinations:
        return cast("Destinations", self.app)

    async def startup(self) -> None:
        """Read the journal, and begin to read the images where their list was not yet on show."""
        self._runs = await self._console.runs.runs()
        if not self._listed("images") and self._console.login is not None:
            self._reading = asyncio.create_task(self._read_images())

    async def shutdown(self) -> None:
        """Read no further."""
        if self._reading is not None:
            self._reading.cancel()

    async def discover(self) -> Hits:
        """Before anything is typed: what can be done on the screen."""
        for entry in self._actions():
            yield DiscoveryHit(Content(entry.line), entry.run, text=entry.line)

    async def search(self, query: str) -> Hits:
        """The best of all, in their order."""
        found = await best(self._all(), query)
        for place, entry in enumerate(found):
            yield Hit(1 - place / (MOST_HITS + 1), Content(entry.line), entry.run, text=entry.line)

    def _all(self) -> Iterator[Entry]:
        yield from self._actions()
        yield from self._instances()
        yield from self._of_images()
        yield from self._of_runs()

    def _actions(self) -> Iterator[Entry]:
        for key in offered_keys(self.screen):
            if key.group is not KeyGroup.MOVING and key.id not in _OWN_WAY and not key.leads_back:
                yield Entry("", f"{key.name} ({key.keys[0]})", key.run)
        for theme in THEMES:
            if theme.name != self.app.theme:
                yield Entry("", f"Theme {theme.name}", partial(setattr, self.app, "theme", theme.name))

    def _instances(self) -> Iterator[Entry]:
        for one in self._listed("instances"):
            yield Entry(one.name, "checklist", partial(self._console.show_instance, one.id, "open"))
            if not self._console.read_only:
                yield Entry(one.name, "make image", partial(self._console.show_instance, one.id, "image"))

    def _of_images(self) -> Iterator[Entry]:
        history = ImageHistory(self._runs)
        login = self._console.login
        project_id = login.identity.project_id if login is not None else None
        for image in self._listed("images") or self._images:
            show = partial(self._console.show_image_by_id, image.id)
            yield Entry(image.name, "show image", show)
            if image.status == "active" and not self._console.read_only:
                yield Entry(image.name, "test launch", partial(show, "verify"))
            if is_sealable(image, project_id) and not self._console.read_only:
                yield Entry(image.name, "seal", partial(show, "seal"))
            for action, what in _OF_AN_IMAGE.items():
                if is_offered_of(action, image, history, login, read_only=self._console.read_only):
                    yield Entry(
                        image.name, "show again" if action == "hide" and image.hidden else what, partial(show, action)
                    )
            if (run := history.report(image)) is not None:
                yield Entry(image.name, "report", partial(self._console.open_run, run.id, "report"))

    def _of_runs(self) -> Iterator[Entry]:
        for run in self._runs:
            name, show = f"{run.title} ({run.id})", partial(self._console.open_run, run.id)
            yield Entry(name, "open run", show)
            for action, what in _OF_A_RUN.items():
                if is_offered(action, run, read_only=self._console.read_only):
                    yield Entry(name, what, partial(show, action))

    def _listed(self, mode: str) -> Sequence[Any]:
        """What one of the lists holds; nothing where it was not yet on show."""
        try:
            screen = self.app.get_screen_stack(mode)[0]
        except (KeyError, IndexError):
            return ()
        return screen.listed if isinstance(screen, ListScreen) else ()

    async def _read_images(self) -> None:
        try:
            async for page in (await self._console.cloud()).images.images():
                self._images = (*self._images, *page)
        except ImagingError:
            return  # the list of images says why
