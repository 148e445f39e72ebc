"""What the rules about the inside of an instance share: asking for a part of its facts, and answering from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from imaging.guidelines.rule import Answer, UnreadError, failed, passed, unknown
from models.fact import Fact, IncompleteCode, UnknownCode
from models.findings import Outcome, Severity, Source
from models.guest.facts import NOT_RUNNING, GuestFacts, InspectionMethod
from models.guest.services import Services
from models.guidelines.facts import InstanceFacts
from models.remedy_action import RemedyAction
from models.steps import StepName
from models.text import cut

T = TypeVar("T")
Part = Callable[[GuestFacts], Fact[Any]]
"""One of `imaging.guidelines.guest.parts`."""

_REASON_SHOWN = 100
"""Characters of a reason that are shown: evidence has about 150."""
NEEDS_SSH = "needs SSH"
"""Words for a sentence; the code that is decided by is `UnknownCode.NEEDS_SSH`."""
_NOT_RUNNING = f"{NEEDS_SSH}: the guest was not up when it was inspected"


def inside(facts: InstanceFacts, part: Callable[[GuestFacts], Fact[T]]) -> T:
    """A part of the guest's facts that a rule cannot do without.

    Args:
        facts: all facts.
        part: one of `imaging.guidelines.guest.parts`.

    Raises:
        UnreadError: nobody inspected the guest, or this part could not be read; the rule's answer is then *unknown*
        with the
            reason and the command that finds out by hand (`not_read`).
    """
    fact = _part(facts, part)
    if fact.value is None:
        raise UnreadError(fact)
    return fact.value


def inside_or_none(facts: InstanceFacts, part: Callable[[GuestFacts], Fact[T]]) -> T | None:
    """A part of the guest's facts that only adds to an answer; None where it is not known."""
    return part(facts.guest.value).value if facts.guest.value is not None else None


def is_complete(facts: InstanceFacts, part: Part) -> bool:
    """Whether a part was read whole."""
    return facts.guest.value is not None and not part(facts.guest.value).incomplete_because


def all_disks_shown(facts: InstanceFacts) -> bool:
    """Whether a disk that is not among those shown is not there.

    The temporary instance of a deep check has exactly the disks that any new one has, and an image file is that disk:
    both are whole for what a boot will find.
    """
    guest = facts.guest.value
    return guest is not None and (guest.method.shows_disk_alone or not guest.disks.incomplete_because)


def inspected_while_running(facts: InstanceFacts) -> bool:
    """Whether the running instance itself was inspected, not a temporary instance of its disk, or its disk alone."""
    return facts.guest.value is not None and not facts.guest.value.method.shows_disk_alone


def unless_disks_hidden(answer: Answer, facts: InstanceFacts) -> Answer:
    """As `unless_incomplete` for the disks, except that a deep check sees all that matter to new instances."""
    return answer if all_disks_shown(facts) else unless_incomplete(answer, facts, lambda guest: guest.disks)


def unless_root_unplaced(answer: Answer, facts: InstanceFacts) -> Answer:
    """The answer, but *unknown* instead of a pass where it is not known on which disk the root file system lies.

    What is on the root disk, and what a new instance lacks, cannot be told apart then.
    """
    disks = facts.guest.value.disks.value if facts.guest.value is not None else None
    if answer.outcome is not Outcome.PASS or disks is None or disks.root_disks:
        return answer
    root = f"{disks.root.fs_type} on {disks.root.device}" if disks.root is not None else "it was not seen"
    return guest_unknown(f"On which disk the root file system lies could not be told ({_reason(root)}).")


def running(facts: InstanceFacts) -> Services:
    """The services, for a rule that asks what runs.

    Raises:
        UnreadError: not read, or the guest was not up: then nothing can be said about processes and listeners.
    """
    services = inside(facts, lambda guest: guest.services)
    if not services.runs:
        guest = facts.guest.value
        is_file = guest is not None and guest.method is InspectionMethod.IMAGE_FILE
        why, code = (NOT_RUNNING, UnknownCode.NOT_RUNNING) if is_file else (_NOT_RUNNING, UnknownCode.NEEDS_SSH)
        raise UnreadError(Fact[Services](unknown_because=why, unknown_code=code, source=Source.GUEST))
    return services


