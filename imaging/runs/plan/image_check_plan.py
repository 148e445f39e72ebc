"""Planning the inspection of an image: a temporary instance of it prints what lies on its disk."""

from __future__ import annotations

from imaging.cloud.interface import Cloud
from imaging.runs.plan.image_plan import plan_verification
from imaging.runtime.clock import Clock
from models.guidelines.profile import Profile
from models.run.kind import RunKind
from models.run.plan import Plan, PlannedStep
from models.run.request import RunRequest
from models.steps import StepName

_READ = PlannedStep(
    step=StepName.READ_FACTS,
    summary="Read on its console what lies on the disk, before its first boot changes it.",
    commands=("openstack console log show imaging-test",),
)


async def plan_image_check(cloud: Cloud, clock: Clock, image_id: str, request: RunRequest, profile: Profile) -> Plan:
    """Plan to inspect an image; it is only launched, and stays as it is.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        image_id: the image.
        request: may name flavor, network and time-out.
        profile: says what is searched for.

    Raises:
        NotFoundError: there is no such image.
        UsageError: it is not active, or the request names a flavor or network that does not exist.
    """
    wanted = request.model_copy(update={"keep_test": False})
    plan = await plan_verification(cloud, clock, image_id, wanted, profile)
    steps = {each.step: each for each in plan.steps} | {StepName.READ_FACTS: _READ}
    kind = RunKind.IMAGE_CHECK
    ordered = tuple(steps[step] for step in kind.spec.steps if step in steps)
    return plan.model_copy(update={"kind": kind, "steps": ordered})
