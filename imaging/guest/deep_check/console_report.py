"""From the console's text of the temporary instance of a deep check to facts about its source."""

from __future__ import annotations

import json
import re
from datetime import datetime

from imaging.guest.deep_check.chunks import hear, unpack
from imaging.guest.deep_check.source_facts import SelfReport, of_the_source
from imaging.guest.report import read_report
from imaging.guest.report.envelope import LIMIT_BYTES
from models import foreign
from models.guest.facts import GuestFacts, InspectionMethod
from models.text import one_line

_BEGINNING = 4096
"""Bytes before the probe's own report in which the temporary instance speaks of itself."""
_OF_ITSELF = re.compile(r"^@@imaging-self ([A-Za-z0-9]+) ([a-z-]+) (.*)$", re.MULTILINE)
_INSTANCE_ID = re.compile(r"[0-9a-f-]{36}|i-[0-9a-f]{8,17}")


def read_console_report(text: str, *, nonce: str, now: datetime) -> GuestFacts:
    """Read the report that a temporary instance has printed on its console.

    Args:
        text: the console's raw text, untrusted.
        nonce: that of the temporary instance's user data.
        now: when it was read, by our clock.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is not a probe's report.
    """
    report = unpack(hear(text, nonce))
    said = _self_report(report, nonce)
    if _INSTANCE_ID.fullmatch(said.instance_id):
        report = _without_rows_about(report, said.instance_id)
    return of_the_source(read_report(report, nonce=nonce, method=InspectionMethod.DEEP_CHECK, now=now), said)


def _self_report(report: bytes, nonce: str) -> SelfReport:
    beginning = report[:_BEGINNING].decode("ascii", "replace")
    said = {found[2]: one_line(found[3], 64) for found in _OF_ITSELF.finditer(beginning) if found[1] == nonce}
    return SelfReport(instance_id=said.get("instance", ""), machine_id=said.get("machine-id", ""))


def _without_rows_about(report: bytes, own_id: str) -> bytes:
    """Leave out what cloud-init has written for the temporary instance, under its id; the source's lies beside it.

    What is not a report stays as it is: who reads it next says what is wrong with it.
    """
    begin, newline, rest = report.partition(b"\n{")
    document, end, after = rest.rpartition(b"\n@@imaging-probe-end")
    try:
        found = foreign.fields(b"{" + document, max_bytes=LIMIT_BYTES)
        for part in found["parts"].values():
            part["rows"] = [row for row in part["rows"] if not any(own_id in field for field in row)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return report
    return begin + newline[:1] + json.dumps(found).encode("ascii") + end + after
