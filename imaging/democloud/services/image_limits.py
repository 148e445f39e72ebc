"""Glance: its quotas by unified limits, where they are switched on."""

from __future__ import annotations

from collections.abc import Callable

from imaging.democloud.records.image import Image
from imaging.democloud.web.call import Call, Json
from imaging.democloud.web.errors import Refusal

_MIB = 1024**2
_UNDER_WAY = {"saving", "uploading", "importing"}


def usage(call: Call) -> Json:
    """What `GET /v2/info/usage` says: nothing at all where the quotas are off, which is the usual (G8)."""
    limits = call.world.options.image_limits
    return (
        {name: {"limit": limits.get(name, -1), "usage": used(call)} for name, used in _USED.items()} if limits else {}
    )


def require_room(call: Call, name: str, size: int | None) -> None:
    """Raises a 413 where so many bytes more, of unknown number for None, are beyond a quota."""
    _require(call, name, (size or 0) // _MIB)


def require_upload_slot(call: Call) -> None:
    """Raises a 413 where too many images are being uploaded; the one that asks counts already."""
    _require(call, "image_count_uploading", 0)


def require_image_slot(call: Call) -> None:
    """Raises a 413 where there are as many images as there may be."""
    _require(call, "image_count_total", 1)


def _require(call: Call, name: str, delta: int) -> None:
    limit = call.world.options.image_limits.get(name, -1)
    used = _USED[name](call)
    if limit >= 0 and used + delta > limit:
        raise Refusal(
            413,
            f"Resource {name} is over limit of {limit} due to current usage {used} and delta {delta}",
        )


def _total(call: Call) -> int:
    return sum(image.size or 0 for image in _own(call) if image.status not in _UNDER_WAY) // _MIB


def _staged(call: Call) -> int:
    return sum(image.staged.size for image in _own(call) if image.staged is not None) // _MIB


def _count(call: Call) -> int:
    return len(_own(call))


def _uploading(call: Call) -> int:
    return sum(image.status in _UNDER_WAY for image in _own(call))


def _own(call: Call) -> list[Image]:
    return [image for image in call.world.images.values() if image.owner == call.project_id]


_USED: dict[str, Callable[[Call], int]] = {
    "image_size_total": _total,
    "image_stage_total": _staged,
    "image_count_total": _count,
    "image_count_uploading": _uploading,
}
