"""What the screens see of the application: a small Protocol, so that they depend on no App class."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from imaging.cloud.interface import Cloud
from imaging.guest.interface import LoginRoute
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.cloud.command_log import CommandLog
from models.cloud.login import Login
from models.errors import UnreadableRunError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.remedy_action import RemedyAction
from models.run.claim import Claim
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest
from models.works.inventory import Inventory
from screens.style.glyphs import Glyphs

if TYPE_CHECKING:  # it brings the SDK, which is loaded after the first paint
    from imaging.cloud.login.notices import Notice
    from imaging.cloud.login.resolution import ResolvedCloud
    from imaging.guest.download.result import SavedDirectories
    from imaging.guest.remedies import FixResult
    from imaging.runs.plan.export.wanted import WantedExport
    from imaging.runs.plan.import_file.planning import FileToImport


class Plans(Protocol):
    """What the screens ask of the planner (`imaging.runs.planner.Planner`)."""

    async def create(
        self,
        cloud: Cloud,
        instance_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        guest: Fact[GuestFacts] | None = None,
        read: InstanceFacts | None = None,
    ) -> Plan:
        """What a run would do.

        `guest` is what the last inspection of the instance found; `read` is what the cloud has said about it, which is
        not asked again where that was just now.
        """

    async def verification(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """What a test launch alone would do."""

    async def deep_check(self, cloud: Cloud, instance_id: str, request: RunRequest, profile: Profile) -> Plan:
        """What an inspection through a temporary instance would do, and cost."""

    async def image_check(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """What the inspection of an image would do."""

    async def seal(
        self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile, *, guest: Fact[GuestFacts]
    ) -> Plan:
        """What the seal of an image would do, by what its inspection found."""

    async def export(
        self,
        cloud: Cloud,
        image_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        wanted: WantedExport,
        guest: Fact[GuestFacts],
    ) -> Plan:
        """What an export of an image would do, by what its last inspection found."""

    async def import_file(self, cloud: Cloud, file: FileToImport, request: RunRequest, profile: Profile) -> Plan:
        """What the import of an inspected file would do."""


class Runs(Protocol):
    """What the screens ask of the run service (`imaging.runs.service.RunService`)."""

    @property
    def plans(self) -> Plans:
        """What a run would do, for each kind of run."""

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        """Write the run down and start its runner."""

    @property
    def unreadable_runs(self) -> tuple[UnreadableRunError, ...]:
        """The runs that could not be read when `runs` was asked last."""

    async def runs(self) -> tuple[RunRecord, ...]:
        """All runs, newest first."""

    async def run(self, run_id: str) -> RunRecord:
        """One run."""

    def watch(self, run_id: str) -> AsyncIterator[RunRecord]:
        """One run, now and on every change, until it is over."""

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Continue a run whose runner is gone, or that waits."""

    async def cancel(self, run_id: str, resolved: ResolvedCloud | None) -> RunRecord:
        """Ask a run to end and to restore the source."""

    async def remove_kept(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """Remove the test instance that a run which is over still keeps."""

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        """The claim that lies in an instance's metadata, if there is one."""

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        """Put the source of a run back as it was."""

    async def delete_image(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """Delete the image that a run made, after the run is over."""


class Guests(Protocol):
    """What the screens ask of guests (`imaging.guest.service.GuestService`)."""

    def stored(self, instance_id: str) -> Fact[GuestFacts]:
        """What the last inspection found, if it is not too old. Reads a file: for a thread."""

    async def keep(self, image_id: str, facts: GuestFacts) -> None:
        """Keep what was found in an image of the cloud."""

    def inventory(self, image_id: str) -> Inventory | None:
        """What is installed on an image, if it is known here. Reads a file: for a thread."""

    async def keep_inventory(self, image_id: str, inventory: Inventory) -> None:
        """Keep what is installed on an image."""

    def kept_among(self, instance_ids: Iterable[str], most: int) -> tuple[str, ...]:
        """Those of which an inspection is kept, the newest first, `most` at most. Lists a folder: for a thread."""

    async def probe(
        self, route: LoginRoute, questions: Questions, *, parts: Collection[str] | None = None
    ) -> Fact[GuestFacts]:
        """Inspect by SSH."""

    async def carry_out(
        self, route: LoginRoute, questions: Questions, *, action: RemedyAction
    ) -> tuple[FixResult, Fact[GuestFacts]]:
        """Carry out a remedy and read again what it touched."""

    async def fix(self, route: LoginRoute, *, action: RemedyAction) -> FixResult:
        """Carry out a remedy and read nothing again yet."""

    async def inspect_again(self, route: LoginRoute, questions: Questions, *, action: RemedyAction) -> Fact[GuestFacts]:
        """Read again what a remedy touched; what cannot be read becomes unknown."""

    async def save(self, route: LoginRoute, *, directories: tuple[str, ...], target: Path) -> SavedDirectories:
        """Copy directories of the guest to this machine."""


class Console(Protocol):
    """The application as its screens see it."""

    clock: Clock
    paths: Paths
    profile: Profile
    runs: Runs
    glyphs: Glyphs
    read_only: bool
    """Whether the console only reads: nothing that would change the cloud is offered."""

    @property
    def login(self) -> Login | None:
        """Who is logged in; None before the first answer of the cloud."""

    @property
    def cloud_name(self) -> str:
        """The name of the cloud in clouds.yaml, empty before it is known."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know of the cloud's entry, such as that its certificate is not checked."""

    @property
    def has_sent_all(self) -> bool:
        """Whether a slow line has taken all that was drawn."""

    def command_log(self) -> CommandLog:
        """What this console has asked of clouds so far."""

    async def cloud(self) -> Cloud:
        """The cloud, logged in. The first call logs in and asks the user for what is missing.

        Raises:
            ImagingError: the login failed; a later call tries again.
        """

    @property
    def guests(self) -> Guests:
        """What inspects guests."""

    async def resolved(self) -> ResolvedCloud:
        """The login's configuration with its secrets, to be handed to a runner; logs in when needed."""
