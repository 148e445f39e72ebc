"""The record of a run, as the journal holds it and as screens and commands show it."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.cloud.image import ImageData
from models.cloud.login import CloudIdentity
from models.foreign import Moment
from models.run.claim import Claim
from models.run.exported_file import ExportedFile
from models.run.file_plan import KeptFile, SentFile
from models.run.intent import Intent, IntentAction
from models.run.kind import RunKind, RunSpec
from models.run.plan import Plan
from models.run.source_seen import SourceSeen
from models.seal.report import SealedImageReport, SealReport
from models.seal.verdict import SealVerdict
from models.steps import StepName, StepState
from models.text import CleanText
from models.verdict import Stage, Verdict
from models.works.report import WorksReport
from models.works.verdict import WorksVerdict


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

    what: CleanText
    meaning: CleanText = ""
    remedy: CleanText = ""
    request_id: CleanText | None = None


class Phase(Frozen):
    """Something that was seen while a step waited, with its clock time ("image saving", 14:02:11)."""

    at: Moment
    text: CleanText


class StepRecord(Frozen):
    """One step of a run."""

    step: StepName
    state: StepState = StepState.PENDING
    started_at: Moment | None = None
    ended_at: Moment | None = None
    note: CleanText = ""
    """Its outcome, in a few words ("2 volumes detached", "m1.tiny: smallest that fits")."""
    phases: tuple[Phase, ...] = ()
    intents: tuple[Intent, ...] = ()
    """What was about to be asked of the cloud, oldest first: a call may have been carried out although the step
    does not know of it, so who does the step again observes first."""
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


class OwnedRole(StrEnum):
    """What a thing is for, where a run makes several of its kind."""

    MAIN = "main"
    """The image that the run is there for, or the test instance."""
    INTERIM = "interim"
    """The image of which the clone is launched."""
    CLONE = "clone"
    """The temporary clone that is sealed, or its security group."""
    INSPECTION = "inspection"
    """The second test instance of a sealed image, which prints what lies on its disk."""
    WORKS = "works"
    """The test instance of a sealed image that runs the checks and tests."""
    TWIN = "twin"
    """The test instance that is launched beside the one which runs the checks, to be compared with it."""
    BASE = "base"
    """The test instance of the base image, which lists its packages."""


class Owned(Frozen):
    """Something that a run made; once its id is in the journal only that id counts as owned."""

    kind: OwnedKind
    id: CleanText
    name: CleanText = ""
    removed: bool = False
    role: OwnedRole = OwnedRole.MAIN


class LeftBehind(Frozen):
    """Something that points at the run but could not be shown to be its own: it was left alone, and is told."""

    kind: OwnedKind
    id: CleanText
    name: CleanText = ""
    reason: CleanText
    """Why it is not taken for the run's own, as the end of the sentence "It was left: …"."""


class RunnerPresence(Frozen):
    """The lease: which process works on the run, as far as this machine can see."""

    host: CleanText
    pid: int
    heartbeat_at: Moment
    alive: bool


