"""What a test instance prints of what is installed on it: what was read from the same disk that its image is made of.

It tells it at once; a real one collects first, and shows a long list over several rounds.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from imaging.democloud.guests.deep_check import Manner, packed_pieces
from imaging.democloud.image_bytes.disks import disk_named
from imaging.democloud.records.server import Server

WORD = "@@imaging-inventory"
_MANNER = Manner(limit=262_144, dropped_first=())


def inventory_lines(server: Server, nonce: str) -> list[str]:
    """One round of it."""
    rows = _lists()[disk_named(server.disk.recording, server.disk.system)]
    said = "\n".join([f"imaging-inventory 1 {nonce}", *rows, "end"]) + "\n"
    return packed_pieces(WORD, nonce, _MANNER, lambda _without: said.encode("utf-8"))


@cache
def _lists() -> dict[str, list[str]]:
    """The rows by disk; made by `python -m tests.guest.recordings.inventories`."""
    file = resources.files("imaging.democloud.guests") / "inventories.json"
    found: dict[str, list[str]] = json.loads(file.read_text("ascii"))
    return found
