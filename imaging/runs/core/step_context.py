"""What a step of a run may use: the cloud, the clock, and a journal that is written before anything is changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypedDict, TypeVar, Unpack

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runtime.clock import Clock
from models.cloud.image import ImageData
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.exported_file import ExportedFile
from models.run.file_plan import KeptFile, SentFile
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, RunRecord
from models.run.source_seen import SourceSeen
from models.seal.report import SealedImageReport, SealReport
from models.seal.verdict import SealVerdict
from models.steps import StepName
from models.verdict import Stage, Verdict
from models.works.report import WorksReport
from models.works.verdict import WorksVerdict

T = TypeVar("T")


class CancelRequested(Exception):  # noqa: N818  # a request of the user, not an error
    """The user asked to cancel; raised by `wait_until` and between steps once the call in flight has settled."""


@dataclass(frozen=True)
class StepResult:
    """The outcome of a step."""

    note: str = ""
    """A few words for the screen and the report."""
    skipped: bool = False
    """Nothing needed doing, or what was planned is not wanted any more."""


class RecordFields(TypedDict, total=False):
    """What a step may change of the run's record."""

    claim: Claim
    image_id: str | None
    image_data: ImageData
    sent_file: SentFile | None
    kept_file: KeptFile | None
    interim_image_id: str
    seal_report: SealReport
    sealed_image_report: SealedImageReport
    seal_verdict: SealVerdict
    works_report: WorksReport
    twin_report: WorksReport
    works: WorksVerdict
    base_unread: str
    kept_until: datetime
    verdict: Verdict
    source_stage: Stage
    source_seen: SourceSeen
    test_flavor: str
    changed_meanwhile: str
    instance_restored: bool
    exported: ExportedFile
    report_path: str


class StepContext(Protocol):
    """Given to every step. All writes carry the lease's number; a runner that lost it gets LeaseLostError."""

    cloud: Cloud
    clock: Clock
    profile: Profile
    """The run's profile; its console patience is the cloud's own where clouds.yaml gives one."""
    folder: Path
    """The run's own folder, mode 0700, for the console log and the report."""
    guests: GuestStore
    """Where it is kept what an inspection has found."""

    @property
    def unwatched(self) -> tuple[datetime, datetime] | None:
        """From the last thing that the journal knew to when this runner logged in, by the cloud's clock.

        None where the cloud does not tell its time.
        """

    @property
    def run(self) -> RunRecord:
        """The record as it stands in the journal now."""

    async def phase(self, text: str) -> None:
        """Write down something seen while waiting ("image saving"); repeats of the last text are dropped."""

    async def intend(self, action: IntentAction, target: str = "") -> None:
        """Write down what is about to be asked of the cloud, before it is asked.

        Args:
            action: what is asked; the next runner decides by this code, never by a sentence.
            target: what it is about, an id or a name. Never a body or a secret.
        """

    async def record(self, **fields: Unpack[RecordFields]) -> None:
        """Change the run's record: what is not given stays as it is."""

    async def own(self, owned: Owned) -> None:
        """Add something that the run made, or replace the entry with the same kind and id."""

    async def leave(self, thing: LeftBehind) -> None:
        """Write down something that points at the run but is not shown to be its own, so that it is left and told."""

    async def claimed_ids(self) -> frozenset[str]:
        """The ids of the instances and volumes that any run of this journal is about, or has claimed."""

    async def wait_until(
        self,
        observe: Callable[[], Awaitable[T | None]],
        *,
        what: str,
        limit_seconds: float,
        cancellable: bool = True,
    ) -> T:
        """Ask again and again, with back-off, until `observe` gives something other than None.

        When `limit_seconds` is over, it keeps asking slowly in the state *waiting for you*: an attended run for as
        long as it takes, an unattended one until its own time-out, which ends every wait that may be cancelled.

        Raises:
            CancelRequested: the user asked to cancel and `cancellable` is true.
            TimeUpError: the time-out of an unattended run is over (`imaging.runs.core.polling`).
            ImagingError: what `observe` raises, but for passing troubles of the network, which are waited out.
        """

    async def verify_claim(self) -> None:
        """Read the claim in the source's metadata again: called before every call that changes the source.

        Raises:
            ClaimLostError: the claim is gone or another's.
            ServerFaultError: the cloud cannot show it at the moment.
        """


StepFunction = Callable[[StepContext], Awaitable[StepResult]]
"""A step: observes whether its goal holds already; if not, writes its intent, acts, and waits for the goal.

It raises an ImagingError when it cannot reach the goal; what then happens is the engine's to decide.
"""

CleanUp = Callable[["StepContext"], Awaitable[None]]
"""Puts one thing right after a failure, a cancellation or for an undo; doing it again does no harm."""


@dataclass(frozen=True)
class Procedures:
    """Everything by which the engine changes the cloud; the real ones are `imaging.runs.steps.PROCEDURES`."""

    steps: Mapping[StepName, StepFunction]
    release_claim: CleanUp
    """For a run that ends before its claim stands: delete those of our claim keys that are in the metadata already
    and restore the earlier lock with its reason, if the run took it away."""
    remove_unfinished_image: CleanUp
    """Delete our image unless it is active, with the volume snapshots that only it refers to, and wait until the
    source has no task state. An active image is kept."""
    remove_unfinished_sealed: CleanUp
    """The same for the image of a sealed clone, and the clone."""
    remove_inspection: StepFunction
    """Delete the second test instance of a sealed image with its security group."""
    remove_checked: StepFunction
    """Delete the instances that were launched for the checks alone, with their security groups."""
    end_listing: Callable[[StepContext, str], Awaitable[StepResult]]
    """Write down why what is installed on the base is not known, empty where it is, and delete its test instance."""
    remove_base: StepFunction
    """Delete the test instance of the base, with its security group."""
    remove_kept: StepFunction
    """Delete a test instance that was kept for a while because its checks failed, with its security group."""
    mark_unverified: CleanUp
    """Note on a kept image, which stays private, that nobody has seen it boot."""
    clear_import: CleanUp
    """Of an import: delete its image unless it is to stay, and remove its conversion unless a new run may need it."""
    clear_export: CleanUp
    """Of an export that was cancelled: remove what it has written on this machine."""
