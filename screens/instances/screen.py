"""The instances of the project, and beside the chosen one everything that the guidelines ask of it, live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.timer import Timer

from imaging.cloud.instance_list_polling import InstanceWatch
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.formatting import clock_time
from models.guidelines.facts import InstanceFacts
from models.remedy_action import RemedyAction
from models.run.claim import run_on
from models.text import one_line
from screens.dialogs.finding import FindingScreen, Wish, which_action
from screens.dialogs.notice import NoticeScreen
from screens.guest_work.guest_work import GuestWork
from screens.guest_work.messages import GuestProgress, GuestRead
from screens.instances.bindings import BINDINGS
from screens.instances.deep_check import offer_deep_check
from screens.instances.live_facts import FactsWatch
from screens.instances.messages import FactsFailed, FactsRead, JournalRead
from screens.instances.sort_dialog import sort_dialog
from screens.instances.table.details import details
from screens.instances.table.entry import InstanceEntry
from screens.instances.table.known import Known
from screens.instances.table.order import HeldOrder, Sorting
from screens.instances.table.rows import COLUMNS, cells, matching
from screens.listing import ListScreen
from screens.rules_loading import judged, load_rules
from screens.runs.run import RunScreen
from screens.widgets.checklist import ChecklistView
from screens.widgets.columns import Cell, shortened
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen

REST_SECONDS = 0.2
"""How long the cursor must rest on an instance before the cloud is asked about it."""

JOURNAL_SECONDS = 5.0
"""How often the journal, a local file, is read while the list is on show."""

LATE_SECONDS = 0.4
"""How long the former checklist stays, under its own name, before the screen says that it is reading."""

_NAME_CELLS = 56
"""What a name takes of a panel's frame at most, in cells."""


