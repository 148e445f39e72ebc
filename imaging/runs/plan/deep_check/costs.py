"""What a deep check takes from the project for a while, and what of that is not to be had: said beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imaging.runs.source.claim_keys import other_claims
from models.base import Frozen
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.quota import Quota
from models.cloud.volume import Volume

_SHOWN_STATUSES = frozenset({"ACTIVE", "SHUTOFF", "SUSPENDED"})
"""The statuses in which Nova makes a snapshot of any instance; PAUSED is for those that boot from an image alone."""


class DeepCosts(Frozen):
    """What is needed beside the temporary instance's flavor."""

    image_gib: int | None = None
    """The most that the temporary image can take; None where it is an empty record."""
    volumes: int = 0
    """How many volume snapshots, and as many new volumes: every volume of a volume-backed instance."""
    volumes_gib: int | None = None
    """How large these are together; None if Cinder does not tell."""


def deep_costs(
    source: Instance, root_disk_gib: int | None, attachments: Sequence[VolumeAttachment], volumes: Iterable[Volume]
) -> DeepCosts:
    """What a deep check of an instance costs.

    Args:
        source: the instance.
        root_disk_gib: the size of its root disk, as far as it is known.
        attachments: all its volumes, the root volume of a volume-backed one included.
        volumes: Cinder's side of them, as far as it can be seen.
    """
    if not source.volume_backed:
        return DeepCosts(image_gib=root_disk_gib)
    attached = {each.volume_id for each in attachments}
    sizes = [volume.size_gib for volume in volumes if volume.id in attached]
    known = len(sizes) == len(attached) and None not in sizes
    return DeepCosts(volumes=len(attached), volumes_gib=sum(size or 0 for size in sizes) if known else None)


def source_refusal(source: Instance, run_id: str = "") -> str | None:
    """Why no snapshot of an instance can be taken now; None if it can.

    Args:
        source: as it is now.
        run_id: the run that asks; the claim of any other one forbids it.
    """
    claims = other_claims(source.metadata, run_id)
    if claims:
        return f"run {', '.join(claims)} works on the instance"
    if source.task_state is not None:
        return f"the cloud is busy with the instance ({source.task_state})"
    paused = source.status == "PAUSED" and not source.volume_backed
    if source.status not in _SHOWN_STATUSES and not paused:
        return f"the instance is {source.status}, of which no snapshot can be taken"
    return None


def quota_refusal(costs: DeepCosts, quota: Quota | None) -> str | None:
    """What of the quota is used up, beside what the flavor takes; what is not told counts as free."""
    if quota is None:
        return None
    wanted = (
        ("images", quota.images, 1),
        ("volume snapshots", quota.volume_snapshots, costs.volumes),
        ("volumes", quota.volumes, costs.volumes),
        ("GiB of volumes", quota.volume_gib, costs.volumes_gib or 0),
    )
    if quota.image_size_mib is not None and not quota.image_size_mib.has_room_for(1):
        return "quota: no space for images is free"
    for what, limit, amount in wanted:
        if amount and limit is not None and not limit.has_room_for(amount):
            return f"quota: {limit.free} {what} free, {amount} needed"
    return None
