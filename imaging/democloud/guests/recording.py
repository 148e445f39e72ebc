"""What was recorded of a guest: the probe's report, and what the remedies read. Files in `recordings`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_PAIR = re.compile(r'([A-Z:]+)="([^"]*)"')
_SERIAL_LENGTH = 20
WITHOUT_SUDO = "-without-sudo"
"""Behind the name of a recording that a user made who cannot become root."""
SEALED = "-sealed"
"""Behind the name of a recording that was made after a real seal of the same tree."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class RecordedDisk:
    """The disk of a volume in a recording."""

    name: str
    """Such as `vdb`."""
    serial: str
    points: tuple[str, ...]
    """Where it, or a partition of it, was mounted."""

    def holds(self, volume_id: str) -> bool:
        """Whether it is the disk of this volume: its serial number is the beginning of the volume's id."""
        return bool(self.serial) and self.serial == volume_id[:_SERIAL_LENGTH]


@dataclass(frozen=True)
class Recording:
    """One guest."""

    recorded_at: int
    """By the clock in the guest, in seconds since 1970."""
    host: str
    instance: str
    """The id of the instance, as cloud-init knew it."""
    report: Mapping[str, Any]
    fstab: tuple[str, ...]
    """Its lines."""
    tables: str
    """Mount table and swap areas."""
    whole_disk: str
    """Who uses which disk."""
    disks: tuple[RecordedDisk, ...]
    seal: Mapping[str, int]
    """Of a sealed tree: how many things each operation of a real seal took away; empty for others."""

    def rows(self, part: str) -> Rows:
        """The rows of a part of the report."""
        found: Rows = self.report["parts"].get(part, {}).get("rows", [])
        return found


@cache
def load(name: str) -> Recording:
    """The recording of that name."""
    text = files("imaging.democloud.guests").joinpath("recordings", f"{name}.json").read_text(encoding="ascii")
    read = json.loads(text)
    system = {row[0]: row[1] for row in read["report"]["parts"]["system"]["rows"]}
    return Recording(
        recorded_at=read["recorded_at"],
        host=system.get("host", ""),
        instance=system.get("instance", ""),
        report=read["report"],
        fstab=tuple(read["fstab"].splitlines()),
        tables=read["tables"],
        whole_disk=read["whole_disk"],
        disks=tuple(_disks(read["report"]["parts"]["disks"]["rows"])),
        seal=read.get("seal", {}),
    )


def _disks(rows: Rows) -> list[RecordedDisk]:
    devices = [dict(_PAIR.findall(row[1])) for row in rows if row[0] == "device"]
    found = []
    for disk in devices:
        if disk.get("SERIAL"):
            name = disk["NAME"]
            of_it = [one for one in devices if name in {one["NAME"], one.get("PKNAME")}]
            points = tuple(one["MOUNTPOINT"] for one in of_it if one.get("MOUNTPOINT"))
            found.append(RecordedDisk(name.removeprefix("/dev/"), disk["SERIAL"], points))
    return found
