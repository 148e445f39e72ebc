"""The images and instances that a run makes: what each is for, how it is named, and by what it is known.

A step takes one of these and asks nothing of the kind of run: so a test instance and a clone are launched, found and
removed by the same code, and so are the image of a source and that of a sealed clone.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.cloud.network import GROUP_PREFIX
from models.run.intent import IntentAction
from models.run.record import OwnedKind, OwnedRole, RunRecord

RUN = "imaging.run"
"""The run's id: as a property of the images and in the metadata of the servers that it makes."""
SOURCE = "imaging.source"
"""The id of the instance that an image was made from."""
ROLE = "imaging.role"
"""In the metadata of a server that a run made: `test` or `clone`; on an image: `interim` or `sealed`."""
MARKER = "imaging.marker"
"""In the metadata of a server that a run made: the token by which what it prints is known."""

INTERIM, SEALED = "interim", "sealed"
"""The roles of images."""


@dataclass(frozen=True)
class MadeImage:
    """An image that a run makes of an instance."""

    name: str
    source_id: str
    """The instance of which it is made."""
    role: str = ""
    """What its property says that it is for; empty for the image of a plain run and that of a deep check."""
    is_told: bool = True
    """Whether Nova itself writes onto it of which instance it was made, and by whom."""
    owned: OwnedRole = OwnedRole.MAIN
    create: IntentAction = IntentAction.CREATE_IMAGE

    @property
    def is_of_clone(self) -> bool:
        """Whether it is made of the temporary clone, and not of the user's instance."""
        return self.create is IntentAction.IMAGE_CLONE

    def properties(self, run: RunRecord) -> dict[str, str]:
        """What it is given when it is made, by which a lost one is found again."""
        given = {RUN: run.id, SOURCE: self.source_id}
        return given | {ROLE: self.role} if self.role else given

    def known_id(self, run: RunRecord) -> str | None:
        """Its id, once the journal has it."""
        return run.interim_image_id if self.owned is OwnedRole.INTERIM else run.image_id


def image_of_source(run: RunRecord) -> MadeImage | None:
    """The image that a run makes of its source; None where there is no source."""
    source = run.plan.source
    if source is None:
        return None
    # Of a volume-backed one Nova copies what an ancestor's image said.
    told = not source.volume_backed
    if run.spec.makes_interim:
        name = f"imaging-interim-{run.id}"
        return MadeImage(name, source.id, role=INTERIM, is_told=told, owned=OwnedRole.INTERIM)
    name = f"imaging-deep-{run.id}" if run.spec.image_is_temporary else run.plan.request.name
    return MadeImage(name, source.id, is_told=told)


def image_of_clone(run: RunRecord) -> MadeImage | None:
    """The image that a run makes of its sealed clone; None as long as the journal names no clone."""
    clones = [each.id for each in run.owned if each.kind is OwnedKind.SERVER and each.role is OwnedRole.CLONE]
    if not clones:
        return None
    # The last one: an earlier one had no room, or was off without a result.
    return MadeImage(run.plan.request.name, clones[-1], role=SEALED, create=IntentAction.IMAGE_CLONE)


@dataclass(frozen=True)
class MadeServer:
    """An instance that a run launches, and the security group in which it stands."""

    role: str
    """What its metadata say that it is for."""
    what: str
    """What it is called, for people."""
    owned: OwnedRole
    name_prefix: str
    group_prefix: str
    launch: IntentAction
    make_group: IntentAction

    def name(self, run: RunRecord) -> str:
        """What it is named."""
        return f"{self.name_prefix}{run.id}"

    def group_name(self, run: RunRecord) -> str:
        """What its security group is named."""
        return f"{self.group_prefix}{run.id}"


TEST = MadeServer(
    role="test",
    what="test instance",
    owned=OwnedRole.MAIN,
    name_prefix="imaging-test-",
    group_prefix=GROUP_PREFIX,
    launch=IntentAction.LAUNCH,
    make_group=IntentAction.CREATE_SECURITY_GROUP,
)
CLONE = MadeServer(
    role="clone",
    what="clone",
    owned=OwnedRole.CLONE,
    name_prefix="imaging-clone-",
    group_prefix=f"{GROUP_PREFIX}clone-",
    launch=IntentAction.LAUNCH_CLONE,
    make_group=IntentAction.CREATE_CLONE_GROUP,
)
INSPECTION = MadeServer(
    role="test",
    what="second test instance",
    owned=OwnedRole.INSPECTION,
    name_prefix="imaging-inspect-",
    group_prefix=f"{GROUP_PREFIX}inspect-",
    launch=IntentAction.LAUNCH_INSPECTION,
    make_group=IntentAction.CREATE_INSPECTION_GROUP,
)
WORKS = MadeServer(
    role="test",
    what="test instance for the checks",
    owned=OwnedRole.WORKS,
    name_prefix="imaging-works-",
    group_prefix=f"{GROUP_PREFIX}works-",
    launch=IntentAction.LAUNCH_WORKS,
    make_group=IntentAction.CREATE_WORKS_GROUP,
)
TWIN = MadeServer(
    role="test",
    what="twin of the test instance",
    owned=OwnedRole.TWIN,
    name_prefix="imaging-twin-",
    group_prefix=f"{GROUP_PREFIX}twin-",
    launch=IntentAction.LAUNCH_TWIN,
    make_group=IntentAction.CREATE_TWIN_GROUP,
)
BASE = MadeServer(
    role="test",
    what="test instance of the base",
    owned=OwnedRole.BASE,
    name_prefix="imaging-base-",
    group_prefix=f"{GROUP_PREFIX}base-",
    launch=IntentAction.LAUNCH_BASE,
    make_group=IntentAction.CREATE_BASE_GROUP,
)
SERVERS = (TEST, CLONE, INSPECTION, WORKS, TWIN, BASE)


def checked_server(run: RunRecord) -> MadeServer:
    """The instance that runs the checks: a sealed image has one of its own, for its first one proves the seal."""
    return WORKS if run.spec.seals else TEST