class RunRecord(Frozen):
    """A run, whole: everything that the console, `imaging runs` and the report show."""

    id: CleanText
    """Short and sortable, made of a-z and 0-9 alone."""
    kind: RunKind
    state: RunState
    identity: CloudIdentity
    host: CleanText
    """The machine that made the record."""
    created_at: Moment
    updated_at: Moment
    began_at: Moment | None = None
    """When a runner first logged in, by the *cloud's* clock: nothing that is older was made by this run. None before
    that, and where the cloud's answers have no `Date`: then nothing counts as the run's but what the journal names."""
    ended_at: Moment | None = None
    plan: Plan
    steps: tuple[StepRecord, ...]
    claim: Claim | None = None
    image_id: CleanText | None = None
    image_data: ImageData | None = None
    """What the image held when it became active, or when its verification began."""
    interim_image_id: CleanText | None = None
    """Of a sealed run: the image of the source, which is removed again."""
    sent_file: SentFile | None = None
    """Of an import: what was sent, once it was sent whole."""
    kept_file: KeptFile | None = None
    """Of an import: the conversion that lies in the work directory."""
    seal_report: SealReport | None = None
    """What the clone said about its seal."""
    sealed_image_report: SealedImageReport | None = None
    """What a test instance of the sealed image found on its own disk."""
    seal_verdict: SealVerdict | None = None
    """What the proofs of the seal come to."""
    exported: ExportedFile | None = None
    """Of an export: what its file is, once it was inspected."""
    owned: tuple[Owned, ...] = ()
    left_behind: tuple[LeftBehind, ...] = ()
    """What was not deleted because it could not be shown to be the run's own."""
    verdict: Verdict | None = None
    works_report: WorksReport | None = None
    """What the test instance said about its two boots."""
    twin_report: WorksReport | None = None
    """What a second one beside it said."""
    works: WorksVerdict | None = None
    """Whether the image works; None before that was judged."""
    base_unread: CleanText | None = None
    """Why what is installed on the base is not known although it was asked for; None or empty where it is known."""
    kept_until: Moment | None = None
    """Until when a test instance stays whose checks or tests have failed; None: none was kept."""
    source_stage: Stage | None = None
    """How far the source's console had come before the run; None where it was stopped, or the console not to be had."""
    source_seen: SourceSeen | None = None
    """What was seen of the source after it was restored; None before that."""
    test_flavor: CleanText | None = None
    """The name of the flavor that a test instance was last asked for in; None before that."""
    changed_meanwhile: CleanText | None = None
    """What somebody asked of the source while no runner watched it, for people. Set once that kept a run from restoring
    the source; who tries it again finds it here, for by then the journal is as new as the cloud."""
    instance_restored: bool | None = None
    """None: the source was never changed, so there is nothing to restore."""
    cancel_requested: bool = False
    undo_requested: bool = False
    """The source is to be restored and nothing else is to be done any more."""
    outcome: RunState | None = None
    """How the run will end, once that is decided and only clearing up and the report are left."""
    report_path: CleanText | None = None
    trouble: Trouble | None = None
    """Why the run waits, failed or was cancelled."""
    runner: RunnerPresence | None = None

    @property
    def spec(self) -> RunSpec:
        """What follows from its kind."""
        return self.kind.spec

    @property
    def instance_id(self) -> str | None:
        """The source instance, if there is one."""
        return self.plan.source.id if self.plan.source else None

    @property
    def title(self) -> str:
        """The instance, image or file that it is about, by name."""
        if self.plan.source is not None:
            return self.plan.source.name
        if self.plan.file is not None:
            return self.plan.file.name
        return self.plan.image.name if self.plan.image else self.id

    @property
    def source_words(self) -> str:
        """What is to be said about a restored source beside *restored*; empty where there is nothing to be said."""
        if self.source_seen is not None:
            return self.source_seen.text
        return "not watched coming up" if self.has_restarted_source and self.state.is_over else ""

    @property
    def has_restarted_source(self) -> bool:
        """Whether the source ran before, and this run stopped or started it: only then there is something to watch."""
        was_running = self.claim is not None and self.claim.was_running
        asked = self.times_intended(IntentAction.STOP) + self.times_intended(IntentAction.START)
        return was_running and asked > 0

    def step(self, name: StepName) -> StepRecord:
        """One step's record.

        Raises:
            KeyError: this run has no such step.
        """
        for record in self.steps:
            if record.step is name:
                return record
        raise KeyError(name)

    def times_intended(self, action: IntentAction) -> int:
        """How often this was about to be asked of the cloud, by this runner or one before it."""
        return sum(intent.action is action for record in self.steps for intent in record.intents)

    @property
    def kept_instances(self) -> tuple[Owned, ...]:
        """The test instances that stay for a while because their checks failed, and that nobody has removed yet."""
        if self.kept_until is None:
            return ()
        roles = {OwnedRole.MAIN, OwnedRole.WORKS}
        servers = (each for each in self.owned if each.kind is OwnedKind.SERVER)
        return tuple(each for each in servers if not each.removed and each.role in roles)

    @property
    def keeps_instance(self) -> bool:
        """Whether it is over and a test instance of it still stays, so that its user can log in to it."""
        return self.state.is_over and bool(self.kept_instances)

    @property
    def is_worked_on(self) -> bool:
        """Whether a living runner has it."""
        return self.runner is not None and self.runner.alive

    @property
    def current_step(self) -> StepRecord | None:
        """The step that is under way or waits, else the next pending one; None when all have ended."""
        for wanted in ((StepState.RUNNING, StepState.WAITING), (StepState.FAILED,), (StepState.PENDING,)):
            for record in self.steps:
                if record.state in wanted:
                    return record
        return None
