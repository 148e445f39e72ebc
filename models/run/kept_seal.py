"""What a clone and the second test instance reported, as it is kept in a run's folder."""

from __future__ import annotations

from models.base import Frozen
from models.guest.facts import GuestFacts
from models.seal.report import BootSeen, SealReport


class KeptSeal(Frozen):
    """The report of a clone, and what the probe found in it after the seal."""

    report: SealReport
    facts: GuestFacts | None = None
    """None where the clone did not come so far."""


class KeptInspection(Frozen):
    """What the second test instance of a sealed image told."""

    facts: GuestFacts
    """What lies on its disk."""
    identity: BootSeen | None = None
    """By what others know it; None where it did not tell."""
