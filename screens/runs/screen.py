"""The runs of this machine, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from models.errors import ImagingError, UnreadableRunError
from models.formatting import clock_time, counted, local_minute
from models.run.kind import RunKind
from models.run.record import RunRecord
from screens.modes import ModeScreen
from screens.runs.run import RunScreen
from screens.style.glyphs import Glyphs
from screens.style.run_words import step_words
from screens.style.tones import Tone
from screens.style.wording import is_interrupted, run_sign, verdict_sign
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

REFRESH_SECONDS = 2.0
"""How often the journal, a local file, is read while the list is on show."""

_COLUMNS = (
    Column("Run", 12, drop=3),
    Column("State", 17),
    Column("Started", 16, drop=1),
    Column("Subject", 14, grow=2),
    Column("Image", 14, grow=2, drop=2),
    Column("Verdict or step", 20),
)


class RunsScreen(ModeScreen):
    """All runs; enter opens one."""

    MODE = "runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", id="runs.refresh", tooltip="Read the journal again"),
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

    def compose_body(self) -> ComposeResult:
        """The list."""
        rows = RowList[RunRecord](
            _COLUMNS,
            key_of=lambda run: run.id,
            cells_of=self._cells,
            glyphs=self.glyphs,
            empty="Reading the journal",
            opens="Open run",
            id="runs",
            classes="panel",
        )
        rows.border_title = "Runs"
        yield rows

    def on_mount(self) -> None:
        """Read now and, while the list is on show, every two seconds."""
        super().on_mount()
        self._timer = self.set_interval(REFRESH_SECONDS, self.action_refresh, pause=True)

    def on_screen_resume(self) -> None:
        """The list is on show."""
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
    def _show(self, event: Read) -> None:
        event.stop()
        self.query_one(RowList).show(event.runs, empty="No runs yet: choose an instance and press i.")
        if event.unreadable:
            ids = ", ".join(each.run_id for each in event.unreadable)
            self.status.say(f"{_summary(event.runs)} · cannot be read: {ids} (see `imaging runs`)", Tone.WARN)
        else:
            self.status.say(_summary(event.runs))

    @on(RowList.Opened, "#runs")
    def _open(self, event: RowList.Opened) -> None:
        event.stop()
        self.app.push_screen(RunScreen(event.key))

    def failed(self, error: ImagingError) -> None:
        """Keep what is on show and say why it is not fresh."""
        self.status.say(f"The journal could not be read: {error}", Tone.BAD)

    def _cells(self, run: RunRecord) -> Sequence[Cell]:
        state = run_sign(run, self.glyphs)
        return (
            Cell(run.id, Tone.QUIET),
            Cell(str(state), state.tone),
            Cell(local_minute(run.created_at), Tone.QUIET),
            Cell(run.title),
            Cell(_made(run)),
            _outcome(run, self.glyphs),
        )


def _made(run: RunRecord) -> str:
    return run.plan.request.name if run.kind is RunKind.CREATE else f"({run.kind.value})"


def _outcome(run: RunRecord, glyphs: Glyphs) -> Cell:
    """The verdict; of a run that is not over, the step that it has come to."""
    if not run.state.is_over and run.current_step is not None:
        return Cell(f"{glyphs.running} {step_words(run.current_step.step, run.title)}", Tone.PLAIN)
    if run.spec.inspects and run.verdict is None:
        return Cell(glyphs.none, Tone.QUIET)  # it finds facts; whether the temporary instance boots it tells besides
    verdict = verdict_sign(run.verdict, glyphs)
    return Cell(str(verdict), verdict.tone)


def _summary(runs: Sequence[RunRecord]) -> str:
    going = sum(not run.state.is_over for run in runs)
    halted = sum(is_interrupted(run) for run in runs)
    parts = [counted(len(runs), "run")]
    if going:
        parts.append(f"{going} in progress")
    if halted:
        parts.append(f"{halted} interrupted: open and press R to resume")
    if runs and not going:
        parts.append(f"last change {clock_time(max(run.updated_at for run in runs))}")
    return " · ".join(parts)
