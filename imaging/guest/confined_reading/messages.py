"""What goes to the process that reads, and what comes back."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.kept_seal import KeptSeal

LONGEST_HEAD = 4096


class ReadingRequest(Frozen):
    """The first line of what it gets; the guest's bytes follow."""

    method: InspectionMethod
    is_of_seal: bool = False
    """Whether it is the console of a sealed clone."""
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
    seal: KeptSeal | None = None
    refusal: Refusal | None = None
