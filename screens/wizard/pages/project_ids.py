"""What can be the id of a project that an image is shared with."""

from __future__ import annotations

import re
from collections.abc import Collection

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""Keystone makes 32 hexadecimal digits; other drivers make names of up to 64 signs."""


def refused_project(text: str, members: Collection[str], own: str) -> str:
    """Why an image cannot be shared with this; empty if it can."""
    if not _ID.fullmatch(text):
        return "That is not the id of a project: up to 64 letters, digits, - and _."
    if text in members:
        return "The image is shared with this project already."
    if text == own:
        return "This is the project that owns the image."
    return ""
