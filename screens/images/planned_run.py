"""A run that is planned from a few fields: what it comes to is listed, agreed to, and started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from imaging.runs.plan.start_gate import obstacles
from models.errors import ImagingError
from models.run.plan import Plan
from screens.base import OpenedScreen
from screens.dialogs.notice import NoticeScreen
from screens.images.messages import Planned, Started
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import COLUMNS, ContentRow, cells
from screens.wizard.review.shown import ReviewShown
from screens.wizard.review.start_guard import StartGuard

PLAN_SECONDS = 0.4
"""From the last change to the plan, which asks the cloud."""
_EARLY = "Nothing was started: that key came before the plan was shown. Press it again."


class PlannedRunScreen(OpenedScreen[None]):
    """Fields, the list of what they come to, and the start; who inherits says what is asked and listed.

    Its styles are in planned_run.tcss, which each of them names: Textual looks for them beside the class itself.
    """

    UNTOUCHED: ClassVar[str]
    """Said where nothing keeps it from starting."""
    TOPIC: ClassVar[str]
    """The heading of a row that is read in full."""

    def __init__(self) -> None:
        """Begin without a plan."""
        super().__init__()
        self._plan: Plan | None = None
        self._trouble = ""
        self._starting = False
        self._later: Timer | None = None

    def compose_list(self) -> ComposeResult:
        """What the fields come to, and the row under the cursor; below the fields."""
        self._guard = StartGuard(self.console.clock)
        self._shown = ReviewShown(self, self._guard, lambda: True)
        yield RowList[ContentRow](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False,
            opens=self.enter_name, id="content",
        )  # fmt: skip
        yield Static(id="content-detail", classes="panel", markup=False)

    def rows_of_plan(self) -> Iterator[ContentRow]:
        """What is to be known now."""
        raise NotImplementedError

    async def make_plan(self) -> Plan | None:
        """Ask for the plan; None where there is nothing to plan yet.

        Raises:
            ImagingError: the cloud or a field does not allow one.
        """
        raise NotImplementedError

    def takes(self, plan: Plan) -> bool:
        """Whether a plan is still that of what is asked for."""
        raise NotImplementedError

    def missing(self) -> str:
        """What a field lacks; empty where none does."""
        return ""

    def detail_lines(self, row: ContentRow | None) -> list[str]:
        """What is said about the row under the cursor."""
        return [row.text.strip(), ", ".join(row.names)] if row is not None else [self._trouble]

    def detail_parts(self, row: ContentRow) -> tuple[tuple[str, str], ...]:
        """What is to be read of a row, with its headings."""
        return (("", "\n".join(row.names)),)

    def enter_name(self, row: ContentRow) -> str:  # noqa: ARG002  # for those that do more with some rows
        """What Enter does to a row."""
        return "Read"

    def open_row(self, row: ContentRow) -> None:
        """Show what is to be read of a row."""
        self.app.push_screen(NoticeScreen(self.TOPIC, row.text.strip(), *self.detail_parts(row)))

    def plan_again(self) -> None:
        """Something was changed: plan it once nothing more is changed for a moment."""
        self._plan, self._trouble = None, ""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PLAN_SECONDS, self._ask_for_plan)
        self.show_plan()

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan the run")
    async def _ask_for_plan(self) -> None:
        plan = await self.make_plan()
        if plan is not None:
            self.post_message(Planned(plan))

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        self.take_plan(event.plan)

    def take_plan(self, plan: Plan) -> None:
        """Show a plan, unless something was changed since it was asked for."""
        if self.takes(plan):
            self._plan = plan
            self.show_plan()

    def failed(self, error: ImagingError) -> None:
        """Say it in the line and in a window, and let the user try again."""
        self.tell_trouble(error)
        super().failed(error)

    def tell_trouble(self, error: ImagingError) -> None:
        """Say it in the line alone."""
        self._starting, self._trouble = False, error.what
        self.show_plan()

    def show_plan(self) -> None:
        """Show what is known now; the start counts from when it can be read."""
        self._rows.show(tuple(self.rows_of_plan()))
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
            self.status.say(self.UNTOUCHED, Tone.QUIET)

    @property
    def _obstacle(self) -> str:
        """What keeps it from starting; empty where nothing is known to."""
        found = obstacles(self._plan) if self._plan is not None else ()
        return self.missing() or (self.of_obstacles(tuple(one.text for one in found)) if found else self._trouble)

    def of_obstacles(self, texts: tuple[str, ...]) -> str:
        """What is said about those there are, at least one."""
        return texts[0]

    @property
    def _rows(self) -> RowList[ContentRow]:
        return self.query_one("#content", RowList)

    def _tell(self) -> None:
        row = self._rows.selected
        lines = [*self.detail_lines(row), self._trouble if row is not None else ""]
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
            self.open_row(row)

    @on(Entry.Submitted)
    def _next_field(self, event: Entry.Submitted) -> None:
        event.stop()
        self.query_one("#description" if event.input.id == "name" else "#content").focus()

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on what has the focus."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        match action:
            case "start":
                return self._plan is not None and not self._obstacle and not self._starting
            case "steps":
                return self._plan is not None
            case "back":
                return not self._starting
        return super().check_action(action, parameters)

    @property
    def holds(self) -> bool:
        """Whether leaving would let a run that begins continue unseen."""
        return self._starting

    def action_steps(self) -> None:
        """Show the steps."""
        if self._plan is not None:
            self.app.push_screen(NoticeScreen("Steps", _steps_text(self._plan)))

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

    @work(group="start", exclusive=True, exit_on_error=False, description="start the run")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.switch_screen(RunScreen(event.run.id))


def _steps_text(plan: Plan) -> str:
    """The steps with their commands."""
    lines = [
        f"{number} {step.step.value}: {step.summary}" + "".join(f"\n  $ {command}" for command in step.commands)
        for number, step in enumerate(plan.steps, 1)
    ]
    return "\n".join(lines)
