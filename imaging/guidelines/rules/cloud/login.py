"""Chapter *Cloud login*: it must outlive the run, or nobody could restore the instance."""

from __future__ import annotations

from datetime import timedelta

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import root_disk_gib
from imaging.guidelines.rule import Answer, Chapter, failed, need, passed, unknown
from models.findings import Severity
from models.formatting import minute
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_ESTIMATE_BASE_SECONDS = 240
"""Stop, detach, restore and a test launch, on a cloud of ordinary speed."""
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


@rule("LOGIN-OUTLIVES", Chapter.LOGIN, "Lifetime of the login", Severity.BLOCK)
def login_outlives(facts: InstanceFacts, _profile: Profile) -> Answer:
    login = need(facts.login)
    wanted = needed(facts)
    hours = f"{wanted.total_seconds() / 3600:g}"
    if not login.renewable:
        until = f" until {minute(login.token_expires_at)}" if login.token_expires_at else ""
        return failed(
            f"A bare token{until}: once it has expired, the instance cannot be restored.",
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
            "See where it was made:",
            command="openstack application credential list --long",
        )
    return passed("The login can be renewed and has no end.", facts.login)
