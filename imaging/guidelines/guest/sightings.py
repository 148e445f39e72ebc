"""What of all that was searched for is in the image: sightings on the root disk, where they mean something."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.guidelines import tables
from imaging.guidelines.evidence import fitted, on_paths
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_unknown, inside, inside_or_none
from imaging.guidelines.guest.storage import is_below, is_device, mounts_elsewhere
from imaging.guidelines.rule import Answer
from models.formatting import counted
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


def not_read(facts: InstanceFacts, paths: Iterable[str]) -> Answer:
    """*Unknown*: files that would decide were found, but not read. Several searches may have found the same one.

    Root may read every file: what an inspection as root has not read, it had no time for.
    """
    files = list(dict.fromkeys(paths))
    by_root = facts.guest.value is not None and facts.guest.value.as_root
    counted_files = counted(len(files), "file")
    said = f"Time was up before {counted_files} could be read: " if by_root else f"{counted_files} could not be read: "
    advice = "Inspect again, or by hand:" if by_root else "Inspect again with `sudo` allowed, or by hand:"
    return guest_unknown(fitted(said, files), advice, command=on_paths(["sudo", "head", "-n", "2"], files[:1]))


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
