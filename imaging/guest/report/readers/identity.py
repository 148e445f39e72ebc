"""Reads what tells this machine from others."""

from __future__ import annotations

from imaging.guest.report.rows import Rows
from models.guest.boot import Identity


def read_identity(rows: Rows) -> Identity:
    """The state of the machine-id, never the id, and whether a random seed lies on the disk."""
    return Identity(
        machine_id=rows.text("machine-id"),
        machine_id_digest=rows.text("digest")[:12],
        dbus_machine_id=rows.text("dbus"),
        random_seed=rows.has("seed"),
    )
