"""A passport as JSON: the form that the others are written from, and whose digest is noted on the image."""

from __future__ import annotations

import hashlib
import json

from imaging.reports.escaping import without_commands_in_json
from models import foreign
from models.run.passport import Passport

MOST_BYTES = 32_000_000
"""Of a passport that is read; 100,000 packages take half of that."""


def as_json(passport: Passport) -> str:
    """The document, in ASCII, the same for the same passport."""
    written = json.dumps(passport.model_dump(mode="json", by_alias=True), indent=2)
    return without_commands_in_json(written) + "\n"


def passport_in(text: str | bytes) -> Passport:
    """The passport in a document.

    Raises:
        ForeignValueError: it is not a passport.
    """
    return foreign.model(Passport, text, max_bytes=MOST_BYTES, name="The passport")


def digest_of(text: str) -> str:
    """The SHA-256 of a document, as it is noted on the image."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
