"""The yardstick of the first paint: a bare Textual application with the widgets of the instances screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")  # as the console does, before Textual reads it

from textual.app import App, ComposeResult
from textual.containers import Container, Vertical

from screens.instances.table.rows import COLUMNS
from screens.style.glyphs import UNICODE
from screens.widgets.checklist import ChecklistView
from screens.widgets.columns import Cell
from screens.widgets.filter import FilterLine
from screens.widgets.key_line import KeyLine
from screens.widgets.lines import StatusLine, TitleLine, TooSmall
from screens.widgets.rows import RowList


class BareApp(App[None]):
    """The same widgets in the same places, no login, no modes, no journal, no themes, no stylesheets of the program."""

    CSS = "#panes { layout: horizontal; } .panel { width: 1fr; border: round $primary; }"
    BINDINGS = [("r", "refresh", "Refresh"), ("slash", "filter", "Filter"), ("question_mark", "help", "Help")]  # noqa: RUF012  # as Textual declares it

    def compose(self) -> ComposeResult:
        """As `screens.instances.screen` does."""
        yield TitleLine()
        with Vertical(), Container(id="panes"):
            with Vertical(classes="panel"):
                yield RowList[Any](COLUMNS, key_of=str, cells_of=_cells, empty="Reading from the cloud", id="instances")
                yield FilterLine()
            yield ChecklistView(UNICODE, classes="panel")
        yield StatusLine()
        yield KeyLine()
        yield TooSmall()


def _cells(_item: object) -> Sequence[Cell]:
    return ()


if __name__ == "__main__":
    BareApp().run()
