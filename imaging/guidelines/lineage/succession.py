"""Images that follow each other: which one is likely to be followed, how they are linked, and what forbids deletion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from models.base import Frozen
from models.cloud.image import (
    SUCCEEDED_BY,
    SUCCEEDED_BY_ABOUT,
    SUCCEEDS,
    SUCCEEDS_ABOUT,
    UNKNOWN_VISIBILITY,
    Image,
)
from models.cloud.instance import Instance
from models.text import CleanText
from models.works.lineage import ImageSide
from models.works.verdict import WorksWord

_SOURCES: Final = ("imaging.source", "instance_uuid")
"""Properties that name the instance which an image was made from. V24: descendants inherit them: they only suggest."""
_VARYING: Final = re.compile(r"[\d\W_]+")
"""What differs between the names of two releases: digits, and what stands between words."""
_VERSION_WORD: Final = re.compile(r"(?:^|\s)(?:v|rc|rev|version)(?=\s|$)")
_LONGEST_NAME: Final = 255
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def name_stem(name: str) -> str:
    """What the names of releases have in common: `astro base` of `astro-base-2026-10-01` and of `Astro-Base_v2`."""
    words = _VARYING.sub(" ", name[:_LONGEST_NAME].casefold())
    return " ".join(_VERSION_WORD.sub(" ", words).split())


def likely_older(
    name: str, images: Iterable[Image], *, project_id: str | None, source_id: str | None = None
) -> Image | None:
    """The image that a new one is likely to follow: of this project, with such a name; of the same instance first.

    Args:
        name: of the new image.
        images: all that are there.
        project_id: whose images count.
        source_id: the instance that the new one is made from, if there is one.
    """
    stem = name_stem(name)
    if not stem:
        return None
    fitting = [
        image
        for image in images
        if image.owner == project_id
        and image.status == "active"
        and image.noted_newer is None
        and name_stem(image.name) == stem
    ]
    same = [image for image in fitting if source_id and any(image.properties.get(key) == source_id for key in _SOURCES)]
    return max(same or fitting, key=lambda image: image.created_at or _NO_TIME, default=None)


def links(older_id: str, newer_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """The properties that link two images: first those of the older one, then those of the newer one.

    V24: descendants inherit them, so each says which image it is about.
    """
    return (
        {SUCCEEDED_BY: newer_id, SUCCEEDED_BY_ABOUT: older_id},
        {SUCCEEDS: older_id, SUCCEEDS_ABOUT: newer_id},
    )


def image_side(image: Image) -> ImageSide:
    """What is compared of an image."""
    return ImageSide(
        id=image.id,
        name=image.name,
        size_bytes=image.size_bytes,
        min_disk_gib=image.min_disk_gib,
        verdict=image.noted_verdict or "",
        works=image.noted_works or "",
        seal=image.noted_seal or "",
    )


class Hindrance(StrEnum):
    """What forbids that an older image is deleted."""

    NOT_OWN = "not own"
    PROTECTED = "protected"
    VISIBLE = "visible"
    """Now, or once, to other projects."""
    HISTORY_UNKNOWN = "history unknown"
    """It cannot be told whether it ever was."""
    USED = "used"
    USE_UNKNOWN = "use unknown"
    VOLUME_BACKED = "volume-backed"
    NOT_ACTIVE = "not active"
    NO_SUCCESSOR = "no successor"
    SUCCESSOR_NOT_PROVED = "successor not proved"


class DeletionHindrance(Frozen):
    """One of them, with its reason."""

    code: Hindrance
    reason: CleanText
    """A sentence for people. Nothing is decided by its words."""


class DeletionFacts(Frozen):
    """What is known before an older image is deleted; None is what could not be read."""

    image: Image
    newer: Image | None = None
    """The image that follows it by its note; None where there is none, or where it is gone."""
    members: Mapping[str, str] | None = None
    """Projects that it is shared with."""
    instances: tuple[Instance, ...] | None = None
    """All of this project."""
    published_by_run: bool | None = None
    """Whether a run in this machine's journal has made it visible beyond the project; None: it cannot be read."""


def deletion_hindrances(facts: DeletionFacts, project_id: str | None) -> tuple[DeletionHindrance, ...]:
    """What forbids that an older image is deleted; empty where nothing does, as far as this project can see."""
    return tuple(
        DeletionHindrance(code=code, reason=reason)
        for code, reason in (
            *_of_image(facts.image, project_id),
            *_of_visibility(facts),
            *_of_use(facts),
            *_of_newer(facts),
        )
    )


_Found = Iterator[tuple[Hindrance, str]]


def _of_image(image: Image, project_id: str | None) -> _Found:
    if project_id is None or image.owner != project_id:
        yield Hindrance.NOT_OWN, "It belongs to another project."
    if image.protected:
        yield Hindrance.PROTECTED, "It is protected."
    if image.status != "active":
        yield Hindrance.NOT_ACTIVE, f"It is {image.status}."
    if image.is_volume_backed:
        yield Hindrance.VOLUME_BACKED, "It is volume-backed: the volume snapshots that it refers to would stay."


def _of_visibility(facts: DeletionFacts) -> _Found:
    image = facts.image
    if image.visibility == "shared":
        # Glance calls an image shared that was made without a visibility, too.
        yield Hindrance.VISIBLE, "It is shared: other projects may have been members of it, and launched it."
    elif image.visibility == UNKNOWN_VISIBILITY:
        yield Hindrance.HISTORY_UNKNOWN, "It is not known who sees it."
    elif image.visibility != "private":
        yield Hindrance.VISIBLE, f"It is {image.visibility}: other projects see it."
    if facts.members:
        yield Hindrance.VISIBLE, "Other projects are members of it."
    elif facts.members is None:
        yield Hindrance.HISTORY_UNKNOWN, "The projects that it is shared with cannot be read."
    if image.noted_published is not None:
        yield Hindrance.VISIBLE, f"It was made {image.noted_published} once, as is noted on it."
    if facts.published_by_run:
        yield Hindrance.VISIBLE, "A run of this machine has made it visible to other projects."
    elif facts.published_by_run is None:
        yield (
            Hindrance.HISTORY_UNKNOWN,
            "The journal of this machine, which tells what was published, cannot be read.",
        )


def _of_use(facts: DeletionFacts) -> _Found:
    if facts.instances is None:
        yield Hindrance.USE_UNKNOWN, "The instances of this project cannot be read."
        return
    using = sorted(instance.name for instance in facts.instances if instance.image_id == facts.image.id)
    if using:
        yield Hindrance.USED, f"It is in use by {_some(using)}."
    # As Nova shows one while its cell is down: half known, without its image.
    untold = sorted(each.name or each.id for each in facts.instances if each.root_disk_unknown)
    if untold:
        yield Hindrance.USE_UNKNOWN, f"It is not known whether it is in use: no image is told about {_some(untold)}."


def _of_newer(facts: DeletionFacts) -> _Found:
    image, newer = facts.image, facts.newer
    if image.noted_newer is None:
        yield Hindrance.NO_SUCCESSOR, "No image follows it."
    elif newer is None or newer.id != image.noted_newer:
        yield Hindrance.NO_SUCCESSOR, "The image that followed it is gone."
    elif newer.noted_older != image.id:
        yield Hindrance.NO_SUCCESSOR, f"{newer.name} does not say that it follows it."
    elif newer.status != "active" or newer.noted_works != WorksWord.YES.value:
        yield Hindrance.SUCCESSOR_NOT_PROVED, f"{newer.name}, which follows it, is not proved to work."


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"  # noqa: PLR2004  # as many as are shown
