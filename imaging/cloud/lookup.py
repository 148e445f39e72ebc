"""Finds the one thing that a user names, by its id or by its name. Names are not unique in OpenStack."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

from imaging.cloud.interface import Cloud
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import NotFoundError, RejectedError, UsageError
from models.text import one_line
from models.words.near_names import did_you_mean

_ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


async def find_instance(cloud: Cloud, name_or_id: str) -> Instance:
    """The instance with this id, else the only one with this name.

    Raises:
        NotFoundError: there is none.
        UsageError: several have the name; the error lists their ids.
    """
    return await _find("instance", name_or_id, cloud.compute.instance, cloud.compute.instances)


async def find_image(cloud: Cloud, name_or_id: str) -> Image:
    """The image with this id, else the only one with this name that this project can see.

    Raises:
        NotFoundError: there is none.
        UsageError: several have the name; the error lists their ids.
    """
    return await _find("image", name_or_id, cloud.images.image, cloud.images.images)


async def _find(
    kind: str,
    name_or_id: str,
    get: Callable[[str], Awaitable[N]],
    pages: Callable[[], AsyncIterator[tuple[N, ...]]],
) -> N:
    # By id first: one call instead of the whole list.
    if _ID.fullmatch(name_or_id):
        try:
            return await get(name_or_id)
        except (NotFoundError, RejectedError):
            pass  # it may still be a name that looks like an id
    wanted = one_line(name_or_id)
    # G2: names are not unique, so the list is always read to its end. Names were cleaned when they were read.
    listed = [one async for page in pages() for one in page]
    found = [one for one in listed if name_or_id == one.id or wanted == one.name]
    shown = one_line(name_or_id, 80)
    if not found:
        near = await in_thread(lambda: did_you_mean(name_or_id, (one.name for one in listed)))
        raise NotFoundError(f"There is no {kind} with the name or id {shown!r} in this project.", remedy=near)
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} {kind}s are named {shown!r}: {', '.join(one.id for one in found[:10])}.",
            remedy="Name the one you mean by its id.",
        )
    return found[0]
