"""Keys of the guests and of their user, and what cloud-init prints of host keys on the console."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncssh

_PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 secret bytes in the PKCS #8 form of an Ed25519 key (RFC 8410, section 10.3)."""


def ed25519_key(secret: bytes, comment: str = "") -> asyncssh.SSHKey:
    """The Ed25519 key that 32 secret bytes make."""
    key = asyncssh.import_private_key(_PKCS8_ED25519 + secret)
    if comment:
        key.set_comment(comment)
    return key


def public_line(key: asyncssh.SSHKey) -> str:
    """The public half as one line, as in known_hosts after the names."""
    return key.export_public_key().decode().strip()


def console_lines(secret: bytes, host: str, booted_at: float) -> list[str]:
    """What cloud-init's modules ssh_authkey_fingerprints and keys_to_console print at the first boot of an instance."""
    key = ed25519_key(secret, f"root@{host}")
    at = datetime.fromtimestamp(booted_at + 6, UTC)
    said = f"<14>{at:%b} {at.day:>2} {at:%H:%M:%S} cloud-init: "
    return [
        f"{said}{'#' * 61}",
        f"{said}-----BEGIN SSH HOST KEY FINGERPRINTS-----",
        f"{said}256 {key.get_fingerprint()} root@{host} (ED25519)",
        f"{said}-----END SSH HOST KEY FINGERPRINTS-----",
        f"{said}{'#' * 61}",
        "-----BEGIN SSH HOST KEY KEYS-----",
        public_line(key),
        "-----END SSH HOST KEY KEYS-----",
    ]
