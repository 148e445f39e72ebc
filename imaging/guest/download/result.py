"""The outcome of copying directories out of a guest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SavedDirectories:
    """What was copied, and what was not."""

    summary: str
    """How many files and how much, and where they lie, in a sentence."""
    left_out: tuple[tuple[str, str], ...] = ()
    """What was not copied, each with why, at most as many as a person reads; cleaned."""
    files: int = 0
    """Files that are here now and agree with the guest's, those of earlier calls included."""
    size_bytes: int = 0
