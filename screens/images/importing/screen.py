"""Makes an image of a file: inspected first, then what is made of it is shown, agreed to, and started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from imaging.runs.plan.start_gate import obstacles
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import Visibility, Waiver
from screens.images.bindings import IMPORT_BINDINGS
from screens.images.importing.bringing import brought, proposed_request
from screens.images.importing.messages import Brought, Told
from screens.images.importing.offers import is_offered
from screens.images.importing.questions import (
    reason_question,
    unread_question,
    visibility_question,
)
from screens.images.importing.rows import import_rows
from screens.images.tested_run import TestedRunScreen
from screens.style.tones import Tone
from screens.widgets.entry import Entry
from screens.wizard.pages.content_rows import ContentRow

if TYPE_CHECKING:
    from imaging.runs.plan.import_file.planning import FileToImport


class ImportScreen(TestedRunScreen):
    """Name and description, what is made of the file, and the start."""

    AUTO_FOCUS = "#content"
    CSS_PATH = "../planned_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = IMPORT_BINDINGS
    UNTOUCHED = "Nothing has been sent yet."
    TOPIC = "Import"
    ASKS_BASE = False

    def __init__(self, path: Path) -> None:
        """Inspect this file at once; leaving ends the inspection."""
        super().__init__()
        self._path = path
        self._file: FileToImport | None = None
        self._waived: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        """The fields, and what is to be known of the file."""
        yield Static("Name of the image", classes="label", markup=False)
        yield Entry("", enter="Description", id="name")
        yield Static("Description", classes="label", markup=False)
        yield Entry("", enter="Content", id="description")
        yield from self.compose_list()

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
        self.plan_again()

    async def make_plan(self) -> Plan | None:
        """Ask for the plan, once the file is inspected."""
        if self._file is None:
            return None
        console, cloud = self.console, await self.console.cloud()
        return await console.runs.plans.import_file(cloud, self._file, self._request, console.profile)

    def rows_of_plan(self) -> Iterator[ContentRow]:
        """What is made of the file."""
        plan = self._plan
        if plan is not None and plan.file is not None:
            yield from import_rows(plan, plan.file, self.tests_row(), self.glyphs)
        elif self._file is not None:
            yield self.tests_row()  # they can be changed also where they keep it from being planned

    def missing(self) -> str:
        """What a field lacks."""
        is_whole = self._request.name.strip() and self._request.description.strip()
        return "" if self._file is None or is_whole else "The image needs a name and a description."

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        field = "name" if event.input.id == "name" else "description"
        if self._file is not None and event.value != getattr(self._request, field):
            self.change(**{field: event.value})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "own_tests" and self._file is None:
            return False  # what is asked for begins with what the file proposes
        offered = is_offered(action, self._plan, self._request)
        return super().check_action(action, parameters) if offered is None else offered

    def action_waive(self) -> None:
        """Ask for one reason that covers all that blocks, and all that was covered before."""
        found = obstacles(self._plan) if self._plan is not None else ()
        rules = dict.fromkeys(one.rule for one in found if one.kind is ObstacleKind.BLOCKER)
        self._waived = (*rules, *(one.rule for one in self._request.waivers if one.rule not in rules))
        self.app.push_screen(reason_question(self._plan, self._request), self._reason_given)

    def _reason_given(self, reason: str | None) -> None:
        if reason is not None:
            self.change(waivers=tuple(Waiver(rule=rule, reason=reason) for rule in self._waived if reason))

    def action_uninspected(self) -> None:
        """Ask why what could not be inspected does not matter."""
        self.app.push_screen(unread_question(self._plan, self._request), self._uninspected_given)

    def _uninspected_given(self, reason: str | None) -> None:
        if reason is not None:
            self.change(uninspected=reason)

    def action_visibility(self) -> None:
        """Choose who sees the image once it has booted."""
        self.app.push_screen(visibility_question(), self._visibility_chosen)

    def _visibility_chosen(self, chosen: str | None) -> None:
        if chosen is not None:
            self.change(visibility=Visibility(chosen))
