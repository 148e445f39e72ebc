"""Which file it is: its stamp and the digest of its content, for which holes need not be read."""

from __future__ import annotations

from imaging.files.identity.bare_raw import is_bare_raw
from imaging.files.identity.content_digest import ContentDigest
from imaging.files.identity.file_identity import hash_of, identity_of, stamp_of

__all__ = ["ContentDigest", "hash_of", "identity_of", "is_bare_raw", "stamp_of"]
