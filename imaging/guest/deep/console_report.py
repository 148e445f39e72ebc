"""From the console's text of a deep check's child to facts about its source."""

from __future__ import annotations

import re
from datetime import datetime

from imaging.guest.deep.chunks import hear, unpack
from imaging.guest.deep.showing import ChildSaid, of_the_source
from imaging.guest.reading import read_report
from models.guest.facts import GuestFacts, Way
from models.text import one_line

_BEGINNING = 4096
"""Bytes before the probe's own report in which the child speaks of itself."""


def read_console_report(text: str, *, nonce: str, now: datetime) -> GuestFacts:
    """Read the report that a child has printed on its console.

    Args:
        text: the console's raw text, untrusted.
        nonce: that of the child's user data.
        now: when it was read, by our clock.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is not a probe's report.
    """
    report = unpack(hear(text, nonce))
    facts = read_report(report, nonce=nonce, way=Way.DEEP_CHECK, now=now)
    return of_the_source(facts, _said_of_itself(report, nonce))


def _said_of_itself(report: bytes, nonce: str) -> ChildSaid:
    beginning = report[:_BEGINNING].decode("ascii", "replace")
    line = rf"^@@imaging-child {re.escape(nonce)} ([a-z-]+) (.*)$"
    said = {found[1]: one_line(found[2], 64) for found in re.finditer(line, beginning, re.MULTILINE)}
    return ChildSaid(instance_id=said.get("instance", ""), machine_id=said.get("machine-id", ""))
