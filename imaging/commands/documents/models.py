"""What `--json` writes: one model for each kind of document, from which the JSON Schemas in docs/schemas are made.

Within one version of a document a field may be added, never taken away or given another meaning.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document, Named
from imaging.commands.documents.succession import SuccessionDocument
from imaging.commands.documents.works import WorksDocument
from models.base import Frozen
from models.findings import AskedFor, InspectionMethod, Outcome, Readiness, Severity, Source
from models.guest.facts import GuestFacts
from models.guest.since_run import DifferenceCode
from models.guidelines.image_note import NoteCode
from models.image_file.disk_facts import DiskFacts
from models.image_file.exported import ExportedImage
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import RefusalCode
from models.image_file.wrapper import Wrapper
from models.remedy_action import ActionKind
from models.run.export_plan import ExportRefusal
from models.run.file_plan import SendingWay
from models.run.kind import RunKind
from models.run.passport import Passport
from models.run.record import OwnedKind, RunState
from models.run.request import Mode, OnFailure, Visibility
from models.run.source_seen import SourceState
from models.seal.plan import OperationId, TargetAction
from models.seal.verdict import SealWord
from models.steps import StepName, StepState
from models.verdict import Stage, Strength, VerdictWord
from models.works.verdict import WorksWord


class RemedyDocument(Document):
    """What puts a finding right."""

    text: str
    command: str | None = Field(default=None, description="The exact command, if there is one.")
    actions: tuple[ActionKind, ...] = Field(
        default=(), description="What the console can do about it after asking, the least invasive first."
    )


class FindingDocument(Document):
    """What one rule says."""

    rule: str
    chapter: str
    title: str
    outcome: Outcome
    severity: Severity
    evidence: str
    remedy: RemedyDocument | None
    fixed_by: StepName | None = Field(description="The step of `imaging create` that fixes it, if there is one.")
    asked_for: AskedFor | None = Field(description="Set where you must confirm something (`--attest`): by when.")
    source: Source | None
    read_at: datetime | None
    inspection: InspectionMethod | None = Field(
        description="How the guest was inspected that it rests on; null: it rests on no inspection."
    )


class InstanceState(Named):
    """An instance and the state it is in."""

    status: str


class DifferenceDocument(Document):
    """One thing that differs from before a run."""

    code: DifferenceCode
    what: str = Field(description="Its name: a mount point, a unit, a port, a container, a program.")
    evidence: str


class SinceRunDocument(Document):
    """An inspection by SSH compared with the one that the last run was made on."""

    run: str
    before_read_at: datetime = Field(description="When the inspection before the run was made.")
    differences: tuple[DifferenceDocument, ...] = Field(
        description="What is missing; `mount-new` and `listener-new`: what is there now and was not."
    )
    not_compared: tuple[str, ...] = Field(description="What could not be compared, and why.")


class InspectionDocument(Document):
    """How a guest was inspected."""

    method: InspectionMethod = Field(description="`brought by the user`: a report, and the user says whose it is.")
    user: str
    as_root: bool = Field(description="False: what only root may read is unknown.")
    read_at: datetime = Field(description="Of a report that was brought: by the clock of that machine.")
    notices: tuple[str, ...] = Field(description="Doubts about a report that was brought: its age, and whose it is.")
    since_run: SinceRunDocument | None = Field(
        default=None,
        description="How it differs from before the last run that stopped it; null: nothing was compared.",
    )


class CheckDocument(Document):
    """`imaging check`: a checklist."""

    version: Literal["imaging.check/1"] = Field(default="imaging.check/1", alias="schema")
    instance: InstanceState
    profile: str
    readiness: Readiness = Field(
        description="`blocked`: a finding of severity `block` fails that no step fixes; `not-inspected`: no inspection "
        "of the guest counts; `incomplete`: it left a rule of severity `block` unanswered; else `ready`."
    )
    not_inspected_because: str | None = Field(description="Why no inspection counts; null if one does.")
    inspection: InspectionDocument | None = Field(
        description="The last inspection of the guest, or the report that was brought; null: there was none."
    )
    findings: tuple[FindingDocument, ...]


class FileDocument(Document):
    """An image file: what it is, what it is packed in, and the disk in it."""

    path: str = Field(description="Of an image of the cloud its name.")
    image_id: str | None = Field(default=None, description="Of an image of the cloud; null of a file.")
    file_size_bytes: int
    wrappers: tuple[Wrapper, ...] = Field(description="What it is packed in, from the outermost inward.")
    format: ImageFormat | None = Field(description="By its content; null where nobody can say.")
    declared_format: ImageFormat | None
    disk_size_bytes: int
    refusals: tuple[RefusalCode, ...] = Field(description="Why it must not be opened.")
    unread_because: str | None = Field(description="Why no system could be read in it; null where one was read.")
    disk: DiskFacts | None


class InspectDocument(Document):
    """`imaging inspect`: the findings about a machine that no cloud was asked about."""

    version: Literal["imaging.inspect/1"] = Field(default="imaging.inspect/1", alias="schema")
    machine: str | None = Field(description="What it calls itself.")
    file: FileDocument | None = Field(
        default=None, description="The image file that was inspected; null for a machine."
    )
    inspection: InspectionDocument | None = Field(description="Null where no system could be read in a file.")
    profile: str
    readiness: Readiness = Field(
        description="As in the checklist; `blocked`, `incomplete`, `ready`, or `not-inspected` of a file."
    )
    findings: tuple[FindingDocument, ...]


class GuestDocument(Document):
    """`imaging probe`: what was found inside an instance. Each part has a value, or says why it is unknown."""

    version: Literal["imaging.guest/1"] = Field(default="imaging.guest/1", alias="schema")
    instance: InstanceState
    facts: GuestFacts


class InstanceDocument(Document):
    """One instance of `imaging instances`."""

    version: Literal["imaging.instance/1"] = Field(default="imaging.instance/1", alias="schema")
    id: str
    name: str
    status: str
    task_state: str | None
    locked: bool | None
    locked_reason: str | None
    mine: bool | None = Field(description="True if the logged-in user created it; null if unknown.")
    volume_backed: bool
    flavor: str | None
    volumes: tuple[str, ...] = Field(description="Ids of the attached volumes, including a root volume.")
    addresses: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None


class ImageNoteDocument(Document):
    """Something that is told of an image in the list."""

    code: NoteCode = Field(description="What it is about; scripts decide by it.")
    text: str = Field(description="A sentence for people; its words may change.")
    image: str | None = Field(description="The id of the image that it names, if it names one.")


class ImageDocument(Document):
    """One image of `imaging images`."""

    version: Literal["imaging.image/1"] = Field(default="imaging.image/1", alias="schema")
    id: str
    name: str
    status: str
    visibility: str
    mine: bool | None = Field(description="True if it belongs to the logged-in project; null if unknown.")
    description: str
    snapshot: bool
    volume_backed: bool = Field(description="True for an image without content that only names volume snapshots.")
    size_bytes: int | None
    min_disk_gib: int
    min_ram_mib: int
    disk_format: str | None
    protected: bool
    verdict: str | None = Field(description="The verdict of a test launch of this image, if it is noted on it.")
    sealed: str | None = Field(
        description="The verdict on the seal of this image, if it is noted on it: sealed, not sealed or unknown."
    )
    works: WorksWord | None = Field(
        default=None, description="Whether this image works beyond its boot, if that is noted on it."
    )
    created_at: datetime | None
    hidden: bool = Field(description="True for an image that lists leave out by default.")
    follows: str | None = Field(description="The id of the older image that it follows, if that is noted on it.")
    followed_by: str | None = Field(description="The id of the newer image that follows it, if that is noted on it.")
    notes: tuple[ImageNoteDocument, ...] = Field(
        description="A base image with a newer release, its age, the end of its system's support."
    )


class TroubleDocument(Document):
    """Why something waits or failed."""

    what: str
    meaning: str
    remedy: str
    request_id: str | None


class StepDocument(Document):
    """One step of a run."""

    step: StepName
    state: StepState
    started_at: datetime | None
    seconds: float | None
    note: str
    trouble: TroubleDocument | None


class TestDocument(Document):
    """The test launch."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    flavor: str | None = Field(description="The flavor of the test instance, or the planned one before the launch.")
    verdict: VerdictWord | None = Field(description="null: no verdict yet.")
    strength: Strength | None
    stage: Stage | None = Field(description="How far the boot got.")
    reason: str
    evidence: tuple[str, ...] = Field(description="Console lines, the deciding one last.")
    hints: tuple[str, ...]


