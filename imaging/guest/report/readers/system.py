"""Reads which system runs in the guest."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import datetime, timedelta

from imaging.guest.report.rows import Rows, moment
from models.guest.system import GuestSystem, OwnId

_PAUSE = timedelta(minutes=15)
"""A first boot does its work in one go: a longer pause means that a later boot did the rest."""

_MOST_IDS = 20
_LONGEST_ID = 80


def read_system(rows: Rows) -> GuestSystem:
    """The system, from os-release and /proc."""
    release = dict(rows.read("release", _assignment, fields=1))
    return GuestSystem(
        id=release.get("ID", ""),
        version=release.get("VERSION_ID", ""),
        pretty_name=release.get("PRETTY_NAME", ""),
        like=tuple(release.get("ID_LIKE", "").split()),
        kernel=rows.text("kernel"),
        architecture=rows.text("architecture"),
        host_name=rows.text("host"),
        instance_id=rows.text("instance"),
        own_ids=rows.read("identity", _own_id, fields=2)[:_MOST_IDS],
        init=rows.text("init"),
        package_manager=rows.text("manager"),
        booted_at=next(iter(rows.read("btime", moment, fields=1)), None),
        first_boot_at=_first_boot(rows),
    )


def _own_id(source: str, text: str) -> OwnId:
    return OwnId(source=source, text=text[:_LONGEST_ID])


def _assignment(line: str) -> tuple[str, str]:
    """A line of os-release, which is a shell assignment."""
    key, _, value = line.partition("=")
    return key, " ".join(shlex.split(value))


def _semaphore(at: str, path: str) -> tuple[str, datetime] | None:
    when = moment(at)
    instance = path.rpartition("/sem/")[0].rpartition("/")[2]
    return None if when is None else (instance, when)


def _first_boot(rows: Rows) -> datetime | None:
    """When cloud-init was through with this instance for the first time.

    It leaves a file for each thing that it does once per instance. Those of the parent of an image lie beside them,
    under the parent's id. `boot-finished` does not help: each boot writes it again.
    """
    found = rows.read("semaphore", _semaphore, fields=2)
    current = rows.text("instance") or max(found, key=lambda pair: pair[1], default=("", None))[0]
    return _end_of_first_run(sorted(when for instance, when in found if instance == current))


def _end_of_first_run(moments: Iterable[datetime]) -> datetime | None:
    last: datetime | None = None
    for when in moments:
        if last is not None and when - last > _PAUSE:
            break
        last = when
    return last
