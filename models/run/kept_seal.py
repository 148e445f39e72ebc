"""What a clone reported, as it is kept in a run's folder before the journal has it."""

from __future__ import annotations

from models.base import Frozen
from models.guest.facts import GuestFacts
from models.seal.report import SealReport


class KeptSeal(Frozen):
    """The report of a clone, and what the probe found in it after the seal."""

    report: SealReport
    facts: GuestFacts | None = None
    """None where the clone did not come so far."""
