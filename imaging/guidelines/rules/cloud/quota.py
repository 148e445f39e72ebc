"""Chapter *Quota*: room for the image, for the claim, and for a test instance beside the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.flavor_fit import launch_matrix
from imaging.guidelines.instance.root_volume import data_attachments, root_attachment
from imaging.guidelines.instance.source import image_to_launch, root_disk_gib
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import listed, shown
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Limit, Quota
from models.findings import Severity
from models.formatting import compared_mib, counted, size_mib
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_COMMAND = "openstack limits show --absolute"


@dataclass(frozen=True)
class _Need:
    """How much of one quota is needed."""

    unit: str
    limit: Limit | None
    amount: int
    plural: str | None = None
    in_mib: bool = False
    """Whether the numbers are sizes in MiB, and the unit is what they are sizes of."""

    @property
    def units(self) -> str:
        """What is counted."""
        return self.unit if self.in_mib else self.plural or f"{self.unit}s"

    @property
    def shortage(self) -> str:
        """What is needed beside what is free."""
        free = (self.limit.free if self.limit else None) or 0
        if self.in_mib:
            needed, left = compared_mib(self.amount, free)
            return f"{needed} of {self.unit} needed, {left if free else 0} free"
        return f"{counted(self.amount, self.unit, self.plural)} needed, {free} free"


@rule("QUOTA", Chapter.QUOTA, "Quota for a test instance", Severity.BLOCK)
def quota(facts: InstanceFacts, profile: Profile) -> Answer:
    if facts.request is not None and not facts.request.test:
        return not_applicable("No test launch is wanted.")
    quota, image = need(facts.quota), image_to_launch(facts)
    smallest = _smallest(facts, image, profile)
    if smallest is None:
        return failed(
            "No flavor of this project can launch the image.",
            "Name one with --flavor, or leave the test out with --no-test.",
            facts.flavors,
            command="openstack flavor list",
        )
    wanted = (
        _Need("instance", quota.instances, 1),
        _Need("core", quota.cores, smallest.vcpus),
        _Need("RAM", quota.ram_mib, smallest.ram_mib, in_mib=True),
    )
    return _room(wanted, f"a test instance {shown(smallest.name)}", "Delete an instance, or use --no-test.", facts)


def _smallest(facts: InstanceFacts, image: Image, profile: Profile) -> Flavor | None:
    """The flavor of the test instance: the one asked for, else the smallest that can launch the image."""
    flavors = need(facts.flavors)
    asked_id = facts.request.flavor_id if facts.request else None
    if asked_id is not None:
        return next((each for each in flavors if asked_id in {each.id, each.name}), None)
    return next((each.flavor for each in launch_matrix(image, flavors, None, profile) if each.fits), None)


@rule("QUOTA-VOLUMES", Chapter.QUOTA, "Quota for volumes and snapshots", Severity.BLOCK)
def quota_volumes(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance = need(facts.instance)
    if not instance.volume_backed:
        return not_applicable("Image-backed: no volume snapshot is made.")
    quota = need(facts.quota)
    wanted = [_Need("volume snapshot", quota.volume_snapshots, 1)]
    copies = 1
    if facts.request is None or facts.request.test:
        wanted.append(_Need("volume", quota.volumes, 1))
        copies = 2
    wanted.append(_Need("GiB of volumes", quota.volume_gib, copies * _root_gib(facts), plural="GiB of volumes"))
    return _room(wanted, "the snapshot of its root volume and the test", "Delete a volume or a snapshot.", facts)


def _root_gib(facts: InstanceFacts) -> int:
    """Size of the root volume; snapshots count in the same gigabytes as volumes do."""
    attachments, volumes = need(facts.attachments), need(facts.volumes)
    root = root_attachment(need(facts.instance), attachments, volumes)
    volume = next((each for each in volumes if root and each.id == root.volume_id), None)
    return volume.size_gib or 0 if volume else 0


@rule("QUOTA-IMAGES", Chapter.QUOTA, "Quota for images", Severity.BLOCK)
def quota_images(facts: InstanceFacts, _profile: Profile) -> Answer:
    quota = need(facts.quota)
    if quota.images is None and quota.image_size_mib is None:
        return unknown("This cloud does not tell its image quota, or has none.")
    if quota.images is not None and not quota.images.has_room_for(1):
        return failed(
            f"{quota.images.used} of {quota.images.maximum} images are used.",
            "Delete an image that nobody needs.",
            facts.quota,
            command="openstack image list --private",
        )
    image_mib = 0 if need(facts.instance).volume_backed else (root_disk_gib(facts) or 0) * 1024
    if quota.image_size_mib is not None and not quota.image_size_mib.has_room_for(image_mib):
        free, needed = compared_mib(quota.image_size_mib.free or 0, image_mib)
        return failed(
            f"{free} are free for images; this one can become {needed}.",
            "Delete an image that nobody needs.",
            facts.quota,
            command="openstack image list --private",
            severity=Severity.WARN if quota.image_size_mib.has_room_for(1) else None,
        )
    return passed(f"Room for one more image ({_free(quota)}).", facts.quota)


def _free(quota: Quota) -> str:
    told = []
    if quota.images is not None:
        told.append("no limit of images" if quota.images.free is None else counted(quota.images.free, "image"))
    if quota.image_size_mib is not None:
        free_mib = quota.image_size_mib.free
        told.append("no limit of space" if free_mib is None else size_mib(free_mib))
    return ", ".join(told)


@rule("QUOTA-METADATA", Chapter.QUOTA, "Quota for the metadata of a claim", Severity.BLOCK)
def quota_metadata(facts: InstanceFacts, _profile: Profile) -> Answer:
    instance, attachments = need(facts.instance), need(facts.attachments)
    maximum = need(facts.quota).metadata_items
    if maximum is None:
        return unknown("This cloud does not tell how many metadata keys an instance may have.")
    keys = 1 + len(data_attachments(instance, attachments, facts.volumes.value))
    used = len(instance.metadata)
    if maximum < 0 or used + keys <= maximum:
        return passed(f"{used} metadata keys, room for the {keys} of a run's claim.", facts.quota)
    return failed(
        f"{used} of {maximum} metadata keys are used; a run's claim needs {keys}.",
        "Delete keys that nobody needs.",
        facts.instance,
        command=f"openstack server unset --property KEY {instance.id}",
    )


def _room(wanted: Sequence[_Need], what: str, remedy: str, facts: InstanceFacts) -> Answer:
    """Whether there is room for something; what the cloud does not tell makes it unknown, what is short fails."""
    short = [each.shortage for each in wanted if each.limit is not None and not each.limit.has_room_for(each.amount)]
    if short:
        return failed(f"No room for {what}: {listed(short)}.", remedy, facts.quota, command=_COMMAND)
    untold = [each.units for each in wanted if each.limit is None]
    if untold:
        return unknown(f"Whether there is room for {what} is not told: {listed(untold)}.", command=_COMMAND)
    return passed(f"Room for {what}.", facts.quota)
