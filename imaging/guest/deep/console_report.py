"""From the console's text of a deep check's child to facts about its source."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from imaging.guest.deep.chunks import hear, unpack
from imaging.guest.deep.showing import ChildSaid, of_the_source
from imaging.guest.reading import read_report
from models.guest.facts import GuestFacts, Way
from models.text import one_line

_BEGINNING = 4096
"""Bytes before the probe's own report in which the child speaks of itself."""
_INSTANCE_ID = re.compile(r"[0-9a-f-]{36}|i-[0-9a-f]{8,17}")


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
    said = _said_of_itself(report, nonce)
    if _INSTANCE_ID.fullmatch(said.instance_id):
        report = _without_rows_about(report, said.instance_id)
    return of_the_source(read_report(report, nonce=nonce, way=Way.DEEP_CHECK, now=now), said)


def _said_of_itself(report: bytes, nonce: str) -> ChildSaid:
    beginning = report[:_BEGINNING].decode("ascii", "replace")
    line = rf"^@@imaging-child {re.escape(nonce)} ([a-z-]+) (.*)$"
    said = {found[1]: one_line(found[2], 64) for found in re.finditer(line, beginning, re.MULTILINE)}
    return ChildSaid(instance_id=said.get("instance", ""), machine_id=said.get("machine-id", ""))


def _without_rows_about(report: bytes, child_id: str) -> bytes:
    """Leave out what cloud-init has written for the child, under the child's id; the source's lies beside it.

    What is not a report stays as it is: who reads it next says what is wrong with it.
    """
    begin, newline, rest = report.partition(b"\n{")
    document, end, after = rest.rpartition(b"\n@@imaging-probe-end")
    try:
        found: dict[str, Any] = json.loads(b"{" + document)
        for part in found["parts"].values():
            part["rows"] = [row for row in part["rows"] if not any(child_id in field for field in row)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return report
    return begin + newline[:1] + json.dumps(found).encode("ascii") + end + after
