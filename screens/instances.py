"""The instances of the project, and beside the chosen one everything that the guidelines ask of it, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from imaging.cloud.watching import InstanceWatch
from imaging.guidelines.checklist import judge
from models.errors import ImagingError
from models.facts import InstanceFacts
from models.findings import Checklist, Finding
from models.instance import Instance
from models.text import one_line
from screens.finding import FindingScreen
from screens.instance_rows import COLUMNS, cells, matching
from screens.live import FactsWatch
from screens.modes import ModeScreen
from screens.tones import Tone
from screens.widgets.checklist import ChecklistView
from screens.widgets.columns import Cell, shortened
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen
from screens.wording import clock_time, counted

REST_SECONDS = 0.2
"""How long the cursor must rest on an instance before the cloud is asked about it."""

LATE_SECONDS = 0.4
"""How long the former checklist stays, under its own name, before the screen says that it is reading."""

_NAME_CELLS = 56
"""What a name takes of a panel's frame at most, in cells."""


class InstancesScreen(ModeScreen):
    """List and checklist."""

    MODE = "instances"
    CSS_PATH = "instances.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "i",
            "image",
            "Make image",
            id="instances.image",
            tooltip="Start the wizard that makes an image of this instance",
        ),
        Binding(
            "enter",
            "open",
            "Checklist",
            id="instances.open",
            tooltip="Go to the checklist; enter there opens a finding",
        ),
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            id="instances.filter",
            tooltip="Show only what contains some words",
        ),
        Binding("r", "refresh", "Refresh", id="instances.refresh", tooltip="Ask the cloud again now"),
        Binding(
            "y", "copy", "Copy id", show=False, id="instances.copy", tooltip="Send the instance's id to the clipboard"
        ),
        Binding("escape", "list", "List", show=False, id="instances.list", tooltip="Back to the list"),
    ]

    class ListRead(Message):
        """The list of instances is known, or has changed."""

        def __init__(self, instances: tuple[Instance, ...], *, complete: bool) -> None:
            super().__init__()
            self.instances = instances
            self.complete = complete

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier list that still waits is of no interest any more."""
            return isinstance(message, InstancesScreen.ListRead)

    class ListFailed(Message):
        """The list could not be read this time; what is on show is stale."""

        def __init__(self, error: ImagingError) -> None:
            super().__init__()
            self.error = error

    class FactsRead(Message):
        """The checklist of one instance is known, or has changed."""

        def __init__(self, instance_id: str, facts: InstanceFacts, checklist: Checklist) -> None:
            super().__init__()
            self.instance_id = instance_id
            self.facts = facts
            self.checklist = checklist

    class FactsFailed(Message):
        """One instance could not be read this time."""

        def __init__(self, instance_id: str, error: ImagingError) -> None:
            super().__init__()
            self.instance_id = instance_id
            self.error = error

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._instances: tuple[Instance, ...] = ()
        self._watch: InstanceWatch | None = None
        self._complete = False
        self._trouble = ""
        self._facts: dict[str, tuple[InstanceFacts, Checklist]] = {}
        self._watched: str | None = None
        self._rest: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """List and checklist, beside or below each other."""
        with Container(id="panes"):
            with Vertical(id="list", classes="panel") as panel:
                panel.border_title = "Instances"
                yield RowList[Instance](
                    COLUMNS, key_of=lambda one: one.id, cells_of=self._cells, glyphs=self.glyphs,
                    empty="Asking the cloud", id="instances",
                )  # fmt: skip
                yield FilterLine(id="filter")
            checklist = ChecklistView(self.glyphs, id="checklist", classes="panel")
            checklist.border_title = "Checklist"
            yield checklist

    def on_mount(self) -> None:
        """Ask the cloud after the first paint."""
        super().on_mount()
        self.query_one("#instances").focus()
        self.status.say("Logging in")
        self.call_after_refresh(self._watch_list)

    @work(group="list", exclusive=True, exit_on_error=False, description="watch the instances")
    async def _watch_list(self) -> None:
        cloud = await self.console.cloud()
        self.retitle()
        watch = self._watch = InstanceWatch(cloud, self.console.clock)
        async for event in watch.events():
            if event.trouble is not None:
                self.post_message(self.ListFailed(event.trouble))
            else:
                self.post_message(self.ListRead(tuple(watch.instances.values()), complete=event.complete))

    @work(group="facts", exclusive=True, exit_on_error=False, description="watch the chosen instance")
    async def _watch_facts(self, instance_id: str) -> None:
        cloud, profile = await self.console.cloud(), self.console.profile
        async for news in FactsWatch(cloud, self.console.clock, instance_id).news():
            if isinstance(news, ImagingError):
                self.post_message(self.FactsFailed(instance_id, news))
            else:
                self.post_message(self.FactsRead(instance_id, news, judge(news, profile)))

    @on(ListRead)
    def _show_list(self, event: ListRead) -> None:
        event.stop()
        self._instances, self._complete, self._trouble = event.instances, event.complete, ""
        self._show_rows()

    @on(ListFailed)
    def _list_failed(self, event: ListFailed) -> None:
        event.stop()
        self._trouble = str(event.error)
        self._say()

    @on(FactsRead)
    def _show_facts(self, event: FactsRead) -> None:
        event.stop()
        self._facts[event.instance_id] = (event.facts, event.checklist)
        if event.instance_id == self._watched:
            self._show_checklist(event.instance_id)

    @on(FactsFailed)
    def _facts_failed(self, event: FactsFailed) -> None:
        event.stop()
        if event.instance_id != self._watched:
            return
        view = self.query_one(ChecklistView)
        known = self._facts.get(event.instance_id)
        if known is None:
            view.clear(str(event.error))
        else:
            view.border_subtitle = Content(f"from {clock_time(known[0].now)}: {one_line(event.error.what)}")

    @on(RowList.Moved, "#instances")
    def _moved(self, event: RowList.Moved) -> None:
        """Nothing but the two rows is drawn while the cursor moves; the checklist follows when it rests."""
        event.stop()
        if event.key != self._watched:
            self._rest_then_watch()

    def _rest_then_watch(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._watch_selected)

    def _watch_selected(self) -> None:
        key = self._rows.selected_key
        if key != self._watched:
            self._watched = key
            self.refresh_bindings()
            if key is None or key in self._facts:
                self._show_checklist(key)
            else:
                self._rest = self.set_timer(LATE_SECONDS, self._say_that_it_reads)
            if key is not None:
                self._watch_facts(key)

    def _say_that_it_reads(self) -> None:
        if self._watched not in self._facts:
            self._show_checklist(self._watched)

    def _show_checklist(self, instance_id: str | None) -> None:
        view = self.query_one(ChecklistView)
        instance = next((one for one in self._instances if one.id == instance_id), None)
        view.border_title = Content(
            shortened(one_line(instance.name), _NAME_CELLS, cut=self.glyphs.cut) if instance else "Checklist"
        )
        view.border_subtitle = ""
        known = self._facts.get(instance_id or "")
        if known is not None:
            view.show(known[1])
        else:
            view.clear("Reading what the guidelines ask of it" if instance_id else "")

    @property
    def _rows(self) -> RowList[Instance]:
        return self.query_one("#instances", RowList)

    @property
    def _chosen(self) -> Instance | None:
        return self._rows.selected

    def _cells(self, instance: Instance) -> Sequence[Cell]:
        return cells(instance, self.console.login, self.glyphs)

    def _show_rows(self) -> None:
        text = self.query_one(FilterLine).text
        nothing = "Nothing matches the filter" if text else "This project has no instances"
        self._rows.show(matching(self._instances, text), empty=nothing if self._complete else "Asking the cloud")
        self._say()

    def _say(self) -> None:
        shown, all_of_them = len(self._rows.items), len(self._instances)
        text = (
            counted(all_of_them, "instance")
            if shown == all_of_them
            else f"{shown} of {counted(all_of_them, 'instance')}"
        )
        if self._trouble:
            read_at = self._watch.read_at if self._watch else None
            stale = f"{text}, as of {clock_time(read_at)}" if read_at else "No list yet"
            self.status.say(f"{stale}. Refresh failed: {self._trouble}", Tone.BAD)
        else:
            self.status.say(text if self._complete else f"{text} so far", right=self.console.profile.title)

    def failed(self, error: ImagingError) -> None:
        """Without a login there is nothing to show; with one, what is on show stays."""
        self._trouble = str(error)
        self._rows.show(self._rows.items, empty="Not logged in: r tries again")
        self._say()
        if not self._instances:
            super().failed(error)

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._show_rows()

    @on(FilterLine.Left)
    def _filter_left(self, event: FilterLine.Left) -> None:
        event.stop()
        self._rows.focus()

    @on(RowList.Opened, "#instances")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.query_one(ChecklistView).rows.focus()

    @on(RowList.Opened, "#findings")
    def _finding_opened(self, event: RowList.Opened) -> None:
        event.stop()
        finding = self.query_one(ChecklistView).rows.selected
        if isinstance(finding, Finding):
            self.app.push_screen(FindingScreen(finding))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "image":
            return not self.console.read_only and self._chosen is not None
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Go to the checklist."""
        self.query_one(ChecklistView).rows.focus()

    def action_list(self) -> None:
        """Back to the list."""
        self._rows.focus()

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open()

    def action_refresh(self) -> None:
        """Ask the cloud again now."""
        self.status.say("Asking the cloud")
        self._watched = None
        self._watch_selected()
        if self._watch is not None:
            self._watch.refresh(full=True)
        else:
            self._watch_list()

    def action_copy(self) -> None:
        """Send the instance's id to the terminal's clipboard."""
        if (key := self._rows.selected_key) is not None:
            self.app.copy_to_clipboard(key)
            self.notify(f"{key} sent to terminal clipboard", markup=False)

    def action_image(self) -> None:
        """Start the wizard."""
        if (instance := self._chosen) is not None:
            known = self._facts.get(instance.id)
            self.app.push_screen(WizardScreen(instance, known[0] if known else None))
