"""The outcome of a remedy that was carried out inside a guest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FixResult:
    """What was done, and how it is undone."""

    done: str
    """In one or a few sentences."""
    undo: str
    """In words, with the commands; it also says where something cannot be undone."""
    output: str = ""
    """What a command printed, cleaned of control characters, its end if it was long."""
