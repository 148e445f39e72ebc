"""Pages of a list: `limit`, `marker`, and the link to the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from imaging.democloud.web.errors import Refusal

T = TypeVar("T")


def page(items: Sequence[T], limit: int, marker: str | None, id_of: Callable[[T], str], missing: str) -> list[T]:
    """The items after the marker, at most `limit`. Raises a 400 with `missing` for an unknown marker."""
    start = 0
    if marker:
        start = next((place for place, one in enumerate(items, 1) if id_of(one) == marker), 0)
        if not start:
            raise Refusal(400, missing)
    return list(items[start : start + limit])


def next_query(request: Request, marker: str) -> str:
    """The query of the next page: that of this one, with another marker."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "marker"]
    return urlencode([*kept, ("marker", marker)])


def sort(items: Iterable[T], keys: Sequence[tuple[str, str]], read: Callable[[T, str], Any]) -> list[T]:
    """Sorted by several keys, each with its direction `asc` or `desc`; nothing comes before everything."""
    rows = list(items)
    for key, direction in reversed(keys):
        rows.sort(key=lambda one, key=key: _rank(read(one, key)), reverse=direction == "desc")  # type: ignore[misc]
    return rows


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, 0 if value is None else value)
