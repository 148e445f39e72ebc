"""The clock of a machine that is off: how far from UTC it was at a moment, by its own /etc/localtime."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from imaging.files.disk.tree import Tree
from models.errors import ForeignValueError
from models.foreign import moment_of_seconds

_LARGEST: Final = 65_536
"""The largest zone has 4 KB."""
_DAY: Final = timedelta(hours=24)


class LocalTime:
    """Times as the logs of that machine tell them."""

    def __init__(self, tree: Tree) -> None:
        """Read the zone; without one, or with one that makes no sense, the machine counts in UTC.

        Raises:
            DiskUnreadableError: the zone cannot be read.
        """
        self._zone = _zone(tree.read("/etc/localtime", limit_bytes=_LARGEST))

    def text(self, moment: int, form: str) -> str:
        """A moment in seconds since 1970, in the form of strftime."""
        return self._at(moment).strftime(form)

    def offset(self, moment: int) -> str:
        """How far the clock was from UTC, as `date +%z` says it."""
        return self._at(moment).strftime("%z")[:5]

    def _at(self, moment: int) -> datetime:
        try:
            return moment_of_seconds(moment).astimezone(self._zone)
        except (ForeignValueError, OverflowError):
            return datetime(1970, 1, 1, tzinfo=UTC)


def _zone(data: bytes) -> tzinfo:
    try:
        zone = ZoneInfo.from_file(io.BytesIO(data))
        offsets = [zone.utcoffset(datetime(year, month, 1)) for year in (1990, 2030) for month in (1, 7)]  # noqa: DTZ001  # asked of a zone
    except (ValueError, IndexError, OverflowError, struct.error):
        return UTC
    return zone if all(offset is not None and abs(offset) < _DAY for offset in offsets) else UTC
