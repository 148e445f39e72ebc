"""The host keys that a guest named on its serial console when it first booted.

cloud-init prints them once, in two blocks: fingerprints, and whole keys. Only what stands between the blocks' marks
counts: a console also shows the fingerprints of the *users'* keys. Most logs have lost them by now, for clouds keep
the last 100 KiB or so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from models.text import many_lines

_BLOCK = re.compile(
    r"-----BEGIN SSH HOST KEY (FINGERPRINTS|KEYS)-----(.{0,20000}?)-----END SSH HOST KEY \1-----", re.DOTALL
)
_FINGERPRINT = re.compile(r"\bSHA256:([A-Za-z0-9+/]{43})(?![A-Za-z0-9+/])")
_KEY = re.compile(r"\b(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d{3}) (AAAA[A-Za-z0-9+/]+={0,2})(?![A-Za-z0-9+/=])")


@dataclass(frozen=True)
class ConsoleKeys:
    """What a console log says of host keys."""

    fingerprints: frozenset[str] = frozenset()
    """`SHA256:…`"""
    unread_because: str | None = None
    """Why the log could not be read."""

    def names(self, fingerprint: str) -> bool:
        """Whether this very key was printed."""
        return fingerprint in self.fingerprints

    def sentence(self, fingerprint: str) -> str:
        """What the log says of one key, for whoever has to decide."""
        if self.unread_because is not None:
            return f"The instance's console log could not be read: {self.unread_because}"
        if self.names(fingerprint):
            return "The instance's console log names this very key."
        if self.fingerprints:
            return "Beware: the instance's console log names other keys, and not this one."
        return "The instance's console log names no host keys any more."


def read_console_keys(log: str) -> ConsoleKeys:
    """Find the host keys in a console log, those of every boot that it still holds."""
    found: set[str] = set()
    for _, block in _BLOCK.findall(many_lines(log)):
        found.update(f"SHA256:{digest}" for digest in _FINGERPRINT.findall(block))
        found.update(filter(None, map(_fingerprint, _KEY.findall(block))))
    return ConsoleKeys(frozenset(found))


def _fingerprint(encoded: str) -> str | None:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return fingerprint_of(blob)


def fingerprint_of(public_data: bytes) -> str:
    """The fingerprint of a public key in its binary form, as `ssh-keygen -l` prints it: `SHA256:…`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public_data).digest()).decode().rstrip("=")
