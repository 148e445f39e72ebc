"""A plan: all that a run would do, said before anything is done."""

from __future__ import annotations

from models.base import Frozen
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.login import Login
from models.cloud.network import Network
from models.cloud.volume import Volume
from models.fact import Fact
from models.findings import Checklist
from models.foreign import Moment
from models.guest.facts import GuestFacts
from models.run.export_plan import ExportPlan
from models.run.file_plan import FilePlan
from models.run.kind import RunKind
from models.run.request import RunRequest
from models.seal.plan import SealPlan
from models.steps import StepName
from models.text import CleanText


class PlannedStep(Frozen):
    """One step of a plan."""

    step: StepName
    summary: CleanText
    """What it will do to this instance, in one sentence."""
    commands: tuple[CleanText, ...] = ()
    """The equivalent `openstack` commands."""
    skipped: bool = False
    """True where nothing needs doing (no volumes, already stopped, no test wanted)."""


class PlannedVolume(Frozen):
    """A volume that the run will detach and attach again."""

    attachment: VolumeAttachment
    volume: Volume | None = None
    """None where Cinder could not be asked."""
    in_guest: CleanText = ""
    """What the last inspection said about it, in a few words: where it is mounted, who uses it, or that it is not."""


class TestLaunchPlan(Frozen):
    """Where and in which size the test instance would be launched, and why."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    flavors: tuple[Flavor, ...] = ()
    """The smallest that fits first, then the next larger ones that may be tried; at most three."""
    why: CleanText = ""
    network: Network | None = None
    networks: tuple[Network, ...] = ()
    """The choices, where it has to be asked."""
    refused_because: CleanText | None = None
    """Set where no test launch is possible (quota, no flavor, no network)."""
    no_twin_because: CleanText = ""
    """Why no second instance of this size can stand beside it, where one was asked for."""


class BasePlan(Frozen):
    """The image that an image goes back to, and how its packages would be listed."""

    image_id: CleanText = ""
    """Empty where it is not known."""
    name: CleanText = ""
    is_known: bool = False
    """Whether the list of its packages is kept already."""
    test: TestLaunchPlan | None = None
    """Where a test instance of it would be launched; None where none is needed or possible."""
    refused_because: CleanText = ""
    """Why none can be launched."""
    seconds: int = 0
    """How much of the run's estimate it takes at most."""


class Plan(Frozen):
    """What a run would do to one instance, or, for a verification alone, with one image."""

    request: RunRequest
    login: Login
    checklist: Checklist | None = None
    """None for a verification alone."""
    source: Instance | None = None
    """None where no instance is touched: a verification, an import, an export."""
    image: Image | None = None
    """The image to be verified or exported; None when a run makes its own."""
    root_volume_id: CleanText | None = None
    """Of a volume-backed source: never detached."""
    volumes: tuple[PlannedVolume, ...] = ()
    """The volumes to be detached and attached again, in their order; never the root volume."""
    test: TestLaunchPlan | None = None
    """None without a test launch."""
    clone: TestLaunchPlan | None = None
    """Where and in which size a clone is sealed; None for runs that seal nothing."""
    steps: tuple[PlannedStep, ...] = ()
    warnings: tuple[CleanText, ...] = ()
    """What the user must know before: device letters that may change, a cloud too old to restore something, …"""
    base: BasePlan | None = None
    """None where nobody has asked for the list of the base's packages."""
    guest: Fact[GuestFacts] | None = None
    """What an inspection had found when this was planned; the run judges by it again before it begins."""
    seal: SealPlan | None = None
    """What the seal of a temporary clone does; for a plain image what one would take away, and the image will hold.

    None where no inspection tells."""
    file: FilePlan | None = None
    """Of an import: the file, and what is made of it before it is sent."""
    export: ExportPlan | None = None
    """Of an export: the file to be written, and what is compared."""
    kind: RunKind = RunKind.CREATE
    """What the run is for."""
    estimated_seconds: int = 240
    seal_seconds: int = 0
    """How much of that the seal and its proof take; the source is restored before."""
    made_at: Moment

    @property
    def will_stop(self) -> bool:
        """Whether the source runs now and will be stopped."""
        return self.source is not None and self.source.is_running and self.kind.spec.changes_source
