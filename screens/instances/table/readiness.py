"""How ready an instance is for an image, from what is known of it so far: pure functions, one sign for each case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from models.findings import Readiness
from models.run.claim import run_on
from screens.instances.table.entry import InstanceEntry, SavedInspection
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import Sign

_SET_ASIDE = {
    "SUSPENDED": "resume first",
    "PAUSED": "unpause first",
    "SHELVED": "unshelve first",
    "SHELVED_OFFLOADED": "unshelve first",
    "VERIFY_RESIZE": "confirm the resize",
    "RESCUE": "leave rescue first",
    "ERROR": "in error",
    "UNKNOWN": "no status",
}
_STEADY = frozenset({"ACTIVE", "SHUTOFF"})


class Weight(IntEnum):
    """How much has to be cleared first, the worst at the front."""

    BLOCKED = 0
    BUSY = 1
    IMAGING = 2
    OPEN = 3
    READY = 4


@dataclass(frozen=True)
class ReadinessSign:
    """What the list says about an instance's readiness, and where that places it."""

    sign: Sign
    weight: Weight
    blockers: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """Worst first, and among the blocked the one with most to fix."""
        return self.weight, -self.blockers


def readiness_of(entry: InstanceEntry, glyphs: Glyphs) -> ReadinessSign:
    """What is known: a run, a state or a lock that forbids a start, else what the rules said, else nothing yet."""
    instance = entry.instance
    if entry.activity is not None or run_on(instance) is not None:
        return _imaging(entry, glyphs)
    if instance.task_state:
        words = f"busy: {instance.task_state.replace('_', ' ')}"
        return ReadinessSign(Sign(glyphs.changing, words, Tone.WARN), Weight.BUSY)
    if instance.status in _SET_ASIDE:
        return _blocked(_SET_ASIDE[instance.status], glyphs)
    if instance.status not in _STEADY:
        return ReadinessSign(Sign(glyphs.changing, "wait", Tone.WARN), Weight.BUSY)
    if instance.locked and instance.locked_reason:
        return _blocked(f"locked: {instance.locked_reason}", glyphs)
    return _judged(entry, glyphs)


def _imaging(entry: InstanceEntry, glyphs: Glyphs) -> ReadinessSign:
    activity = entry.activity
    if activity is None:
        return ReadinessSign(Sign(glyphs.changing, "run: i opens it", Tone.WARN), Weight.IMAGING)
    if activity.waits:
        return ReadinessSign(Sign(glyphs.warn, "run waits: i", Tone.WARN), Weight.BLOCKED)
    words = f"imaging: {activity.step}" if activity.step else "imaging"
    return ReadinessSign(Sign(glyphs.running, words, Tone.ACCENT), Weight.IMAGING)


def _judged(entry: InstanceEntry, glyphs: Glyphs) -> ReadinessSign:
    judged = entry.judgement
    if judged is not None and judged.blockers > entry.is_anothers:
        return _blocked(f"{judged.blockers} to fix", glyphs, judged.blockers)
    if entry.is_anothers:
        return _blocked("another's: ask", glyphs)  # what its one blocker says, too
    if judged is None and entry.saved is not None:
        return _remembered(entry.saved, entry, glyphs)
    readiness = judged.readiness if judged is not None else Readiness.NOT_INSPECTED
    if readiness is Readiness.READY:
        return ReadinessSign(Sign(glyphs.good, readiness.words, Tone.GOOD), Weight.READY)
    return ReadinessSign(Sign(glyphs.unknown, readiness.words, Tone.WARN), Weight.OPEN)


def _remembered(saved: SavedInspection, entry: InstanceEntry, glyphs: Glyphs) -> ReadinessSign:
    """Of an earlier session: never a yes, for what the cloud says about it was not read yet."""
    if not saved.counts_for(entry.instance):
        return ReadinessSign(Sign(glyphs.unknown, "inspect again", Tone.WARN), Weight.OPEN)
    if saved.blockers:
        return _blocked(f"{saved.blockers} to fix", glyphs, saved.blockers)
    at = saved.inspected_at.astimezone()
    return ReadinessSign(Sign(glyphs.unknown, f"inspected {at:%H:%M}", Tone.QUIET), Weight.OPEN)


def _blocked(words: str, glyphs: Glyphs, blockers: int = 1) -> ReadinessSign:
    return ReadinessSign(Sign(glyphs.bad, words, Tone.BAD), Weight.BLOCKED, blockers)
