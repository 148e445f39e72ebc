"""From the bytes of a guest to its facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

from imaging.guest.report.envelope import Envelope, PartReport, bad, read_envelope
from imaging.guest.report.readers.parts import PARTS
from imaging.guest.report.rows import Rows
from imaging.runtime.deadline import Deadline, TimeUpError
from models import foreign
from models.errors import ForeignValueError
from models.fact import IncompleteCode
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.text import one_line

_LONGEST_REASON = 300
_ASKED_ELSE = "the script was made for other guidelines, or by another version"
SECONDS = 20.0
"""How long a report may be read; a large one takes a second."""


def read_report(
    output: bytes,
    *,
    nonce: str | None,
    method: InspectionMethod,
    now: datetime,
    asked: str | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> GuestFacts:
    """The facts in what a guest sent; it is untrusted.

    Args:
        output: all that came back, with noise around the report or without.
        nonce: what the report must repeat; None takes any.
        method: how the guest was inspected; what a deep check cannot show, `imaging.guest.deep_check` takes away.
        now: when it came, by our clock; one that was brought is as old as it says itself.
        asked: the word for what should have been asked; a report that says another one may lack something.
        monotonic: the clock by which reading ends: what is not read by then is unknown.

    Raises:
        BadProbeError: it is no report, and why.
    """
    return facts_in(read_envelope(output, nonce), method=method, now=now, asked=asked, monotonic=monotonic)


def facts_in(
    envelope: Envelope,
    *,
    method: InspectionMethod,
    now: datetime,
    asked: str | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> GuestFacts:
    """The facts in a report that is in our hands already; as `read_report`.

    Raises:
        BadProbeError: it does not say a valid time at which it was made.
    """
    is_brought = method is InspectionMethod.BROUGHT
    read_at = _started(envelope) if is_brought else now
    lacks = {part.name for part in PARTS.values() if part.asked} if asked and envelope.asked not in {"", asked} else ()
    return GuestFacts.model_validate(
        {
            "method": method,
            "user": one_line(envelope.user, 64),
            "as_root": envelope.uid == 0,
            "probe_version": envelope.version,
            "read_at": read_at,
            "seconds": float(max(0, envelope.ended - envelope.started)),
            "clock_off_seconds": None if is_brought else float(round(envelope.ended - now.timestamp())),
            **dict(_facts(envelope, read_at, lacks, Deadline(SECONDS, monotonic))),
        }
    )


def _started(envelope: Envelope) -> datetime:
    """When it was made, by the clock of that machine."""
    try:
        return foreign.moment_of_seconds(envelope.started)
    except ForeignValueError:
        raise bad("It does not fit at started: the time is outside of the calendar.") from None


def _facts(
    envelope: Envelope, now: datetime, lacks: Collection[str], deadline: Deadline
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part that we know and that was reported."""
    for name, part in envelope.parts.items():
        if name in PARTS:
            reported = part if name not in lacks else _lacking(part)
            yield name, _part(name, reported, now, deadline)


def _lacking(part: PartReport) -> PartReport:
    return part.model_copy(update={"incomplete": f"{_ASKED_ELSE}; {part.incomplete}".rstrip("; "), "cut": 1})


def _part(name: str, part: PartReport, now: datetime, deadline: Deadline) -> dict[str, Any]:
    if part.state == "unknown":
        return _fact(now, unknown_because=one_line(part.why, _LONGEST_REASON) or "the probe could not tell")
    try:
        rows = Rows(part.rows, deadline)
        value = PARTS[name].read(rows)
        fact = _fact(now, value=value, **_incomplete(part, rows))
        GuestFacts.model_validate({"read_at": now, name: fact})
    except ValueError:  # pydantic's included
        return _fact(now, unknown_because="what the guest said about it makes no sense")
    except TimeUpError:
        return _fact(now, unknown_because=f"what the guest sent could not be read within {SECONDS:.0f} seconds")
    return fact


def _incomplete(part: PartReport, rows: Rows) -> dict[str, Any]:
    malformed = f"{rows.malformed} rows could not be read" if rows.malformed else ""
    said = (
        one_line(part.incomplete, _LONGEST_REASON),
        malformed,
        *(one_line(each, 120) for each in rows.not_understood),
    )
    reasons = one_line("; ".join(reason for reason in said if reason), 2 * _LONGEST_REASON)
    cut_short = part.cut or rows.malformed
    return {
        "incomplete_because": reasons or None,
        "incomplete_code": IncompleteCode.CUT_SHORT if reasons and cut_short else None,
    }


def _fact(now: datetime, **fields: Any) -> dict[str, Any]:
    return {"source": Source.GUEST, "read_at": now, **fields}
