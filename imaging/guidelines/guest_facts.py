"""What the rules about the inside of an instance share: asking for a part of its facts, and answering from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from imaging.guidelines.rule import Answer, UnreadError, failed, passed, unknown
from models.fact import Fact
from models.facts import NOT_LOOKED, InstanceFacts
from models.findings import Outcome, Severity, Source
from models.guest.facts import GuestFacts, Way
from models.guest.services import Services
from models.remedy_action import RemedyAction
from models.steps import StepName
from models.text import one_line

T = TypeVar("T")
Part = Callable[[GuestFacts], Fact[Any]]
"""One of `imaging.guidelines.parts`."""

_REASON_SHOWN = 100
"""Characters of a reason that are shown: evidence has about 150."""
_CUT_SHORT = re.compile(
    r"time was up|it ended early|more than 5,000 rows|too much to report|a line was too long|\d+ rows could not be read"
)
"""What the probe and its reader say of a part as a whole, not of something in it."""
NEEDS_SSH = "needs SSH"
_NOT_RUNNING = "the guest was not up when it was looked at"


def inside(facts: InstanceFacts, part: Callable[[GuestFacts], Fact[T]]) -> T:
    """A part of the guest's facts that a rule cannot do without.

    Args:
        facts: all facts.
        part: one of `imaging.guidelines.parts`.

    Raises:
        UnreadError: nobody looked, or this part could not be read; the rule's answer is then *unknown* with the
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

    A deep check's child has exactly the disks that any child has: it is whole for what a boot will find.
    """
    guest = facts.guest.value
    return guest is not None and (guest.way is Way.DEEP_CHECK or not guest.disks.incomplete_because)


def looked_by_ssh(facts: InstanceFacts) -> bool:
    """Whether the running instance itself was looked at, not a child of its disk."""
    return facts.guest.value is not None and facts.guest.value.way is Way.SSH


def unless_disks_hidden(answer: Answer, facts: InstanceFacts) -> Answer:
    """As `unless_incomplete` for the disks, except that a deep check's child hides none that matters to children."""
    return answer if all_disks_shown(facts) else unless_incomplete(answer, facts, lambda guest: guest.disks)


def running(facts: InstanceFacts) -> Services:
    """The services, for a rule that asks what runs.

    Raises:
        UnreadError: not read, or the guest was not up: then nothing can be said of processes and listeners.
    """
    services = inside(facts, lambda guest: guest.services)
    if not services.runs:
        raise UnreadError(Fact[Services](unknown_because=_NOT_RUNNING, source=Source.GUEST))
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
    severity: Severity | None = None,
    mended_by: StepName | None = None,
) -> Answer:
    """The rule is broken; `parts` show it, `command` puts it right by hand, `actions` is what the console can do."""
    return failed(
        evidence,
        remedy,
        _shown_by(facts, parts),
        command=command,
        actions=actions,
        severity=severity,
        mended_by=mended_by,
    )


def guest_unknown(evidence: str, remedy: str = "", *, command: str | None = None) -> Answer:
    """Somebody looked, but what was found does not tell."""
    return unknown(evidence, remedy, command=command, source=Source.GUEST)


def unless_incomplete(answer: Answer, facts: InstanceFacts, *parts: Part) -> Answer:
    """The answer, but *unknown* where nothing bad was found in parts that may lack something.

    What was found counts; that nothing was found does not, when not all could be looked at.
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
    reasons = (fact.incomplete_because or "").split("; ") if fact is not None else []
    return unless_incomplete(answer, facts, part) if any(map(_CUT_SHORT.fullmatch, reasons)) else answer


def not_read(facts: InstanceFacts, fact: Fact[Any], look: str) -> Answer:
    """The answer of a rule whose facts were not read, with the command that finds out by hand.

    Args:
        facts: all facts.
        fact: what was not read.
        look: a command that changes nothing.
    """
    guest = facts.guest.value
    why = _reason(fact.unknown_because or "the guest did not say")
    if guest is None:
        said = "only the guest can tell" if fact.unknown_because in {None, NOT_LOOKED} else why
        evidence = f"Not looked at: {said}."
    elif guest.way is Way.DEEP_CHECK and not why.startswith(NEEDS_SSH):
        evidence = f"Unknown, {NEEDS_SSH}: {why}."
    else:
        evidence = f"Could not be read: {why}."
    return unknown(evidence, "In the guest:", command=look, source=Source.GUEST)


def _part(facts: InstanceFacts, part: Callable[[GuestFacts], Fact[T]]) -> Fact[T]:
    if facts.guest.value is None:
        raise UnreadError(facts.guest)
    return part(facts.guest.value)


def _shown_by(facts: InstanceFacts, parts: tuple[Part, ...]) -> Fact[None]:
    """Where and when the parts were read: a remedy reads some of them anew, so their ages differ."""
    guest = facts.guest.value
    read: list[datetime] = []
    if guest is not None:
        read = [each for part in parts if (each := part(guest).read_at) is not None] or [guest.read_at]
    return Fact[None](source=Source.GUEST, read_at=min(read, default=None))


def _reason(reason: str) -> str:
    """A reason in one short line without its full stop, to be put into a sentence."""
    return one_line(reason, _REASON_SHOWN).rstrip(". ")
