"""The instances of the project, and beside the chosen one everything that the guidelines ask of it, live."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.timer import Timer

from imaging.cloud.instance_list_polling import InstanceWatch
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.formatting import clock_time
from models.text import one_line
from screens.dialogs.notice import NoticeScreen
from screens.guest_work.messages import GuestProgress, GuestRead
from screens.instances.actions import InstanceActions
from screens.instances.bindings import BINDINGS
from screens.instances.live_facts import FactsWatch
from screens.instances.messages import FactsFailed, FactsRead, JournalRead, SavedRead
from screens.instances.saved_inspections import saved_inspections
from screens.instances.table.details import details
from screens.instances.table.entry import InstanceEntry
from screens.instances.table.order import ORDERS
from screens.instances.table.rows import COLUMNS, cells, matching
from screens.order import Orders
from screens.rules_loading import judged, load_rules
from screens.style.tones import Tone
from screens.widgets.checklist import ChecklistView
from screens.widgets.columns import shortened
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList

REST_SECONDS = 0.2
"""How long the cursor must rest on an instance before the cloud is asked about it."""

JOURNAL_SECONDS = 5.0
"""How often the journal, a local file, is read while the list is on show."""

LATE_SECONDS = 0.4
"""How long the former checklist stays, under its own name, before the screen says that it is reading."""

_NAME_CELLS = 56
"""What a name takes of a panel's frame at most, in cells."""


