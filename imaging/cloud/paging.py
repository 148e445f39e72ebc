"""Lists come in pages; the next begins after the last id of the one before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from imaging.cloud.answers import Answer
from imaging.cloud.readers.values import rows
from imaging.cloud.transport import Call, Transport

T = TypeVar("T")

_MOST_PAGES = 1000
"""A cloud that always promises another page must not keep us for ever."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    next_marker: str | None
    answer: Answer


def read_all(raw: Any, read: Callable[[Mapping[str, Any]], T | None]) -> tuple[T, ...]:
    """Every row that can be read."""
    return tuple(item for row in rows(raw) if (item := read(row)) is not None)


async def pages(
    transport: Transport,
    call: Call,
    key: str,
    read: Callable[[Mapping[str, Any]], T | None],
    *,
    first_limit: int | None = None,
) -> AsyncIterator[Page[T]]:
    """All pages of a list.

    The cloud's own link to the next page only tells that there is one: its address is often wrong behind a proxy,
    so the last id is used as the marker instead.

    Args:
        transport: the way to the cloud.
        call: asks for the first page.
        key: the name of the list in the answer.
        read: reads one row.
        first_limit: how many rows the first page has, where it should come sooner than the rest.
    """

    def read_page(answer: Answer) -> Page[T]:
        body = answer.body
        raw = rows(body.get(key))
        more = bool(raw) and (bool(body.get("next")) or _has_next(body.get(f"{key}_links")))
        marker = raw[-1].get("id") if more else None
        return Page(read_all(raw, read), marker if isinstance(marker, str) else None, answer)

    asked = call if first_limit is None else replace(call, params={**call.params, "limit": first_limit})
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        page = await transport.ask(asked, read_page)
        yield page
        if page.next_marker is None or page.next_marker in seen:
            return
        seen.add(page.next_marker)
        asked = replace(call, params={**call.params, "marker": page.next_marker})


def _has_next(links: Any) -> bool:
    return any(link.get("rel") == "next" for link in rows(links))
