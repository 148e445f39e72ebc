"""A choice of one among few, as lines with a mark; space or enter chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from screens.dialogs.choose import Choice
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList


class PickOne(RowList[Choice]):
    """Exactly one of its lines is chosen."""

    BINDING_GROUP_TITLE = "Choice"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "open", "Choose", show=False, id="pick.choose", tooltip="Choose the selected line"),
    ]
    DEFAULT_CSS = "PickOne { height: auto; max-height: 6; }"

    class Picked(Message):
        """Another line was chosen."""

        def __init__(self, pick: PickOne, key: str) -> None:
            super().__init__()
            self.pick = pick
            self.key = key

        @property
        def control(self) -> PickOne:
            """The widget, for selectors of handlers."""
            return self.pick

    def __init__(
        self,
        choices: Sequence[Choice],
        chosen: str,
        *,
        glyphs: Glyphs,
        name_cells: int = 26,
        id: str,  # noqa: A002  # Textual's own name
    ) -> None:
        """Offer these choices, one of them chosen; their names have so many cells, the notes have the others."""
        super().__init__(
            (Column("", name_cells), Column("", 10, grow=1)),
            key_of=lambda choice: choice.key,
            cells_of=self._marked,
            glyphs=glyphs,
            header=False,
            opens="Choose",
            id=id,
        )
        self._chosen = chosen
        self._choices = tuple(choices)

    def on_mount(self) -> None:
        """Fill in."""
        self.offer(self._choices, self._chosen)

    def offer(self, choices: Sequence[Choice], chosen: str) -> None:
        """Offer other choices, or choose another one."""
        marked_before, self._chosen = self._chosen, chosen
        self.show(tuple(choices))
        if marked_before != chosen:
            self.refresh()

    def _marked(self, choice: Choice) -> Sequence[Cell]:
        mark = "(x)" if choice.key == self._chosen else "( )"
        return Cell(f"{mark} {choice.name}"), Cell(choice.note, Tone.QUIET)

    @on(RowList.Opened)
    def _pick(self, event: RowList.Opened) -> None:
        event.stop()
        if event.key != self._chosen:
            self._chosen = event.key
            self.refresh()
            self.post_message(self.Picked(self, event.key))
