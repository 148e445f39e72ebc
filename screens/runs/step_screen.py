"""All that is known of one row of the run screen: its steps, what they were asked to do, and what was seen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from models.run.record import RunRecord
from models.text import one_line
from screens.dialogs.dialog import Dialog, Reading
from screens.runs.texts.run_text import details
from screens.runs.texts.tasks import TaskRow


class StepScreen(Dialog[None]):
    """The details, as they are when it is opened."""

    def __init__(self, run: RunRecord, row: TaskRow) -> None:
        """Show these steps of the run."""
        super().__init__()
        self._run, self._row = run, row

    @property
    def heading(self) -> str:
        """The row's words."""
        return one_line(self._row.words)

    def compose_body(self) -> ComposeResult:
        """The steps, one after the other."""
        blocks = [details(self._run, step, self.glyphs, self._row.sign_of(step)) for step in self._row.steps]
        yield Reading(Content("\n\n").join(blocks), id="details")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()
