"""Puts together all the facts about one instance, asking the services side by side.

Only the instance itself must be readable. What else fails becomes a fact that is unknown and says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from imaging.cloud.interface import Cloud
from imaging.cloud.lookup import find_image, find_instance
from imaging.runtime.clock import Clock
from models.cloud.image import Image
from models.cloud.instance import Instance, InstanceHistory, VolumeAttachment
from models.cloud.volume import Volume
from models.errors import ForbiddenError, ImagingError, NotFoundError
from models.guidelines.facts import Fact, InstanceFacts
from models.run.request import RunRequest

__all__ = ["find_image", "find_instance", "gather_facts", "refresh_facts"]

T = TypeVar("T")


async def gather_facts(
    cloud: Cloud, instance_id: str, clock: Clock, *, request: RunRequest | None = None
) -> InstanceFacts:
    """Read everything that the rules may read.

    Args:
        cloud: the cloud.
        instance_id: the instance.
        clock: says when each fact was read.
        request: what the user wants to make, kept in the facts.

    Raises:
        ImagingError: the instance itself cannot be read; NotFoundError when it is gone.
    """
    # Two groups in one: type checkers know `gather` with six results at most.
    (instance, attachments, history, cinder), (images, flavors, quota, login) = await asyncio.gather(
        asyncio.gather(
            cloud.compute.instance(instance_id),
            _fact(lambda: cloud.compute.attachments(instance_id), clock),
            _fact(lambda: _history(cloud, instance_id, clock), clock),
            _fact(cloud.volumes.unavailable_because, clock),
        ),
        asyncio.gather(
            _fact(lambda: _all(cloud.images.images()), clock),
            _fact(cloud.compute.flavors, clock),
            _fact(cloud.quota, clock),
            _fact(cloud.login, clock),
        ),
    )
    # After the first round, for they need its answers: the ids of the volumes, and the images that were listed.
    volumes, base_image = await asyncio.gather(
        _volumes(cloud, attachments, cinder, clock), _base_image(cloud, instance, images, clock)
    )
    return InstanceFacts(
        instance=Fact[Instance](value=instance, read_at=clock.now()),
        attachments=attachments,
        volumes=volumes,
        base_image=base_image,
        images=images,
        flavors=flavors,
        quota=quota,
        login=login,
        history=history,
        has_cinder=cinder.value is None,
        request=request,
        verdicts={image.id: image.noted_verdict for image in images.value or () if image.noted_verdict},
        now=clock.now(),
    )


async def refresh_facts(cloud: Cloud, facts: InstanceFacts, clock: Clock) -> InstanceFacts:
    """Read the instance and its attachments again: two calls, for the checklist that is open.

    `changes-since` does not see volumes come and go. The volumes themselves are read again only when the attachments
    differ from before, what was asked of the instance only when the instance does; all else
    stays as it was, with the time that it is from.

    Raises:
        ImagingError: the instance itself cannot be read; NotFoundError when it is gone.
    """
    if facts.instance.value is None:
        return facts
    instance_id = facts.instance.value.id
    instance, attachments = await asyncio.gather(
        cloud.compute.instance(instance_id), _fact(lambda: cloud.compute.attachments(instance_id), clock)
    )
    history = facts.history
    if instance != facts.instance.value:
        history = await _fact(lambda: _history(cloud, instance_id, clock), clock)
    volumes = facts.volumes
    # V28: nothing else tells that volumes came or went. V10: Cinder is a moment behind or ahead.
    if attachments.value != facts.attachments.value or _in_transition(volumes):
        cinder = Fact[str | None](value=None if facts.has_cinder else facts.volumes.unknown_because)
        volumes = await _volumes(cloud, attachments, cinder, clock)
    return facts.model_copy(
        update={
            "instance": Fact[Instance](value=instance, read_at=clock.now()),
            "attachments": attachments,
            "volumes": volumes,
            "history": history,
            "now": clock.now(),
        }
    )


async def _history(cloud: Cloud, instance_id: str, clock: Clock) -> InstanceHistory:
    try:
        listed = await cloud.compute.actions(instance_id)
    except (ForbiddenError, NotFoundError):
        return InstanceHistory()  # policy may hide them from members
    # Without the cloud's time its clock is taken to be this machine's.
    ahead = (listed.server_time - clock.now()).total_seconds() if listed.server_time else 0.0
    return InstanceHistory(actions=listed.actions, cloud_ahead_seconds=ahead)


async def _fact(ask: Callable[[], Awaitable[T]], clock: Clock) -> Fact[T]:
    try:
        return Fact(value=await ask(), read_at=clock.now())
    except ImagingError as error:
        return Fact(unknown_because=str(error), read_at=clock.now())


async def _all(pages: AsyncIterator[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple([one async for page in pages for one in page])


async def _volumes(
    cloud: Cloud, attachments: Fact[tuple[VolumeAttachment, ...]], cinder: Fact[str | None], clock: Clock
) -> Fact[tuple[Volume, ...]]:
    """Cinder's side of the attachments. A volume that Cinder does not show to this project is left out."""
    why_not = cinder.value or cinder.unknown_because
    if why_not is not None or attachments.value is None:
        return Fact(unknown_because=why_not or attachments.unknown_because, read_at=clock.now())
    ids = [attachment.volume_id for attachment in attachments.value]
    return await _fact(lambda: _present(cloud, ids), clock)


async def _present(cloud: Cloud, ids: list[str]) -> tuple[Volume, ...]:
    async def one(volume_id: str) -> Volume | None:
        try:
            return await cloud.volumes.volume(volume_id)
        except NotFoundError:
            return None

    found = await asyncio.gather(*(one(volume_id) for volume_id in ids))
    return tuple(volume for volume in found if volume is not None)


def _in_transition(volumes: Fact[tuple[Volume, ...]]) -> bool:
    return volumes.value is None or any(volume.status not in {"in-use", "available"} for volume in volumes.value)


async def _base_image(cloud: Cloud, instance: Instance, images: Fact[tuple[Image, ...]], clock: Clock) -> Fact[Image]:
    """The image that it was launched from; known to be None where there is none any more."""
    if instance.image_id is None:
        return Fact(value=None, read_at=clock.now())
    # The list has it nearly always, and saves a call.
    listed = next((image for image in images.value or () if image.id == instance.image_id), None)
    if listed is not None:
        return Fact(value=listed, read_at=images.read_at)
    image_id = instance.image_id
    try:
        return Fact(value=await cloud.images.image(image_id), read_at=clock.now())
    except NotFoundError:
        return Fact(value=None, read_at=clock.now())
    except ImagingError as error:
        return Fact(unknown_because=str(error), read_at=clock.now())
