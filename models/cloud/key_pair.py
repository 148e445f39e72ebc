"""Key pairs: the public keys that Nova puts into an instance for the one who launches it."""

from __future__ import annotations

import base64
import binascii
import hashlib

from models.base import Frozen
from models.text import CleanText


class KeyPair(Frozen):
    """A key pair of the user who is logged in."""

    name: CleanText
    public_key: CleanText = ""
    """As it stands in authorized_keys; empty where the cloud does not show it."""

    @property
    def fingerprint(self) -> str:
        """SHA256:…, as ssh-keygen prints it; empty where there is no key to compute it of."""
        parts = self.public_key.split()
        try:
            blob = base64.b64decode(parts[1], validate=True)
        except (IndexError, binascii.Error):
            return ""
        return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
