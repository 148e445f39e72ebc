"""All that a verdict on *works* rests on, and what one check makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from models.guest.facts import GuestFacts
from models.seal.plan import SealPlan
from models.text import cut
from models.verdict import Verdict
from models.works.outcome import CheckId, Outcome
from models.works.report import WorksBoot, WorksReport
from models.works.test_file import WorkTests

T = TypeVar("T")

BOOTS = (1, 2)
_EVIDENCE_LINES = 20
_EVIDENCE_LENGTH = 200


@dataclass(frozen=True)
class Tested:
    """What is known of the image and of its test instances; None is what was not told, or could not be read."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    report: WorksReport | None
    """What the test instance told about its two boots."""
    boot: Verdict | None
    """The verdict on its first boot."""
    wanted: bool = True
    """Whether a test launch with checks was asked for."""
    second_boot: Verdict | None = None
    """The verdict on its second boot, where that began and did not tell about itself."""
    has_source: bool = True
    """Whether there is an instance or image from which this one was made, that an inspection could have shown."""
    source: GuestFacts | None = None
    """What an inspection found in that one."""
    source_boot_seconds: float | None = None
    """From power-on to the prompt there, where that was seen."""
    seal: SealPlan | None = None
    """What was agreed to go; None of a plain image."""
    sealed: bool = False
    """Whether the image is said to hold nobody's keys."""
    keeps_machine_id: bool = False
    """Whether it is the plain disk of an instance, as its owner wanted it: the checklist has said that new instances
    keep the machine-id of such a one (`ID-MACHINEID`), and only warns of it, so this is a warning here, too."""
    kept_homes: frozenset[str] = frozenset()
    """Accounts whose homes stay on purpose: their keys are no surprise."""
    flavor_disk_bytes: int | None = None
    """The root disk of the flavor that it was launched in; None where the flavor names none."""
    image_disk_bytes: int | None = None
    """How large the image's own disk is; None where that is not known."""
    tests: WorkTests = field(default_factory=WorkTests)
    """What it was asked to run."""
    twins_wanted: bool = False
    """Whether a second test instance was asked for."""
    twin: WorksReport | None = None
    """What that one told."""
    no_twin_because: str = ""
    """Why there was none although it was asked for: the end of a sentence, such as `the quota has no room for it`."""

    def boots(self) -> Iterator[tuple[int, WorksBoot | None]]:
        """Both boots by number, None for one that was not told."""
        for number in BOOTS:
            yield number, self.report.boot(number) if self.report is not None else None

    def last_boot(self) -> WorksBoot | None:
        """The second boot, else the first."""
        return next((boot for _, boot in reversed([*self.boots()]) if boot is not None), None)

    @property
    def trouble(self) -> str:
        """Why the report is not whole, if it says so."""
        return self.report.trouble if self.report is not None else ""


@dataclass(frozen=True)
class Answer:
    """What one check comes to."""

    outcome: Outcome
    reason: str
    """One sentence for people."""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A built-in check: a row of the table."""

    id: CheckId
    ask: Callable[[Tested], Answer]
    blocks: Callable[[Tested], bool] = lambda _tested: False
    """Whether a failure means that the image does not work."""
    applies: Callable[[Tested], bool] = lambda _tested: True
    """Whether it was asked for; otherwise it is left out."""


def always(_tested: Tested) -> bool:
    """For a check that blocks in every image."""
    return True


def passed(reason: str, evidence: Sequence[str] = ()) -> Answer:
    """It is as it should be."""
    return Answer(Outcome.PASS, reason, _bounded(evidence))


def failed(reason: str, evidence: Sequence[str] = ()) -> Answer:
    """It is not; the table says whether that blocks."""
    return Answer(Outcome.FAIL, reason, _bounded(evidence))


def warned(reason: str, evidence: Sequence[str] = ()) -> Answer:
    """Something was found that does not keep the image from working."""
    return Answer(Outcome.WARN, reason, _bounded(evidence))


def skipped(reason: str, evidence: Sequence[str] = ()) -> Answer:
    """It does not apply to this test instance."""
    return Answer(Outcome.SKIPPED, reason, _bounded(evidence))


def unknown(reason: str, evidence: Sequence[str] = ()) -> Answer:
    """It applies, and was not answered."""
    return Answer(Outcome.UNKNOWN, reason, _bounded(evidence))


def _bounded(evidence: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(cut(line, _EVIDENCE_LENGTH) for line in evidence[:_EVIDENCE_LINES])
    rest = len(evidence) - len(shown)
    return (*shown, f"and {rest} more") if rest else shown


def untold(tested: Tested, told: Callable[[WorksBoot], object | None], what: str) -> Answer | None:
    """*Unknown* where one of the two boots did not tell it; None where both did.

    Args:
        tested: what is known.
        told: takes it from a boot; None: not told.
        what: its name, as the beginning of a sentence.
    """
    missing = [number for number, boot in tested.boots() if boot is None or told(boot) is None]
    if not missing:
        return None
    which = "of neither boot" if len(missing) == len(BOOTS) else f"only of boot {3 - missing[0]}"
    because = f": {tested.trouble}" if tested.trouble else ""
    return unknown(f"{what} are known {which}{because}.")


def each_told(tested: Tested, told: Callable[[WorksBoot], T | None]) -> Iterator[tuple[int, T]]:
    """What the boots that told it have told, by number."""
    for number, boot in tested.boots():
        value = told(boot) if boot is not None else None
        if value is not None:
            yield number, value
