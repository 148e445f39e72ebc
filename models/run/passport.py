"""The passport of an image: what it is, what it is made from, what was found, tried and decided, and what is in it.

One document from which every form is written: a page, Markdown, a bill of materials. Its SHA-256 is noted on the image.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from models.base import Frozen
from models.findings import Outcome, Severity
from models.foreign import Moment
from models.run.kind import RunKind
from models.run.record import RunState
from models.seal.verdict import SealVerdict
from models.steps import StepName, StepState
from models.text import CleanLines, CleanText
from models.verdict import Verdict
from models.works.inventory import Inventory, InventoryChange
from models.works.verdict import WorksVerdict

PASSPORT = "imaging.passport"
"""The image property that holds the digest of its passport; it counts only together with `PASSPORT_ABOUT`."""
PASSPORT_ABOUT = "imaging.passport.image"
"""The image property that names the image which the passport is of: descendants inherit every property."""


class PassportImage(Frozen):
    """The image, as the cloud described it when the run ended."""

    id: CleanText
    name: CleanText
    description: CleanLines = ""
    visibility: CleanText = Field(default="", description="Empty: the cloud was not asked.")
    disk_format: CleanText = ""
    size_bytes: int | None = Field(default=None, description="What the cloud stores.")
    virtual_size_bytes: int | None = Field(default=None, description="The disk that an instance sees.")
    hash_algorithm: CleanText = ""
    content_hash: CleanText = Field(default="", description="Of its data, as the cloud computed it; empty: not told.")
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    created_at: Moment | None = None


class OriginKind(StrEnum):
    """What an image was made from."""

    INSTANCE = "instance"
    IMAGE = "image"
    FILE = "file"
    UNKNOWN = "unknown"
    """The image was there before, and this run only tested it."""


class PassportOrigin(Frozen):
    """What it is made from."""

    kind: OriginKind
    id: CleanText = ""
    name: CleanText = ""
    base_id: CleanText = Field(default="", description="The image that the source was launched from; empty: unknown.")
    base_name: CleanText = ""
    sha256: CleanText = Field(default="", description="Of the file that was read; empty: not computed.")
    sha512: CleanText = Field(default="", description="Of the file, if it was sent as it is; empty: not computed.")
    system: CleanText = Field(default="", description="The system in it, as its own os-release calls it.")
    system_id: CleanText = Field(default="", description="ID of os-release: debian, rocky, …")
    kernel: CleanText = ""
    architecture: CleanText = ""
    inspected_at: Moment | None = Field(default=None, description="When the source was inspected; null: it was not.")


class PassportStep(Frozen):
    """One step of the run."""

    step: StepName
    state: StepState
    started_at: Moment | None = None
    ended_at: Moment | None = None
    note: CleanText = ""

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class PassportRun(Frozen):
    """The run that the passport tells about."""

    id: CleanText
    kind: RunKind
    state: RunState
    began_at: Moment
    ended_at: Moment | None = None
    cloud: CleanText
    auth_url: CleanText
    region: CleanText | None = None
    project_id: CleanText
    profile: CleanText = Field(description="The guidelines that it was judged by.")
    test_flavor: CleanText = Field(default="", description="Of the test instance; empty: none was launched.")
    steps: tuple[PassportStep, ...] = ()
    off_from: Moment | None = Field(default=None, description="When the source was stopped; null: it was not.")
    off_until: Moment | None = Field(default=None, description="When it was restored.")


class PassportFinding(Frozen):
    """What one rule of the guidelines said before the run."""

    rule: CleanText
    chapter: CleanText
    title: CleanText
    outcome: Outcome
    severity: Severity
    evidence: CleanText
    fixed_by: StepName | None = None


class DecisionKind(StrEnum):
    """What a user decides about a finding."""

    CONFIRMED = "confirmed"
    WAIVED = "waived"
    UNINSPECTED = "continued without a whole inspection"


class PassportDecision(Frozen):
    """What a user decided, and why."""

    kind: DecisionKind
    rule: CleanText = ""
    reason: CleanText = ""
    by: CleanText = ""
    at: Moment | None = None


class PassportSize(Frozen):
    """A size that the page draws."""

    title: CleanText
    size_bytes: int


class Passport(Frozen):
    """`imaging passport IMAGE`: all that is known of an image that a run made or tested."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    version: Literal["imaging.passport/1"] = Field("imaging.passport/1", alias="schema")
    image: PassportImage
    origin: PassportOrigin
    run: PassportRun
    boot: Verdict | None = Field(default=None, description="null: no test instance came to a verdict.")
    works: WorksVerdict | None = Field(default=None, description="null: nothing was asked beyond the boot.")
    seal: SealVerdict | None = Field(default=None, description="null: the image was not sealed.")
    findings: tuple[PassportFinding, ...] = Field(default=(), description="Of the checklist before the run.")
    decisions: tuple[PassportDecision, ...] = ()
    installed: Inventory | None = Field(default=None, description="null: unknown.")
    change: InventoryChange | None = Field(
        default=None, description="What is installed beyond its base; null: unknown, never the same."
    )
    sizes: tuple[PassportSize, ...] = ()
