"""A file or an image, inspected: what it is, what lies on its disk, and the checklist of the system in it."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from models.errors import ImagingError
from models.text import sentence
from models.words.image_file import file_lines
from screens.base import OpenedScreen
from screens.dialogs.finding import FindingScreen
from screens.files.inspections import Inspection, Judged
from screens.finding_keys import FindingDeed, Place, binding
from screens.style.tones import Tone
from screens.widgets.checklist import ChecklistView
from screens.widgets.rows import RowList

_BEGIN = "Reading the header; esc stops"


class Told(Message):
    """The inspection has come further."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class Done(Message):
    """The inspection has ended."""

    def __init__(self, judged: Judged) -> None:
        super().__init__()
        self.judged = judged


class InspectionScreen(OpenedScreen[None]):
    """Inspects at once; leaving it ends the inspection, and the process that reads."""

    CSS_PATH = "inspection.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding(FindingDeed.READ_AGAIN, "refresh", "file.refresh", name="Inspect again", tooltip="Inspect it again"),
    ]

    def __init__(self, name: str, inspection: Inspection, *, kind: str) -> None:
        """Inspect this.

        Args:
            name: of the file or the image.
            inspection: inspects it.
            kind: what it is, for the title.
        """
        super().__init__()
        self._called, self._inspection, self._kind = name, inspection, kind
        self._is_running = False

    def compose_body(self) -> ComposeResult:
        """What it is, and the checklist."""
        yield Static(id="about", markup=False)
        yield ChecklistView(self.glyphs, id="checklist", classes="panel")

    def on_mount(self) -> None:
        """Begin."""
        self.put_title("Images", self._called, self._kind)
        self.query_one(ChecklistView).rows.focus()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Inspect it, also once more."""
        self._is_running = True
        self.query_one(ChecklistView).clear("Not inspected yet")
        self.status.say(_BEGIN, Tone.ACCENT)
        self.refresh_bindings()
        self._inspect()

    @work(group="inspect", exclusive=True, exit_on_error=False, description="inspect an image")
    async def _inspect(self) -> None:
        def say(line: str) -> None:
            self.post_message(Told(line))

        self.post_message(Done(await self._inspection(self.console, say)))

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if self._is_running:
            self.status.say(f"{event.line.rstrip('.')}; esc stops", Tone.ACCENT)

    @on(Done)
    def _done(self, event: Done) -> None:
        event.stop()
        judged, self._is_running = event.judged, False
        lines = [Content(self.glyphs.plain(line)) for line in file_lines(judged.file)]
        self.query_one("#about", Static).update(Content("\n").join(lines))
        view = self.query_one(ChecklistView)
        view.show(judged.checklist, inspected=not judged.unread_because)
        view.begin()
        self.status.say(_ending(judged), Tone.WARN if judged.unread_because else Tone.QUIET)
        self.refresh_bindings()

    def failed(self, error: ImagingError) -> None:
        """Say why there is nothing to show."""
        self._is_running = False
        self.query_one(ChecklistView).clear("Not inspected")
        self.status.say(error.what, Tone.BAD)
        self.refresh_bindings()
        super().failed(error)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One inspection at a time."""
        if action == "refresh":
            return not self._is_running
        return super().check_action(action, parameters)

    @on(RowList.Opened, "#findings")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        finding = self.query_one(ChecklistView).chosen
        if finding is not None:
            self.app.push_screen(FindingScreen(finding, Place(can_write=False)), self._wanted)

    def _wanted(self, deed: object) -> None:
        if deed is FindingDeed.READ_AGAIN:
            self.action_refresh()


def _ending(judged: Judged) -> str:
    if judged.unread_because:
        return f"Not inspected: {sentence(judged.unread_because)}"
    return "What only a running system can tell stays unknown."