def guest_passed(evidence: str, facts: InstanceFacts, *parts: Part) -> Answer:
    """The rule holds; `parts` show it, and the finding is as old as the oldest of them."""
    return passed(evidence, _shown_by(facts, parts))


def guest_failed(
    evidence: str,
    remedy: str,
    facts: InstanceFacts,
    *parts: Part,
    command: str | None = None,
    actions: tuple[RemedyAction, ...] = (),
    by_hand_because: str = "",
    severity: Severity | None = None,
    fixed_by: StepName | None = None,
) -> Answer:
    """The rule is broken; `parts` show it, the others are those of `imaging.guidelines.rule.failed`."""
    return failed(
        evidence,
        remedy,
        _shown_by(facts, parts),
        command=command,
        actions=actions,
        by_hand_because=by_hand_because,
        severity=severity,
        fixed_by=fixed_by,
    )


def guest_unknown(evidence: str, remedy: str = "", *, command: str | None = None) -> Answer:
    """The guest was inspected, but what was found does not tell."""
    return unknown(evidence, remedy, command=command, source=Source.GUEST)


def unless_incomplete(answer: Answer, facts: InstanceFacts, *parts: Part) -> Answer:
    """The answer, but *unknown* where nothing bad was found in parts that may lack something.

    What was found counts; that nothing was found does not, when not all could be read.
    """
    if answer.outcome is Outcome.FAIL or facts.guest.value is None:
        return answer
    reasons = [part(facts.guest.value).incomplete_because for part in parts]
    reason = next((reason for reason in reasons if reason), None)
    if reason is None:
        return answer
    return guest_unknown(f"Nothing found, but not all was read: {_reason(reason)}.")


def unless_cut_short(answer: Answer, facts: InstanceFacts, part: Part) -> Answer:
    """As `unless_incomplete`, where what the part names as missing has nothing to do with the rule."""
    fact = part(facts.guest.value) if facts.guest.value is not None else None
    cut_short = fact is not None and fact.incomplete_code is IncompleteCode.CUT_SHORT
    return unless_incomplete(answer, facts, part) if cut_short else answer


def not_read(facts: InstanceFacts, fact: Fact[Any], by_hand: str) -> Answer:
    """The answer of a rule whose facts were not read, with the command that finds out by hand.

    Args:
        facts: all facts.
        fact: what was not read.
        by_hand: a command that changes nothing.
    """
    guest = facts.guest.value
    why = _reason(fact.unknown_because or "the guest did not say")
    if guest is None:
        never_inspected = fact.unknown_because is None or fact.unknown_code is UnknownCode.NOT_INSPECTED
        said = "only the guest can tell" if never_inspected else why
        evidence = f"Not inspected: {said}."
    elif is_not_running(facts, fact):
        evidence = f"Unknown: {why}."
    elif guest.method is InspectionMethod.DEEP_CHECK and fact.unknown_code is not UnknownCode.NEEDS_SSH:
        evidence = f"Unknown, {NEEDS_SSH}: {why}."
    else:
        evidence = f"Could not be read: {why}."
    return unknown(evidence, "In the guest:", command=by_hand, source=Source.GUEST)


def is_not_running(facts: InstanceFacts, fact: Fact[Any]) -> bool:
    """Whether something was not read because it lies in an image file, which shows nothing that runs."""
    guest = facts.guest.value
    is_file = guest is not None and guest.method is InspectionMethod.IMAGE_FILE
    return is_file and fact.unknown_code is UnknownCode.NOT_RUNNING


def _part(facts: InstanceFacts, part: Callable[[GuestFacts], Fact[T]]) -> Fact[T]:
    if facts.guest.value is None:
        raise UnreadError(facts.guest)
    return part(facts.guest.value)


def _shown_by(facts: InstanceFacts, parts: tuple[Part, ...]) -> Fact[None]:
    """Where and when the parts were read: a remedy reads some of them again, so their ages differ."""
    guest = facts.guest.value
    read: list[datetime] = []
    if guest is not None:
        read = [each for part in parts if (each := part(guest).read_at) is not None] or [guest.read_at]
    return Fact[None](source=Source.GUEST, read_at=min(read, default=None))


def _reason(reason: str) -> str:
    """A reason in one short line without its full stop, to be put into a sentence."""
    return cut(reason, _REASON_SHOWN).rstrip(". ")
