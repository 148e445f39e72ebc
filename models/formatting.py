"""Numbers and times as people read them: with their nouns, as sizes and durations, by the zone or the user's clock."""

from __future__ import annotations

from datetime import datetime

_KIB = 1024
_MINUTE, _HOUR = 60, 3600
_DECIMALS_BELOW = 10
"""From here on a decimal tells nobody anything: `9.4 GiB`, but `24 GiB`."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 volume`, `2 volumes`, `2 addresses`.

    Args:
        number: how many.
        noun: the name of one.
        plural: the name of several, where an s alone does not make it.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def with_id(name: str, thing_id: str) -> str:
    """A thing of the cloud by its name and its id, for several may have one name; the id alone where it has no name."""
    return f"{name} ({thing_id})" if name else thing_id


def size(size_bytes: int | None) -> str:
    """A size in the unit that says most: `399 B`, `12 KiB`, `3.4 MiB`, `24 GiB`; a question mark for None."""
    if size_bytes is None:
        return "?"
    number, unit, larger = float(size_bytes), "B", ["KiB", "MiB", "GiB", "TiB"]
    while number >= _KIB and larger:
        number, unit = number / _KIB, larger.pop(0)
    decimals = 1 if unit not in {"B", "KiB"} and number < _DECIMALS_BELOW else 0
    return f"{number:.{decimals}f} {unit}"


def size_kib(kib: int | None) -> str:
    """The same for a size in KiB, which file systems are counted in."""
    return size(None if kib is None else kib * _KIB)


def size_mib(mib: int | None) -> str:
    """The same for a size in MiB, which flavors and images count memory in: `3.0 GiB`."""
    return size(None if mib is None else mib * _KIB * _KIB)


def compared_mib(first: int, second: int) -> tuple[str, str]:
    """Two sizes in MiB that a sentence compares: to the MiB where they would else look the same, and are not."""
    told = size_mib(first), size_mib(second)
    return told if first == second or told[0] != told[1] else (f"{first:,} MiB", f"{second:,} MiB")


def duration(seconds: float | None) -> str:
    """How long something took: `4 s`, `2 min 5 s`, `1 h 3 min`; empty for None."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // _MINUTE, _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def about(seconds: float) -> str:
    """An estimate in words: `about 4 minutes`."""
    return f"about {counted(max(1, round(seconds / _MINUTE)), 'minute')}"


def day(moment: datetime | None) -> str:
    """The date, such as 2026-11-22; a question mark for None."""
    return f"{moment:%Y-%m-%d}" if moment else "?"


def minute(moment: datetime) -> str:
    """Date and time to the minute, with the zone: `2026-11-22 14:02 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M %Z}".rstrip()


def second(moment: datetime) -> str:
    """Date and time to the second, with the zone: `2026-11-22 14:02:11 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}".rstrip()


def local_day(moment: datetime | None) -> str:
    """The date where the user is; empty for None."""
    return f"{moment.astimezone():%Y-%m-%d}" if moment else ""


def local_minute(moment: datetime) -> str:
    """Date and time to the minute where the user is: `2026-11-22 14:02`."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def clock_time(moment: datetime | None, *, now: datetime | None = None) -> str:
    """The time of day where the user is, such as 14:02:11; empty for None.

    Args:
        moment: the time.
        now: where it is given and lies on another day, the date is said, too.
    """
    if moment is None:
        return ""
    if now is not None and now.astimezone().date() != moment.astimezone().date():
        return local_minute(moment)
    return f"{moment.astimezone():%H:%M:%S}"
