"""Cleans a whole part: whatever its reader took from the guest, no text of it can do harm on a terminal."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pydantic import BaseModel

from models.text import one_line

LONGEST = 4096
"""Characters of one text; what is longer is cut."""


def cleaned(value: Any) -> Any:
    """The same plain value with every text made one printable line."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return one_line(value, LONGEST)
    if isinstance(value, BaseModel):
        return {name: cleaned(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return tuple(cleaned(each) for each in value)
    if isinstance(value, dict):
        return {cleaned(name): cleaned(each) for name, each in value.items()}
    return value
