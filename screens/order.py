"""The order of a list: by any column, either way, and held still for some seconds while its rows change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from screens.style.tones import Tone

HOLD_SECONDS = 5.0
"""Rows that jump cannot be read: so long they keep their places while their contents change."""

_WORST_FIRST = (Tone.BAD, Tone.WARN, Tone.ACCENT, Tone.STRONG, Tone.PLAIN, Tone.GOOD, Tone.QUIET)
A_TO_Z, NEWEST_FIRST = ("A to Z", "Z to A"), ("newest first", "oldest first")
"""The words of two orders that many columns have."""


class Identified(Protocol):
    """What a row shows: a thing with an id."""

    @property
    def id(self) -> str:
        """By which a row is the same row, even if its contents change."""


T = TypeVar("T", bound=Identified)


def newest_first(moment: datetime | None) -> float:
    """The key of a time; what has none comes last."""
    return 0.0 if moment is None else -moment.timestamp()


def worst_first(tone: Tone) -> int:
    """The key of a sign; what nobody has judged comes last."""
    return _WORST_FIRST.index(tone)


def filled_first(text: str) -> tuple[bool, str]:
    """The key of a text that may be empty."""
    return not text, text.casefold()


@dataclass(frozen=True)
class Sorting:
    """By which column, and which way."""

    column: str
    is_reversed: bool = False

    def chosen(self, column: str) -> Sorting:
        """The user chose a column; the one in force is turned round."""
        return replace(self, is_reversed=not self.is_reversed) if column == self.column else Sorting(column)


@dataclass(frozen=True)
class Order(Generic[T]):
    """One way to sort: the title of its column, and words for its beginning and for its reverse."""

    column: str
    key: Callable[[T], Any]
    words: tuple[str, str]


class Orders(Generic[T]):
    """The orders of one list, by the titles of their columns."""

    def __init__(self, *orders: Order[T], first: str, ties: Callable[[T], Any]) -> None:
        """Know these.

        Args:
            orders: one for each column, in the order in which they are offered.
            first: the column by which the list is sorted until the user chooses another.
            ties: the key by which equals stand, also where an order is turned round.
        """
        self._orders = {order.column: order for order in orders}
        self._ties = ties
        self.first = Sorting(first)

    @property
    def columns(self) -> Sequence[str]:
        """What can be chosen."""
        return tuple(self._orders)

    def words(self, sorting: Sorting) -> str:
        """How the rows stand: `worst first`."""
        return self._orders[sorting.column].words[sorting.is_reversed]

    def sorted(self, items: Iterable[T], sorting: Sorting) -> list[T]:
        """In this order."""
        by_ties = sorted(items, key=self._ties)
        return sorted(by_ties, key=self._orders[sorting.column].key, reverse=sorting.is_reversed)


class HeldOrder(Generic[T]):
    """Sorts, and keeps the places for a while: rows that change stay where they are, new ones come at the end."""

    def __init__(self, orders: Orders[T]) -> None:
        """Sort by these, as the list is sorted at first."""
        self.orders, self.sorting = orders, orders.first
        self._places: dict[str, int] = {}
        self._sorted_at: float | None = None
        self.is_stale = False
        """Whether the rows no longer stand in their order."""

    @property
    def told(self) -> str:
        """` by state, A to Z`; empty for the order that the list has at first."""
        if self.sorting == self.orders.first:
            return ""
        return f" by {self.sorting.column.lower()}, {self.orders.words(self.sorting)}"

    def seconds_left(self, now: float) -> float:
        """How long the places are still kept after they have changed; 0 when the rows may be sorted again."""
        return 0.0 if self._sorted_at is None else max(0.0, self._sorted_at + HOLD_SECONDS - now)

    def arranged(self, items: Iterable[T], *, now: float, free: bool) -> Sequence[T]:
        """The rows to show.

        Args:
            items: what is shown, in any order.
            now: a monotonic time.
            free: whether the places may change now.
        """
        wanted = self.orders.sorted(items, self.sorting)
        if free:
            places = {one.id: place for place, one in enumerate(wanted)}
            if places != self._places:
                self._places, self._sorted_at = places, now
            self.is_stale = False
            return wanted
        last = len(self._places)
        held = sorted(wanted, key=lambda one: self._places.get(one.id, last))  # stable: new ones in their order
        self.is_stale = held != wanted
        return held
