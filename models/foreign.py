"""The one door for numbers, moments and JSON that somebody else wrote: a cloud, a guest, a colleague, a broken disk.

Every reading is bounded (digits, years, size, depth) and raises `ForeignValueError` alone, which is an `ImagingError`
and a `ValueError`: a bad value is an error that its reader answers, never an exception that ends the work.
Texts are made fit to be shown by `models.text`.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from models.errors import ForeignValueError

M = TypeVar("M", bound=BaseModel)

MAX_DEPTH = 64
"""Levels of nesting in a JSON document; the deepest answer of a cloud that we read has eight."""
_WHOLE = re.compile(r"\s{0,8}[+-]?[0-9]{1,20}\s{0,8}", re.ASCII)
"""2**64, the largest number that a cloud or a kernel counts to, has twenty digits."""
_NUMBER = re.compile(r"\s{0,8}[+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,3})?\s{0,8}", re.ASCII)
_BASED = re.compile(r"[0-9A-Fa-f]{1,22}")
_ODD_NUMBER = re.compile(r"[0-9]{20}|NaN|Infinity|[0-9][eE][+-]?[0-9]{3}")
"""What pydantic takes for a number although no computer holds it; inside of a text it means nothing."""
_MOST_DIGITS = 21
"""With the sign."""
_LONGEST_STEP = 40
_LONGEST_MOMENT = 40
"""Characters; `2026-11-01T12:00:00.000000+00:00` has 32."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2999, 12, 31, tzinfo=UTC)
"""Far enough from the ends of the calendar that a time zone or a time-out can be added without an overflow."""


def whole(value: object, *, low: int = -(2**63), high: int = 2**64 - 1, name: str = "The value") -> int:
    """A whole number between `low` and `high`, also one that came as text or as a float without a fraction.

    Args:
        value: what came; a truth value is no number.
        low: the smallest number that makes sense.
        high: the largest one.
        name: what the error calls it, a constant of the program.

    Raises:
        ForeignValueError: it is not such a number; 0.9 is not 0.
    """
    read = _as_int(value)
    if read is None or not low <= read <= high:
        raise ForeignValueError(f"{name} is not a whole number from {low} to {high}.")
    return read


def in_base(value: object, base: int, *, high: int = 2**64 - 1, name: str = "The value") -> int:
    """A number as /proc writes it: hexadecimal or octal digits and nothing else, no sign, no prefix.

    Raises:
        ForeignValueError: it is not such a number, or greater than `high`.
    """
    if not isinstance(value, str) or not _BASED.fullmatch(value):
        raise ForeignValueError(f"{name} is not a number in base {base}.")
    try:
        return whole(int(value, base), low=0, high=high, name=name)
    except ValueError:
        raise ForeignValueError(f"{name} is not a number in base {base}, at most {high}.") from None


def number(value: object, *, low: float = -1e18, high: float = 1e18, name: str = "The value") -> float:
    """A finite number between `low` and `high`, also one that came as text.

    Raises:
        ForeignValueError: it is not such a number.
    """
    read = _as_float(value)
    if read is None or not low <= read <= high:  # a NaN is in no range
        raise ForeignValueError(f"{name} is not a number from {low:g} to {high:g}.")
    return read


def moment(value: object, *, zone: tzinfo = UTC, name: str = "The time") -> datetime:
    """A moment in ISO 8601, in UTC.

    Args:
        value: what came.
        zone: what a text without a zone means (Nova's `launched_at` and Cinder mean UTC).
        name: what the error calls it, a constant of the program.

    Raises:
        ForeignValueError: it is not such a time, or lies outside of the years 1970 to 2999.
    """
    if not isinstance(value, str) or len(value) > _LONGEST_MOMENT:
        raise ForeignValueError(f"{name} is not a time in ISO 8601.")
    try:
        read = datetime.fromisoformat(value.strip())
        read = _in_utc(read, zone)
    except (ValueError, OverflowError):
        raise ForeignValueError(f"{name} is not a time in ISO 8601.") from None
    return _within(read, name)


def moment_of_seconds(value: object, *, name: str = "The time") -> datetime:
    """A moment that came as seconds since 1970, in UTC.

    Raises:
        ForeignValueError: it is not such a time, or lies outside of the years 1970 to 2999.
    """
    seconds = number(value, low=0, high=_LATEST.timestamp(), name=name)
    return _within(datetime.fromtimestamp(seconds, UTC), name)


def http_moment(value: object, *, name: str = "The time") -> datetime:
    """A moment as HTTP headers write it (`Sat, 28 Nov 2026 19:45:16 GMT`), in UTC.

    Raises:
        ForeignValueError: it is not such a time, or lies outside of the years 1970 to 2999.
    """
    if not isinstance(value, str) or len(value) > _LONGEST_MOMENT or not value.isascii():
        raise ForeignValueError(f"{name} is not a time of HTTP.")
    try:
        read = _in_utc(parsedate_to_datetime(value), UTC)
    except (ValueError, TypeError, LookupError, ArithmeticError):  # the library raises any of them
        raise ForeignValueError(f"{name} is not a time of HTTP.") from None
    return _within(read, name)


