"""Chapter *Software*: where software lies, and what of the system needs places that an image loses or publishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside, inside_or_none, unless_incomplete
from imaging.guidelines.guest.sightings import below_any, points_away, seen
from imaging.guidelines.guest.storage import is_below
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.guest.services import PathUse
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import PlaceRow

_LOST = ("/home", "/mnt", "/tmp", "/root")  # noqa: S108  # names of folders in the guest
"""The page's list, where the profile has none."""
_NOT_RECOMMENDED = ("/data", "/scratch", "/var/tmp")  # noqa: S108  # the same
"""Further places that nobody searches for software."""
_OF_PEOPLE = ("/home/", "/root/.config/", "/root/.local/")
"""Units that lie here go with their people."""


@dataclass(frozen=True)
class Place:
    """Software in a place that is not for it."""

    row: PlaceRow
    root: str
    needed_by: str = ""

    @property
    def shown(self) -> str:
        """Kind and path, and who needs it."""
        needed = f", needed by {self.needed_by}" if self.needed_by else ""
        return f"{self.row.kind} {self.root}{needed}"

    @property
    def severity(self) -> Severity:
        """A warning where the system needs it, else the row's."""
        return Severity.WARN if self.needed_by else self.row.severity


@rule(
    "SW-LOCATION",
    Chapter.SOFTWARE,
    "Software outside /opt and /usr/local",
    Severity.WARN,
    sentences=("S9",),
    by_hand=r"sudo find /home /root /mnt /tmp -xdev \( -name conda-meta -o -name pyvenv.cfg -o -name '*.sif' \)",
)
def sw_location(facts: InstanceFacts, profile: Profile) -> Answer:
    """Whether software lies elsewhere than in /opt and /usr/local."""
    found = _outermost(_places(facts, profile))
    if not found:
        passed = guest_passed("None was found in homes, /mnt and /tmp.", facts, parts.sightings)
        return unless_incomplete(passed, facts, parts.sightings)
    warned = [each for each in found if each.severity is Severity.WARN]
    return guest_failed(
        fitted("", [each.shown for each in warned or found]),
        "Install it below /opt. A conda environment cannot be moved: export it and create it again there.",
        facts,
        parts.sightings,
        severity=None if warned else Severity.INFO,
    )


def _places(facts: InstanceFacts, profile: Profile) -> list[Place]:
    rows = {tables.place_key(row): row for row in tables.places(profile)}
    wrong = (*lost_directories(profile), *_NOT_RECOMMENDED)
    uses = inside_or_none(facts, parts.path_uses) or ()
    places = []
    for sighting in seen(facts, *rows):
        row = rows[sighting.search]
        root = _up(sighting.path, row.root)
        if below_any(root, wrong) and not tables.matches(sighting.path, row.but_not):
            user = next((each.user for each in uses if is_below(each.path, root)), "")
            places.append(Place(row, root, user))
    return places


def _up(path: str, steps: int) -> str:
    parents = PurePosixPath(path).parents
    return str(parents[steps - 1]) if 0 < steps <= len(parents) else path


def _outermost(places: Iterable[Place]) -> list[Place]:
    """Without those inside another: the environments of a conda, the packages of a Python environment."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda each: (each.root.count("/"), each.root, not each.needed_by)):
        if not any(is_below(place.root, each.root) for each in kept):
            kept.append(place)
    return sorted(kept, key=lambda each: (not each.needed_by, each.severity is Severity.INFO, each.root))


def lost_directories(profile: Profile) -> tuple[str, ...]:
    """The directories that the guidelines say are deleted, without a slash at the end."""
    return tuple(each.rstrip("/") for each in profile.deleted_directories) or _LOST


@rule(
    "SW-DEPENDS-ON-LOST",
    Chapter.SOFTWARE,
    "Services and links that need /home, /root, /mnt or /tmp",
    Severity.BLOCK,
    sentences=("S9", "S30"),
    by_hand="grep -rsE '(/home|/root|/mnt|/tmp)/' /etc/systemd/system /etc/cron*;"
    " find /usr/local/bin /opt -lname '/home/*'",
)
def sw_depends_on_lost(facts: InstanceFacts, profile: Profile) -> Answer:
    """Whether what stays in the image needs what lies in homes, or on what is no part of it."""
    away = points_away(facts)
    needing = [each for each in inside(facts, parts.path_uses) if _is_of_system(each)]
    lost = [each for each in needing if below_any(each.path, away)]
    found = lost or [each for each in needing if below_any(each.path, lost_directories(profile))]
    if not found:
        passed = guest_passed(
            "No unit, cron entry or link leads to /home, /root, /mnt or /tmp.", facts, parts.path_uses
        )
        return unless_incomplete(passed, facts, parts.path_uses)
    starts = any(each.enabled is not False for each in found)
    said = [f"{each.user} needs {each.path}" for each in found]
    return guest_failed(
        fitted("Not in the image: " if lost else "", said),
        "Move it to /opt, /usr/local or /srv, and name that place instead.",
        facts,
        parts.path_uses,
        severity=Severity.WARN if starts else Severity.INFO,
    )


def _is_of_system(use: PathUse) -> bool:
    """Whether it stays when its people go; that root's home is /root, or a home its user's, needs no word."""
    return not use.user.startswith(_OF_PEOPLE) and not use.how.startswith("User")
