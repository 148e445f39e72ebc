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
from collections.abc import Iterator
from dataclasses import dataclass

from models.text import many_lines

_MARK = re.compile(r"-----(BEGIN|END) SSH HOST KEY (FINGERPRINTS|KEYS)-----")
_LONGEST_BLOCK = 20_000
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
    for block in _blocks(many_lines(log)):
        found.update(f"SHA256:{digest}" for digest in _FINGERPRINT.findall(block))
        found.update(filter(None, map(_fingerprint, _KEY.findall(block))))
    return ConsoleKeys(frozenset(found))


def _blocks(text: str) -> Iterator[str]:
    """What stands between two marks of a kind; in one pass, for the guest writes the log."""
    begun: re.Match[str] | None = None
    for mark in _MARK.finditer(text):
        if mark[1] == "BEGIN":
            begun = mark
        elif begun is not None and mark[2] == begun[2] and mark.start() - begun.end() <= _LONGEST_BLOCK:
            yield text[begun.end() : mark.start()]
            begun = None


def _fingerprint(encoded: str) -> str | None:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return fingerprint_of(blob)


def fingerprint_of(public_data: bytes) -> str:
    """The fingerprint of a public key in its binary form, as `ssh-keygen -l` prints it: `SHA256:…`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public_data).digest()).decode().rstrip("=")
