"""From the bytes of a guest to its facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from imaging.guest.reading.cleaning import cleaned
from imaging.guest.reading.envelope import Envelope, PartReport, read_envelope
from imaging.guest.reading.parts import READERS
from imaging.guest.reading.rows import Rows
from models.findings import Source
from models.guest.facts import GuestFacts, Way
from models.text import one_line

NEEDS_SSH = "needs SSH: a throw-away child shows the disk, not what runs"
_RUNNING_ONLY = frozenset({"mounts"})
_LONGEST_REASON = 300


def read_report(output: bytes, *, nonce: str | None, way: Way, now: datetime) -> GuestFacts:
    """The facts in what a guest sent; it is untrusted.

    Args:
        output: all that came back, with noise around the report or without.
        nonce: what the report must repeat; None takes any.
        way: how the guest was looked into; what only a running guest can show is unknown to a deep check.
        now: when it came, by our clock.

    Raises:
        BadProbeError: it is no report, and why.
    """
    envelope = read_envelope(output, nonce)
    return GuestFacts.model_validate(
        {
            "way": way,
            "user": one_line(envelope.user, 64),
            "as_root": envelope.uid == 0,
            "probe_version": envelope.version,
            "read_at": now,
            "seconds": float(max(0, envelope.ended - envelope.started)),
            "clock_off_seconds": float(round(envelope.ended - now.timestamp())),
            **dict(_facts(envelope, way, now)),
        }
    )


def _facts(envelope: Envelope, way: Way, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part that we know and that was reported."""
    for name, part in envelope.parts.items():
        if name not in READERS:
            continue
        if way is Way.DEEP_CHECK and name in _RUNNING_ONLY:
            yield name, _fact(now, unknown_because=NEEDS_SSH)
        else:
            yield name, _part(name, part, way, now)


def _part(name: str, part: PartReport, way: Way, now: datetime) -> dict[str, Any]:
    if part.state == "unknown":
        return _fact(now, unknown_because=one_line(part.why, _LONGEST_REASON) or "the probe could not tell")
    rows = Rows(part.rows)
    try:
        value = cleaned(READERS[name](rows))
        fact = _fact(now, value=_without_running(value, name, way), incomplete_because=_incomplete(part, rows))
        GuestFacts.model_validate({"read_at": now, name: fact})
    except ValidationError:
        return _fact(now, unknown_because="what the guest said of it makes no sense")
    return fact


def _without_running(value: Any, name: str, way: Way) -> Any:
    """A child that has just begun to boot says nothing of what runs in its parent."""
    if way is not Way.DEEP_CHECK or name != "services":
        return value
    units = tuple({**unit, "active": ""} for unit in value["units"])
    return {**value, "units": units, "runs": False, "listeners": (), "processes": ()}


def _incomplete(part: PartReport, rows: Rows) -> str | None:
    malformed = f"{rows.malformed} rows could not be read" if rows.malformed else ""
    reasons = "; ".join(reason for reason in (one_line(part.incomplete, _LONGEST_REASON), malformed) if reason)
    return reasons or None


def _fact(now: datetime, **fields: Any) -> dict[str, Any]:
    return {"source": Source.GUEST, "read_at": now, **fields}