class InstancesScreen(ListScreen[InstanceEntry]):
    """List and checklist."""

    MODE = "instances"
    NOUN = "instance"
    NONE = "This project has no instances"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._watch: InstanceWatch | None = None
        self._known = Known()
        self._order, self._sorting = HeldOrder(), Sorting()
        self._sorted_for: tuple[str, Sorting, bool] | None = None
        """Filter, order and completeness for which the rows were sorted last."""
        self._sort_later: Timer | None = None
        self._watched: str | None = None
        self._rest: Timer | None = None
        self._guest = GuestWork(self, self.action_refresh)
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
                    COLUMNS, key_of=lambda one: one.id, cells_of=self._cells, glyphs=self.glyphs,
                    empty="Reading from the cloud", id="instances",
                )  # fmt: skip
                yield FilterLine(id="filter")
            checklist = ChecklistView(self.glyphs, id="checklist", classes="panel")
            checklist.border_title = "Checklist"
            yield checklist

    def on_mount(self) -> None:
        """Ask the cloud after the first paint."""
        super().on_mount()
        self._rows.focus()
        self._mark_order()
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

    @work(group="facts", exclusive=True, exit_on_error=False, description="watch the chosen instance")
    async def _watch_facts(self, instance_id: str) -> None:
        cloud, profile = await self.console.cloud(), self.console.profile
        await load_rules()
        async for news in FactsWatch(cloud, self.console.clock, instance_id).news():
            if isinstance(news, ImagingError):
                self.post_message(FactsFailed(instance_id, news))
            else:
                facts = self._known.with_guest(instance_id, news)
                self.post_message(FactsRead(instance_id, facts, judged(facts, profile)))

    @on(GuestRead)
    def _guest_read(self, event: GuestRead) -> None:
        """Judge again by what was found inside."""
        event.stop()
        if not self._known.take_guest(event.instance_id, event.guest):
            return
        if (known := self._known.facts.get(event.instance_id)) is not None:
            facts = self._known.with_guest(event.instance_id, known[0])
            self.post_message(FactsRead(event.instance_id, facts, judged(facts, self.console.profile)))

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
        note = doing or self._stale or self._age()
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

    @property
    def _chosen(self) -> Instance | None:
        entry = self._rows.selected
        return entry.instance if entry is not None else None

    def _cells(self, entry: InstanceEntry) -> Sequence[Cell]:
        return cells(entry, self.glyphs)

    @work(group="journal", exclusive=True, exit_on_error=False, description="read the journal")
    async def _read_journal(self) -> None:
        with suppress(ImagingError):  # the screen of the runs says it
            self.post_message(JournalRead(await self.console.runs.runs()))

    @on(JournalRead)
    def _journal_read(self, event: JournalRead) -> None:
        event.stop()
        if self._known.take_runs(event.runs):
            self._make_rows_again()

    def _make_rows_again(self) -> None:
        """Something beside the cloud's list has changed what the rows say."""
        self._listed = tuple(self._known.entry(one.instance, self.console.login) for one in self._listed)
        self._put_rows()

    @property
    def _read_at(self) -> datetime | None:
        return self._watch.read_at if self._watch else None

    def _matching(self, text: str) -> Sequence[InstanceEntry]:
        """In their order; while only the cloud changes things the rows keep their places for some seconds."""
        found, now = matching(self._listed, text, self.glyphs), self.console.clock.monotonic()
        asked = (text, self._sorting, self._complete)
        free = not self._complete or asked != self._sorted_for
        free = free or (self.is_current and not self._order.seconds_left(now))
        self._sorted_for = asked
        rows = self._order.arranged(found, self._sorting, now=now, free=free)
        if self._order.is_stale and self._sort_later is None and self.is_current:
            self._sort_later = self.set_timer(self._order.seconds_left(now) + 0.05, self._sort_again)
        return rows

    def _sort_again(self) -> None:
        self._sort_later = None
        if self._order.is_stale:
            self._put_rows()

    def _mark_order(self) -> None:
        sign = self.glyphs.falling if self._sorting.is_reversed else self.glyphs.rising
        self._rows.mark(self._sorting.column, sign)

    def action_sort(self) -> None:
        """Choose by what the list is sorted."""
        self.app.push_screen(sort_dialog(self._sorting), self._sort_by)

    def _sort_by(self, column: str | None) -> None:
        if column is not None:
            self._sorting = self._sorting.chosen(column)
            self._mark_order()
            self._show_rows()

    def action_clear_filter(self) -> None:
        """Show all instances again."""
        self.query_one(FilterLine).clear()

    def action_view(self) -> None:
        """Show everything that is known of the chosen row, uncut."""
        if (entry := self._rows.selected) is not None:
            self.app.push_screen(NoticeScreen("Instance", entry.name or "(no name)", *details(entry, self.glyphs)))

    def _say_fresh(self, count: str) -> None:
        order = "" if self._sorting == Sorting() else f" by {self._sorting.words}"
        said = f"{count}{order}" if self._complete else f"{count} so far"
        self.status.say(said, right=self.console.profile.title)

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
            self.app.push_screen(FindingScreen(finding, can_act=can_act), lambda action: self._carry_out(facts, action))

    @property
    def chosen_facts(self) -> InstanceFacts | None:
        """The facts of the instance whose checklist is open."""
        known = self._known.facts.get(self._watched or "")
        return known[0] if known else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered: of a guest one thing at a time, and only while it runs."""
        offered = self._offered.get(action)
        return offered(self) if offered is not None else super().check_action(action, parameters)

    _offered: ClassVar[Mapping[str, Callable[[InstancesScreen], bool]]] = {
        "image": lambda self: self._writes and self._chosen is not None,
        "view": lambda self: self._chosen is not None,
        "clear_filter": lambda self: self._rows.has_focus and bool(self.query_one(FilterLine).text),
        "stop_inspection": lambda self: self._guest.busy,
        "inspect": lambda self: self._can_enter,
        "save": lambda self: self._can_enter,
        "fix": lambda self: not self._guest.busy and self._writes and bool(self.chosen_actions),
        "deep_check": lambda self: self._writes and self._instance is not None,
    }
    """When an action makes sense; those that are not named always do."""

    @property
    def _writes(self) -> bool:
        return not self.console.read_only

    @property
    def _can_enter(self) -> bool:
        """Whether the inside of the chosen instance can be reached now."""
        instance = self._instance
        return not self._guest.busy and instance is not None and instance.is_running

    @property
    def _instance(self) -> Instance | None:
        """The instance whose checklist is open, as it was read for that."""
        facts = self.chosen_facts
        return facts.instance.value if facts is not None else None

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
        self.status.say("Reading from the cloud")
        self._watched = None
        self._watch_selected()
        if self._watch is not None:
            self._watch.refresh(full=True)
        else:
            self._watch_list()

    def action_image(self) -> None:
        """Start the wizard; where a run works on the instance, show that run."""
        if (instance := self._chosen) is None:
            return
        run_id = self._known.run_on(instance.id) or run_on(instance)
        if run_id is None:
            self._open_wizard(instance)
        else:
            self._open_run(instance, run_id)

    def _open_wizard(self, instance: Instance) -> None:
        known = self._known.facts.get(instance.id)
        self.app.push_screen(WizardScreen(instance, known[0] if known else None))

    @work(group="open run", exclusive=True, exit_on_error=False, description="open the run on the instance")
    async def _open_run(self, instance: Instance, run_id: str) -> None:
        known = {run.id for run in await self.console.runs.runs()}
        # Of another machine's run this journal knows nothing; the wizard's checklist says that it is in the way.
        if run_id in known:
            self.app.push_screen(RunScreen(run_id))
        else:
            self._open_wizard(instance)

    def action_inspect(self) -> None:
        """Inspect the instance."""
        if (facts := self.chosen_facts) is not None:
            self._guest.inspect(facts)

    def action_stop_inspection(self) -> None:
        """Stop what is being done inside."""
        self._guest.stop()

    def action_save(self) -> None:
        """Copy directories of the instance to this machine."""
        if (facts := self.chosen_facts) is not None:
            self._guest.save(facts)

    def action_fix(self) -> None:
        """Choose what is to be done where there is a choice, and carry it out after asking."""
        facts, actions = self.chosen_facts, self.chosen_actions
        if facts is None:
            return
        if len(actions) == 1:
            self._carry_out(facts, actions[0])
            return
        self.app.push_screen(
            which_action(actions), lambda place: self._carry_out(facts, None if place is None else actions[int(place)])
        )

    def _carry_out(self, facts: InstanceFacts, action: RemedyAction | Wish | None) -> None:
        if isinstance(action, RemedyAction) and not self.console.read_only:
            self._guest.carry_out(facts, action)

    def action_deep_check(self) -> None:
        """Say what a deep check costs, and start it after agreement."""
        if (instance := self._instance) is not None:
            self._start_deep_check(instance)

    @work(group="deep", exclusive=True, exit_on_error=False, description="prepare a deep check")
    async def _start_deep_check(self, instance: Instance) -> None:
        run_id = await offer_deep_check(self.app, self.console, instance)
        if run_id is not None:
            self._await_facts(run_id, instance.id)

    @work(group="deep facts", exit_on_error=False, description="wait for what a deep check finds")
    async def _await_facts(self, run_id: str, instance_id: str) -> None:
        async for _run in self.console.runs.watch(run_id):
            pass
        self._read_stored(instance_id)

    @work(group="stored", exit_on_error=False, description="read the results of the last inspection")
    async def _read_stored(self, instance_id: str) -> None:
        guest = await in_thread(self.console.guests.stored, instance_id)
        if guest.known:
            self.post_message(GuestRead(instance_id, guest))

    def on_screen_resume(self) -> None:
        """A deep check may have ended meanwhile."""
        super().on_screen_resume()
        self._journal_timer.resume()
        self._read_journal()
        self._sort_again()
        if (instance := self._instance) is not None:
            self._read_stored(instance.id)

    def on_screen_suspend(self) -> None:
        """Nobody sees the rows."""
        self._journal_timer.pause()
