"""The verdict of a test launch: did a child of the image come up, and how surely do we know."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen


class VerdictWord(StrEnum):
    """What a test launch came to."""

    BOOTED = "booted"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not tested"


class Strength(StrEnum):
    """How strong the evidence for *booted* is."""

    STRONG = "strong"
    """Our own marker, printed by the child's user data, with status 0."""
    GOOD = "good"
    """cloud-init finished with a real data source."""
    BASIC = "basic"
    """A login prompt."""


class Stage(StrEnum):
    """How far a boot came, in the order in which a machine comes up."""

    SILENT = "silent"
    FIRMWARE = "firmware"
    KERNEL = "kernel"
    SYSTEM = "system start"
    LOGIN = "login prompt"
    CLOUD_INIT = "cloud-init finished"
    MARKER = "marker"


class Verdict(Frozen):
    """The verdict, with the console lines that it rests on."""

    word: VerdictWord
    strength: Strength | None = None
    stage: Stage | None = None
    reason: str = ""
    """Why, in one sentence."""
    evidence: tuple[str, ...] = ()
    """Console lines, cleaned, the deciding one last."""
    hints: tuple[str, ...] = ()
    """Trouble that was seen but did not decide."""
    has_address: bool | None = None
    has_default_route: bool | None = None
    has_own_machine_id: bool | None = None
    """None: the child did not say."""
