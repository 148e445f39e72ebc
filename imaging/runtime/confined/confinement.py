"""What a process gives up that works on a stranger's bytes. It is begun by `imaging.runtime.confined.process`.

Apart from it, so that such a process loads nothing that only its parent needs.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Final

MEMORY_BYTES: Final = 2**31
"""Address space of such a process; a report of the largest size takes about 300 MB."""


def confine(memory_bytes: int = MEMORY_BYTES) -> None:
    """Give up what a reader of bytes does not need; called by the process itself, before it reads anything."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower limit is in force already, or the system knows none
            resource.setrlimit(limit, (value, value))
