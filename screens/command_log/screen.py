"""What this console has asked of clouds: changes as commands, reads as counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from models.cloud.command_log import CommandLog, LoggedChange
from models.formatting import clock_time
from screens.base import OpenedScreen
from screens.command_log.texts import OF_RUNS, change_parts, outcome_sign, reads_text, summary
from screens.dialogs.notice import NoticeScreen
from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

REFRESH_SECONDS = 1.0
"""How often what was noted is seen again; nothing is drawn where nothing was added."""
_COLUMNS = (Column("Sent", 8), Column("Outcome", 11), Column("Command", 30, grow=1))


class CommandLogScreen(OpenedScreen[None]):
    """Shows what was noted so far, and what is added while it is open."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "C", "copy_command", "Copy command", id="commands.copy",
            tooltip="Send the command to the terminal's clipboard",
        ),
    ]  # fmt: skip

    def compose_body(self) -> ComposeResult:
        """The changes, the reads, and where the changes of runs are seen."""
        changes = RowList[LoggedChange](
            _COLUMNS,
            key_of=lambda change: str(change.number),
            cells_of=self._cells,
            glyphs=self.glyphs,
            empty="This console has changed nothing.",
            opens="Read",
            id="changes",
            classes="panel",
        )
        changes.border_title = "changes"
        yield changes
        with VerticalScroll(id="reads", classes="panel", can_focus=False) as reads:
            reads.border_title = "reads"
            yield Static(id="counts", markup=False)
        yield Static(self.glyphs.plain(OF_RUNS), id="of-runs", markup=False)

    def on_mount(self) -> None:
        """Show what there is, and see now and then whether more was added."""
        self.put_title("Command log")
        self._log: CommandLog | None = None
        self._show()
        self.query_one(RowList).focus()
        self.set_interval(REFRESH_SECONDS, self._show)

    def _show(self) -> None:
        log = self.console.command_log()
        if log == self._log:
            return
        self._log = log
        self.query_one(RowList).show(log.changes)
        self.query_one("#counts", Static).update(self.glyphs.plain(reads_text(log)))
        self.status.say(summary(log))
        self.refresh_bindings()

    def _cells(self, change: LoggedChange) -> Sequence[Cell]:
        sign = outcome_sign(change.outcome, self.glyphs)
        return (
            Cell(clock_time(change.at), Tone.QUIET),
            Cell(str(sign), sign.tone),
            Cell(change.text, Tone.PLAIN if change.is_command else Tone.QUIET),
        )

    @property
    def _selected(self) -> LoggedChange | None:
        return self.query_one("#changes", RowList).selected

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.refresh_bindings()

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if (change := self._selected) is not None:
            self.app.push_screen(NoticeScreen("Change", "", *change_parts(change)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is a command can be copied as one."""
        if action == "copy_command":
            return self._selected is not None and self._selected.is_command
        return super().check_action(action, parameters)

    def action_copy_command(self) -> None:
        """Send the command to the terminal's clipboard."""
        if (change := self._selected) is not None:
            self.copy(change.text)
