"""What a guest says about its network on the console: the tables that cloud-init prints at each start."""

from __future__ import annotations

import re

from imaging.runs.test_instance.boot_verdict.console_patterns import BY_CLOUD_INIT
from models.base import Frozen

_SAID = re.compile(rf"{BY_CLOUD_INIT}ci-info: ")
"""At the start of a line alone: what a daemon logs for a stranger says nothing of the network."""
_NO_ROUTES = re.compile(r"!{3,80}Route info failed!{3,80}")
_LONGEST_ROW = 400
"""Characters; a row has 90."""
_LEAST_COLUMNS = 3
_INNER = re.compile(r"lo:?$|docker|br-|virbr|lxdbr|veth")
"""Devices that lead nowhere outside of the guest."""
_NET_COLUMNS = 5
"""Device, up, address, mask, perhaps scope, hardware address."""
_DEFAULT_ROUTES = frozenset({"0.0.0.0", "::/0"})  # noqa: S104  # destinations of routes; nothing is bound here
_GATEWAY_FLAGS = frozenset({"UG", "UGH"})
"""Of a route by way of a gateway."""


class NetworkReport(Frozen):
    """What was said so far; None: nothing of that kind."""

    has_address: bool | None = None
    has_default_route: bool | None = None

    @property
    def hints(self) -> tuple[str, ...]:
        """What is wrong with it."""
        wrong = (
            (self.has_address, "cloud-init saw no network address"),
            (self.has_default_route, "cloud-init saw no default route"),
        )
        return tuple(hint for value, hint in wrong if value is False)


def read_network_line(known: NetworkReport, line: str) -> NetworkReport:
    """Take one line of a console in; lines that say nothing of the network change nothing."""
    found = _SAID.match(line) if "ci-info: " in line else None
    if found is None:
        return known
    row = line[found.end() :][:_LONGEST_ROW].strip()
    if _NO_ROUTES.match(row):
        return known.model_copy(update={"has_default_route": bool(known.has_default_route)})
    cells = [cell.strip() for cell in row[1:-1].split("|")] if row.startswith("|") and row.endswith("|") else []
    if len(cells) >= _NET_COLUMNS and cells[1] in {"True", "False"}:
        return _with_device(known, cells)
    if len(cells) >= _LEAST_COLUMNS and cells[0].isdecimal():
        return _with_route(known, cells)
    return known


def _with_device(known: NetworkReport, cells: list[str]) -> NetworkReport:
    if _INNER.match(cells[0]):
        return known
    address = cells[2].lower()
    is_global = cells[1] == "True" and address not in {"", "."} and not address.startswith(("fe80:", "169.254."))
    return known.model_copy(update={"has_address": bool(known.has_address) or is_global})


def _with_route(known: NetworkReport, cells: list[str]) -> NetworkReport:
    is_default = cells[1] in _DEFAULT_ROUTES and bool(_GATEWAY_FLAGS & set(cells))
    return known.model_copy(update={"has_default_route": bool(known.has_default_route) or is_default})
