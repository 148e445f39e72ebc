"""The record of a run, as the journal holds it and as screens and commands show it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from models.base import Frozen
from models.claim import Claim
from models.login import CloudIdentity
from models.plan import Plan
from models.steps import StepName, StepState
from models.verdict import Verdict


class RunKind(StrEnum):
    """What a run does."""

    CREATE = "create"
    VERIFY = "verify"
    DEEP_CHECK = "deep check"
    """Look inside an instance through a throw-away child of a temporary snapshot; the source is only read."""
    UNDO = "undo"
    """Put back from a claim found in metadata, where the journal is not at hand."""


class RunState(StrEnum):
    """Where a run is."""

    PLANNED = "planned"
    """In the journal; no runner has taken it yet."""
    RUNNING = "running"
    WAITING = "waiting for you"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself or can be resumed."""
        return self in {RunState.DONE, RunState.FAILED, RunState.CANCELLED, RunState.UNDONE}


class Trouble(Frozen):
    """Why a step waits or failed: the parts of an `ImagingError`, fit for the journal."""

    what: str
    meaning: str = ""
    remedy: str = ""
    request_id: str | None = None


class Phase(Frozen):
    """Something that was seen while a step waited, with its clock time ("image saving", 14:02:11)."""

    at: datetime
    text: str


class StepRecord(Frozen):
    """One step of a run."""

    step: StepName
    state: StepState = StepState.PENDING
    started_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""
    """What came of it, in a few words ("2 volumes detached", "m1.tiny: smallest that fits")."""
    phases: tuple[Phase, ...] = ()
    intents: tuple[Phase, ...] = ()
    """What was about to be asked of the cloud, oldest first: a call may have been carried out although the step
    does not know of it, so whoever does the step again looks first."""
    trouble: Trouble | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; None while it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class OwnedKind(StrEnum):
    """What kinds of things a run makes."""

    IMAGE = "image"
    SERVER = "server"
    SECURITY_GROUP = "security group"
    VOLUME = "volume"
    VOLUME_SNAPSHOT = "volume snapshot"


class Owned(Frozen):
    """Something that a run made; once its id is in the journal only that id counts as ours."""

    kind: OwnedKind
    id: str
    name: str = ""
    removed: bool = False


class RunnerPresence(Frozen):
    """The lease: which process works on the run, as far as this machine can see."""

    host: str
    pid: int
    heartbeat_at: datetime
    alive: bool


class RunRecord(Frozen):
    """A run, whole: everything that the console, `imaging runs` and the report show."""

    id: str
    """Short and sortable, made of a-z and 0-9 alone."""
    kind: RunKind
    state: RunState
    identity: CloudIdentity
    host: str
    """The machine that made the record."""
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    plan: Plan
    steps: tuple[StepRecord, ...]
    claim: Claim | None = None
    image_id: str | None = None
    owned: tuple[Owned, ...] = ()
    verdict: Verdict | None = None
    source_restored: bool | None = None
    """None: the source was never changed, so there is nothing to restore."""
    cancel_requested: bool = False
    undo_requested: bool = False
    """The source is to be put back and nothing else is to be done any more."""
    ending: RunState | None = None
    """How the run will end, once that is decided and only clearing up and the report are left."""
    report_path: str | None = None
    trouble: Trouble | None = None
    """Why the run waits, failed or was cancelled."""
    runner: RunnerPresence | None = None

    @property
    def instance_id(self) -> str | None:
        """The source instance, if there is one."""
        return self.plan.source.id if self.plan.source else None

    @property
    def title(self) -> str:
        """The instance or image that it is about, by name."""
        if self.plan.source is not None:
            return self.plan.source.name
        return self.plan.image.name if self.plan.image else self.id

    def step(self, name: StepName) -> StepRecord:
        """One step's record.

        Raises:
            KeyError: this run has no such step.
        """
        for record in self.steps:
            if record.step is name:
                return record
        raise KeyError(name)

    @property
    def current_step(self) -> StepRecord | None:
        """The step that is under way or waits, else the next pending one; None when all have ended."""
        for wanted in ((StepState.RUNNING, StepState.WAITING), (StepState.FAILED,), (StepState.PENDING,)):
            for record in self.steps:
                if record.state in wanted:
                    return record
        return None
