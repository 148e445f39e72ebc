"""Makes an image of a file: inspected first, then what is made of it is shown, agreed to, and started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from imaging.runs.plan.start_gate import obstacles
from models.errors import ImagingError
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import RunRequest, Visibility, Waiver
from screens.base import OpenedScreen
from screens.dialogs.notice import NoticeScreen
from screens.images.bindings import IMPORT_BINDINGS
from screens.images.importing.bringing import brought, proposed_request
from screens.images.importing.messages import Brought, Told
from screens.images.importing.offers import is_offered
from screens.images.importing.questions import (
    network_question,
    reason_question,
    unread_question,
    visibility_question,
)
from screens.images.importing.rows import import_rows
from screens.images.messages import Planned, Started
from screens.images.seal_text import steps_text
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import COLUMNS, ContentRow, cells
from screens.wizard.review.shown import ReviewShown
from screens.wizard.review.start_guard import StartGuard

if TYPE_CHECKING:
    from imaging.runs.plan.import_file.planning import FileToImport

PLAN_SECONDS = 0.4
"""From the last change to the plan, which asks the cloud."""
_EARLY = "Nothing was started: that key came before the plan was shown. Press it again."


class ImportScreen(OpenedScreen[None]):
    """Name and description, what is made of the file, and the start."""

    AUTO_FOCUS = "#content"
    CSS_PATH = "../seal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = IMPORT_BINDINGS

    def __init__(self, path: Path) -> None:
        """Inspect this file at once; leaving ends the inspection."""
        super().__init__()
        self._path = path
        self._file: FileToImport | None = None
        self._request = RunRequest()
        self._plan: Plan | None = None
        self._trouble = ""
        self._starting = False
        self._waived: tuple[str, ...] = ()
        self._later: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """The fields, and what is to be known of the file."""
        self._guard = StartGuard(self.console.clock)
        self._shown = ReviewShown(self, self._guard, lambda: True)
        yield Static("Name of the image", classes="label", markup=False)
        yield Entry("", enter="Description", id="name")
        yield Static("Description", classes="label", markup=False)
        yield Entry("", enter="Content", id="description")
        yield RowList[ContentRow](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False, opens="Read",
            id="content",
        )  # fmt: skip
        yield Static(id="content-detail", classes="panel", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self.put_title("Images", self._path.name or str(self._path), "import")
        for entry in self.query(Entry):
            entry.disabled = True
        self.status.say("Reading the header; esc stops", Tone.ACCENT)
        self._bring()

    @work(group="bring", exclusive=True, exit_on_error=False, description="inspect the file")
    async def _bring(self) -> None:
        def say(line: str) -> None:
            self.post_message(Told(line))

        file = await brought(self.console, self._path, say)
        self.post_message(Brought(file, await proposed_request(self.console, file)))

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if self._file is None and not self._trouble:
            self.status.say(f"{event.line.rstrip('.')}; esc stops", Tone.ACCENT)

    @on(Brought)
    def _brought(self, event: Brought) -> None:
        event.stop()
        self._file, self._request = event.file, event.request
        for field, value in (("name", event.request.name), ("description", event.request.description)):
            entry = self.query_one(f"#{field}", Entry)
            entry.disabled, entry.value = False, " ".join(value.split())
        self._plan_again()

    def _plan_again(self) -> None:
        """Something was changed: plan it once nothing more is changed for a moment."""
        self._plan, self._trouble = None, ""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PLAN_SECONDS, self._make_plan)
        self._show()

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan the import")
    async def _make_plan(self) -> None:
        if self._file is None:
            return
        console = self.console
        plan = await console.runs.plan_import(await console.cloud(), self._file, self._request, console.profile)
        self.post_message(Planned(plan))

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        if event.plan.request == self._request:
            self._plan = event.plan
            self._show()

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again."""
        self._starting, self._trouble = False, error.what
        self._show()
        super().failed(error)

    def _show(self) -> None:
        """Show what is known now; the start counts from when it can be read."""
        plan = self._plan
        rows = import_rows(plan, plan.file, self.glyphs) if plan is not None and plan.file is not None else ()
        self._rows.show(tuple(rows))
        self._tell()
        self._say()
        self._shown.changed()
        self.refresh_bindings()

    def _say(self) -> None:
        if self._obstacle:
            self.status.say(self._obstacle, Tone.WARN)
        elif self._plan is None:
            self.status.say("Making the plan", Tone.QUIET)
        else:
            self.status.say("Nothing has been sent yet.", Tone.QUIET)

    @property
    def _obstacle(self) -> str:
        """What keeps the import from starting; empty where nothing is known to."""
        if self._file is not None and not (self._request.name.strip() and self._request.description.strip()):
            return "The image needs a name and a description."
        found = obstacles(self._plan) if self._plan is not None else ()
        return found[0].text if found else self._trouble

    @property
    def _rows(self) -> RowList[ContentRow]:
        return self.query_one("#content", RowList)

    def _tell(self) -> None:
        row = self._rows.selected
        lines = [row.text.strip(), ", ".join(row.names)] if row else [self._trouble]
        text = Content("\n").join(Content(self.glyphs.plain(line)) for line in lines if line)
        self.query_one("#content-detail", Static).update(text)

    @on(RowList.Moved, "#content")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._tell()
        self.refresh_bindings()

    @on(RowList.Opened, "#content")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if (row := self._rows.selected) is not None:
            self.app.push_screen(NoticeScreen("Import", row.text.strip(), ("", "\n".join(row.names))))

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        field = "name" if event.input.id == "name" else "description"
        if self._file is not None and event.value != getattr(self._request, field):
            self._change(**{field: event.value})

    @on(Entry.Submitted)
    def _next_field(self, event: Entry.Submitted) -> None:
        event.stop()
        self.query_one("#description" if event.input.id == "name" else "#content").focus()

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on what has the focus."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "start":
            return self._plan is not None and not self._obstacle and not self._starting
        if action == "back":
            return not self._starting
        offered = is_offered(action, self._plan, self._request)
        return super().check_action(action, parameters) if offered is None else offered

    @property
    def holds(self) -> bool:
        """Whether leaving would let a run go on unseen that begins."""
        return self._starting

    def _change(self, **fields: object) -> None:
        self._request = self._request.model_copy(update=fields)
        self._plan_again()

    def action_waive(self) -> None:
        """Ask for one reason that covers all that blocks, and all that was covered before."""
        found = obstacles(self._plan) if self._plan is not None else ()
        rules = dict.fromkeys(one.rule for one in found if one.kind is ObstacleKind.BLOCKER)
        self._waived = (*rules, *(one.rule for one in self._request.waivers if one.rule not in rules))
        self.app.push_screen(reason_question(self._plan, self._request), self._reason_given)

    def _reason_given(self, reason: str | None) -> None:
        if reason is not None:
            self._change(waivers=tuple(Waiver(rule=rule, reason=reason) for rule in self._waived if reason))

    def action_uninspected(self) -> None:
        """Ask why what could not be inspected does not matter."""
        self.app.push_screen(unread_question(self._plan, self._request), self._uninspected_given)

    def _uninspected_given(self, reason: str | None) -> None:
        if reason is not None:
            self._change(uninspected=reason)

    def action_visibility(self) -> None:
        """Choose who sees the image once it has booted."""
        self.app.push_screen(visibility_question(), self._visibility_chosen)

    def _visibility_chosen(self, chosen: str | None) -> None:
        if chosen is not None:
            self._change(visibility=Visibility(chosen))

    def action_network(self) -> None:
        """Choose the network of the test instance."""
        if self._plan is not None:
            self.app.push_screen(network_question(self._plan), self._network_chosen)

    def _network_chosen(self, chosen: str | None) -> None:
        if chosen is not None:
            self._change(network_id=chosen)

    def action_steps(self) -> None:
        """Show the steps."""
        if self._plan is not None:
            self.app.push_screen(NoticeScreen("Steps", steps_text(self._plan)))

    def action_start(self) -> None:
        """Start it; not by a key that was typed before the plan could be read."""
        if self._plan is None or not self.check_action("start", ()):
            return
        if not self._guard.has_been_read:
            self.status.notice(_EARLY, Tone.WARN)
            return
        self._starting = True
        self.refresh_bindings()
        self.status.say("Starting the run", Tone.ACCENT)
        self._start(self._plan)

    @work(group="start", exclusive=True, exit_on_error=False, description="start the import")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.switch_screen(RunScreen(event.run.id))
