"""Chapter *Size*: the image can be launched in flavors of the same size and larger ones only."""

from __future__ import annotations

from typing import Any

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.flavor_fit import FlavorFit, launch_matrix, real_minimum_disk_gib
from imaging.guidelines.instance.source import finished_image, image_to_launch, root_disk_gib
from imaging.guidelines.rule import Answer, Chapter, UnreadError, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import command, listed, shown
from models.cloud.flavor import Flavor
from models.findings import Severity, Source
from models.formatting import compared_mib, size_mib
from models.guidelines.facts import Fact, InstanceFacts
from models.guidelines.profile import Profile
from models.steps import StepName

_ROOM_TO_GROW = 1.3
"""A root disk should be this much larger than what lies on it: first boots and updates write."""

_GIB = 1024**3


@rule("SIZE-SMALLEST", Chapter.SIZE, "Size of the root disk", Severity.WARN, sentences=("S50", "S52"))
def size_smallest(facts: InstanceFacts, _profile: Profile) -> Answer:
    if need(facts.instance).volume_backed:
        return not_applicable("Its root disk is a volume: the flavor's disk does not count.")
    disk_gib = root_disk_gib(facts)
    if disk_gib is None:
        raise UnreadError(Fact[int](unknown_because="the size of its flavor's root disk is not told"))
    smaller = _with_smaller_disk(facts, disk_gib)
    if not smaller:
        return passed(f"{disk_gib} GiB is the smallest root disk that its base image fits on.", facts.flavors)
    names = listed([f"{shown(each.name)} ({each.disk_gib} GiB)" for each in smaller])
    used_gib, told_by = _used_gib(facts)
    if used_gib is None:
        return unknown(
            f"Root disk {disk_gib} GiB excludes {names}. How much of it is used is not known.",
            "If this is below three quarters of it, set the instance up again on a smaller one. In the guest:",
            command="df -h --output=used,size /",
        )
    roomy = [each for each in smaller if each.disk_gib >= used_gib * _ROOM_TO_GROW]
    if not roomy:
        return passed(f"About {used_gib:.1f} GiB are used: no smaller root disk would do.", told_by)
    return failed(
        f"About {used_gib:.1f} of {disk_gib} GiB are used: {shown(roomy[0].name)} would do; excluded: {names}.",
        "Set the instance up again on the smaller flavor: a resize cannot shrink a disk.",
        told_by,
    )


def _with_smaller_disk(facts: InstanceFacts, disk_gib: int) -> list[Flavor]:
    """Flavors with a smaller root disk on which the base image still fits, smallest first."""
    base = facts.base_image.value
    least_gib = real_minimum_disk_gib(base) if base else 0
    flavors = need(facts.flavors)
    fitting = (each for each in flavors if 0 < each.disk_gib < disk_gib and not each.disabled)
    return sorted(
        (each for each in fitting if each.disk_gib >= least_gib), key=lambda each: (each.disk_gib, each.vcpus)
    )


def _used_gib(facts: InstanceFacts) -> tuple[float | None, Fact[Any] | None]:
    """What is used of the root disk, and the fact that tells it: the guest itself, else the finished image."""
    disks = facts.guest.value.disks if facts.guest.value else None
    root = disks.value.root if disks is not None and disks.value is not None else None
    if root is not None and root.used_kib is not None:
        return root.used_kib / 1024**2, disks
    return _stored_gib(facts), facts.image


def _stored_gib(facts: InstanceFacts) -> float | None:
    """What is used of the root disk, as far as a finished qcow2 image tells; a raw one is as large as the disk."""
    fact = finished_image(facts)
    image = need(fact) if fact else None
    if image is None or image.disk_format != "qcow2" or not image.size_bytes:
        return None
    return image.size_bytes / _GIB


@rule("SIZE-MINDISK", Chapter.SIZE, "Minimum disk size of the image", Severity.WARN, sentences=("S52", "S53"))
def size_mindisk(facts: InstanceFacts, profile: Profile) -> Answer:
    image = image_to_launch(facts)
    if image.is_volume_backed:
        return not_applicable("The flavor's disk does not count for a volume-backed image.")
    real_gib = real_minimum_disk_gib(image)
    if finished_image(facts) and image.min_disk_gib < real_gib:
        return failed(
            f"min_disk is {image.min_disk_gib} GiB, but a new instance needs {real_gib} GiB.",
            "Nothing to do: a run sets it.",
            facts.image,
            command=command("openstack", "image", "set", "--min-disk", str(real_gib), image.id),
            fixed_by=StepName.DESCRIBE,
        )
    flavors = need(facts.flavors)
    matrix = launch_matrix(image, flavors, None, profile)
    return passed(f"A new instance needs {real_gib} GiB of disk: {_reach(matrix)}.", facts.flavors)


def _reach(matrix: tuple[FlavorFit, ...]) -> str:
    """How many flavors can launch it, and the names of those that cannot."""
    able = [each for each in matrix if each.fits or each.special]
    unable = [shown(each.flavor.name) for each in matrix if not (each.fits or each.special)]
    return f"{len(able)} of {len(matrix)} flavors" + (f", not {listed(unable)}" if unable else "")


@rule("SIZE-MINRAM", Chapter.SIZE, "Minimum memory of the image", Severity.INFO, sentences=("S52",))
def size_minram(facts: InstanceFacts, _profile: Profile) -> Answer:
    stated = facts.request.min_ram_mib if facts.request else None
    if stated is None:
        inherited = facts.base_image.value.min_ram_mib if facts.base_image.value else 0
        said = f"min_ram stays at its base image's {size_mib(inherited)}" if inherited else "any flavor's RAM will do"
        return unknown(
            f"How much memory it needs is not stated: {said}.",
            "State it on the image if what runs in it needs more.",
            command="openstack image set --min-ram MIB IMAGE",
        )
    own = need(facts.instance).flavor.ram_mib
    if own is not None and stated > own:
        more, less = compared_mib(stated, own)
        return failed(f"{more} stated, more than its own {less}.", "State less.", source=Source.USER)
    return passed(f"Needs {size_mib(stated)} of memory, as you stated.", source=Source.USER)
