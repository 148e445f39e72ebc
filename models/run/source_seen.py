"""How the source instance is at the end of a run: whether its guest was seen to come up again."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class SourceState(StrEnum):
    """What was seen of the source after it was restored. Nova's ACTIVE alone says nothing of the guest."""

    UP = "up"
    """Its console came as far as before the run, or to a login prompt."""
    UNSEEN = "unseen"
    """It was started; its console does not show how far it came."""
    STOPPED = "stopped"
    """It was stopped before the run, and is stopped again."""
    DOES_NOT_COME_UP = "does not come up"
    """Its console stands where nothing more comes by itself."""
    CHANGED = "changed"
    """Somebody stopped or deleted it after it was restored."""


class SourceSeen(Frozen):
    """What was seen, in a few words, with the lines of the console that show it."""

    state: SourceState
    text: CleanText
    """Follows `restored`, such as `and seen up: login prompt`."""
    evidence: tuple[CleanText, ...] = ()
