"""One run, live: what it does in words, how far it is, and its outcome with what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.errors import ImagingError
from models.formatting import clock_time, duration
from models.run.record import RunRecord
from screens.base import OpenedScreen
from screens.runs.bindings import BINDINGS
from screens.runs.changes import RunChanges
from screens.runs.files import console_screen, report_screen
from screens.runs.messages import AgainWanted, ImageWanted
from screens.runs.repair_work import RepairWork
from screens.runs.step_screen import StepScreen
from screens.runs.texts.headline import headline, run_title
from screens.runs.texts.heard import Change, Heard
from screens.runs.texts.next_steps import next_steps
from screens.runs.texts.offers import image_id_of, is_offered
from screens.runs.texts.run_log import log_lines
from screens.runs.texts.run_text import status_text
from screens.runs.texts.tasks import TaskRow, interesting_task, task_rows
from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList
from screens.widgets.text_lines import TextLines

_COLUMNS = (
    Column("", 27),
    Column("Took", 10, right=True),
    Column("At", 8, drop=1),
    Column("", 33, grow=1),
)
_PADDING = 4
"""Cells beside the headline at most, see run.tcss."""
_NEXT_STEPS = ("remove_kept", "undo", "again", "image", "console", "report", "delete_image")
_NEEDS_RECORD = frozenset({"cancel", "resume", *_NEXT_STEPS})


class RunScreen(OpenedScreen[None]):
    """Reads one run from the journal and follows it; the run itself needs no screen."""

    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    class Changed(Message):
        """The record of the run has changed; a later one supersedes this."""

        def __init__(self, run: RunRecord) -> None:
            super().__init__()
            self.run = run

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier record that still waits is of no interest any more."""
            return isinstance(message, RunScreen.Changed)

    def __init__(self, run_id: str, then: str = "") -> None:
        """Show this run, and when it is known do what a key does: the name of an action."""
        super().__init__()
        self.run_id, self._then = run_id, then
        self._run: RunRecord | None = None
        self._heard: Heard | None = None
        self._repair = RepairWork(self, self._show_texts)
        self._changes = RunChanges(self, self._heard_of, self._changed, self._follow)

    def compose_body(self) -> ComposeResult:
        """The headline, the steps, what can be done next, and the log."""
        yield Static(id="headline", markup=False)
        yield RowList[TaskRow](
            _COLUMNS,
            key_of=lambda row: row.task.value,
            cells_of=self._cells,
            glyphs=self.glyphs,
            header=False,
            empty="Reading the journal",
            opens="Read step",
            id="steps",
        )
        panel = Static(id="next", classes="panel", markup=False)
        panel.border_title = "next"
        yield panel
        log = TextLines(follows=True, id="log", classes="panel")
        log.border_title = self._log_title(log)
        yield log

    def on_mount(self) -> None:
        """Follow the run."""
        self.put_title("Runs", self.run_id)
        self._follow()

    @work(group="run", exclusive=True, exit_on_error=False, description="follow the run")
    async def _follow(self) -> None:
        async for run in self.console.runs.watch(self.run_id):
            self.post_message(self.Changed(run))

    @on(Changed)
    def _show(self, event: Changed) -> None:
        event.stop()
        if not self.is_attached:
            return  # closed meanwhile, and its widgets are gone
        before, self._run = self._run, event.run
        if self._heard is not None:
            self._heard = None if event.run.state.is_over else self._heard.with_record(event.run)
        rows, shown = self.query_one(RowList), task_rows(event.run, self.glyphs)
        follows = before is None or rows.selected_key == interesting_task(before, self.glyphs)
        rows.show(shown)
        if follows and (task := interesting_task(event.run, self.glyphs)) is not None:
            rows.select(task)
        self.set_class(event.run.state.is_over, "-over")
        self._show_texts()
        self.refresh_bindings()
        if before is None and self._then:
            self.call_after_refresh(self.run_action, self._then)

    def _show_texts(self) -> None:
        run = self._run
        if run is None:
            return
        self.put_title("Runs", run_title(run, self.glyphs.cut))
        width = self.size.width - _PADDING
        lines = headline(run, self.glyphs, width, now=self.console.clock.now(), heard=self._heard)
        self.query_one("#headline", Static).update(lines)
        self.query_one(TextLines).put(self.glyphs.plain(line) for line in log_lines(run, self._heard))
        self.status.say(*status_text(run))
        self._show_next(run)

    def _show_next(self, run: RunRecord) -> None:
        if self._repair.busy:
            return  # it stays as it was until its keys work again
        steps = next_steps(run, self._keys(), self.glyphs) if run.state.is_over else Content("")
        panel = self.query_one("#next", Static)
        panel.display = bool(steps.plain)
        panel.update(steps)

    def _keys(self) -> dict[str, str]:
        """The keys of what can be done about a run that is over."""
        found = {}
        for _node, binding, enabled, _tooltip in self.active_bindings.values():
            if enabled and binding.action in _NEXT_STEPS:
                found[binding.action] = binding.key_display or self.app.get_key_display(binding)
        return {action: found[action] for action in _NEXT_STEPS if action in found}

    def on_resize(self) -> None:
        """Cut the lines again."""
        self._show_texts()

    @on(RowList.Opened, "#steps")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        row = self.query_one(RowList).selected
        if self._run is not None and isinstance(row, TaskRow):
            self.app.push_screen(StepScreen(self._run, row))

    @on(TextLines.FollowChanged)
    def _head_log(self) -> None:
        log = self.query_one(TextLines)
        log.border_title = self._log_title(log)

    def _log_title(self, log: TextLines) -> str:
        state = "follows" if log.follows else "stands still"
        return self.glyphs.plain(f"log · {state}, f changes that · z full screen")

    def key_name(self, action: str) -> str | None:
        """From the log escape leads to the steps only; where a cause is known, it is fixed first."""
        if action == "again" and self._run is not None and boot_failure(self._run.verdict) is not None:
            return "Fix, run again"
        return "Steps" if action == "back" and isinstance(self.focused, TextLines) else None

    def action_back(self) -> None:
        """From the full log to the steps, from the log to the steps, from there to where the user came from."""
        if self.has_class("-full"):
            self.action_full()
        elif self.focused is self.query_one(TextLines):
            self.query_one(RowList).focus()
        else:
            super().action_back()

    def action_follow(self) -> None:
        """Keep the end of the log in sight, or let it stand still."""
        log = self.query_one(TextLines)
        log.follow(not log.follows)

    def action_full(self) -> None:
        """Give the whole screen to the log, or to the steps again."""
        self.toggle_class("-full")
        (self.query_one(TextLines) if self.has_class("-full") else self.query_one(RowList)).focus()

    def _cells(self, row: TaskRow) -> Sequence[Cell]:
        sign = row.sign
        tone = Tone.QUIET if sign.tone in {Tone.QUIET, Tone.GOOD} else sign.tone
        return (
            Cell(f"{sign.glyph} {self.glyphs.plain(row.words)}", sign.tone),
            Cell(duration(row.seconds), Tone.QUIET),
            Cell(clock_time(row.started_at), Tone.QUIET),
            Cell(self.glyphs.plain(row.note), Tone.PLAIN if tone is Tone.ACCENT else tone),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense in the run's state is offered, and nothing else while its cause is being fixed."""
        if action == "stop_repair" or (action in {"again", "delete_image", "back"} and self._repair.busy):
            return action == "stop_repair" and self._repair.busy
        if self._run is None:
            return action not in _NEEDS_RECORD and super().check_action(action, parameters)
        offered = is_offered(action, self._run, read_only=self.console.read_only)
        return offered and super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Send the id of the image, or of the run before there is one, to the terminal's clipboard."""
        self.copy((self._run.image_id if self._run is not None else None) or self.run_id)

    def action_image(self) -> None:
        """Go to the image."""
        if self._run is not None and (image_id := image_id_of(self._run)) is not None:
            self.post_message(ImageWanted(image_id))

    def action_again(self) -> None:
        """Fix the cause where one is known, and open the wizard again."""
        if self._run is None:
            return
        if boot_failure(self._run.verdict) is not None:
            self._repair.begin(self._run)
        else:
            self.post_message(AgainWanted(self._run))

    def action_stop_repair(self) -> None:
        """Stop what is being done about the cause."""
        self._repair.stop()

    @property
    def holds(self) -> bool:
        """Whether something is changed in the instance just now."""
        return self._repair.busy

    def action_console(self) -> None:
        """Show the console of the test instance."""
        if self._run is not None:
            self._show_console(self._run)

    @work(group="file", exclusive=True, exit_on_error=False, description="read the console log")
    async def _show_console(self, run: RunRecord) -> None:
        await self.app.push_screen(await console_screen(self.console, run))

    def action_report(self) -> None:
        """Open the report in the user's pager, else in a screen of its own."""
        if self._run is not None:
            self._show_report(self._run)

    @work(group="file", exclusive=True, exit_on_error=False, description="read the report")
    async def _show_report(self, run: RunRecord) -> None:
        screen = await report_screen(self.app, self.console, run)
        if screen is not None:
            await self.app.push_screen(screen)

    def action_delete_image(self) -> None:
        """Ask, then delete the image that this run made."""
        if self._run is not None:
            self._changes.ask_deletion(self._run)

    def action_cancel(self) -> None:
        """Ask, then cancel."""
        self._ask(Change.CANCEL)

    def action_remove_kept(self) -> None:
        """Ask, then remove the test instance that a run which is over keeps."""
        self._ask(Change.REMOVE_KEPT)

    def action_resume(self) -> None:
        """Ask, then hand the run to a new runner."""
        self._ask(Change.RESUME)

    def action_undo(self) -> None:
        """Ask, then restore the source."""
        self._ask(Change.UNDO)

    def _ask(self, change: Change) -> None:
        if self._run is not None:
            self._changes.ask(change, self._run)

    def _heard_of(self, change: Change) -> None:
        self._heard = Heard(change, self.console.clock.now())
        self._show_texts()

    def _changed(self, run: RunRecord) -> None:
        self.post_message(self.Changed(run))

    def failed(self, error: ImagingError) -> None:
        """What was asked did not arrive: say so, and show the run as it is."""
        self._heard = None
        self._show_texts()
        super().failed(error)
