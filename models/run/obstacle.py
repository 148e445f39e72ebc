"""What keeps a run from starting, one thing each."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.text import CleanText


class ObstacleKind(StrEnum):
    """What the user has to do about it."""

    IMPOSSIBLE = "impossible"
    """Nothing that the user says helps: the cloud or the instance does not allow it now."""
    UNSEALABLE = "unsealable"
    """The instance cannot be sealed as it is; a plain image may be possible."""
    NETWORK = "network"
    """Several networks are possible for the test instance; one has to be chosen."""
    BLOCKER = "blocker"
    """A finding that has to be fixed or waived."""
    UNINSPECTED = "uninspected"
    """The guest was not inspected, or not wholly: to be done first, unless the user decides against it."""
    CONFIRMATION = "confirmation"
    """A rule that only the user can answer, and has not answered."""


class Obstacle(Frozen):
    """One thing that keeps a run from starting."""

    kind: ObstacleKind
    text: CleanText
    """What it is, in words that end as a sentence does."""
    remedy: CleanText = ""
    """What to do about it, in whole sentences."""
    rule: CleanText = ""
    """The id of the rule, for a blocker and a confirmation."""
    title: CleanText = ""
    """The title of that rule."""
