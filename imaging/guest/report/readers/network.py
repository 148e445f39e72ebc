"""Reads what ties the network's configuration to this machine."""

from __future__ import annotations

from imaging.guest.report.network_files import network_settings
from imaging.guest.report.rows import Rows
from models.guest.network import Network


def read_network(rows: Rows) -> Network:
    """Fixed addresses and names, stored leases, and files that hold the present host name."""
    return Network(
        settings=network_settings(rows),
        leases=rows.texts("lease"),
        old_name_in=rows.texts("old-name"),
    )
