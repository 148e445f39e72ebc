"""The tokens of a seal: random words that stand for classes of files on a raw disk.

A token never stands in user data, arguments or logs, for cloud-init stores user data on the very disk that is searched:
the shell computes it from the nonce, as here, and hands it to grep by a descriptor.
"""

from __future__ import annotations

import hashlib

from models.seal.report import CanaryClass

_DIGITS = 32


def canary_token(nonce: str, kind: CanaryClass) -> str:
    """What the clone with that nonce writes for one class of files: 32 hexadecimal digits."""
    return _token(nonce, kind.value)


def control_token(nonce: str) -> str:
    """What a machine writes itself to see that its reader finds what is there.

    Args:
        nonce: that of the machine's own user data; the clone's control token may still lie in the free space of the
            image, so a test instance needs another nonce than the clone had.
    """
    return _token(nonce, "control")


def _token(nonce: str, word: str) -> str:
    return hashlib.sha256(f"imaging-canary {nonce} {word}".encode()).hexdigest()[:_DIGITS]
