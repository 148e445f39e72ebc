"""Lets the user choose one of several things, such as the cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult

from models.text import one_line
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen."""

    key: str
    name: str
    note: str = ""


class ChooseScreen(Dialog[str]):
    """Gives the key of what was chosen; None when it was left."""

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        """Offer these."""
        super().__init__()
        self._heading, self._choices = title, tuple(choices)

    @property
    def heading(self) -> str:
        """The question."""
        return one_line(self._heading)

    def compose_body(self) -> ComposeResult:
        """The list."""
        notes = max(cell_len(choice.note) for choice in self._choices) if self._choices else 0
        yield RowList[Choice](
            (Column("", 20, grow=1), Column("", notes, drop=1)),
            key_of=lambda choice: choice.key,
            cells_of=lambda choice: (Cell(choice.name), Cell(choice.note)),
            glyphs=self.glyphs,
            header=False,
            opens="Choose",
            id="choices",
        )

    def on_mount(self) -> None:
        """Fill the list."""
        rows = self.query_one(RowList)
        rows.styles.height = min(len(self._choices), 12)
        rows.show(self._choices)
        rows.focus()

    @on(RowList.Opened, "#choices")
    def _chosen(self, event: RowList.Opened) -> None:
        event.stop()
        self.dismiss(event.key)
