"""Lists come in pages; the next begins after the last id of the one before."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from imaging.cloud.bounded_http.limits import AnswerLimit
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call
from imaging.cloud.http.transport import Transport
from imaging.cloud.readers.values import required_list, rows
from models.errors import BadAnswerError

T = TypeVar("T")

_log = logging.getLogger(__name__)

_MOST_PAGES = 1000
_MOST_BYTES = 256 * 2**20
"""A cloud that always promises another page must neither keep us for ever nor fill our memory."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    next_marker: str | None
    answer: Answer


def read_all(body: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], T | None]) -> tuple[T, ...]:
    """Every row of a list that can be read, if only by its id and name; how many cannot is in the log.

    Raises:
        ValueError: there is no such list in the answer, which is not that it is empty.
    """
    given = required_list(body, key)
    found = tuple(item for row in rows(given) if (item := _read_one(row, read)) is not None)
    if len(found) < len(given):
        _log.warning("%d of %d rows of a list could not be read and are left out", len(given) - len(found), len(given))
    return found


def _read_one(row: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T | None]) -> T | None:
    """One row; what a reader falls over hides none of the others, and its own id and name are still shown.

    Without a status it counts as half known, so that nobody concludes anything from what is not there.
    """
    # A row that vanished would look like a deletion; with its id alone it is there and half known.
    for given in (row, {key: row.get(key) for key in ("id", "name")}):
        try:
            return read(given)
        except Exception as error:  # noqa: BLE001  # any fault costs this row and nothing else
            _log.warning("a row of a list cannot be read as it is: %s", type(error).__name__)
    return None


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

    Raises:
        BadAnswerError: the list has no end, or is longer than the program reads.
    """
    call = replace(call, most=AnswerLimit.PAGE)
    asked = call if first_limit is None else replace(call, params={**call.params, "limit": first_limit})
    seen: set[str] = set()
    size = 0
    for _ in range(_MOST_PAGES):
        page = await transport.ask(asked, partial(_read_page, key, read))
        size += len(page.answer.text)
        yield page
        if page.next_marker is None or page.next_marker in seen:
            return
        if size > _MOST_BYTES:
            break
        seen.add(page.next_marker)
        asked = replace(call, params={**call.params, "marker": page.next_marker})

    raise BadAnswerError(
        f"The cloud's list has no end, when it was asked to {call.doing}: {len(seen)} pages were read.",
        remedy="Tell the cloud's operators.",
    )


def _read_page(key: str, read: Callable[[Mapping[str, Any]], T | None], answer: Answer) -> Page[T]:
    body = answer.body
    raw = rows(body.get(key))
    more = bool(raw) and (bool(body.get("next")) or _has_next(body.get(f"{key}_links")))
    marker = raw[-1].get("id") if more else None
    return Page(read_all(body, key, read), marker if isinstance(marker, str) else None, answer)


def _has_next(links: Any) -> bool:
    return any(link.get("rel") == "next" for link in rows(links))
