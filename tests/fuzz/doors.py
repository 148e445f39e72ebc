"""Every door there is."""

from __future__ import annotations

from tests.fuzz import cloud_doors, console_doors, disk_doors, file_doors, login_doors, metadata_doors, probe_doors

DOORS = (
    *cloud_doors.DOORS,
    *console_doors.DOORS,
    *probe_doors.DOORS,
    *metadata_doors.DOORS,
    *file_doors.DOORS,
    *disk_doors.DOORS,
    *login_doors.DOORS,
)
