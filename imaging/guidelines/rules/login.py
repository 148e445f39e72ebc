"""Chapter *Cloud login*: it must outlive the run, or nobody could put the instance back."""

from __future__ import annotations

from datetime import timedelta

from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, passed, unknown
from imaging.guidelines.source import root_disk_gib
from imaging.guidelines.wording import minute
from models.facts import InstanceFacts
from models.findings import Severity
from models.profile import Profile

_ESTIMATE_BASE_SECONDS = 240
"""Stop, detach, put back and a test launch, on a cloud of ordinary speed."""
_ESTIMATE_SECONDS_PER_GIB = 20
"""For storage that copies the whole disk over the network."""
_MARGIN = 3
"""A login must hold this many times as long as the estimate."""
_LEAST = timedelta(hours=2)
"""And never less than this: the default time-out of a run without a screen."""

_NEW_CREDENTIAL = "openstack application credential create NAME --expiration YYYY-MM-DDTHH:MM:SS"


def needed(facts: InstanceFacts) -> timedelta:
    """How long a login must still hold for a run on this instance: three times the estimate, at least two hours."""
    gib = (root_disk_gib(facts) if facts.instance.value else None) or 0
    return max(_LEAST, _MARGIN * timedelta(seconds=_ESTIMATE_BASE_SECONDS + gib * _ESTIMATE_SECONDS_PER_GIB))


def _outlives(facts: InstanceFacts, _profile: Profile) -> Answer:
    login = need(facts.login)
    wanted = needed(facts)
    hours = f"{wanted.total_seconds() / 3600:g}"
    if not login.renewable:
        until = f" until {minute(login.token_expires_at)}" if login.token_expires_at else ""
        return failed(
            f"A bare token{until}: once it has expired, nobody can put the instance back.",
            "Log in with a password or an application credential.",
            facts.login,
            command="openstack application credential create NAME",
        )
    if login.credential_expires_at is not None:
        if login.credential_expires_at - facts.now < wanted:
            return failed(
                f"The application credential ends {minute(login.credential_expires_at)}; {hours} h are wanted.",
                "Make one that holds longer, with a date: without one the form may mean today.",
                facts.login,
                command=_NEW_CREDENTIAL,
            )
        return passed(f"The application credential holds until {minute(login.credential_expires_at)}.", facts.login)
    if login.credential_expiry_unreadable:
        return unknown(
            f"The cloud does not show when the application credential ends; {hours} h are wanted.",
            "Look where it was made:",
            command="openstack application credential list --long",
        )
    return passed("The login can be renewed and has no end.", facts.login)


RULES = (Rule("LOGIN-OUTLIVES", Chapter.LOGIN, "The login outlives the run", (), Severity.BLOCK, _outlives),)
