"""Reads quotas from the limits of Nova and Cinder and the usage of Glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import mapping, whole
from models.cloud.quota import Limit, Quota


def read_compute_limits(body: Mapping[str, Any], quota: Quota) -> Quota:
    """Add what `GET /limits` of Nova says. From 2.57 on it names fewer things; these stay."""
    limits = mapping(mapping(body.get("limits")).get("absolute"))
    return quota.model_copy(
        update={
            "instances": _limit(limits, "totalInstancesUsed", "maxTotalInstances"),
            "cores": _limit(limits, "totalCoresUsed", "maxTotalCores"),
            "ram_mib": _limit(limits, "totalRAMUsed", "maxTotalRAMSize"),
            # The claim lives in the metadata, so this small quota limits how many volumes a run can handle.
            "metadata_items": whole(limits.get("maxServerMeta")),
        }
    )


def read_volume_limits(body: Mapping[str, Any], quota: Quota) -> Quota:
    """Add what `GET /limits` of Cinder says."""
    limits = mapping(mapping(body.get("limits")).get("absolute"))
    return quota.model_copy(
        update={
            "volumes": _limit(limits, "totalVolumesUsed", "maxTotalVolumes"),
            "volume_gib": _limit(limits, "totalGigabytesUsed", "maxTotalVolumeGigabytes"),
            "volume_snapshots": _limit(limits, "totalSnapshotsUsed", "maxTotalSnapshots"),
        }
    )


def read_image_usage(body: Mapping[str, Any], quota: Quota) -> Quota:
    """Add what `GET /v2/info/usage` of Glance says, where its quotas are switched on."""
    usage = mapping(body.get("usage"))
    return quota.model_copy(
        update={
            "images": _limit(mapping(usage.get("image_count_total")), "usage", "limit"),
            "image_size_mib": _limit(mapping(usage.get("image_size_total")), "usage", "limit"),
        }
    )


def _limit(values: Mapping[str, Any], used: str, maximum: str) -> Limit | None:
    """One quota; None unless both numbers are there."""
    # -1 stays as it is: OpenStack's word for "unlimited".
    have, most = whole(values.get(used)), whole(values.get(maximum))
    return None if have is None or most is None else Limit(used=have, maximum=most)
