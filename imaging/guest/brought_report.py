"""Reads the report that somebody made by hand on a machine, and the user brought here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from imaging.guest.confined_reading.client import read_confined
from imaging.guest.probe import BY_HAND, digest_of
from models.formatting import local_minute
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions

_OLD: Final = timedelta(days=1)
_AHEAD: Final = timedelta(minutes=5)
"""How far clocks may differ before it is said."""


async def read_brought_report(sent: bytes, questions: Questions, now: datetime) -> GuestFacts:
    """The facts in a report that was made by hand; it is untrusted, as any guest is.

    Args:
        sent: all that was brought, with noise around the report or without.
        questions: what the guidelines want to know; of a report that answers others the answers may lack something.
        now: the time, by our clock; the facts are as old as the report says.

    Raises:
        BadProbeError: it is no such report, and why.
    """
    return await read_confined(
        sent, nonce=BY_HAND, now=now, method=InspectionMethod.BROUGHT, asked=digest_of(questions)
    )


def report_notices(facts: GuestFacts, now: datetime) -> Iterator[str]:
    """What to know of a report before its findings are believed: its time.

    Args:
        facts: the facts in it.
        now: the time, by our clock.
    """
    age = now - facts.read_at
    if age > _OLD:
        yield f"The report is more than a day old: {local_minute(facts.read_at)}. The machine may differ by now."
    if age < -_AHEAD:
        yield f"The report says that it is from the future: {local_minute(facts.read_at)}. One of the clocks is wrong."
