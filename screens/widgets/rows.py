"""A list of rows that builds only what can be seen: ten thousand items cost no more than twenty.

Textual's DataTable measures every cell of every row when it is filled and repaints the whole table when one cell
changes. This list asks for the cells of a row when its line is drawn, and repaints a line only when its item differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from models.text import one_line
from screens.style.glyphs import UNICODE, Glyphs
from screens.style.tones import Tone
from screens.widgets.columns import GAP, Cell, Column, fitted, spanned, titles, widths
from screens.widgets.rows_look import KEYS, LOOK, PARTS, PastEnd

T = TypeVar("T")


class RowList(ScrollView, Generic[T], can_focus=True):
    """Rows with a cursor, addressed by key: after a change the cursor stays on its item, not on its line."""

    BINDING_GROUP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = PARTS
    DEFAULT_CSS = LOOK

    class Moved(Message):
        """The cursor is on another item now, or its item has changed."""

        def __init__(self, rows: RowList[Any], key: str | None) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> RowList[Any]:
            """The list, for selectors of handlers."""
            return self.rows

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier message that still waits is of no interest any more."""
            return isinstance(message, RowList.Moved) and message.rows is self.rows

    class Opened(Message):
        """The user opened an item."""

        def __init__(self, rows: RowList[Any], key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> RowList[Any]:
            """The list, for selectors of handlers."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key_of: Callable[[T], str],
        cells_of: Callable[[T], Sequence[Cell]],
        glyphs: Glyphs = UNICODE,
        header: bool = True,
        empty: str = "",
        opens: str | Callable[[T], str] = "Open",
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        """Make an empty list.

        Args:
            columns: its columns, from left to right.
            key_of: the stable key of an item.
            cells_of: the cells of an item, one for each column; called only for rows that are drawn.
            glyphs: the signs that the terminal can show.
            header: whether the titles of the columns stand on top.
            empty: what to say when there is nothing.
            opens: what Enter does, in a word or two; empty where it does nothing.
            id: the widget's id.
            classes: the widget's classes.
        """
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._key_of, self._cells_of = key_of, cells_of
        self._glyphs = glyphs
        self._header = 1 if header else 0
        self._empty = empty
        self._opens = opens
        self._items: tuple[T, ...] = ()
        self._places: dict[str, int] = {}
        self._cursor, self._title_sign = 0, ("", "")
        self._widths: tuple[int, ...] = ()
        self._laid_out_for = -1

    @property
    def items(self) -> tuple[T, ...]:
        """What the list shows, in its order."""
        return self._items

    @property
    def selected(self) -> T | None:
        """The item under the cursor; None in an empty list."""
        return self._items[self._cursor] if self._items else None

    @property
    def selected_key(self) -> str | None:
        """The key of the item under the cursor."""
        item = self.selected
        return None if item is None else self._key_of(item)

    def show(self, items: Sequence[T], *, empty: str | None = None) -> None:
        """Show these items. The cursor stays on its item if it is still there; only lines that differ are drawn."""
        before, offered = self._drawn(), self._open_name
        key, was, shown_before = self.selected_key, self.selected, len(self._items)
        self._items = tuple(items)
        self._places = {self._key_of(item): place for place, item in enumerate(self._items)}
        self._cursor = self._places.get(key or "", min(self._cursor, max(0, len(self._items) - 1)))
        said_before, self._empty = self._empty, self._empty if empty is None else empty
        if len(self._items) != shown_before or (not self._items and said_before != self._empty):
            self._resize()
        self._keep_cursor_in_sight()
        self._redraw(before)
        self._offer_again(offered)
        if self.selected_key != key or self.selected != was:
            self.post_message(self.Moved(self, self.selected_key))

    def mark(self, title: str, sign: str) -> None:
        """Put a sign behind the title of one column, such as that by which the rows are sorted."""
        self._title_sign = (title, sign)
        self.refresh_line(0)

    def select(self, key: str) -> bool:
        """Put the cursor on an item; False if it is not there."""
        if key not in self._places:
            return False
        self._go(self._places[key])
        return True

    def key_name(self, action: str) -> str | None:
        """What Enter does to the row under the cursor."""
        return self._open_name if action == "open" else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is offered where it does something."""
        return bool(self._open_name) if action == "open" else super().check_action(action, parameters)

    @property
    def _open_name(self) -> str:
        item = self.selected
        return "" if item is None else self._opens if isinstance(self._opens, str) else self._opens(item)

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        if not 0 <= self._cursor + rows < len(self._items):
            self.post_message(PastEnd(self, rows))
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by so many pages."""
        self._go(self._cursor + pages * max(1, self._height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._go(len(self._items) - 1)

    def action_open(self) -> None:
        """Say that the user opened the row."""
        if (key := self.selected_key) is not None:
            self.post_message(self.Opened(self, key))

    def render_line(self, y: int) -> Strip:
        """One line of what can be seen: the header, a row, or nothing."""
        width = self.scrollable_content_region.width
        if width != self._laid_out_for:
            self._lay_out(width)
        if y < self._header:
            return self._strip(titles(self._columns, *self._title_sign), width, self._style("header"))
        place = y - self._header + self.scroll_offset.y
        if place < len(self._items):
            return self._row(place, width)
        if not self._items and y == self._header:
            text = fitted(self._glyphs.plain(self._empty), width, cut=self._glyphs.cut)
            return Strip([Segment(text, self._style("empty"))], width)
        return Strip.blank(width, self.rich_style)

    def on_resize(self, _event: Resize) -> None:
        """Give the columns their new widths."""
        self._resize()
        self._keep_cursor_in_sight()

    def on_focus(self) -> None:
        """The cursor looks different with the focus and without it."""
        self._draw(self._cursor)

    on_blur = on_focus

    def on_click(self, event: Click) -> None:
        """A click puts the cursor on a row; a second one opens it."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None or offset.y < self._header else offset.y - self._header + self.scroll_offset.y
        if 0 <= place < len(self._items):
            event.stop()
            self._go(place)
            if event.chain > 1 and self._open_name:
                self.action_open()

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height - self._header)

    def _resize(self) -> None:
        width = self.scrollable_content_region.width
        self._lay_out(width)
        self.virtual_size = Size(width, len(self._items) + self._header)
        self.refresh()

    def _lay_out(self, width: int) -> None:
        self._widths = widths(self._columns, width)
        self._laid_out_for = width

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self._items) - 1))
        if place == self._cursor or not self._items:
            return
        offered = self._open_name
        was, self._cursor = self._cursor, place
        self._keep_cursor_in_sight()
        self._draw(was)
        self._draw(place)
        self._offer_again(offered)
        self.post_message(self.Moved(self, self.selected_key))

    def _offer_again(self, before: str) -> None:
        if self._open_name != before and self.is_attached:
            self.screen.refresh_bindings()

    def _keep_cursor_in_sight(self) -> None:
        top = self.scroll_offset.y
        wanted = max(min(top, self._cursor), self._cursor - self._height + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _drawn(self) -> dict[int, tuple[T, bool]]:
        first = self.scroll_offset.y
        places = range(first, min(first + self._height, len(self._items)))
        return {place - first: (self._items[place], place == self._cursor) for place in places}

    def _redraw(self, before: dict[int, tuple[T, bool]]) -> None:
        after = self._drawn()
        for line in before.keys() | after.keys():
            if before.get(line) != after.get(line):
                self._draw(line + self.scroll_offset.y)

    def _draw(self, place: int) -> None:
        self.refresh_line(place + self._header)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"rows--{name}")

    def _row(self, place: int, width: int) -> Strip:
        cells = self._cells_of(self._items[place])
        return self._strip(cells, width, None, cursor=place == self._cursor)

    def _strip(self, cells: Sequence[Cell], width: int, style: Style | None, *, cursor: bool = False) -> Strip:
        under = self._style("cursor") if cursor else Style.null()
        blank = (style or self.rich_style) + under
        segments: list[Segment] = []
        place = 0
        for cell, size in zip(cells, spanned(cells, self._widths), strict=True):
            right = self._columns[place].right
            place += cell.span
            if not size:
                continue
            if segments:
                segments.append(Segment(" " * GAP, blank))
            shown = fitted(one_line(cell.text), size, cut=self._glyphs.cut, right=right)
            segments.append(Segment(shown, style or self._cell_style(cell.tone, under, cursor=cursor)))
        return Strip(segments).adjust_cell_length(width, blank)

    def _cell_style(self, tone: Tone, under: Style, *, cursor: bool) -> Style:
        if cursor and (self.has_focus or self.app.no_color):
            return under  # one style for the whole row: tones are not made for the cursor's colour
        return self._style(tone) + (Style(bgcolor=under.bgcolor, bold=under.bold) if cursor else Style.null())
