"""What goes to the process that reads, and what comes back."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.guest.facts import GuestFacts, InspectionMethod

LONGEST_HEAD = 4096


class ReadingRequest(Frozen):
    """The first line of what it gets; the guest's bytes follow."""

    method: InspectionMethod
    nonce: str
    now: Moment
    asked: str | None = None


class Refusal(Frozen):
    """The parts of a `BadProbeError`."""

    what: str
    reason: str
    meaning: str
    remedy: str


class ReadingAnswer(Frozen):
    """All that it prints: one of the two."""

    facts: GuestFacts | None = None
    refusal: Refusal | None = None
