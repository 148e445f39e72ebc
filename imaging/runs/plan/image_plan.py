"""Planning: all that a run would do to one instance or image, said before anything is done."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from imaging.cloud.image_to_launch import read_image_to_launch
from imaging.cloud.instance_facts import gather_facts
from imaging.cloud.interface import Cloud
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.inspection_age import with_guest
from imaging.guidelines.instance.flavor_fit import expected_image
from imaging.guidelines.sealing.keeping import keeping_nothing
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.plan.guest_warnings import volume_in_guest
from imaging.runs.plan.launch_choice import flavor_disk_gib, plan_launch_from, plan_test_launch
from imaging.runs.plan.seal.planning import with_seal
from imaging.runs.plan.seal.texts import sealed_steps
from imaging.runs.plan.step_texts import create_steps, verify_steps
from imaging.runs.plan.warnings import image_warnings, likely_to_follow, source_warnings
from imaging.runs.source.instance import in_device_order, root_volume_id
from imaging.runtime.clock import Clock
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import NotFoundError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.kind import RunKind
from models.run.plan import Plan, PlannedVolume
from models.run.request import Mode, RunRequest
from models.text import cut

_BASE_SECONDS = 25
_STOP_AND_START_SECONDS = 40
_VOLUME_SECONDS = 8
"""Detaching and attaching one volume."""
_IMAGE_SECONDS_PER_GIB = 3
_TEST_SECONDS = 300
"""The boot of a test instance, and its checks over two boots."""
_UNKNOWN_DISK_GIB = 20
_READ_JUST_NOW = timedelta(seconds=30)
"""What was read so lately is not read again for another plan; the run itself checks everything again."""


async def plan_run(
    cloud: Cloud,
    clock: Clock,
    instance_id: str,
    request: RunRequest,
    profile: Profile,
    *,
    guest: Fact[GuestFacts] | None = None,
    read: InstanceFacts | None = None,
) -> Plan:
    """Plan the imaging of an instance; in sealed mode by way of a temporary clone.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        instance_id: the source.
        request: what the user wants, as far as it has been said.
        profile: the guidelines.
        guest: what the last inspection of the instance found; the plan keeps it, and the run judges by it again.
        read: what the cloud has said about the instance before; used where that was just now, and else asked again.

    Raises:
        NotFoundError: there is no such instance.
        UsageError: the request names a flavor or network that does not exist.
    """
    facts, login, microversion = await asyncio.gather(
        _facts(cloud, clock, instance_id, request, read), cloud.login(), cloud.compute.microversion()
    )
    facts = with_guest(facts, guest)
    source = _source_of(facts, instance_id)
    volumes, root_id = _planned_volumes(facts, source)
    image = expected_image(source, facts.base_image.value, flavor_disk_gib(facts, source))
    test = await plan_launch_from(cloud, image, facts, request, profile) if request.test else None
    plan = Plan(
        request=request,
        login=login,
        checklist=judge(facts, profile),
        source=source,
        root_volume_id=root_id,
        volumes=volumes,
        test=test,
        guest=guest,
        estimated_seconds=_estimate(source, image, len(volumes), request),
        made_at=clock.now(),
    )
    plan = await _with_seal(cloud, plan, facts, image, profile)
    warnings = source_warnings(plan, microversion, facts.base_image.value, clock.now())
    return _with_words(plan, (*warnings, *likely_to_follow(plan, facts.images.value)))


async def _facts(
    cloud: Cloud, clock: Clock, instance_id: str, request: RunRequest, read: InstanceFacts | None
) -> InstanceFacts:
    """What the cloud says about an instance; a dozen calls, which are saved where they were just made."""
    if read is not None and _is_fresh(read, instance_id, clock):
        return read.model_copy(update={"request": request})
    return await gather_facts(cloud, instance_id, clock, request=request)


def _is_fresh(read: InstanceFacts, instance_id: str, clock: Clock) -> bool:
    instance, at = read.instance.value, read.instance.read_at
    return (
        instance is not None
        and instance.id == instance_id
        and at is not None
        and timedelta(0) <= clock.now() - at <= _READ_JUST_NOW
    )


async def _with_seal(cloud: Cloud, plan: Plan, facts: InstanceFacts, image: Image, profile: Profile) -> Plan:
    """In sealed mode the clone and what it loses; else what a seal would take away, which a plain image holds."""
    if plan.request.mode is Mode.SEALED:
        return await with_seal(cloud, plan, facts, image, profile)
    if not facts.guest.known:
        return plan
    return plan.model_copy(update={"seal": plan_seal(facts, profile, keeping_nothing(plan.request))})


def _with_words(plan: Plan, warnings: tuple[str, ...]) -> Plan:
    steps = sealed_steps(plan) if plan.kind.spec.seals else create_steps(plan)
    return plan.model_copy(update={"steps": steps, "warnings": warnings})


def _source_of(facts: InstanceFacts, instance_id: str) -> Instance:
    if facts.instance.value is None:
        raise NotFoundError(facts.instance.unknown_because or f"There is no instance {instance_id}.")
    return facts.instance.value


async def plan_verification(cloud: Cloud, clock: Clock, image_id: str, request: RunRequest, profile: Profile) -> Plan:
    """Plan the test launch of an image alone.

    Raises:
        NotFoundError: there is no such image.
        UsageError: it is not active, or the request names a flavor or network that does not exist.
    """
    image, login, quota = await read_image_to_launch(cloud, image_id)
    wanted = request.model_copy(update={"test": True, "name": request.name or image.name})
    test = await plan_test_launch(cloud, image, source_id=None, request=wanted, profile=profile, quota=quota)
    plan = Plan(
        kind=RunKind.VERIFY,
        request=wanted,
        login=login,
        image=image,
        test=test,
        estimated_seconds=_TEST_SECONDS,
        made_at=clock.now(),
    )
    return plan.model_copy(update={"steps": verify_steps(plan), "warnings": image_warnings(plan, clock.now())})


def _planned_volumes(facts: InstanceFacts, source: Instance) -> tuple[tuple[PlannedVolume, ...], str | None]:
    attachments = facts.attachments.value or ()
    by_id = {volume.id: volume for volume in facts.volumes.value or ()}
    root_id = root_volume_id(source, attachments, by_id.values())
    data = in_device_order(each for each in attachments if each.volume_id != root_id)
    guest = facts.guest.value if source.is_running else None  # what a stopped one had mounted is mounted no more
    planned = tuple(
        PlannedVolume(
            attachment=each, volume=by_id.get(each.volume_id), in_guest=cut(volume_in_guest(each, guest), 300)
        )
        for each in data
    )
    return planned, root_id


def off_seconds(plan: Plan) -> int:
    """How long the source is stopped, as a part of the estimate: it is restored before the image is tested."""
    later = plan.seal_seconds + (_TEST_SECONDS if plan.request.test else 0)
    later += plan.base.seconds if plan.base is not None else 0
    return plan.estimated_seconds - later if plan.will_stop else 0


def _estimate(source: Instance, image: Image, volumes: int, request: RunRequest) -> int:
    """Seconds, from what was seen on clouds of several sizes: an order of magnitude, never a promise."""
    seconds = _BASE_SECONDS + volumes * _VOLUME_SECONDS
    seconds += _STOP_AND_START_SECONDS if source.is_running else 0
    seconds += 0 if source.volume_backed else _IMAGE_SECONDS_PER_GIB * (image.min_disk_gib or _UNKNOWN_DISK_GIB)
    return seconds + (_TEST_SECONDS if request.test else 0)
