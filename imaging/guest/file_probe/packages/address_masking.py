"""Masks what lets a customer in from addresses of package sources: what `masked` of `masking.sh` does, and more."""

from __future__ import annotations

import re
from typing import Final

_VALUE: Final = re.compile(r"([?&][^ =&?]*=)[^ &]*")
_NUMBER: Final = re.compile(r"(?<=/)[0-9A-Fa-f]{24,}+(?=[/ ]|$)")


def masked_addresses(text: str) -> str:
    """The text without what is between `://` and `@`, without values behind a question mark, and without long numbers.

    Parts of paths that are long hexadecimal numbers let a customer in with some sellers.
    """
    return " ".join(_NUMBER.sub("***", _VALUE.sub(r"\1***", _without_user(word))) for word in text.split(" "))


def _without_user(word: str) -> str:
    before, begin, rest = word.partition("://")
    return f"{before}://***@{rest.rpartition('@')[2]}" if begin and "@" in rest else word