class VerdictDocument(Document):
    """`imaging verdict`: what a saved console log says of a boot."""

    version: Literal["imaging.verdict/1"] = Field(default="imaging.verdict/1", alias="schema")
    verdict: VerdictWord
    strength: Strength | None
    stage: Stage | None = Field(description="How far the boot got.")
    reason: str
    evidence: tuple[str, ...] = Field(description="Console lines; the last ones of the log are always among them.")
    hints: tuple[str, ...]


class LeftBehindDocument(Document):
    """Something that a run did not delete because it could not be shown to be its own."""

    kind: OwnedKind
    id: str
    name: str
    reason: str = Field(description="Why it does not count as created by the run.")


class SealDocument(Document):
    """What the proofs of a seal came to."""

    verdict: SealWord
    reasons: tuple[str, ...] = Field(description="What was found, or could not be proved; empty if it is sealed.")
    proofs: tuple[str, ...] = Field(description="What was shown.")
    kept: tuple[str, ...] = Field(description="What was kept on purpose.")


class SentFileDocument(Document):
    """What an import has sent."""

    path: str = Field(description="The file, as the user named it.")
    format: ImageFormat = Field(description="What was sent.")
    size_bytes: int | None
    sha512: str | None = Field(description="Of the bytes that were sent; null until they were.")
    kept: str | None = Field(description="Path of a conversion that still lies on this machine.")


