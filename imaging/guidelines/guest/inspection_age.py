"""Whether an inspection still counts: not if the guest was started since, nor after a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.fact import Fact, UnknownCode
from models.findings import Source
from models.formatting import minute
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts

OLDEST = timedelta(days=1)
_AHEAD = timedelta(minutes=5)
"""How far ahead of our clock an inspection may be, for clocks are set back."""
_CLOCK_READ_SECONDS = timedelta(seconds=2)
"""How exactly the cloud's time is known: HTTP gives whole seconds."""


def with_guest(facts: InstanceFacts, guest: Fact[GuestFacts] | None) -> InstanceFacts:
    """What the cloud says together with what the last inspection found, if it still counts; None: there was none."""
    joined = facts if guest is None else facts.model_copy(update={"guest": guest})
    return without_old_inspection(joined)


def without_old_inspection(facts: InstanceFacts) -> InstanceFacts:
    """The facts without an inspection that no longer counts, but with the reason."""
    guest = facts.guest.value
    why_not = _too_old(guest, facts) if guest is not None else None
    if why_not is None:
        return facts
    none = Fact[GuestFacts](unknown_because=why_not, unknown_code=UnknownCode.NOT_INSPECTED, source=Source.GUEST)
    return facts.model_copy(update={"guest": none})


def _too_old(guest: GuestFacts, facts: InstanceFacts) -> str | None:
    """Why an inspection does not count; None if it does. Where nobody tells about a start, its age alone decides."""
    if facts.instance.unknown_code is UnknownCode.NO_CLOUD:
        return None  # somebody names what is to be judged; that it is old is said beside it
    if facts.now - guest.read_at > OLDEST:
        return f"the last inspection is more than a day old ({minute(guest.read_at)})"
    if guest.read_at - facts.now > _AHEAD:
        return f"the inspection is from the future ({minute(guest.read_at)}): a clock is wrong"
    if facts.history.value is None:
        return "the cloud did not tell whether the guest was started since the last inspection"
    started = _last_start(guest, facts)
    if started is not None and started - _CLOCK_READ_SECONDS > _oldest_part(guest):
        return f"the guest was started at {minute(started)}, after the last inspection"
    return None


def _last_start(guest: GuestFacts, facts: InstanceFacts) -> datetime | None:
    """The newest start that the cloud or the guest itself tells about, by our clock."""
    history, system = facts.history.value, guest.system.value
    told = [history.last_start if history is not None else None]
    if system is not None and system.booted_at is not None and guest.clock_off_seconds is not None:
        # The guest may have restarted itself between an inspection and a later look at some parts of it.
        told.append(system.booted_at - timedelta(seconds=guest.clock_off_seconds))
    return max((each for each in told if each is not None), default=None)


def _oldest_part(guest: GuestFacts) -> datetime:
    """When the oldest of its parts was read: a remedy reads some again."""
    parts = (value for value in dict(guest).values() if isinstance(value, Fact))
    return min((part.read_at for part in parts if part.read_at is not None), default=guest.read_at)
