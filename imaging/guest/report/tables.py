"""What mountinfo, fstab and their like have in common: fields parted by blanks, with odd bytes as octal numbers."""

from __future__ import annotations

import re

_OCTAL = re.compile(r"\\([0-3][0-7]{2})")


def from_octal(text: str) -> str:
    r"""A field with `\040` and its like as what they stand for."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def options_of(text: str) -> tuple[str, ...]:
    """The options of a mount, each once, in their order."""
    return tuple(dict.fromkeys(option for option in text.split(",") if option))