class ExportedDocument(Document):
    """The file of an export."""

    path: str
    format: ImageFormat
    written: bool = Field(description="Whether the file has its name, and is whole.")
    size_bytes: int | None = Field(description="null, as all that follows, until it was inspected.")
    disk_size_bytes: int | None
    sha256: str | None
    compared: bool | None = Field(description="Whether it was compared with the cloud's hash; false: not verified.")
    readiness: Readiness | None = Field(description="What the checklist of the file comes to.")
    blockers: tuple[str, ...]


class RunDocument(Document):
    """One run: `imaging create`, `verify`, `runs`, `watch`, `resume`, `cancel` and `undo`."""

    version: Literal["imaging.run/1"] = Field(default="imaging.run/1", alias="schema")
    run: str
    kind: RunKind
    state: RunState
    cloud: str
    host: str
    created_at: datetime
    ended_at: datetime | None
    steps: tuple[StepDocument, ...]
    instance: Named | None = Field(description="The source instance; null for `imaging verify`.")
    image: Named | None = Field(description="The image; null if there is none yet.")
    file: SentFileDocument | None = Field(default=None, description="Of `imaging import`: the file; else null.")
    test: TestDocument
    works: WorksDocument | None = Field(
        default=None, description="Whether the image works, by its checks and tests; null: it was not judged yet."
    )
    seal: SealDocument | None = Field(description="null: nothing was sealed, or it was not judged yet.")
    export: ExportedDocument | None = Field(default=None, description="null: the run exports nothing.")
    instance_seen: SourceState | None = Field(
        description="What was seen of the instance after it was restored; null before that."
    )
    instance_restored: bool | None = Field(description="null: the source was never changed.")
    report: str | None = Field(description="Path of the report on the machine that ran it.")
    left_behind: tuple[LeftBehindDocument, ...] = Field(
        description="Resources that refer to the run but were not proven to be created by it, so they were not deleted."
    )
    trouble: TroubleDocument | None = Field(
        description="Why the run waits, failed or was cancelled; for a run that succeeded, what it left behind."
    )


class PlannedStepDocument(Document):
    """One step of a plan."""

    step: StepName
    summary: str
    commands: tuple[str, ...] = Field(description="The equivalent `openstack` commands.")
    skipped: bool = Field(description="True if there is nothing to do.")


class PlannedVolumeDocument(Document):
    """A volume that will be detached and attached again."""

    id: str
    name: str | None
    device: str | None
    size_gib: int | None


class PlannedTestDocument(Document):
    """The test launch as planned."""

    flavors: tuple[str, ...] = Field(description="The flavors to try, in this order.")
    why: str
    network: Named | None
    networks: tuple[Named, ...] = Field(description="The choices for `--network`, if one must be named.")
    refused_because: str | None


class PlanFindingsDocument(Document):
    """What was found, in the order in which it matters to somebody who decides."""

    blockers: tuple[FindingDocument, ...]
    confirmations: tuple[FindingDocument, ...] = Field(description="What must still be confirmed (`--attest`).")
    waivers: tuple[FindingDocument, ...] = Field(description="What fails and was waived; the evidence says why.")
    warnings: tuple[FindingDocument, ...]
    unknowns: tuple[FindingDocument, ...]


class SealTargetDocument(Document):
    """One thing that a seal takes away or changes in the clone."""

    action: TargetAction
    name: str
    lines: tuple[int, ...]


