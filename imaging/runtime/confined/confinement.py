"""What a process gives up that works on a stranger's bytes. It is begun by `imaging.runtime.confined.process`.

Apart from it, so that such a process loads nothing that only its parent needs.
"""

from __future__ import annotations

import ctypes
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


_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000


def leave_network() -> bool:
    """Give up the network; called by the process itself while it has one thread.

    Returns:
        Whether it has none now: some kernels let only root give it up, and some nobody.
    """
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    return any(unshare(what) == 0 for what in (_NEW_USER | _NEW_NETWORK, _NEW_NETWORK))
