"""The order of the list: by any column, either way, and held still for some seconds while the cloud changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from screens.instances.table.entry import InstanceEntry
from screens.instances.table.readiness import readiness_of
from screens.instances.table.rows import (
    ADDRESS,
    CREATED,
    FLAVOR,
    IMAGE,
    NAME,
    OWNER,
    READINESS,
    REMARKS,
    RUN,
    STATE,
    VOLUMES,
    activity_words,
    address_of,
    remarks,
)
from screens.style.glyphs import UNICODE

HOLD_SECONDS = 5.0
"""Rows that jump cannot be read: so long they keep their places, whatever changes in them."""

Key = Callable[[InstanceEntry], Any]


@dataclass(frozen=True)
class Order:
    """One way to sort, in words for its beginning and for its reverse."""

    column: str
    key: Key
    words: str
    reversed_words: str


def by_name(entry: InstanceEntry) -> tuple[bool, str, str]:
    """Names that begin with a letter or a digit come first; among equals the id decides."""
    name = entry.name.casefold()
    return not name[:1].isalnum(), name, entry.id


def _newest_first(moment: datetime | None) -> float:
    """What has no time comes last."""
    return 0.0 if moment is None else -moment.timestamp()


def _by_image(entry: InstanceEntry) -> float:
    return _newest_first(entry.image.made_at if entry.image else None)


ORDERS: Mapping[str, Order] = {
    each.column: each
    for each in (
        Order(NAME, by_name, "A to Z", "Z to A"),
        Order(STATE, lambda one: one.instance.status, "A to Z", "Z to A"),
        Order(READINESS, lambda one: readiness_of(one, UNICODE).rank, "worst first", "ready first"),
        Order(RUN, lambda one: (not activity_words(one), activity_words(one)), "running first", "running last"),
        Order(IMAGE, _by_image, "newest first", "oldest first"),
        Order(FLAVOR, lambda one: (one.instance.flavor.name or "").casefold(), "A to Z", "Z to A"),
        Order(VOLUMES, lambda one: -len(one.instance.attached_volume_ids), "most first", "fewest first"),
        Order(OWNER, lambda one: one.is_anothers, "yours first", "others' first"),
        Order(CREATED, lambda one: _newest_first(one.instance.created_at), "newest first", "oldest first"),
        Order(ADDRESS, lambda one: address_of(one.instance), "A to Z", "Z to A"),
        Order(REMARKS, lambda one: (not remarks(one.instance), tuple(remarks(one.instance))), "A to Z", "Z to A"),
    )
}  # fmt: skip
"""By the title of the column."""


@dataclass(frozen=True)
class Sorting:
    """By which column, and which way."""

    column: str = NAME
    is_reversed: bool = False

    def chosen(self, column: str) -> Sorting:
        """The user chose a column; the one in force is turned round."""
        return replace(self, is_reversed=not self.is_reversed) if column == self.column else Sorting(column)

    @property
    def words(self) -> str:
        """`readiness, worst first`."""
        order = ORDERS[self.column]
        return f"{self.column.lower()}, {order.reversed_words if self.is_reversed else order.words}"

    def sorted(self, entries: Iterable[InstanceEntry]) -> list[InstanceEntry]:
        """In this order; equals stand by name, A to Z, also where the order is turned round."""
        named = sorted(entries, key=by_name, reverse=self.is_reversed and self.column == NAME)
        return named if self.column == NAME else sorted(named, key=ORDERS[self.column].key, reverse=self.is_reversed)


class HeldOrder:
    """Sorts, and keeps the places for a while: rows that change stay where they are, new ones come at the end."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._sorted_at: float | None = None
        self.is_stale = False
        """Whether the rows no longer stand in their order."""

    def seconds_left(self, now: float) -> float:
        """How long the places are still kept; 0 when the rows may be sorted again."""
        return 0.0 if self._sorted_at is None else max(0.0, self._sorted_at + HOLD_SECONDS - now)

    def arranged(
        self, entries: Sequence[InstanceEntry], sorting: Sorting, *, now: float, free: bool
    ) -> Sequence[InstanceEntry]:
        """The rows to show.

        Args:
            entries: what is shown, in any order.
            sorting: how they should stand.
            now: a monotonic time.
            free: whether the places may change now.
        """
        wanted = sorting.sorted(entries)
        if free:
            self._places = {one.id: place for place, one in enumerate(wanted)}
            self._sorted_at, self.is_stale = now, False
            return wanted
        last = len(self._places)
        held = sorted(wanted, key=lambda one: self._places.get(one.id, last))  # stable: new ones in their order
        self.is_stale = held != wanted
        return held
