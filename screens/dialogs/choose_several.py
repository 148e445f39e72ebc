"""Lets the user choose one or several things, such as directories, and add one that is not listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from models.text import one_line
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice
from screens.dialogs.dialog import Dialog
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

_MOST_LINES = 10


class ChooseSeveralScreen(Dialog[tuple[str, ...]]):
    """Gives the keys of what was marked, else of the line under the cursor; None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="several.mark", tooltip="Mark this line, or take the mark off"),
        Binding("a", "mark_all", "All", id="several.all", tooltip="Mark all lines, or none"),
        Binding("n", "another", "Another", id="several.another", tooltip="Add one that is not listed"),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], *, verb: str, another: Callable[[], AskTextScreen]
    ) -> None:
        """Offer these.

        Args:
            title: the question.
            choices: what can be chosen.
            verb: what is done with what was chosen.
            another: asks for one that is not among them; its answer is key and name of a new choice.
        """
        super().__init__()
        self._heading, self._choices, self._verb, self._ask = title, tuple(choices), verb, another
        self._marked: frozenset[str] = frozenset()

    @property
    def heading(self) -> str:
        """The question."""
        return one_line(self._heading)

    def compose_body(self) -> ComposeResult:
        """The list."""
        notes = max((cell_len(choice.note) for choice in self._choices), default=0)
        yield RowList[Choice](
            (Column("", 20, grow=1), Column("", notes, drop=1)),
            key_of=lambda choice: choice.key,
            cells_of=self._cells,
            glyphs=self.glyphs,
            header=False,
            opens=self._enter_name,
            id="choices",
        )

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()
        self._rows.focus()

    @property
    def _rows(self) -> RowList[Choice]:
        return self.query_one("#choices", RowList)

    def _fill(self) -> None:
        self._rows.styles.height = min(len(self._choices), _MOST_LINES)
        self._rows.show(self._choices)

    def _cells(self, choice: Choice) -> Sequence[Cell]:
        return Cell(f"{'[x]' if choice.key in self._marked else '[ ]'} {choice.name}"), Cell(choice.note)

    def _enter_name(self, _choice: Choice) -> str:
        return f"{self._verb} {len(self._marked)} marked" if self._marked else f"{self._verb} this"

    def _mark(self, marked: frozenset[str]) -> None:
        self._marked = marked
        self._rows.refresh()
        self.refresh_bindings()

    def action_mark(self) -> None:
        """Mark the line under the cursor, or take its mark off."""
        if (key := self._rows.selected_key) is not None:
            self._mark(self._marked ^ {key})

    def action_mark_all(self) -> None:
        """Mark all, or none where all are marked."""
        everything = frozenset(choice.key for choice in self._choices)
        self._mark(frozenset() if self._marked == everything else everything)

    def action_another(self) -> None:
        """Ask for one that is not listed."""
        self.app.push_screen(self._ask(), self._add)

    def _add(self, answer: str | None) -> None:
        if not answer:
            return
        if answer not in {choice.key for choice in self._choices}:
            self._choices = (*self._choices, Choice(answer, answer))
            self._fill()
        self._mark(self._marked | {answer})
        self._rows.select(answer)

    @on(RowList.Opened, "#choices")
    def _chosen(self, event: RowList.Opened) -> None:
        event.stop()
        in_order = tuple(choice.key for choice in self._choices if choice.key in self._marked)
        self.dismiss(in_order or (event.key,))
