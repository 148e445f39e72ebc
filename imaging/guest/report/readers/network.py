"""Reads what ties the network's configuration to this machine."""

from __future__ import annotations

from imaging.guest.report.rows import Rows
from models.guest.network import Network, NetworkSetting

_KINDS = frozenset({"mac", "address", "gateway", "dns", "link-name"})


def read_network(rows: Rows) -> Network:
    """Fixed addresses and names, stored leases, and files that hold the present host name."""
    return Network(
        settings=tuple(dict.fromkeys(rows.read("setting", _setting, fields=4))),
        leases=rows.texts("lease"),
        old_name_in=rows.texts("old-name"),
    )


def _setting(kind: str, by_cloud_init: str, value: str, file: str) -> NetworkSetting:
    if kind not in _KINDS:
        raise ValueError("no such kind of setting")
    return NetworkSetting(file=file, kind=kind, value=value, by_cloud_init=by_cloud_init == "yes")
