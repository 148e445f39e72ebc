"""How long the source took to boot, as its own console says; beside it stands how long a test instance takes."""

from __future__ import annotations

import re

from models import foreign
from models.text import many_lines

_LAST_CHARACTERS = 200_000
"""Of a console that are read; a cloud gives 100 KiB."""
_FINISHED = re.compile(r"Cloud-init v\. [^\n]{1,60} finished at [^\n]{1,160}? Up (\d{1,6}(?:\.\d{1,3})?) seconds")


def seconds_to_come_up(console: str) -> float | None:
    """Seconds from power-on until cloud-init had finished, at the last boot that the console shows; None if none.

    Args:
        console: raw, as the cloud gave it; untrusted.
    """
    found = _FINISHED.findall(many_lines(console[-_LAST_CHARACTERS:]))
    return foreign.number(found[-1]) if found else None
