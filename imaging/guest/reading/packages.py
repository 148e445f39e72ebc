"""Reads which packages are installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

from imaging.guest.reading.masking import masked
from imaging.guest.reading.rows import Rows, moment, whole
from models.guest.packages import Package, Packages, Repository

_MOST_ADDED = 200


def read_packages(rows: Rows) -> Packages:
    """What dpkg or rpm has installed, and what was added after the first boot, newest first."""
    zone = _zone(rows.text("zone"))

    def added_on(local: str, name: str, version: str) -> Package:
        at = datetime.strptime(local, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
        return Package(name=name, version=version, added_at=at)

    added = [*rows.read("added_at", _added_at, fields=3), *rows.read("added_on", added_on, fields=3)]
    return Packages(
        manager=rows.text("manager"),
        count=next(iter(rows.read("count", whole, fields=1)), None),
        nonfree=rows.read(
            "nonfree", lambda name, version, origin: Package(name=name, version=version, origin=origin), fields=3
        ),
        added=tuple(sorted(added, key=_when, reverse=True)[:_MOST_ADDED]),
        names=tuple(dict.fromkeys(name for line in rows.texts("names") for name in line.split(" "))),
        repositories=rows.read("repository", lambda file, name: Repository(name=masked(name), file=file), fields=2),
    )


def _added_at(seconds: str, name: str, version: str) -> Package:
    return Package(name=name, version=version, added_at=moment(seconds))


def _when(package: Package) -> float:
    return package.added_at.timestamp() if package.added_at else 0.0


def _zone(offset: str) -> tzinfo:
    """The guest's offset from UTC, as `date +%z` has it; UTC if it makes no sense. Summer time is not accounted for."""
    sign, digits = offset[:1], offset[1:]
    if sign not in {"+", "-"} or len(digits) != 4 or not (digits.isascii() and digits.isdigit()):  # noqa: PLR2004  # HHMM
        return UTC
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if sign == "-" else away) if away < timedelta(hours=24) else UTC
