"""The smallest readings: one value of an answer, of any type.

A text is cleaned here where a reader asks what it says; the models clean the rest of what is put into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models import foreign
from models.errors import ForeignValueError
from models.text import one_line

_LARGEST_BYTES = 2**60
_LARGEST_GIB = 2**30
_LONGEST_NUMBER_BITS = 64
_WORD_LIMIT = 64
"""States and formats are single words; anything longer is hostile or broken."""


def mapping(value: Any) -> Mapping[str, Any]:
    """The mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, or nothing."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def required_list(body: Mapping[str, Any], key: str) -> list[Any]:
    """The list that an answer is about. One that is missing says nothing, which is not that there is nothing.

    Raises:
        ValueError: it is no list.
    """
    found = body.get(key)
    if not isinstance(found, list):
        msg = f"no list of {key}"
        raise ValueError(msg)  # noqa: TRY004  # what makes an answer unreadable
    return found


def text(value: Any) -> str | None:
    """One printable line; None for null, for the empty text, and for what is no text or number."""
    if isinstance(value, str):
        return one_line(value) or None
    # True is an int in Python, and would be shown as a text.
    return None if isinstance(value, bool) else _written(value)


def word(value: Any, missing: str) -> str:
    """A state or another single word, as it came; `missing` where none was sent."""
    return one_line(value.strip(), _WORD_LIMIT) if isinstance(value, str) and value.strip() else missing


def whole(value: Any) -> int | None:
    """A whole number, also when it came as text (Cinder and old Nova do that); None for anything else."""
    try:
        return foreign.whole(value)
    except ForeignValueError:
        return None


def size(value: Any) -> int | None:
    """A size in the unit of its field; None for what no disk, memory or quota has: below 0, or beyond an exbibyte."""
    read = whole(value)
    return read if read is not None and 0 <= read <= _LARGEST_BYTES else None


def gibibytes(value: Any) -> int | None:
    """As `size`, of a field that counts GiB: times and prices are computed from it, so its bound is closer."""
    read = whole(value)
    return read if read is not None and 0 <= read <= _LARGEST_GIB else None


def flag(value: Any) -> bool | None:
    """A truth value, also when it came as the text `true` or `False`."""
    if isinstance(value, str):
        # S5: a text is never true just because it is not empty; "no" is neither of the two.
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """A time; where the cloud names no zone (Nova's `launched_at`, Cinder) it means UTC. None for what is no time."""
    try:
        return foreign.moment(value)
    except ForeignValueError:
        return None


def strings(value: Any) -> dict[str, str]:
    """A mapping of texts, such as metadata or extra specs; what is no text is left out."""
    read = ((key, _written(item)) for key, item in mapping(value).items())
    return {key: text for key, text in read if text is not None}


def words(value: Any) -> tuple[str, ...]:
    """A list of texts, such as tags."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _written(value: Any) -> str | None:
    """A text as it is, a number or a truth value as a text; None for anything else, and for a number of many digits."""
    # Python refuses to write a number of more than 4300 digits, with an error.
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER_BITS:
        return None
    return str(value) if isinstance(value, str | int | float) else None
