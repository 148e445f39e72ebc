"""Lengths of time as the user writes them: `90s`, `30m`, `2h`, `1h30m`, or seconds alone."""

from __future__ import annotations

import re

from models import foreign
from models.text import one_line

LONGEST_SECONDS = 366 * 86_400
"""A year and a day."""
EXAMPLES = "30m, 2h or 1h30m"
_WRITTEN = re.compile(r"(?:(?P<hours>[0-9]{1,6})h)?(?:(?P<minutes>[0-9]{1,8})m)?(?:(?P<seconds>[0-9]{1,9})s?)?")
_MINUTE, _HOUR = 60, 3600


def seconds_of(text: str) -> int | None:
    """The seconds that a text means; None where it is no length of time between a second and a year."""
    match = _WRITTEN.fullmatch(text.strip())
    parts = {unit: foreign.whole(number) for unit, number in match.groupdict().items() if number} if match else {}
    seconds = parts.get("hours", 0) * _HOUR + parts.get("minutes", 0) * _MINUTE + parts.get("seconds", 0)
    return seconds if 0 < seconds <= LONGEST_SECONDS else None


def duration_refusal(text: str) -> str:
    """Why a text is no length of time; empty where it is one."""
    return "" if seconds_of(text) is not None else f"'{one_line(text, 60)}' is not a duration such as {EXAMPLES}."


def written(seconds: int) -> str:
    """The shortest text that means so many seconds: `2h`, `1h30m`, `45s`."""
    hours, rest = divmod(seconds, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    parts = ((hours, "h"), (minutes, "m"), (left, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
