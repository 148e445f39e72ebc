"""The images that the project can see, and for the chosen one which flavors can launch it and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from imaging.guidelines.instance.flavor_fit import FlavorFit, launch_matrix
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Quota
from models.errors import ImagingError
from models.formatting import clock_time
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.images.rows import COLUMNS, FLAVOR_COLUMNS, about_image, cells, fit_cells, matching
from screens.listing import ListScreen
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.columns import Cell, shortened
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList

REFRESH_SECONDS = 300.0
"""How often the images are listed again while they are on show: Glance cannot be asked for changes."""

_NAME_CELLS = 56
"""What a name takes of a panel's frame and of a sentence at most, in cells."""


class ImagesScreen(ListScreen[Image]):
    """List, detail and launch matrix."""

    MODE = "images"
    NOUN = "image"
    NONE = "No images"
    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "v",
            "verify",
            "Test launch",
            id="images.verify",
            tooltip="Launch a test instance of this image and see if it boots",
        ),
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            id="images.filter",
            tooltip="Show only rows that contain these words",
        ),
        Binding("r", "refresh", "Refresh", id="images.refresh", tooltip="Read from the cloud again"),
        Binding("e", "error", "Error", id="images.error", tooltip="Show the full error of the last refresh"),
        Binding("y", "copy", "Copy id", show=False, id="images.copy", tooltip="Copy the image's id to the clipboard"),
        Binding("escape", "list", "List", show=False, id="images.list", tooltip="Back to the list"),
    ]

    class SizesRead(Message):
        """Flavors and quota are known."""

        def __init__(self, flavors: tuple[Flavor, ...], quota: Quota | None) -> None:
            super().__init__()
            self.flavors = flavors
            self.quota = quota

    class Planned(Message):
        """A test launch was planned."""

        def __init__(self, plan: Plan) -> None:
            super().__init__()
            self.plan = plan

    class Started(Message):
        """A test launch was started."""

        def __init__(self, run: RunRecord) -> None:
            super().__init__()
            self.run = run

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._listed_at: datetime | None = None
        self._flavors: tuple[Flavor, ...] = ()
        self._quota: Quota | None = None
        self._wanted: str | None = None
        """The image to go to when it is listed."""

    def compose_body(self) -> ComposeResult:
        """List, and beside or below it the chosen image."""
        with Container(id="panes"):
            with Vertical(id="list", classes="panel") as panel:
                panel.border_title = "Images"
                yield RowList[Image](
                    COLUMNS, key_of=lambda one: one.id, cells_of=self._cells, glyphs=self.glyphs,
                    empty="Reading from the cloud", id="images",
                )  # fmt: skip
                yield FilterLine(id="filter")
            with Vertical(id="detail", classes="panel"):
                yield Static(id="about", markup=False)
                yield RowList[FlavorFit](
                    FLAVOR_COLUMNS, key_of=lambda fit: fit.flavor.id, cells_of=self._fit_cells, glyphs=self.glyphs,
                    header=False, id="matrix",
                )  # fmt: skip

    def on_mount(self) -> None:
        """Ask the cloud after the first paint."""
        super().on_mount()
        self._rows.focus()
        self._timer = self.set_interval(REFRESH_SECONDS, self.action_refresh, pause=True)
        self.call_after_refresh(self.action_refresh)

    def on_screen_resume(self) -> None:
        """The list is on show."""
        super().on_screen_resume()
        self._timer.resume()

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

    @work(group="sizes", exclusive=True, exit_on_error=False, description="read flavors and quota")
    async def _read_sizes(self) -> None:
        try:
            cloud = await self.console.cloud()
            flavors = await cloud.compute.flavors()
        except ImagingError as error:
            self.post_message(self.RefreshFailed(error))
            return
        try:
            quota = await cloud.quota()
        except ImagingError:
            quota = None  # the matrix then leaves quotas out
        self.post_message(self.SizesRead(flavors, quota))

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan a test launch")
    async def _make_plan(self, image_id: str) -> None:
        cloud, profile = await self.console.cloud(), self.console.profile
        request = RunRequest(profile=profile.name, attended=True)
        self.post_message(self.Planned(await self.console.runs.plan_verification(cloud, image_id, request, profile)))

    @work(group="plan", exclusive=True, exit_on_error=False, description="start a test launch")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(self.Started(await self.console.runs.start(plan, resolved, self.console.profile)))

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

    @on(Planned)
    def _ask(self, event: Planned) -> None:
        event.stop()
        self._say()
        plan = event.plan

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._start(plan)

        self.app.push_screen(ConfirmScreen(_question(plan)), answered)

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.push_screen(RunScreen(event.run.id))

    @on(RowList.Moved, "#images")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_detail()
        self.refresh_bindings()

    @on(RowList.Opened, "#images")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.query_one("#matrix").focus()

    def show_image(self, image_id: str) -> None:
        """Put the cursor on an image, as soon as it is listed."""
        self._wanted = image_id
        self.action_refresh()
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        if self._wanted is not None and self._rows.select(self._wanted):
            self._wanted = None
            self._rows.focus()

    @property
    def _read_at(self) -> datetime | None:
        return self._listed_at

    def _matching(self, text: str) -> Sequence[Image]:
        return matching(self._listed, text)

    def _say_fresh(self, count: str) -> None:
        self.status.say(f"{count}, listed at {clock_time(self._read_at)}" if self._complete else f"{count} so far")

    def _show_detail(self) -> None:
        image = self._rows.selected
        panel, matrix = self.query_one("#detail"), self.query_one("#matrix", RowList)
        panel.border_title = Content(shortened(image.name, _NAME_CELLS, cut=self.glyphs.cut) if image else "")
        self.query_one("#about", Static).update(about_image(image, self.glyphs) if image else Content(""))
        matrix.show(launch_matrix(image, self._flavors, self._quota, self.console.profile) if image else ())

    def failed(self, error: ImagingError) -> None:
        """Say why a test launch could not be planned or started."""
        self._say()
        super().failed(error)

    def _cells(self, image: Image) -> Sequence[Cell]:
        return cells(image, self.console.login, self.glyphs)

    def _fit_cells(self, fit: FlavorFit) -> Sequence[Cell]:
        return fit_cells(fit, self.glyphs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "verify":
            image = self._rows.selected
            return not self.console.read_only and image is not None and image.status == "active"
        return super().check_action(action, parameters)

    def action_verify(self) -> None:
        """Plan a test launch, then ask."""
        if (image := self._rows.selected) is not None:
            self.status.say("Planning the test launch", Tone.ACCENT)
            self._make_plan(image.id)

    def action_refresh(self) -> None:
        """Ask the cloud again now."""
        self._read_list()
        self._read_sizes()


def _question(plan: Plan) -> Question:
    name = shortened(plan.image.name, _NAME_CELLS, cut="…") if plan.image else "this image"
    test = plan.test
    flavor = f" in the flavor {test.flavors[0].name}" if test and test.flavors else ""
    network = f" on the network {test.network.name}" if test and test.network else ""
    details = [test.why if test else "", *plan.warnings]
    if test and test.refused_because:
        details.append(f"A test launch is not possible: {test.refused_because}")
    return Question(
        title="Test launch",
        sentence=f"This will launch a test instance of {name}{flavor}{network}, read its console, and remove it.",
        details="\n".join(part for part in details if part),
    )