class InstancesScreen(InstanceActions):
    """List and checklist."""

    MODE = "instances"
    NOUN = "instance"
    NONE = "This project has no instances"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._watch: InstanceWatch | None = None
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
                yield RowList[InstanceEntry](
                    COLUMNS, key_of=lambda one: one.id, cells_of=partial(cells, glyphs=self.glyphs), glyphs=self.glyphs,
                    empty="Reading from the cloud", opens="Checklist", id="instances",
                )  # fmt: skip
                yield FilterLine(id="filter")
            checklist = ChecklistView(self.glyphs, id="checklist", classes="panel")
            checklist.border_title = "Checklist"
            yield checklist

    def on_mount(self) -> None:
        """Ask the cloud after the first paint."""
        super().on_mount()
        self._rows.focus()
        self.status.say("Logging in")
        self._journal_timer = self.set_interval(JOURNAL_SECONDS, self._read_journal)
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
                entries = tuple(self._known.entry(one, self.console.login) for one in watch.instances.values())
                self.post_message(self.ListRead(entries, complete=event.complete))

    def _take(self, items: tuple[InstanceEntry, ...], *, complete: bool) -> None:
        """Once the list is whole, look up what earlier sessions have found in what is new in it."""
        super()._take(items, complete=complete)
        if complete and (new := self._known.without_saved(one.instance for one in items)):
            self._read_saved(new)

    @work(group="saved", exit_on_error=False, description="read the inspections of earlier sessions")
    async def _read_saved(self, instances: Sequence[Instance]) -> None:
        console = self.console
        async for saved in saved_inspections(console.guests, console.clock, console.profile, instances):
            self.post_message(SavedRead(saved))

    @on(SavedRead)
    def _saved_read(self, event: SavedRead) -> None:
        event.stop()
        if self._known.take_saved(event.saved):
            self._make_rows_again()

    @work(group="facts", exclusive=True, exit_on_error=False, description="watch the chosen instance")
    async def _watch_facts(self, instance_id: str) -> None:
        cloud, profile = await self.console.cloud(), self.console.profile
        await load_rules()
        async for news in FactsWatch(cloud, self.console.clock, instance_id).news():
            if isinstance(news, ImagingError):
                self.post_message(FactsFailed(instance_id, news))
            else:
                facts = self._known.with_own(instance_id, news)
                self.post_message(FactsRead(instance_id, facts, judged(facts, profile)))

    @on(GuestRead)
    def _guest_read(self, event: GuestRead) -> None:
        event.stop()
        if self._known.take_guest(event.instance_id, event.guest):
            self._judge_again(event.instance_id)

    def _judge_again(self, instance_id: str | None) -> None:
        if instance_id is not None and (facts := self._known.outdated_facts(instance_id)) is not None:
            self.post_message(FactsRead(instance_id, facts, judged(facts, self.console.profile)))

    @on(GuestProgress)
    def _show_progress_of(self, event: GuestProgress) -> None:
        event.stop()
        self._progress = event.text
        if event.instance_id == self._watched:
            self._head_checklist()

    def _head_checklist(self) -> None:
        """In the frame: the instance, and what is to be known of its facts: trouble, what is being done, their age."""
        instance = next((one for one in self._listed if one.id == self._watched), None)
        doing = self._progress if self._guest.instance_id == self._watched else ""
        note = (
            doing
            or self._stale
            or self.glyphs.plain(" · ").join(part for part in (self._age(), self._next_step) if part)
        )
        room = _NAME_CELLS // 2 if note else _NAME_CELLS
        name = shortened(instance.name, room, cut=self.glyphs.cut) if instance else "Checklist"
        text = self.glyphs.plain(f"{name} · {one_line(note)}" if note else name)
        self.query_one(ChecklistView).border_title = Content(text)

    def _age(self) -> str:
        facts = self.chosen_facts
        read_at = facts.guest.read_at if facts else None
        return f"inspected {clock_time(read_at, now=self.console.clock.now())}" if read_at else ""

    @on(FactsRead)
    def _show_facts(self, event: FactsRead) -> None:
        event.stop()
        if self._known.take_facts(event.instance_id, event.facts, event.checklist):
            self._make_rows_again()
        if event.instance_id == self._watched:
            self._show_checklist(event.instance_id)
            self.refresh_bindings()
            self._do_early()

    @on(FactsFailed)
    def _facts_failed(self, event: FactsFailed) -> None:
        event.stop()
        if event.instance_id != self._watched:
            return
        view = self.query_one(ChecklistView)
        known = self._known.facts.get(event.instance_id)
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
            self._said, self._early = "", None
            if self._rest is not None:
                self._rest.stop()
            self._rest = self.set_timer(REST_SECONDS, self._watch_selected)

    def _watch_selected(self) -> None:
        key = self._rows.selected_key
        if key != self._watched:
            self._watched = key
            self.refresh_bindings()
            if key is None or key in self._known.facts:
                self._show_checklist(key)
            else:
                self._rest = self.set_timer(LATE_SECONDS, self._show_reading)
            if key is not None:
                if key not in self._known.guests:
                    self._read_stored(key)
                self._watch_facts(key)

    def _show_reading(self) -> None:
        if self._watched not in self._known.facts:
            self._show_checklist(self._watched)

    def _show_checklist(self, instance_id: str | None) -> None:
        view = self.query_one(ChecklistView)
        self._stale = ""
        self._head_checklist()
        known = self._known.facts.get(instance_id or "")
        if known is not None:
            view.show(known[1], inspected=known[1].not_inspected_because is None)
        else:
            view.clear("Reading the instance" if instance_id else "")

    @work(group="journal", exclusive=True, exit_on_error=False, description="read the journal")
    async def _read_journal(self) -> None:
        with suppress(ImagingError):  # the screen of the runs says it
            self.post_message(JournalRead(await self.console.runs.runs()))

    @on(JournalRead)
    def _journal_read(self, event: JournalRead) -> None:
        event.stop()
        if self._known.take_runs(event.runs):
            self._make_rows_again()
            self._judge_again(self._watched)

    def _make_rows_again(self) -> None:
        self._listed = tuple(self._known.entry(one.instance, self.console.login) for one in self._listed)
        self._put_rows()

    @property
    def _read_at(self) -> datetime | None:
        return self._watch.read_at if self._watch else None

    @property
    def _orders(self) -> Orders[InstanceEntry]:
        return ORDERS

    def _found(self, text: str) -> Sequence[InstanceEntry]:
        return matching(self._listed, text, self.glyphs)

    def action_view(self) -> None:
        """Show everything that is known of the chosen row, uncut."""
        if (entry := self._rows.selected) is not None:
            self.app.push_screen(NoticeScreen("Instance", entry.name or "(no name)", *details(entry, self.glyphs)))

    def _say_fresh(self, count: str) -> None:
        told = self._said or (f"{count}{self._order.told}" if self._complete else f"{count} so far")
        self.status.say(told, Tone.GOOD if self._said else Tone.QUIET, right=self.console.profile.title)

    def failed(self, error: ImagingError) -> None:
        """Without a login there is nothing to show; with one, what is on show stays."""
        self._fail(error)
        if not self._listed:
            super().failed(error)

    @on(RowList.Opened, "#instances")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.query_one(ChecklistView).begin()

    def action_refresh(self) -> None:
        """Ask the cloud again now."""
        self.status.say("Reading from the cloud")
        self._watched = None
        self._watch_selected()
        if self._watch is not None:
            self._watch.refresh(full=True)
        else:
            self._watch_list()

    def on_screen_resume(self) -> None:
        """A deep check may have ended meanwhile."""
        super().on_screen_resume()
        self._journal_timer.resume()
        self._read_journal()
        if (instance := self._instance) is not None:
            self._read_stored(instance.id)

    def on_screen_suspend(self) -> None:
        """Nobody sees the rows."""
        self._journal_timer.pause()
