"""The images that the project can see, and for the chosen one which flavors can launch it and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical

from imaging.guidelines.instance.flavor_fit import launch_matrix
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Quota
from models.errors import ImagingError
from models.formatting import clock_time
from models.run.record import RunRecord
from screens.files.opening import InspectionOpening
from screens.images.bindings import BINDINGS
from screens.images.detail import ImageDetail
from screens.images.export.opening import open_export
from screens.images.history import ImageHistory
from screens.images.importing.opening import ask_import
from screens.images.messages import HistoryRead, SizesRead, sizes_of
from screens.images.offers import is_offered
from screens.images.order import orders
from screens.images.rows import COLUMNS, cells, matching
from screens.images.sealing.opening import SealOpening
from screens.images.succession.changes import OlderImages
from screens.images.succession.screen import SuccessionScreen
from screens.images.verifying.screen import VerifyScreen
from screens.listing import ListScreen
from screens.order import Orders
from screens.runs.files import report_screen
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.columns import Cell
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList

REFRESH_SECONDS = 300.0
"""How often the images are listed again while they are on show: Glance cannot be asked for changes."""


class ImagesScreen(ListScreen[Image]):
    """List, detail and launch matrix."""

    MODE = "images"
    NOUN = "image"
    NONE = "No images"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._listed_at: datetime | None = None
        self._flavors: tuple[Flavor, ...] = ()
        self._quota: Quota | None = None
        self._history = ImageHistory()
        self._older = OlderImages(self, self._put_listed, self._say, self._read_list)
        self._newest_seen: str | None = None
        """The image of the newest run, when the list was last on show."""
        self._wanted: str | None = None
        """The image to go to when it is listed."""
        self._then = ""
        """What is done there: the name of an action."""

    def compose_body(self) -> ComposeResult:
        """List, and beside or below it the chosen image."""
        with Container(id="panes"):
            with Vertical(id="list", classes="panel") as panel:
                panel.border_title = "Images"
                yield RowList[Image](
                    COLUMNS, key_of=lambda one: one.id, cells_of=self._cells, glyphs=self.glyphs,
                    empty="Reading from the cloud", opens=self._enter_name, id="images",
                )  # fmt: skip
                yield FilterLine(id="filter")
            yield ImageDetail(self.console, self.glyphs, id="detail", classes="panel")

    def on_mount(self) -> None:
        """Ask the cloud after the first paint."""
        super().on_mount()
        self._rows.focus()
        self._sealing = SealOpening(self.app, self.console)
        self._inspecting = InspectionOpening(self.app, {"import": ask_import})
        self._timer = self.set_interval(REFRESH_SECONDS, self.action_refresh, pause=True)
        self.call_after_refresh(self.action_refresh)

    def on_screen_resume(self) -> None:
        """The list is on show."""
        super().on_screen_resume()
        self._timer.resume()
        self._read_history()
        self._go_on_sealing()

    def on_screen_suspend(self) -> None:
        """The list is hidden."""
        self._timer.pause()

    @work(group="list", exclusive=True, exit_on_error=False, description="list the images")
    async def _read_list(self) -> None:
        try:
            cloud = await self.console.cloud()
            found: tuple[Image, ...] = ()
            async for page in cloud.images.images():
                found += page
                if not self._complete:
                    self.post_message(self.ListRead(found, complete=False))
        except ImagingError as error:
            self.post_message(self.RefreshFailed(error))
        else:
            self.post_message(self.ListRead(found, complete=True))

    @work(group="history", exclusive=True, exit_on_error=False, description="read the journal")
    async def _read_history(self) -> None:
        self.post_message(HistoryRead(ImageHistory(await self.console.runs.runs())))

    @on(HistoryRead)
    def _history_read(self, event: HistoryRead) -> None:
        """Go to the image of a run that has ended since the list was last on show."""
        event.stop()
        self._history, newest = event.history, event.history.newest_image_id
        if newest is not None and newest != self._newest_seen:
            self._newest_seen = self._wanted = newest
            if self._complete and newest not in {image.id for image in self._listed}:
                self._read_list()
        self._put_rows()
        self._go_to_wanted()
        self._rows.refresh()
        self._show_detail()
        self.refresh_bindings()

    @work(group="sizes", exclusive=True, exit_on_error=False, description="read flavors and quota")
    async def _read_sizes(self) -> None:
        try:
            self.post_message(await sizes_of(self.console))
        except ImagingError as error:
            self.post_message(self.RefreshFailed(error))

    def _take(self, items: tuple[Image, ...], *, complete: bool) -> None:
        self._listed_at = self.console.clock.now()
        self.retitle()
        super()._take(items, complete=complete)
        self._go_to_wanted()

    @on(SizesRead)
    def _sizes_read(self, event: SizesRead) -> None:
        event.stop()
        self._flavors, self._quota = event.flavors, event.quota
        self._show_detail()

    @on(RowList.Moved, "#images")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_detail()
        self.refresh_bindings()

    @on(RowList.Opened, "#images")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if self._history_of_chosen is not None:
            self.action_run()
        else:
            self.query_one("#description").focus()

    def _enter_name(self, image: Image) -> str:
        return "Run" if self._history.run(image) is not None else "Description"

    def show_image(self, image_id: str, then: str = "") -> None:
        """Put the cursor on an image, as soon as it is listed; then do what a key does there."""
        self._wanted, self._then = image_id, then
        self.query_one(FilterLine).clear()
        self.action_refresh()
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        if self._wanted is not None and self._rows.select(self._wanted):
            (then, self._then), self._wanted = (self._then, ""), None
            self._rows.focus()
            if then:
                self.call_after_refresh(self.run_action, then)

    @property
    def _read_at(self) -> datetime | None:
        return self._listed_at

    @property
    def _orders(self) -> Orders[Image]:
        return orders(lambda: self.console.login, lambda: self._history)

    def _found(self, text: str) -> Sequence[Image]:
        return matching(self._listed, text)

    def _say_fresh(self, count: str) -> None:
        told = f"{count}{self._order.told}, listed at {clock_time(self._read_at)}"
        self.status.say(told if self._complete else f"{count} so far")

    def _show_detail(self) -> None:
        image = self._rows.selected
        matrix = launch_matrix(image, self._flavors, self._quota, self.console.profile) if image else ()
        self.query_one(ImageDetail).put(image, self._history, matrix, self._listed if self._complete else ())

    def failed(self, error: ImagingError) -> None:
        """Say what went wrong, over what is known."""
        self._say()
        super().failed(error)

    def _cells(self, image: Image) -> Sequence[Cell]:
        return cells(image, self.console.login, self._history, self.glyphs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action in {"hide", "delete"} and self._older.busy:
            return False
        console, image = self.console, self._rows.selected
        called = " ".join((action, *map(str, parameters)))
        offered = is_offered(called, image, self._history, console.login, read_only=console.read_only)
        return super().check_action(action, parameters) if offered is None else offered

    def action_verify(self) -> None:
        """Show what a test launch would come to, and let it be started there."""
        if (image := self._rows.selected) is not None:
            self.app.push_screen(VerifyScreen(image))

    @property
    def _history_of_chosen(self) -> RunRecord | None:
        image = self._rows.selected
        return self._history.run(image) if image is not None else None

    def action_run(self) -> None:
        """Open the run that made or tested the image."""
        if (run := self._history_of_chosen) is not None:
            self.app.push_screen(RunScreen(run.id))

    @work(group="report", exclusive=True, exit_on_error=False, description="read the report")
    async def action_report(self) -> None:
        """Open the report of that run."""
        image = self._rows.selected
        run = self._history.report(image) if image is not None else None
        if run is not None and (screen := await report_screen(self.app, self.console, run)) is not None:
            await self.app.push_screen(screen)

    @work(group="seal", exclusive=True, exit_on_error=False, description="prepare the seal")
    async def action_seal(self) -> None:
        """Make a sealed image of the chosen one; what that needs is asked first."""
        if (image := self._rows.selected) is not None:
            self.status.say("Preparing the seal", Tone.ACCENT)
            await self._sealing.open(image, self._listed)
            self._say()

    @work(group="export", exclusive=True, exit_on_error=False, description="prepare the export")
    async def action_export(self) -> None:
        """Make a file of the chosen image; which one, and whether that may be, is asked first."""
        if (image := self._rows.selected) is not None:
            await open_export(self.app, self.console, image)

    @work(group="seal-again", exclusive=True, exit_on_error=False, description="continue with the seal")
    async def _go_on_sealing(self) -> None:
        await self._sealing.go_on(self._listed)

    def key_name(self, action: str) -> str | None:
        """What the key does to the chosen image."""
        is_hidden = (image := self._rows.selected) is not None and image.hidden
        return "Show again" if action == "hide" and is_hidden else super().key_name(action)

    def action_succession(self) -> None:
        """Show what follows what."""
        if (image := self._rows.selected) is not None:
            self.app.push_screen(SuccessionScreen(image))

    def action_hide(self) -> None:
        """Hide the chosen image, or show it again; both are asked first."""
        if (image := self._rows.selected) is not None:
            self._older.begin(self._older.hide_or_show, image.id)

    def action_delete(self) -> None:
        """Delete the chosen image, if nothing forbids it; its name is asked for."""
        if (image := self._rows.selected) is not None:
            self._older.begin(self._older.delete, image.id)

    def _put_listed(self, image_id: str, image: Image | None) -> None:
        """Show what has become of an image at once, and read the list again."""
        now = (image if one.id == image_id else one for one in self._listed)
        self._listed = tuple(one for one in now if one is not None)
        self._show_rows()
        self._read_list()

    def action_inspect(self, what: str) -> None:
        """Inspect the chosen image, or a file that is asked for; or import one."""
        self._inspecting.begin(what, self._rows.selected)

    def action_refresh(self) -> None:
        """Ask the cloud again now."""
        self._read_list()
        self._read_history()
        self._read_sizes()
