"""The smallest readings: one value of an answer, of whatever type it came."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models.text import one_line

_PLAIN_LIMIT = 1024
_WORD_LIMIT = 64
"""States and formats are single words; anything longer is hostile or broken."""


def mapping(value: Any) -> Mapping[str, Any]:
    """The mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, or nothing."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """One printable line; None for null, for the empty text, and for what is no text or number."""
    if isinstance(value, str) and len(value) <= _PLAIN_LIMIT and value.isascii() and value.isprintable():
        return value or None  # nearly every text there is; a list of ten thousand instances has 160,000
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return one_line(value) or None


def word(value: Any, missing: str) -> str:
    """A state or another single word, as it came; `missing` where none was sent."""
    return one_line(value.strip(), _WORD_LIMIT) if isinstance(value, str) and value.strip() else missing


def whole(value: Any) -> int | None:
    """A whole number, also when it came as text (Cinder and old Nova do that)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, int) else None


def flag(value: Any) -> bool | None:
    """A truth value, also when it came as the text `true` or `False`."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """A time; where the cloud names no zone (Nova's `launched_at`, Cinder) it means UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def strings(value: Any) -> dict[str, str]:
    """A mapping of texts, such as metadata or extra specs; what is no text is left out."""
    read: dict[str, str] = {}
    for key, item in mapping(value).items():
        if isinstance(item, str | int | float):
            read[one_line(key)] = one_line(item, 4096)
    return read


def words(value: Any) -> tuple[str, ...]:
    """A list of texts, such as tags."""
    return tuple(one_line(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()
