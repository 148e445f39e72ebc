"""Reads Nova's key pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import mapping, text
from models.cloud.key_pair import KeyPair


def read_key_pair(raw: Mapping[str, Any]) -> KeyPair | None:
    """One key pair of `GET /os-keypairs`, each of which stands in an object of its own; None without a name."""
    inner = mapping(raw.get("keypair"))
    name = text(inner.get("name"))
    return KeyPair(name=name, public_key=text(inner.get("public_key")) or "") if name is not None else None
