"""What the command log says: pure functions from what was noted to signs and texts."""

from __future__ import annotations

from collections.abc import Mapping

from models.cloud.command_log import CallOutcome, CommandLog, LoggedChange
from models.formatting import clock_time, counted, second
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import Sign

OF_RUNS = (
    "The runner of a run is a process of its own: the changes that it made stand in the screen of the run, and in "
    "its report."
)
_SERVICES = {"block_storage": "volume"}
"""Services that are called by another word than the one in their address."""


def outcome_sign(outcome: CallOutcome, glyphs: Glyphs) -> Sign:
    """The outcome of a change, as a sign."""
    glyph, tone = {
        CallOutcome.UNDER_WAY: (glyphs.changing, Tone.WARN),
        CallOutcome.ACCEPTED: (glyphs.good, Tone.GOOD),
        CallOutcome.NOT_DONE: (glyphs.bad, Tone.BAD),
        CallOutcome.UNKNOWN: (glyphs.unknown, Tone.WARN),
    }[outcome]
    return Sign(glyph, outcome.value, tone)


def reads_text(log: CommandLog) -> str:
    """The reads: how many, and a line for each service."""
    failed = f", {log.failed_reads} failed" if log.failed_reads else ""
    lines = [f"{counted(log.read_count, 'read')} since {clock_time(log.since)}{failed}"]
    for service, kinds in _by_service(log):
        most_first = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
        parts = ", ".join(f"{kind} {number}" for kind, number in most_first)
        lines.append(f"{service} {sum(kinds.values())}: {parts}")
    return "\n".join(lines)


def summary(log: CommandLog) -> str:
    """Everything in a line."""
    left_out = f", the last {len(log.changes)} are kept" if log.left_out else ""
    changes = counted(log.left_out + len(log.changes), "change")
    services = ", ".join(f"{service} {sum(kinds.values())}" for service, kinds in _by_service(log))
    return f"{changes}{left_out} · {counted(log.read_count, 'read')}{': ' if services else ''}{services}"


def _by_service(log: CommandLog) -> list[tuple[str, Mapping[str, int]]]:
    return sorted((_SERVICES.get(service, service), kinds) for service, kinds in log.reads.items())


def change_parts(change: LoggedChange) -> tuple[tuple[str, str], ...]:
    """All that is known of a change, as titled paragraphs."""
    took = f", answered after {change.seconds:.1f} s" if change.seconds is not None else ""
    return (
        ("Command" if change.is_command else "Call, for which there is no command that can be shown", change.text),
        ("Sent", f"{second(change.at)}{took}"),
        ("Outcome", f"{change.outcome.value}{': ' if change.said else ''}{change.said}"),
        ("Request id, for the cloud's operators", change.request_id),
    )
