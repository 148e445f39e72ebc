"""Planning a seal: what a plain plan has besides, and the plan to seal an image that exists."""

from __future__ import annotations

from imaging.cloud.image_to_launch import read_image_to_launch
from imaging.cloud.interface import Cloud
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.plan.launch_choice import flavor_disk_gib, plan_test_launch
from imaging.runs.plan.seal.clone_choice import plan_clone
from imaging.runs.plan.seal.costs import seal_quota_refusal, user_data_refusal
from imaging.runs.plan.seal.texts import sealed_steps
from imaging.runs.plan.warnings import image_warnings
from imaging.runtime.clock import Clock
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Quota
from models.errors import ImagingError, UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.kind import RunKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.request import RunRequest
from models.seal.plan import SealPlan

_CLONE_SECONDS = 180
"""From the launch of a clone to its result, where free space need not be overwritten."""
_PROOF_SECONDS = 420
"""Two test instances more: one that is inspected, and one that runs the checks."""
_IMAGE_SECONDS_PER_GIB = 3
_UNKNOWN_DISK_GIB = 20


async def with_seal(cloud: Cloud, plan: Plan, facts: InstanceFacts, image: Image, profile: Profile) -> Plan:
    """A plan to image an instance, with a clone that is sealed before.

    Args:
        cloud: the cloud.
        plan: what a plain run would do.
        facts: of the instance, with its inspection.
        image: the interim image, as it is expected to become.
        profile: the guidelines.
    """
    source, request = facts.instance.value, plan.request
    clone = await _clone(
        cloud,
        image,
        source_id=source.id if source else None,
        disk_gib=flavor_disk_gib(facts, source) if source else None,
        request=request,
        profile=profile,
        quota=facts.quota.value,
        flavors=facts.flavors.value,
    )
    seal = plan_seal(facts, profile, request)
    seal = _with_refusals(seal, profile, facts.quota.value, images=2, test=request.test)
    seconds = _more_seconds(image, request)
    more = {
        "kind": RunKind.SEALED,
        "seal": seal,
        "clone": clone,
        "estimated_seconds": plan.estimated_seconds + seconds,
        "seal_seconds": seconds,
    }
    return plan.model_copy(update=more)


async def plan_seal_of_image(
    cloud: Cloud,
    clock: Clock,
    image_id: str,
    request: RunRequest,
    profile: Profile,
    *,
    seal: SealPlan,
    guest: Fact[GuestFacts] | None = None,
) -> Plan:
    """Plan to seal an image that exists: another one is made, and this one stays as it is.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        image_id: the image.
        request: names the sealed image.
        profile: the guidelines.
        seal: what is to be removed, planned from a deep check of the image.
        guest: what that deep check found: with it the sealed image is compared.

    Raises:
        NotFoundError: there is no such image.
        UsageError: it is not active, or the request names a flavor or network that does not exist.
    """
    image, login, quota = await read_image_to_launch(cloud, image_id)
    disk = image.min_disk_gib or None
    clone = await _clone(
        cloud, image, source_id=None, disk_gib=disk, request=request, profile=profile, quota=quota, flavors=None
    )
    test = None
    if request.test:
        test = await plan_test_launch(cloud, image, source_id=None, request=request, profile=profile, quota=quota)
    plan = Plan(
        kind=RunKind.SEAL,
        request=request,
        login=login,
        image=image,
        guest=guest,
        test=test,
        clone=clone,
        seal=_with_refusals(_of_its_kind(seal, image), profile, quota, images=1, test=request.test),
        estimated_seconds=_more_seconds(image, request),
        seal_seconds=_more_seconds(image, request),
        made_at=clock.now(),
    )
    return plan.model_copy(update={"steps": sealed_steps(plan), "warnings": image_warnings(plan, clock.now())})


def _of_its_kind(seal: SealPlan, image: Image) -> SealPlan:
    """The plan with what the kind of the image has to say against it."""
    if not image.is_volume_backed:
        return seal
    refused = "It is an empty record that names volumes: a seal of volume-backed images is not possible."
    return seal.model_copy(update={"refusals": (*seal.refusals, refused)})


def _with_refusals(seal: SealPlan, profile: Profile, quota: Quota | None, *, images: int, test: bool) -> SealPlan:
    """The plan with what the cloud has to say against it."""
    found = [] if seal.refusals else [user_data_refusal(seal, profile, test=test)]
    short = seal_quota_refusal(quota, images=images)
    found.append(f"{short}." if short else None)
    return seal.model_copy(update={"refusals": (*seal.refusals, *(each for each in found if each))})


async def _clone(
    cloud: Cloud,
    image: Image,
    *,
    source_id: str | None,
    disk_gib: int | None,
    request: RunRequest,
    profile: Profile,
    quota: Quota | None,
    flavors: tuple[Flavor, ...] | None,
) -> TestLaunchPlan:
    """Where a clone would be launched; where the cloud does not answer, why there is no plan of it."""
    try:
        return await plan_clone(
            cloud,
            image,
            source_id=source_id,
            disk_gib=disk_gib,
            request=request,
            profile=profile,
            quota=quota,
            flavors=flavors,
        )
    except UsageError:
        raise
    except ImagingError as error:
        return TestLaunchPlan(refused_because=error.what)


def _more_seconds(image: Image, request: RunRequest) -> int:
    seconds = _CLONE_SECONDS + _IMAGE_SECONDS_PER_GIB * (image.min_disk_gib or _UNKNOWN_DISK_GIB)
    return seconds + (_PROOF_SECONDS if request.test else 0)
