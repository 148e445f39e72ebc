"""Planning a deep check: an inspection through a temporary instance, with its price said first."""

from __future__ import annotations

import asyncio

from imaging.cloud.instance_facts import gather_facts
from imaging.cloud.interface import Cloud
from imaging.guidelines.instance.flavor_fit import expected_image
from imaging.runs.plan.deep_check.costs import deep_costs, quota_refusal, source_refusal
from imaging.runs.plan.deep_check.texts import deep_steps, deep_warnings
from imaging.runs.plan.launch_choice import flavor_disk_gib, plan_launch_from
from imaging.runs.source.instance import root_volume_id
from imaging.runtime.clock import Clock
from models.errors import NotFoundError
from models.guidelines.profile import Profile
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.request import RunRequest, Visibility

_BASE_SECONDS = 40
_IMAGE_SECONDS_PER_GIB = 3
_BOOT_SECONDS = 150
"""From the launch to the end of the boot; 90 more where a mount is missing."""


async def plan_deep_check(cloud: Cloud, clock: Clock, instance_id: str, request: RunRequest, profile: Profile) -> Plan:
    """Plan a deep check of an instance; changes nothing.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        instance_id: the instance to inspect, which is only read.
        request: may name flavor, network and time-out; the rest of it says nothing here.
        profile: says what is searched for, and which flavors are left out.

    Raises:
        NotFoundError: there is no such instance.
        UsageError: the request names a flavor or network that does not exist.
    """
    wanted = request.model_copy(
        update={"name": "", "test": True, "keep_test": False, "visibility": Visibility.PRIVATE, "members": ()}
    )
    facts, login = await asyncio.gather(gather_facts(cloud, instance_id, clock, request=wanted), cloud.login())
    source = facts.instance.value
    if source is None:
        raise NotFoundError(facts.instance.unknown_because or f"There is no instance {instance_id}.")
    image = expected_image(source, facts.base_image.value, flavor_disk_gib(facts, source))
    attachments, volumes = facts.attachments.value or (), facts.volumes.value or ()
    costs = deep_costs(source, image.min_disk_gib or None, attachments, volumes)
    test = await plan_launch_from(cloud, image, facts, wanted, profile)
    refusal = source_refusal(source) or quota_refusal(costs, facts.quota.value) or test.refused_because
    plan = Plan(
        request=wanted,
        login=login,
        source=source,
        root_volume_id=root_volume_id(source, attachments, volumes),
        test=test.model_copy(update={"refused_because": refusal}),
        kind=RunKind.DEEP_CHECK,
        estimated_seconds=_BASE_SECONDS + _BOOT_SECONDS + _IMAGE_SECONDS_PER_GIB * (costs.image_gib or 0),
        made_at=clock.now(),
    )
    warnings = tuple(deep_warnings(plan, source, costs, facts.base_image.value, clock.now()))
    return plan.model_copy(update={"steps": tuple(deep_steps(plan, source, costs)), "warnings": warnings})
