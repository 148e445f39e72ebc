"""Reads the SSH server's settings and the public halves of its host keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

from imaging.guest.report.rows import Rows
from models.guest.network import HostKey, Sshd

_SEVERAL = frozenset({"allowusers", "allowgroups", "denyusers", "denygroups", "acceptenv"})
"""Keys with several words in a line, each a value."""
_REPEATED = frozenset({"port", "listenaddress", "hostkey"})
"""Keys of which every line counts; of others, the first one."""


def read_sshd(rows: Rows) -> Sshd:
    """Whether it starts by itself, what is in force, and by which keys it is known."""
    units = rows.read("unit", lambda state, name: (name, state), fields=2)
    enabled = [name for name, state in units if state == "enabled"]
    asked = rows.read("effective", _pair, fields=2)
    return Sshd(
        installed=rows.has("installed"),
        enabled=bool(enabled) if units else None,
        enabled_unit=next(iter(enabled), ""),
        effective=_effective(asked or rows.read("config", _pair, fields=2), of_files=not asked),
        effective_known=bool(asked),
        matched=_effective(rows.read("matched", _pair, fields=2), of_files=False),
        host_keys=rows.read("host-key", _host_key, fields=3),
    )


def _pair(key: str, value: str) -> tuple[str, str]:
    return key.lower(), value.strip().strip('"')


def _effective(pairs: Iterable[tuple[str, str]], *, of_files: bool) -> dict[str, tuple[str, ...]]:
    """Every value that counts by key; `sshd -T` has done the counting itself."""
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        words = value.split() if key in _SEVERAL else [value]
        if key not in values or not of_files or key in _SEVERAL | _REPEATED:
            values.setdefault(key, []).extend(words)
    return {key: tuple(words) for key, words in values.items()}


def _host_key(algorithm: str, public_half: str, path: str) -> HostKey:
    return HostKey(path=path, algorithm=algorithm, fingerprint=_fingerprint(public_half) if public_half else "")


def _fingerprint(public_half: str) -> str:
    """As ssh-keygen prints it."""
    try:
        raw = base64.b64decode(public_half, validate=True)
    except binascii.Error as error:
        raise ValueError("not a public key") from error
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
