"""What a run would do to know what is installed on the base of its image, and what that may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from imaging.cloud.image_to_launch import quota_if_told
from imaging.cloud.interface import Cloud
from imaging.reports.passport.gathering import base_id_of
from imaging.runs.plan.launch_choice import no_room_for_twin, plan_test_launch
from imaging.runs.plan.step_texts import openstack
from models.cloud.image import Image
from models.errors import ImagingError, NotFoundError
from models.guidelines.profile import Profile
from models.run.plan import BasePlan, Plan, PlannedStep, TestLaunchPlan
from models.steps import StepName
from models.works.inventory import Inventory
from models.works.test_file import WorkTests

SECONDS: Final = 180
"""From the launch of a test instance of a base to the end of its list, and its removal."""
_UNKNOWN: Final = "which image it goes back to is not known"
_GONE: Final = "the base is gone, or no longer shared with this project"

Known = Callable[[str], Awaitable[Inventory | None]]
"""The list of packages of an image that is kept here."""


async def with_base(cloud: Cloud, plan: Plan, profile: Profile, known: Known) -> Plan:
    """A plan with what is done to know what is installed on the base, where the user has asked for that.

    It keeps no run from starting: what cannot be had is said.

    Args:
        cloud: the cloud.
        plan: all else that the run would do.
        profile: says which flavors are left out.
        known: gives the lists that are kept here.
    """
    if not (plan.request.list_base and plan.request.test and plan.kind.spec.has_base):
        return plan
    base = await _base(cloud, plan, profile, known)
    *steps, report = plan.steps
    more = {
        "base": base,
        "estimated_seconds": plan.estimated_seconds + base.seconds,
        "steps": (*steps, _step(base), report),
        "warnings": (*plan.warnings, *_warnings(base)),
    }
    return plan.model_copy(update=more)


async def _base(cloud: Cloud, plan: Plan, profile: Profile, known: Known) -> BasePlan:
    image_id = base_id_of(plan)
    if not image_id or (plan.image is not None and image_id == plan.image.id and not plan.kind.spec.makes_image):
        return BasePlan(refused_because=_UNKNOWN)
    kept = await known(image_id)
    try:
        image = await cloud.images.image(image_id)
    except NotFoundError:
        return BasePlan(image_id=image_id, is_known=_is_enough(kept), refused_because=_GONE)
    except ImagingError as error:
        return BasePlan(image_id=image_id, is_known=_is_enough(kept), refused_because=error.what.rstrip("."))
    if _is_enough(kept):
        return BasePlan(image_id=image_id, name=image.name, is_known=True)
    if image.status != "active":
        why = f"it cannot be launched: it is {image.status}"
        return BasePlan(image_id=image_id, name=image.name, refused_because=why)
    test = await _test(cloud, plan, image, profile)
    refused = test.refused_because or ""
    seconds = 0 if refused else SECONDS
    return BasePlan(image_id=image_id, name=image.name, test=test, refused_because=refused, seconds=seconds)


def _is_enough(kept: Inventory | None) -> bool:
    return kept is not None and kept.tells_system


async def _test(cloud: Cloud, plan: Plan, image: Image, profile: Profile) -> TestLaunchPlan:
    """Where its test instance would stand: as the one of the new image does, which is gone by then unless kept."""
    network = plan.test.network if plan.test is not None else None
    request = plan.request.model_copy(update={"work_tests": WorkTests(), "twins": False})
    if network is not None:
        request = request.model_copy(update={"network_id": network.id})
    source_id = plan.source.id if plan.source is not None else None
    try:
        quota = await quota_if_told(cloud)
        test = await plan_test_launch(cloud, image, source_id=source_id, request=request, profile=profile, quota=quota)
    except ImagingError as error:
        return TestLaunchPlan(refused_because=error.what.rstrip("."))
    if plan.request.keep_test and test.flavors and (short := no_room_for_twin(test.flavors[0], quota)):
        return test.model_copy(update={"refused_because": f"beside the test instance that is kept: {short}"})
    return test


def _step(base: BasePlan) -> PlannedStep:
    name = base.name or base.image_id
    if base.is_known:
        return _skipped(f"What is installed on the base, {name}, is known here.")
    if base.refused_because:
        return _skipped(f"Not possible: {base.refused_because}.")
    flavors = base.test.flavors if base.test is not None else ()
    network = base.test.network if base.test is not None else None
    flavor = flavors[0].name if flavors else "FLAVOR"
    place = ("--flavor", flavor, "--network", network.id if network is not None else "NETWORK")
    launch = openstack("server create", "--image", base.image_id, *place, "imaging-base")
    return PlannedStep(
        step=StepName.LIST_BASE,
        summary=f"Read from the disk of the base, {name}, what is installed on it; where that is not possible, launch "
        f"a test instance of it ({flavor}), read the list from its console, and delete it.",
        commands=(
            "openstack security group create imaging-base",
            f"{launch} --security-group imaging-base --user-data SCRIPT",
            "openstack console log show imaging-base",
            "openstack server delete imaging-base",
            "openstack security group delete imaging-base",
        ),
    )


def _skipped(summary: str) -> PlannedStep:
    return PlannedStep(step=StepName.LIST_BASE, summary=summary, skipped=True)


def _warnings(base: BasePlan) -> Iterator[str]:
    if base.is_known:
        return
    if base.refused_because:
        yield f"How the image differs from its base may stay unknown: {base.refused_because}."
        return
    flavor = base.test.flavors[0].name if base.test is not None and base.test.flavors else "the smallest flavor"
    yield (
        f"One more test instance may be launched, of the base {base.name} ({flavor}): it takes up to "
        f"{SECONDS // 60} minutes, counts against the quota, and everybody in the project can read its list of "
        "packages on its console."
    )
