"""Reads what an upgrade would install."""

from __future__ import annotations

from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, moment
from models.guest.packages import PendingUpdate, Updates


def read_updates(rows: Rows) -> Updates:
    """Pending updates and whether the machine has to be booted again; what could not be asked is None."""
    read = rows.has("pending_read")
    because = "" if read else masked(rows.text("pending_unknown")) or "the package manager did not say"
    reboot = rows.text("reboot")
    return Updates(
        pending=rows.read("pending", _pending, fields=3) if read else None,
        pending_unknown_because=because,
        lists_at=next(iter(rows.read("lists_at", moment, fields=1)), None),
        reboot_required=reboot == "1" if reboot else None,
        reboot_packages=tuple(dict.fromkeys(rows.texts("reboot_package"))),
        newest_kernel=rows.text("newest_kernel"),
        problems=rows.texts("problem") if rows.has("problems_read") else None,
    )


def _pending(name: str, version: str, security: str) -> PendingUpdate:
    return PendingUpdate(name=name, version=version, security=security == "1")
