"""What a machine calls itself."""

from __future__ import annotations

import re


def host_name(name: str) -> str:
    """The name that Nova gives the machine: letters, digits and dashes of the server's name."""
    cleaned = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    return cleaned[:63] or "server"