def _bounded(read: datetime) -> datetime:
    try:
        return _within(_in_utc(read, UTC), "The time")
    except OverflowError:
        raise ForeignValueError("The time is outside of the calendar.") from None


Moment = Annotated[datetime, AfterValidator(_bounded)]
"""The type of a field that holds a moment which was kept in a file: in UTC, within the years 1970 to 2999."""


def document(data: str | bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, name: str = "The document") -> Any:
    """What a JSON document holds.

    A number that no computer holds (`1e999`, `NaN`, one of more than twenty digits) is read as null: one bad field
    does not hide the others. Bytes that are not UTF-8 become U+FFFD.

    Args:
        data: the document as it came.
        max_bytes: longer ones (in bytes, or in characters of a text) are refused before they are parsed.
        max_depth: deeper ones are refused.
        name: what the error calls it, a constant of the program.

    Raises:
        ForeignValueError: it is too large, too deep, or not JSON.
    """
    text = _text_of(data, max_bytes, name)
    try:
        read = json.loads(
            text.removeprefix("\ufeff"), parse_int=_written_int, parse_float=_as_float, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        raise ForeignValueError(f"{name} is not JSON.") from None
    if not _is_flat_enough(read, max_depth):
        raise ForeignValueError(f"{name} is nested deeper than {max_depth} levels.")
    return read


def fields(
    data: str | bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, name: str = "The document"
) -> dict[str, Any]:
    """What a JSON document holds whose outermost value is an object.

    Raises:
        ForeignValueError: it is too large, too deep, not JSON, or another kind of value.
    """
    read = document(data, max_bytes=max_bytes, max_depth=max_depth, name=name)
    if not isinstance(read, dict):
        raise ForeignValueError(f"{name} is not a JSON object.")
    return read


def model(kind: type[M], data: str | bytes, *, max_bytes: int, name: str = "The document") -> M:
    """A model of the program out of JSON, as it was kept in a file.

    Raises:
        ForeignValueError: it is too large, too deep, not JSON, or does not fit; the first thing that does not is named.
    """
    text = _text_of(data, max_bytes, name)
    if _ODD_NUMBER.search(text):
        text = json.dumps(document(text, max_bytes=max_bytes, name=name))
    try:
        return kind.model_validate_json(text)  # as JSON: only there is a text a time, and a list a tuple
    except RecursionError:
        raise ForeignValueError(f"{name} is nested too deeply.") from None
    except ValidationError as refused:
        fault = refused.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(step)[:_LONGEST_STEP] for step in fault["loc"][:4])
        raise ForeignValueError(f"{name} does not fit{f' at {place}' if place else ''}.") from None


def toml(text: str, *, name: str = "The file") -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        ForeignValueError: it is malformed, with where; or nested too deeply.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ForeignValueError(f"{name} is malformed: {error}.") from None
    except (ValueError, ArithmeticError, RecursionError):  # a date or a number that no computer holds
        raise ForeignValueError(f"{name} holds a value that cannot be read, or is nested too deeply.") from None
    if not _is_flat_enough(read, MAX_DEPTH):
        raise ForeignValueError(f"{name} is nested deeper than {MAX_DEPTH} levels.")
    return read


def _text_of(data: object, max_bytes: int, name: str) -> str:
    if not isinstance(data, str | bytes):
        raise ForeignValueError(f"{name} is no text.")
    if len(data) > max_bytes:
        raise ForeignValueError(f"{name} is larger than {max_bytes} bytes.")
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


def _written_int(digits: str) -> int | None:
    """A number of a JSON document, whose form the parser has seen to."""
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _in_utc(read: datetime, zone: tzinfo) -> datetime:
    return (read.replace(tzinfo=zone) if read.tzinfo is None else read).astimezone(UTC)


def _as_int(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        read = float(value)
    except OverflowError:
        return None
    return read if math.isfinite(read) else None


def _no_number(_word: str) -> None:
    """NaN and Infinity, which Python's reader would take."""


def _within(read: datetime, name: str) -> datetime:
    if not _EARLIEST <= read <= _LATEST:
        raise ForeignValueError(f"{name} is not within the years 1970 to 2999.")
    return read


def _is_flat_enough(value: object, max_depth: int) -> bool:
    """Level by level instead of by recursion, which a deep document would break."""
    level: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(max_depth):
        if not level:
            return True
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _CONTAINERS
        ]
    return not level


_CONTAINERS = frozenset({dict, list})
