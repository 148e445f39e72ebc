"""The chosen image: what must be known of it first, its description, and which flavors can launch it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from imaging.guidelines.instance.flavor_fit import FlavorFit
from models.cloud.image import Image
from screens.context import Console
from screens.dialogs.dialog import Reading
from screens.images.history import ImageHistory
from screens.images.notes import notes_of
from screens.images.rows import FLAVOR_COLUMNS, description_of, facts_of, fit_cells
from screens.style.glyphs import Glyphs
from screens.style.tones import joined
from screens.widgets.columns import Cell, shortened
from screens.widgets.rows import RowList

_NAME_CELLS = 56
"""What a name takes of a panel's frame at most, in cells."""


class ImageDetail(Vertical):
    """Verdict, size and id above a description that scrolls, and the launch matrix."""

    def __init__(self, console: Console, glyphs: Glyphs, *, id: str, classes: str) -> None:  # noqa: A002  # Textual's
        super().__init__(id=id, classes=classes)
        self._of_program = console
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """The three parts."""
        yield Static(id="about", markup=False)
        yield Reading(Content(""), id="description")
        yield RowList[FlavorFit](
            FLAVOR_COLUMNS, key_of=lambda fit: fit.flavor.id, cells_of=self._cells, glyphs=self._glyphs,
            header=False, opens="", id="matrix",
        )  # fmt: skip

    def put(
        self,
        image: Image | None,
        history: ImageHistory,
        matrix: Sequence[FlavorFit],
        listed: Sequence[Image],
    ) -> None:
        """Show an image beside the others, which are not given while they are read; or that none is chosen."""
        self.border_title = Content(shortened(image.name, _NAME_CELLS, cut=self._glyphs.cut) if image else "")
        about = (
            facts_of(image, history, self._glyphs, notes_of(image, listed, self._of_program)) if image else Content("")
        )
        self.query_one("#about", Static).update(about)
        self.query_one("#description", Reading).put(_description(image) if image else Content(""))
        self.query_one("#matrix", RowList).show(matrix)

    def _cells(self, fit: FlavorFit) -> Sequence[Cell]:
        return fit_cells(fit, self._glyphs)


def _description(image: Image) -> Content:
    """The description; above it the name, where the frame has no room for all of it."""
    if cell_len(image.name) <= _NAME_CELLS:
        return description_of(image)
    return Content("\n").join([joined(image.name), description_of(image)])
