"""Which flavors can launch an image, and why not the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from models.base import Frozen
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.quota import Quota
from models.formatting import size_mib
from models.guidelines.profile import Profile
from models.text import CleanText

_GIB = 1024**3

_SPECIAL_SPECS = re.compile(
    r"^(resources\d*:(VGPU|PGPU|CUSTOM_)|pci_passthrough:alias|trait\d*:.*GPU|accel:)", re.IGNORECASE
)
"""Extra specs of flavors that cost something rare: GPUs and other devices."""


_GPU_SPEC = re.compile(r"gpu|^pci_passthrough:alias$", re.IGNORECASE)
_GPU_NAME = re.compile(r"gpu|^g\d", re.IGNORECASE)


class FitReason(StrEnum):
    """What decides whether a flavor is taken for a test launch."""

    FITS = "fits"
    DISABLED = "disabled"
    RAM = "ram"
    NO_ROOT_DISK = "no-root-disk"
    DISK = "disk"
    QUOTA = "quota"
    SPECIAL = "special"
    """Left out only because it is special (GPU, large memory, by the profile): Nova itself would take it."""


class FlavorFit(Frozen):
    """Whether a test instance of an image can be launched in one flavor, and why or why not."""

    flavor: Flavor
    reason: FitReason
    why: CleanText
    """The reason for people, with its numbers. Nothing is decided by it."""

    @property
    def fits(self) -> bool:
        """Whether it is taken."""
        return self.reason is FitReason.FITS

    @property
    def special(self) -> bool:
        """Whether it is left out although Nova itself would take it."""
        return self.reason is FitReason.SPECIAL


_Refusal = tuple[FitReason, str]


def launch_matrix(
    image: Image, flavors: Iterable[Flavor], quota: Quota | None, profile: Profile
) -> tuple[FlavorFit, ...]:
    """Every flavor with its fit, smallest first by vcpus, RAM and disk.

    Args:
        image: as it is or, before a run, as it is expected to become (`expected_image`).
        flavors: those that the project can use.
        quota: what is left; None to leave quotas out.
        profile: names the flavors that a test launch leaves out.
    """
    ordered = sorted(flavors, key=lambda each: (each.vcpus, each.ram_mib, each.disk_gib, each.name))
    return tuple(_fit(image, flavor, quota, profile) for flavor in ordered)


def real_minimum_disk_gib(image: Image) -> int:
    """The root disk, in GiB, that a new instance needs: the greater of min_disk and what the data unpacks to.

    Nova does not raise min_disk after a resize, so it may be smaller than the disk itself. The size of a qcow2
    file is compressed; its virtual size counts, and where that is not told the file's size is the least it can be.
    """
    unpacked = max(image.virtual_size_bytes or 0, image.size_bytes or 0)
    return max(image.min_disk_gib, -(-unpacked // _GIB))


def expected_image(instance: Instance, base_image: Image | None, root_disk_gib: int | None = None) -> Image:
    """The image that Nova would make of an instance, as far as a launch is concerned.

    Its min_disk is the greater of the base image's and the flavor's root disk, its min_ram is inherited.
    For a volume-backed instance it is an empty record, to which min_disk and the flavor's disk mean nothing.

    Args:
        instance: the source.
        base_image: what it was launched from, if that is known.
        root_disk_gib: root disk of the source's flavor where Nova does not embed it.
    """
    disk_gib = instance.flavor.disk_gib if instance.flavor.disk_gib is not None else root_disk_gib or 0
    inherited_disk_gib = real_minimum_disk_gib(base_image) if base_image else 0
    return Image(
        id="",
        name="",
        status="queued",
        min_disk_gib=0 if instance.volume_backed else max(disk_gib, inherited_disk_gib),
        min_ram_mib=base_image.min_ram_mib if base_image else 0,
        properties={"block_device_mapping": "expected"} if instance.volume_backed else {},
    )


def is_special(flavor: Flavor, profile: Profile) -> str | None:
    """Why a test launch leaves a flavor out although Nova would take it; None if it does not.

    Extra specs may be hidden from users by policy, hence the profile's patterns of names as well.
    """
    for spec in flavor.extra_specs or ():
        if _SPECIAL_SPECS.match(spec):
            return f"needs a {'GPU' if 'gpu' in spec.casefold() else 'special device'} ({spec})"
    pattern = next((each for each in profile.unsuitable_flavors if re.search(each, flavor.name)), None)
    return f"left out by profile {profile.name} ({pattern})" if pattern else None


def has_gpu(flavor: Flavor, profile: Profile) -> bool:
    """Whether a flavor has a GPU: by its extra specs; where policy hides those, by a name that the profile leaves out.

    Args:
        flavor: as the cloud shows it.
        profile: names the flavors that are special on its cloud.
    """
    if any(_GPU_SPEC.search(spec) for spec in flavor.extra_specs or ()):
        return True
    is_left_out = any(re.search(each, flavor.name) for each in profile.unsuitable_flavors)
    return not flavor.extra_specs and is_left_out and _GPU_NAME.search(flavor.name) is not None


def _fit(image: Image, flavor: Flavor, quota: Quota | None, profile: Profile) -> FlavorFit:
    reason, why = (
        _refusal(image, flavor)
        or _quota_refusal(flavor, quota)
        or _special_refusal(flavor, profile)
        or (FitReason.FITS, _size(image, flavor))
    )
    return FlavorFit(flavor=flavor, reason=reason, why=why)


def _refusal(image: Image, flavor: Flavor) -> _Refusal | None:
    """Why Nova would refuse even an empty cloud."""
    if flavor.disabled:
        return FitReason.DISABLED, "disabled"
    if flavor.ram_mib < image.min_ram_mib:
        return FitReason.RAM, f"RAM {size_mib(flavor.ram_mib)}, image needs {size_mib(image.min_ram_mib)}"
    if image.is_volume_backed:
        return None
    if flavor.disk_gib == 0:
        return FitReason.NO_ROOT_DISK, "no root disk: for volume-backed instances only"
    needed_gib = real_minimum_disk_gib(image)
    if flavor.disk_gib < needed_gib:
        return FitReason.DISK, f"disk {flavor.disk_gib} GiB, image needs {needed_gib} GiB"
    return None


def _quota_refusal(flavor: Flavor, quota: Quota | None) -> _Refusal | None:
    """What of the quota is used up; what the cloud does not tell counts as free."""
    if quota is None:
        return None
    wanted = (
        ("instances", quota.instances, 1, str),
        ("cores", quota.cores, flavor.vcpus, str),
        ("of RAM", quota.ram_mib, flavor.ram_mib, size_mib),
    )
    for what, limit, amount, told in wanted:
        if limit is not None and limit.free is not None and amount > limit.free:
            return FitReason.QUOTA, f"quota: {told(limit.free)} {what} free, {told(amount)} needed"
    return None


def _special_refusal(flavor: Flavor, profile: Profile) -> _Refusal | None:
    why = is_special(flavor, profile)
    return (FitReason.SPECIAL, why) if why else None


def _size(image: Image, flavor: Flavor) -> str:
    size = f"{flavor.vcpus} vCPU, {size_mib(flavor.ram_mib)} RAM"
    return size if image.is_volume_backed else f"{size}, {flavor.disk_gib} GiB disk"
