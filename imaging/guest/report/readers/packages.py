"""Reads which packages are installed."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo

from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, moment, whole
from models import foreign
from models.guest.packages import Package, Packages, Repository

_MOST_ADDED = 200
_MOST_NAMES = 100_000
"""All of Debian has some 65,000."""
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})")


def read_packages(rows: Rows) -> Packages:
    """What dpkg or rpm has installed, and what was added after the first boot, newest first."""
    zone = _zone(rows.text("zone"))

    def added_on(local: str, name: str, version: str) -> Package:
        return Package(name=name, version=version, added_at=foreign.moment(local, zone=zone))

    added = [*rows.read("added_at", _added_at, fields=3), *rows.read("added_on", added_on, fields=3)]
    return Packages(
        manager=rows.text("manager"),
        count=next(iter(rows.read("count", whole, fields=1)), None),
        nonfree=rows.read(
            "nonfree", lambda name, version, origin: Package(name=name, version=version, origin=origin), fields=3
        ),
        added=tuple(sorted(added, key=_when, reverse=True)[:_MOST_ADDED]),
        names=_names(rows),
        repositories=rows.read("repository", lambda file, name: Repository(name=masked(name), file=file), fields=2),
    )


def _names(rows: Rows) -> tuple[str, ...]:
    """Each name once.

    Raises:
        ValueError: there are more than any system has.
    """
    names: dict[str, None] = {}
    for line in rows.texts("names"):
        names.update(dict.fromkeys(line.split(" ")))
        if len(names) > _MOST_NAMES:
            raise ValueError("more packages than any system has")
    return tuple(names)


def _added_at(seconds: str, name: str, version: str) -> Package:
    return Package(name=name, version=version, added_at=moment(seconds))


def _when(package: Package) -> float:
    return package.added_at.timestamp() if package.added_at else 0.0


def _zone(offset: str) -> tzinfo:
    """The guest's offset from UTC, as `date +%z` has it; UTC if it makes no sense. Summer time is not accounted for."""
    found = _OFFSET.fullmatch(offset)
    if found is None:
        return UTC
    away = timedelta(hours=foreign.whole(found[2]), minutes=foreign.whole(found[3]))
    return timezone(-away if found[1] == "-" else away) if away < timedelta(hours=24) else UTC
