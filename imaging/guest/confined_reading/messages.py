"""What goes to the process that reads, and what comes back."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.foreign import Moment
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.kept_seal import KeptSeal
from models.seal.report import SealedImageReport
from models.works.inventory import Inventory
from models.works.report import WorksReport

LONGEST_HEAD = 4096


class Printed(StrEnum):
    """What was printed."""

    FACTS = "facts"
    SEAL = "seal"
    """By a sealed clone, on its console."""
    PROOF = "proof"
    """By a test instance of a sealed image, on its console."""
    WORKS = "works"
    """By a test instance that was asked whether it works, on its console."""
    INVENTORY = "inventory"
    """By a test instance, of what is installed on it."""


class ReadingRequest(Frozen):
    """The first line of what it gets; the guest's bytes follow."""

    method: InspectionMethod
    prints: Printed = Printed.FACTS
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
    proof: SealedImageReport | None = None
    works: WorksReport | None = None
    inventory: Inventory | None = None
    refusal: Refusal | None = None
