"""The runs of this machine, newest first until they are sorted by something else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from models.errors import ImagingError, UnreadableRunError
from models.run.record import RunRecord
from screens.listing import ListScreen
from screens.order import Orders
from screens.runs.run import RunScreen
from screens.runs.texts.run_rows import COLUMNS, ORDERS, cells, matching, summary
from screens.style.tones import Tone
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList

REFRESH_SECONDS = 2.0
"""How often the journal, a local file, is read while the list is on show."""


class RunsScreen(ListScreen[RunRecord]):
    """All runs; enter opens one."""

    MODE = "runs"
    NOUN = "run"
    NONE = "No runs yet: choose an instance and press i."
    CSS = "RunsScreen #list, RunsScreen #runs { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="runs.filter", tooltip="Show only rows that contain these words"),
        Binding("o", "sort", "Sort", id="runs.sort", tooltip="Sort by any column: unfinished first, worst first"),
        Binding("r", "refresh", "Refresh", id="runs.refresh", tooltip="Read the journal again"),
        Binding("e", "error", "Error", id="runs.error", tooltip="Show the full error of the last refresh"),
        Binding("y", "copy", "Copy id", id="runs.copy", tooltip="Copy the run's id to the clipboard"),
        Binding("escape", "list", "Back", id="runs.list", tooltip="Back to the list; there, clear the filter"),
    ]

    class Read(Message):
        """The journal was read."""

        def __init__(self, runs: tuple[RunRecord, ...], unreadable: tuple[UnreadableRunError, ...]) -> None:
            super().__init__()
            self.runs = runs
            self.unreadable = unreadable

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier reading that still waits is of no interest any more."""
            return isinstance(message, RunsScreen.Read)

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._unreadable: tuple[UnreadableRunError, ...] = ()
        self._known_at: datetime | None = None

    def compose_body(self) -> ComposeResult:
        """The list and its filter."""
        with Vertical(id="list", classes="panel") as panel:
            panel.border_title = "Runs"
            yield RowList[RunRecord](
                COLUMNS,
                key_of=lambda run: run.id,
                cells_of=lambda run: cells(run, self.glyphs),
                glyphs=self.glyphs,
                empty="Reading the journal",
                opens="Open run",
                id="runs",
            )
            yield FilterLine("part of a name, state, verdict or id", id="filter")

    def on_mount(self) -> None:
        """Read now and, while the list is on show, every two seconds."""
        super().on_mount()
        self._rows.focus()
        self._timer = self.set_interval(REFRESH_SECONDS, self.action_refresh, pause=True)

    def on_screen_resume(self) -> None:
        """The list is on show."""
        super().on_screen_resume()
        self.action_refresh()
        self._timer.resume()

    def on_screen_suspend(self) -> None:
        """The list is hidden."""
        self._timer.pause()

    def action_refresh(self) -> None:
        """Read the journal."""
        self._read()

    @work(group="runs", exclusive=True, exit_on_error=False, description="read the journal")
    async def _read(self) -> None:
        runs = self.console.runs
        self.post_message(self.Read(await runs.runs(), runs.unreadable_runs))

    @on(Read)
    def _journal_read(self, event: Read) -> None:
        event.stop()
        self._unreadable, self._known_at = event.unreadable, self.console.clock.now()
        self._take(event.runs, complete=True)

    @on(RowList.Opened, "#runs")
    def _open(self, event: RowList.Opened) -> None:
        event.stop()
        self.app.push_screen(RunScreen(event.key))

    def failed(self, error: ImagingError) -> None:
        """Keep what is on show and say why it is not fresh."""
        self._fail(error)

    @property
    def _read_at(self) -> datetime | None:
        return self._known_at

    @property
    def _orders(self) -> Orders[RunRecord]:
        return ORDERS

    def _found(self, text: str) -> Sequence[RunRecord]:
        return matching(self._listed, text)

    def _nothing(self, text: str) -> str:
        if self._complete:
            return super()._nothing(text)
        return "Reading the journal" if self._trouble is None else "No list: press r to try again"

    def _say_fresh(self, count: str) -> None:
        told = summary(f"{count}{self._order.told}", self._listed)
        if self._unreadable:
            ids = ", ".join(each.run_id for each in self._unreadable)
            self.status.say(f"{told} · cannot be read: {ids} (see `imaging runs`)", Tone.WARN)
        else:
            self.status.say(told)
