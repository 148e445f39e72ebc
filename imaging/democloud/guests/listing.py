"""What a test instance prints that was asked for nothing but the list of what is installed on it."""

from __future__ import annotations

import base64
import binascii
import re

from imaging.democloud.guests.inventory import WORD, inventory_lines
from imaging.democloud.records.server import Server

_HEADING = re.compile(r"^# imaging list ([A-Za-z0-9]{1,32})$", re.MULTILINE)
_BEGAN, _COLLECTS, _TOLD = 3.2, 7.0, 9.0
_EVERY = 10.0
_REPEATS = 180


def listing_lines(server: Server, up: float) -> list[tuple[float, str]]:
    """What it has printed `up` seconds after power-on, each line with its second; nothing where it was not asked."""
    nonce = _asked(server)
    if nonce is None:
        return []
    lines = [(_BEGAN, f"{WORD} {nonce} began")]
    if not server.saw_fstab_volumes or up < _COLLECTS:  # in emergency mode nothing is started after the boot
        return lines
    lines.append((_COLLECTS, f"{WORD} {nonce} progress listing what is installed"))
    if up < _TOLD:
        return lines
    times = min(_REPEATS, int((up - _TOLD) // _EVERY) + 1)
    told = inventory_lines(server, nonce)
    return [*lines, *((_TOLD + _EVERY * turn, line) for turn in range(times) for line in told)]


def _asked(server: Server) -> str | None:
    """The nonce of the script; None without one, and where there is no cloud-init to run it."""
    if server.user_data is None or not server.disk.cloud_init:
        return None
    try:
        script = base64.b64decode(server.user_data, validate=True).decode("ascii", "replace")
    except (binascii.Error, ValueError):
        return None
    found = _HEADING.search(script) if script.startswith("#cloud-boothook") else None
    return found[1] if found is not None else None
