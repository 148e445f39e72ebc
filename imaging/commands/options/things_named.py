"""Things of the cloud that the user names: by id, or by a name that only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from imaging.cloud.interface import Cloud
from imaging.cloud.lookup import find_image, find_instance
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import NotFoundError, UsageError
from models.text import one_line
from models.words.near_names import did_you_mean


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)
_MOST_LISTED = 20


def choose(kind: str, wanted: str, things: Sequence[N]) -> N:
    """The thing that the user means.

    Args:
        kind: what it is, for the message, such as `network`.
        wanted: an id or a name.
        things: those that there are.

    Raises:
        UsageError: there is none, or several have that name.
    """
    found = [thing for thing in things if thing.id == wanted] or [thing for thing in things if thing.name == wanted]
    if len(found) == 1:
        return found[0]
    if not found:
        names = sorted({thing.name for thing in things})
        available = f"Available: {', '.join(names[:_MOST_LISTED])}{' …' if len(names) > _MOST_LISTED else ''}."
        remedy = did_you_mean(wanted, names) or (available if names else f"This project has no {kind}.")
        raise UsageError(f"There is no {kind} named {one_line(wanted, 80)}.", remedy=remedy)
    ids = ", ".join(thing.id for thing in found)
    raise UsageError(f"{len(found)} {kind}s are named {wanted}.", remedy=f"Use one of their ids: {ids}.")


async def instance_named(cloud: Cloud, wanted: str) -> Instance:
    """The instance that the user names.

    Raises:
        UsageError: there is none, or several have that name.
    """
    try:
        return await find_instance(cloud, wanted)
    except NotFoundError as error:
        raise _not_there(error, "`imaging instances` lists the instances of the project.") from error


async def image_named(cloud: Cloud, wanted: str) -> Image:
    """The image that the user names.

    Raises:
        UsageError: there is none, or several have that name.
    """
    try:
        return await find_image(cloud, wanted)
    except NotFoundError as error:
        raise _not_there(error, "`imaging images` lists the images of the project.") from error


def _not_there(error: NotFoundError, remedy: str) -> UsageError:
    """A name that nothing has is a mistake of the user who typed it, and none of the cloud."""
    parts = f"{error.remedy} {remedy}".strip()
    return UsageError(error.what, meaning=error.meaning, remedy=parts, request_id=error.request_id)
