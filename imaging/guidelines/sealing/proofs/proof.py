"""What one proof of a seal comes to, and all that the proofs rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.guest.facts import GuestFacts
from models.seal.plan import OperationId, SealPlan
from models.seal.report import BootSeen, SealedImageReport, SealReport

_SHOWN = 6


@dataclass(frozen=True)
class SealProofs:
    """What is known of a sealed image; None is what was not reported, or could not be read."""

    plan: SealPlan
    seal_report: SealReport | None
    """What the clone said about its seal."""
    clone: GuestFacts | None
    """What the probe found in the clone after the seal."""
    image: GuestFacts | None
    """What a deep check found in the sealed image."""
    image_report: SealedImageReport | None
    """What a test instance of the sealed image found on its own disk, and who it is."""
    second: BootSeen | None = None
    """Who the second test instance is, which was inspected by the deep check."""

    @property
    def staying(self) -> frozenset[str]:
        """Names of accounts of people that the plan leaves."""
        going = self.plan.operation(OperationId.ACCOUNTS)
        gone = {target.name for target in going.targets} if going is not None else set()
        return frozenset({*self.plan.accounts} - gone) | {each.owner for each in self.plan.kept if each.owner}


@dataclass(frozen=True)
class Proof:
    """One of the proofs: it holds if nothing was found and nothing is left unproved."""

    found: tuple[str, ...] = ()
    """What contradicts it, a sentence each."""
    unproved: tuple[str, ...] = ()
    """What could not be shown, a sentence each."""
    shown: tuple[str, ...] = ()
    """What was shown, a sentence each; it counts only where nothing else stands here."""

    @property
    def holds(self) -> bool:
        """Whether it was shown."""
        return not self.found and not self.unproved


def named(texts: Iterable[str]) -> str:
    """Some names for a sentence; of many the first ones and how many more there are."""
    each = list(dict.fromkeys(texts))
    more = f" and {len(each) - _SHOWN} more" if len(each) > _SHOWN else ""
    return ", ".join(each[:_SHOWN]) + more
