"""One run, live: its steps with state, clock times and phases, and the verdict with its evidence."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from models.formatting import clock_time, duration
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState, StepRecord
from screens.base import OpenedScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.dialog import Reading
from screens.runs.run_text import (
    can_be_cancelled,
    details,
    headline,
    interesting_step,
    is_watching_source,
    status_text,
    step_note,
)
from screens.style.tones import Tone
from screens.style.wording import is_interrupted, step_sign
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

_COLUMNS = (
    Column("Step", 22),
    Column("State", 15),
    Column("At", 8),
    Column("Took", 11, drop=1),
    Column("", 24, grow=1),
)

_HEADLINE_PADDING = 4
"""Cells beside the headline at most, see run.tcss."""


class RunScreen(OpenedScreen[None]):
    """Reads one run from the journal and follows it; the run itself needs no screen."""

    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Cancel", id="run.cancel", tooltip="End the run and restore the instance"),
        Binding("R", "resume", "Resume", id="run.resume", tooltip="Resume a run that is waiting or was interrupted"),
        Binding("u", "undo", "Undo", id="run.undo", tooltip="Restore the instance: volumes, power, lock"),
        Binding(
            "y",
            "copy",
            "Copy id",
            id="run.copy",
            show=False,
            tooltip="Copy the image's or run's id to the clipboard",
        ),
    ]

    class Changed(Message):
        """The record of the run has changed; a later one supersedes this."""

        def __init__(self, run: RunRecord) -> None:
            super().__init__()
            self.run = run

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier record that still waits is of no interest any more."""
            return isinstance(message, RunScreen.Changed)

    def __init__(self, run_id: str) -> None:
        """Show this run."""
        super().__init__()
        self._run_id = run_id
        self._run: RunRecord | None = None

    def compose_body(self) -> ComposeResult:
        """The headline, the steps, and what is known of the chosen one."""
        yield Static(id="headline", markup=False)
        yield RowList[StepRecord](
            _COLUMNS,
            key_of=lambda step: step.step.value,
            cells_of=self._cells,
            glyphs=self.glyphs,
            header=False,
            empty="Reading the journal",
            id="steps",
        )
        reading = Reading(Content(""), id="details")
        reading.add_class("panel")
        yield reading

    def on_mount(self) -> None:
        """Follow the run."""
        self.put_title("Runs", self._run_id)
        self._follow()

    @work(group="run", exclusive=True, exit_on_error=False, description="follow the run")
    async def _follow(self) -> None:
        async for run in self.console.runs.watch(self._run_id):
            self.post_message(self.Changed(run))

    @on(Changed)
    def _show(self, event: Changed) -> None:
        event.stop()
        before, self._run = self._run, event.run
        rows = self.query_one(RowList)
        follows = before is None or rows.selected_key == _key(interesting_step(before))
        rows.show(event.run.steps)
        if follows and (step := interesting_step(event.run)) is not None:
            rows.select(step.step.value)
        self._show_texts(event.run)
        self.refresh_bindings()

    def _show_texts(self, run: RunRecord) -> None:
        self.put_title("Runs", run.title)
        self._show_headline(run)
        self.status.say(*status_text(run))
        self._show_details()

    def _show_headline(self, run: RunRecord) -> None:
        width = self.size.width - _HEADLINE_PADDING
        self.query_one("#headline", Static).update(headline(run, self.glyphs, width))

    def on_resize(self) -> None:
        """Cut the names again."""
        if self._run is not None:
            self._show_headline(self._run)

    @on(RowList.Moved, "#steps")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_details()

    @on(RowList.Opened, "#steps")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.query_one("#details").focus()

    def on_descendant_focus(self) -> None:
        """While the details are read they get the lines of the steps, where lines are few."""
        self.set_class(self.focused is self.query_one("#details"), "-reading")

    def action_back(self) -> None:
        """From the details to the steps, from the steps to where the user came from."""
        if self.focused is self.query_one("#details"):
            self.query_one("#steps").focus()
        else:
            super().action_back()

    def _show_details(self) -> None:
        step, run = self.query_one(RowList).selected, self._run
        if run is not None and isinstance(step, StepRecord):
            panel = self.query_one("#details", Reading)
            panel.border_title = Content(step.step.value)
            panel.put(details(run, step, self.glyphs))

    def _cells(self, step: StepRecord) -> Sequence[Cell]:
        sign = step_sign(step.state, self.glyphs)
        title = Tone.QUIET if sign.tone is Tone.QUIET else Tone.PLAIN
        return (
            Cell(f"{sign.glyph} {step.step.value}", sign.tone if title is Tone.PLAIN else title),
            Cell(sign.word, sign.tone),
            Cell(clock_time(step.started_at), Tone.QUIET),
            Cell(duration(step.seconds), Tone.QUIET),
            Cell(step_note(step), title),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense in the run's state is offered."""
        run = self._run
        if action in {"cancel", "resume", "undo"} and (run is None or self.console.read_only):
            return False
        if run is not None:
            match action:
                case "cancel":
                    return can_be_cancelled(run)
                case "resume":
                    return is_interrupted(run) or run.state is RunState.WAITING
                case "undo":
                    return can_be_undone(run)
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Send the id of the image, or of the run before there is one, to the terminal's clipboard."""
        wanted = self._run.image_id if self._run and self._run.image_id else self._run_id
        self.app.copy_to_clipboard(wanted)
        self.notify(f"Copied {wanted} to the clipboard", markup=False)

    def action_cancel(self) -> None:
        """Ask, then cancel."""
        self._ask(
            Question(
                title="Cancel this run?",
                sentence=f"The run on {self._subject} ends.",
                details=self._cancel_details,
            ),
            "cancel",
        )

    def action_resume(self) -> None:
        """Ask, then hand the run to a new runner."""
        self._ask(
            Question(
                title="Resume this run?",
                sentence=f"A new runner continues the run on {self._subject}, with your current login.",
                details="Every step first checks what is already done, so nothing is done twice.",
                typed=self._other_host or "",
            ),
            "resume",
        )

    def action_undo(self) -> None:
        """Ask, then restore the source."""
        self._ask(
            Question(
                title="Restore this instance?",
                sentence=f"The volumes, power state and lock of {self._subject} are restored.",
                details="The run ends with that. A complete image is kept.",
                typed=self._other_host or "",
            ),
            "undo",
        )

    @property
    def _cancel_details(self) -> str:
        """What is left when the run is cancelled."""
        if self._run is not None and is_watching_source(self._run):
            return "The instance is restored. It is not watched coming up any longer."
        if self._run is not None and self._run.spec.inspects:
            return "The call in flight is finished first. The temporary instance and the temporary image are removed."
        return (
            "The call in flight is finished first. The instance is restored. An incomplete image and the test instance "
            "are removed; a complete image is kept, private and unverified."
        )

    @property
    def _subject(self) -> str:
        return self._run.title if self._run else self._run_id

    @property
    def _other_host(self) -> str | None:
        runner = self._run.runner if self._run else None
        return runner.host if runner and runner.host != platform.node() else None

    def _ask(self, question: Question, change: str) -> None:
        def answered(agreed: bool | None) -> None:
            if agreed:
                self._carry_out(change)

        self.app.push_screen(ConfirmScreen(question), answered)

    @work(group="deed", exclusive=True, exit_on_error=False, description="change the run")
    async def _carry_out(self, change: str) -> None:
        run, runs, console = self._run, self.console.runs, self.console
        if run is None:
            return
        match change:
            case "cancel":
                alive = run.runner is not None and run.runner.alive
                changed = await runs.cancel(run.id, None if alive else await console.resolved())
            case "resume":
                changed = await runs.resume(run.id, await console.resolved(), other_host=self._other_host)
            case _:
                changed = await runs.undo(run, await console.resolved(), other_host=self._other_host)
        self.post_message(self.Changed(changed))
        self._follow()


def can_be_undone(run: RunRecord) -> bool:
    """Whether a run has changed its source, has not restored it, and does not do so by itself."""
    changed = run.kind is not RunKind.VERIFY and run.claim is not None and not run.instance_restored
    return changed and (run.state.is_over or run.state is RunState.WAITING or is_interrupted(run))


def _key(step: StepRecord | None) -> str | None:
    return step.step.value if step else None
