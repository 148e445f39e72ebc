"""The instances of the project, and beside the chosen one everything that the guidelines ask of it, live."""

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
from textual.timer import Timer

from imaging.cloud.watching import InstanceWatch
from models.errors import ImagingError
from models.fact import Fact
from models.facts import InstanceFacts
from models.findings import Checklist
from models.guest.facts import GuestFacts
from models.instance import Instance
from models.remedy_action import RemedyAction
from models.text import one_line
from screens.finding import FindingScreen
from screens.instance_guest import GuestScreen
from screens.instance_rows import COLUMNS, cells, matching
from screens.judging import judged, load_rules
from screens.live import FactsWatch
from screens.widgets.checklist import ChecklistView
from screens.widgets.columns import Cell, shortened
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen
from screens.wording import clock_time

REST_SECONDS = 0.2
"""How long the cursor must rest on an instance before the cloud is asked about it."""

LATE_SECONDS = 0.4
"""How long the former checklist stays, under its own name, before the screen says that it is reading."""

_NAME_CELLS = 56
"""What a name takes of a panel's frame at most, in cells."""


class InstancesScreen(GuestScreen):
    """List and checklist."""

    MODE = "instances"
    NOUN = "instance"
    NONE = "This project has no instances"
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
            "e",
            "error",
            "Error",
            id="instances.error",
            tooltip="Say the whole error that kept the list from being fresh",
        ),
        Binding(
            "y", "copy", "Copy id", show=False, id="instances.copy", tooltip="Send the instance's id to the clipboard"
        ),
        Binding("escape", "list", "List", show=False, id="instances.list", tooltip="Back to the list"),
    ]

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
        self._watch: InstanceWatch | None = None
        self._facts: dict[str, tuple[InstanceFacts, Checklist]] = {}
        self._guests: dict[str, Fact[GuestFacts]] = {}
        self._watched: str | None = None
        self._rest: Timer | None = None
        self._progress = ""
        """What is being done inside the chosen guest."""
        self._stale = ""
        """Why the checklist is not fresh."""

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
                self.post_message(self.RefreshFailed(event.trouble))
            else:
                self.post_message(self.ListRead(tuple(watch.instances.values()), complete=event.complete))

    @work(group="facts", exclusive=True, exit_on_error=False, description="watch the chosen instance")
    async def _watch_facts(self, instance_id: str) -> None:
        cloud, profile = await self.console.cloud(), self.console.profile
        await load_rules()
        async for news in FactsWatch(cloud, self.console.clock, instance_id).news():
            if isinstance(news, ImagingError):
                self.post_message(self.FactsFailed(instance_id, news))
            else:
                facts = self._with_guest(instance_id, news)
                self.post_message(self.FactsRead(instance_id, facts, judged(facts, profile)))

    def _with_guest(self, instance_id: str, facts: InstanceFacts) -> InstanceFacts:
        """The facts with what was found inside; the cloud knows nothing of that."""
        guest = self._guests.get(instance_id)
        return facts if guest is None else facts.model_copy(update={"guest": guest})

    @on(GuestScreen.GuestRead)
    def _guest_read(self, event: GuestScreen.GuestRead) -> None:
        """Judge anew by what was found inside."""
        event.stop()
        before = self._guests.get(event.instance_id)
        if before is not None and before.read_at and event.guest.read_at and event.guest.read_at < before.read_at:
            return
        self._guests[event.instance_id] = event.guest
        if (known := self._facts.get(event.instance_id)) is not None:
            facts = self._with_guest(event.instance_id, known[0])
            self.post_message(self.FactsRead(event.instance_id, facts, judged(facts, self.console.profile)))

    @on(GuestScreen.GuestProgress)
    def _inside_progress(self, event: GuestScreen.GuestProgress) -> None:
        event.stop()
        self._progress = event.text
        if event.instance_id == self._watched:
            self._head_checklist()

    def _head_checklist(self) -> None:
        """In the frame: the instance, and what is to be known of its facts: trouble, what is being done, their age."""
        instance = next((one for one in self._listed if one.id == self._watched), None)
        doing = self._progress if self._inside_id == self._watched else ""
        note = doing or self._stale or self._age()
        room = _NAME_CELLS // 2 if note else _NAME_CELLS
        name = shortened(one_line(instance.name), room, cut=self.glyphs.cut) if instance else "Checklist"
        text = self.glyphs.plain(f"{name} · {one_line(note)}" if note else name)
        self.query_one(ChecklistView).border_title = Content(text)

    def _age(self) -> str:
        facts = self.chosen_facts
        read_at = facts.guest.read_at if facts else None
        return f"guest {clock_time(read_at, now=self.console.clock.now())}" if read_at else ""

    @on(FactsRead)
    def _show_facts(self, event: FactsRead) -> None:
        event.stop()
        self._facts[event.instance_id] = (event.facts, event.checklist)
        if event.instance_id == self._watched:
            self._show_checklist(event.instance_id)
            self.refresh_bindings()

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
            self._stale = f"from {clock_time(known[0].now)}: {event.error.what}"
            self._head_checklist()

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
                if key not in self._guests:
                    self.read_stored(key)
                self._watch_facts(key)

    def _say_that_it_reads(self) -> None:
        if self._watched not in self._facts:
            self._show_checklist(self._watched)

    def _show_checklist(self, instance_id: str | None) -> None:
        view = self.query_one(ChecklistView)
        self._stale = ""
        self._head_checklist()
        known = self._facts.get(instance_id or "")
        if known is not None:
            view.show(known[1], looked=known[0].guest.known)
        else:
            view.clear("Reading what the guidelines ask of it" if instance_id else "")

    @property
    def _chosen(self) -> Instance | None:
        return self._rows.selected

    def _cells(self, instance: Instance) -> Sequence[Cell]:
        return cells(instance, self.console.login, self.glyphs)

    @property
    def _read_at(self) -> datetime | None:
        return self._watch.read_at if self._watch else None

    def _matching(self, text: str) -> Sequence[Instance]:
        return matching(self._listed, text)

    def _say_fresh(self, count: str) -> None:
        self.status.say(count if self._complete else f"{count} so far", right=self.console.profile.title)

    def failed(self, error: ImagingError) -> None:
        """Without a login there is nothing to show; with one, what is on show stays."""
        self._fail(error)
        if not self._listed:
            super().failed(error)

    @on(RowList.Opened, "#instances")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.query_one(ChecklistView).begin()

    @on(RowList.Opened, "#findings")
    def _finding_opened(self, event: RowList.Opened) -> None:
        event.stop()
        finding, facts = self.query_one(ChecklistView).chosen, self.chosen_facts
        if finding is not None and facts is not None:
            can_act = not self.console.read_only
            self.app.push_screen(FindingScreen(finding, can_act=can_act), lambda action: self.carry_out(facts, action))

    @property
    def chosen_facts(self) -> InstanceFacts | None:
        """The facts of the instance whose checklist is open."""
        known = self._facts.get(self._watched or "")
        return known[0] if known else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "image":
            return not self.console.read_only and self._chosen is not None
        return super().check_action(action, parameters)

    @property
    def chosen_actions(self) -> tuple[RemedyAction, ...]:
        """What the console can do about the finding under the cursor, while the keys are there."""
        view = self.query_one(ChecklistView)
        finding = view.chosen if view.rows.has_focus else None
        return finding.remedy.actions if finding is not None and finding.remedy is not None else ()

    @on(RowList.Moved, "#findings")
    def _finding_chosen(self) -> None:
        self.refresh_bindings()

    def action_open(self) -> None:
        """Go to the checklist."""
        self.query_one(ChecklistView).begin()

    def action_refresh(self) -> None:
        """Ask the cloud again now."""
        self.status.say("Asking the cloud")
        self._watched = None
        self._watch_selected()
        if self._watch is not None:
            self._watch.refresh(full=True)
        else:
            self._watch_list()

    def action_image(self) -> None:
        """Start the wizard."""
        if (instance := self._chosen) is not None:
            known = self._facts.get(instance.id)
            self.app.push_screen(WizardScreen(instance, known[0] if known else None))
