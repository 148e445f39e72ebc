"""Which image one follows, which one follows it, what changed, and what forbids that it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message

from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ImagingError
from screens.base import OpenedScreen
from screens.dialogs.dialog import Reading
from screens.style.tones import Tone

if TYPE_CHECKING:
    from imaging.guidelines.lineage.succession_place import SuccessionPlace

_DELETED_BY = "D in the list"


class SuccessionScreen(OpenedScreen[None]):
    """The links at once, what changed when it is read; leaving ends the reading."""

    CSS = "SuccessionScreen Reading { height: 1fr; padding: 0 1; }"

    class Read(Message):
        """Some of it is known, or all."""

        def __init__(self, place: SuccessionPlace, *, whole: bool) -> None:
            super().__init__()
            self.place, self.whole = place, whole

    class Told(Message):
        """The reading has come further."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def __init__(self, image: Image) -> None:
        """Read the place of this image."""
        super().__init__()
        self._image = image
        self.is_over = False
        """Whether nothing more is read."""

    def compose_body(self) -> ComposeResult:
        """The text."""
        yield Reading(Content(""), id="text")

    def on_mount(self) -> None:
        """Begin."""
        self.put_title("Images", self._image.name, "what follows what")
        self.query_one(Reading).focus()
        self.status.say("Reading the links; esc stops", Tone.ACCENT)
        self._read()

    @work(group="place", exclusive=True, exit_on_error=False, description="read what follows what")
    async def _read(self) -> None:
        await in_thread(_load)
        from imaging.guest.kept_inventories import InventoryStore  # noqa: PLC0415  # not for the first paint
        from imaging.runs.lineage.installed import InstalledReader  # noqa: PLC0415  # the same
        from imaging.runs.lineage.older_image import whole_journal  # noqa: PLC0415  # the same
        from imaging.runs.lineage.place_reading import links_of, with_change  # noqa: PLC0415  # the same

        def say(line: str) -> None:
            self.post_message(self.Told(line))

        console = self.console
        cloud, runs = await console.cloud(), await whole_journal(console.runs)
        place = await links_of(cloud, self._image.id, runs)
        self.post_message(self.Read(place, whole=place.older is None))
        if place.older is not None:
            say("Reading what is installed on both")
            reader = InstalledReader(cloud, InventoryStore(console.paths.state), console.clock, say)
            self.post_message(self.Read(await with_change(place, reader), whole=True))

    @on(Read)
    def _show(self, event: Read) -> None:
        from imaging.guidelines.lineage.succession_place import place_lines  # noqa: PLC0415  # not for the first paint

        event.stop()
        self.is_over = event.whole
        lines = place_lines(event.place, deleted_by=_DELETED_BY)
        self.query_one(Reading).put(Content("\n").join(Content(self.glyphs.plain(line)) for line in lines))
        if event.whole:
            self.status.say("Read from the cloud; nothing was changed")

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if not self.is_over:
            self.status.say(f"{event.line.rstrip('.')}; esc stops", Tone.ACCENT)

    def failed(self, error: ImagingError) -> None:
        """Say it in the line, too: what was read by then stays on show."""
        self.is_over = True
        self.status.say(error.what, Tone.BAD)
        super().failed(error)


def _load() -> None:
    """Beside the screen: readers of disks take a moment."""
    import imaging.runs.lineage.place_reading  # noqa: F401, PLC0415  # not for the first paint