class SealOperationDocument(Document):
    """One operation of a seal."""

    id: OperationId
    title: str
    reasons: tuple[str, ...] = Field(description="Numbers of the page's sentences, and ids of rules.")
    targets: tuple[SealTargetDocument, ...] = Field(description="Empty: the clone finds by itself what there is.")
    files: int | None
    size_kib: int | None


class SealKeptDocument(Document):
    """Something that stays although the page would have it go."""

    path: str
    owner: str
    why: str


class FreeSpaceDocument(Document):
    """The free space of the root disk: overwritten with zeros only where a token is still seen there after the seal."""

    size_kib: int
    seconds: int = Field(description="About how long that takes, with reading the disk once more.")


class SealPlanDocument(Document):
    """What a seal does; of a plain image, what it would take away and what therefore will be in the image."""

    digest: str = Field(description="Of operations and names, which is what is agreed to.")
    operations: tuple[SealOperationDocument, ...]
    kept: tuple[SealKeptDocument, ...]
    impossible: tuple[str, ...]
    refusals: tuple[str, ...] = Field(description="Why there can be no seal; empty if there can.")
    free_space: FreeSpaceDocument | None = Field(
        description="null where the inspection did not tell how much there is."
    )


class PlanFileDocument(Document):
    """What an import makes of its file."""

    path: str
    format: ImageFormat | None = Field(description="Of the innermost file.")
    wrappers: tuple[Wrapper, ...] = Field(description="What it is packed in, from the outermost inward.")
    size_bytes: int | None
    sha256: str | None
    disk_size_bytes: int | None
    target: ImageFormat = Field(description="What is sent.")
    converts: bool = Field(description="Whether a file is written first, in `work_dir`.")
    sent_bytes: int
    scratch_bytes: int = Field(description="How much of `work_dir` that is expected to take.")
    work_dir: str
    method: SendingWay
    min_disk_gib: int
    properties: dict[str, str]
    refusals: tuple[str, ...] = Field(description="Why it cannot be sent to this cloud.")
    upload_seconds: int


class RoomDocument(Document):
    """A folder that an export writes to."""

    folder: str
    needed_bytes: int = Field(description="At most; zeros take no room.")
    free_bytes: int


class ExportPlanDocument(Document):
    """What an export would write, and what it compares."""

    path: str
    format: ImageFormat
    stored_format: ImageFormat = Field(description="What the cloud says that the image is.")
    converts: bool
    size_bytes: int
    disk_size_bytes: int | None
    hash_algorithm: str | None = Field(description="null: nothing can be compared, so the file is not verified.")
    hash: str | None
    properties: tuple[str, ...] = Field(description="The names of those that go along.")
    left_properties: tuple[str, ...] = Field(description="The names of those that stay in the cloud.")
    rooms: tuple[RoomDocument, ...]
    refusals: tuple[ExportRefusal, ...] = Field(description="Why it cannot begin, whatever reason is given.")


class PlanDocument(Document):
    """`imaging create --plan` and `imaging verify --plan`: what would be done."""

    version: Literal["imaging.plan/1"] = Field(default="imaging.plan/1", alias="schema")
    instance: Named | None
    image: Named | None = Field(description="The image to verify; null if the run creates its own.")
    name: str
    description: str
    mode: Mode
    profile: str
    visibility: Visibility
    on_failure: OnFailure
    readiness: Readiness | None = Field(description="As in the checklist; null for `imaging verify`.")
    uninspected: str | None = Field(description="The reason given with `--uninspected`.")
    findings: PlanFindingsDocument | None = Field(description="null for `imaging verify`.")
    file: PlanFileDocument | None = Field(default=None, description="Of `imaging import`: the file; else null.")
    will_stop: bool
    seal: SealPlanDocument | None = Field(description="null where no inspection tells what lies on the disk.")
    volumes: tuple[PlannedVolumeDocument, ...]
    test: PlannedTestDocument | None = Field(description="null: no test launch requested.")
    export: ExportPlanDocument | None = Field(default=None, description="null: the run exports nothing.")
    steps: tuple[PlannedStepDocument, ...]
    warnings: tuple[str, ...]
    estimated_seconds: int


DOCUMENTS: tuple[type[Frozen], ...] = (
    CheckDocument, GuestDocument, InstanceDocument, ImageDocument, RunDocument, PlanDocument,
    VerdictDocument, InspectDocument, ExportedImage, Passport,
    SuccessionDocument,
)  # fmt: skip
"""The documents that have a schema of their own."""
