"""What the lists from the cloud share: rows, filter, how fresh they are, and what kept them from being fresh."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.message import Message
from textual.timer import Timer

from models.errors import ImagingError
from models.formatting import clock_time, counted
from screens.dialogs.error import ErrorScreen
from screens.dialogs.sort import sort_dialog
from screens.modes import ModeScreen
from screens.order import HeldOrder, Identified, Orders, Sorting
from screens.style.tones import Tone
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList

T = TypeVar("T", bound=Identified)


class ListScreen(ModeScreen, Generic[T]):
    """A list that can be filtered and sorted, and that stays on show, with its time, when it cannot be read again.

    The keys are bound by the screens themselves, for their ids are the names that users give in their keymaps.
    """

    NOUN: ClassVar[str] = ""
    """One thing of the list."""
    NONE: ClassVar[str] = ""
    """What stands in the place of a list that is complete and empty."""

    class ListRead(Message):
        """The list is known, or has changed."""

        def __init__(self, items: tuple[Any, ...], *, complete: bool) -> None:
            super().__init__()
            self.items = items
            self.complete = complete

        def can_replace(self, message: Message) -> bool:
            """Whether an earlier list that still waits is of no interest any more."""
            return isinstance(message, ListScreen.ListRead)

    class RefreshFailed(Message):
        """The cloud could not be read this time; what is on show is stale."""

        def __init__(self, error: ImagingError) -> None:
            super().__init__()
            self.error = error

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._listed: tuple[T, ...] = ()
        self._complete = False
        self._trouble: ImagingError | None = None
        self._order = HeldOrder(self._orders)
        self._sorted_for: tuple[str, Sorting, bool] | None = None
        """Filter, order and completeness for which the rows were sorted last."""
        self._sort_later: Timer | None = None

    def on_mount(self) -> None:
        """Mark the column by which the rows are sorted."""
        super().on_mount()
        self._mark_order()

    def on_screen_resume(self) -> None:
        """What has changed under a dialog may change its place now."""
        super().on_screen_resume()
        self._sort_again()

    @property
    def listed(self) -> tuple[T, ...]:
        """All that is known, without the filter."""
        return self._listed

    def focus_list(self) -> None:
        """Put the keys on the list, wherever they were on the screen; what was being written stays there."""
        self._rows.focus()

    def go_to(self, key: str) -> bool:
        """Put the cursor on a row, out of the filter where that hides it; False if it is not there any more."""
        if not self._rows.select(key) and self._rows.selected_key != key:
            self.query_one(FilterLine).clear()
            self._rows.show(self._matching(""))
        self._rows.focus()
        return self._rows.select(key)

    @property
    @abstractmethod
    def _read_at(self) -> datetime | None:
        """From when the list on show is."""

    @property
    @abstractmethod
    def _orders(self) -> Orders[T]:
        """By what the list can be sorted; asked once."""

    @abstractmethod
    def _found(self, text: str) -> Sequence[T]:
        """What of the list the filter leaves."""

    @abstractmethod
    def _say_fresh(self, count: str) -> None:
        """Say how things stand while nothing is wrong."""

    @property
    def _rows(self) -> RowList[T]:
        return self.query_one(f"#{self.MODE}", RowList)

    @on(ListRead)
    def _show_list(self, event: ListRead) -> None:
        event.stop()
        self._take(event.items, complete=event.complete)

    @on(RefreshFailed)
    def _refresh_failed(self, event: RefreshFailed) -> None:
        event.stop()
        self._fail(event.error)

    def _take(self, items: tuple[T, ...], *, complete: bool) -> None:
        self._listed, self._complete, self._trouble = items, complete, None
        self._show_rows()
        self.refresh_bindings()

    def _fail(self, error: ImagingError) -> None:
        """Keep what is on show, and say why it is not fresh."""
        self._trouble = error
        self._show_rows()
        self.refresh_bindings()

    def _show_rows(self) -> None:
        self._put_rows()
        self._say()

    def _put_rows(self) -> None:
        """Show the rows as they are now, and leave the status line alone."""
        text = self.query_one(FilterLine).text
        self._rows.show(self._matching(text), empty=self._nothing(text))

    def _matching(self, text: str) -> Sequence[T]:
        """What the filter leaves, in its order; after a change of places the rows keep them for some seconds."""
        now = self.console.clock.monotonic()
        asked = (text, self._order.sorting, self._complete)
        free = not self._complete or asked != self._sorted_for
        free = free or (self.is_active and not self._order.seconds_left(now))
        self._sorted_for = asked
        rows = self._order.arranged(self._found(text), now=now, free=free)
        if self._order.is_stale and self._sort_later is None and self.is_active:
            self._sort_later = self.set_timer(self._order.seconds_left(now) + 0.05, self._sort_again)
        return rows

    def _sort_again(self) -> None:
        self._sort_later = None
        if self._order.is_stale:
            self._put_rows()

    def _mark_order(self) -> None:
        sorting = self._order.sorting
        self._rows.mark(sorting.column, self.glyphs.falling if sorting.is_reversed else self.glyphs.rising)

    def _nothing(self, text: str) -> str:
        if self._complete:
            return "No matches for the filter" if text else self.NONE
        if self._trouble is not None:
            return "No list: press r to try again" if self.console.login else "Not logged in: press r to try again"
        return "Reading from the cloud"

    def _say(self) -> None:
        shown, known = len(self._rows.items), len(self._listed)
        count = counted(known, self.NOUN) if shown == known else f"{shown} of {counted(known, self.NOUN)}"
        if self._trouble is None:
            self._say_fresh(count)
        else:
            stale = f"{count}, as of {clock_time(self._read_at)}" if self._read_at else "No list yet"
            self.status.say(f"{stale}. Refresh failed: {self._trouble}", Tone.BAD, right="e: details", stays=True)

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._show_rows()
        self.refresh_bindings()

    @on(FilterLine.Left)
    def _filter_left(self, event: FilterLine.Left) -> None:
        event.stop()
        self._rows.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The error is offered while there is one, escape while it leads anywhere, copying where a row is."""
        match action:
            case "error":
                return self._trouble is not None
            case "list":
                return not self._rows.has_focus or bool(self.query_one(FilterLine).text)
            case "copy":
                return self._rows.selected_key is not None
        return super().check_action(action, parameters)

    def action_error(self) -> None:
        """Say the whole error that keeps the list from being fresh."""
        if self._trouble is not None:
            self.app.push_screen(ErrorScreen(self._trouble))

    def key_name(self, action: str) -> str | None:
        """In the list escape takes the filter off."""
        return "Clear filter" if action == "list" and self._rows.has_focus else None

    def action_list(self) -> None:
        """One step back: from elsewhere to the list, and there out of the filter."""
        if self._rows.has_focus:
            self.query_one(FilterLine).clear()
        self._rows.focus()

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open()

    def action_sort(self) -> None:
        """Choose by what the list is sorted."""
        self.app.push_screen(sort_dialog(self._order), self._sort_by)

    def _sort_by(self, column: str | None) -> None:
        if column is not None:
            self._order.sorting = self._order.sorting.chosen(column)
            self._mark_order()
            self._show_rows()

    def action_copy(self) -> None:
        """Send the id of what is chosen to the terminal's clipboard."""
        if (key := self._rows.selected_key) is not None:
            self.copy(key)
