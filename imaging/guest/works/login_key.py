"""A public key with which nobody can log in: it only has to arrive where a launcher's own key would."""

from __future__ import annotations

import base64
import secrets

_TYPE = b"ssh-ed25519"
_BYTES = 32


def unusable_public_key(nonce: str) -> str:
    """A key that no other launch ever had, in the form of authorized_keys.

    It is made of random bytes, so that nobody, this program included, ever had its private half.
    """
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (_TYPE, secrets.token_bytes(_BYTES)))
    return f"{_TYPE.decode()} {base64.b64encode(blob).decode('ascii')} imaging-{nonce}"
