"""User data of several parts, as cloud-init takes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from email import message_from_bytes
from functools import lru_cache
from types import MappingProxyType

from imaging.democloud.guests.deep_check import inflated

_GZIP = b"\x1f\x8b"


@lru_cache(maxsize=64)  # a console is read every few seconds, and each reading asks several times
def parts_of(user_data: str | None) -> Mapping[str, str]:
    """The parts of user data in MIME form, by type; empty where they are in no such form."""
    return MappingProxyType(_parts(user_data))


def _parts(user_data: str | None) -> dict[str, str]:
    if user_data is None:
        return {}
    try:
        given = base64.b64decode(user_data, validate=True)
    except (binascii.Error, ValueError):
        return {}
    message = message_from_bytes(inflated(given) if given.startswith(_GZIP) else given)
    if not message.is_multipart():
        return {}
    found = ((part.get_content_subtype(), part.get_payload(decode=True)) for part in message.walk())
    return {kind: text.decode("ascii", "replace") for kind, text in found if isinstance(text, bytes)}
