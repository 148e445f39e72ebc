"""What of all that was searched for is in the image: sightings on the root disk, where they mean something."""

from __future__ import annotations

from imaging.guidelines import tables
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside, inside_or_none
from imaging.guidelines.guest.storage import is_below, is_device, mounts_elsewhere
from models.guest.files import Sighting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


def seen(facts: InstanceFacts, *searches: str) -> tuple[Sighting, ...]:
    """The sightings of these searches that go into the image, by path.

    Raises:
        UnreadError: nobody inspected the guest, or the search could not be made.
    """
    found = [each for each in inside(facts, parts.sightings) if each.search in searches]
    away = points_away(facts)
    return tuple(sorted((each for each in found if not below_any(each.path, away)), key=lambda each: each.path))


def meaningful(sightings: tuple[Sighting, ...], profile: Profile) -> tuple[Sighting, ...]:
    """Those that do not lie among test fixtures, documentation and the like."""
    return tuple(each for each in sightings if not tables.harmless(each.path, profile))


def points_away(facts: InstanceFacts) -> tuple[str, ...]:
    """The mount points of what is no part of the image: other disks, network and memory; none where that is untold."""
    mounts = inside_or_none(facts, parts.mounts)
    if mounts is None:
        return ()
    disks = inside_or_none(facts, parts.disks)
    others = mounts_elsewhere(disks, mounts.mounts) if disks is not None else ()
    diskless = [each for each in mounts.mounts if not is_device(each.source) and each.fs_type not in {"zfs", "overlay"}]
    return tuple(each.point for each in (*others, *diskless) if each.point != "/")


def below_any(path: str, points: tuple[str, ...]) -> bool:
    """Whether a path lies at or below one of the points."""
    return any(is_below(path, point) for point in points)
