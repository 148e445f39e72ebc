"""The place of an image among those that follow each other, and its lines for people; nothing is decided by them."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.guidelines.lineage.change_lines import inventory_lines, side_lines
from imaging.guidelines.lineage.succession import DeletionHindrance, image_side
from models.base import Frozen
from models.cloud.image import Image
from models.works.inventory import InventoryChange
from models.works.lineage import ImageSide, Succession


class SuccessionPlace(Frozen):
    """Which image one follows, which one follows it, what changed, and what forbids that it is deleted."""

    image: Image
    older: ImageSide | None = None
    """None: it follows none, or that is gone."""
    change: InventoryChange | None = None
    """What is installed on it beyond the older one; None: that was not read yet, or there is no older one."""
    newer: ImageSide | None = None
    """None: none follows it, or that is gone."""
    hindrances: tuple[DeletionHindrance, ...] = ()

    @property
    def succession(self) -> Succession | None:
        """The older one and this one, compared; None while there is nothing to compare."""
        if self.older is None or self.change is None:
            return None
        return Succession(older=self.older, newer=image_side(self.image), change=self.change)


def place_lines(place: SuccessionPlace, *, deleted_by: str) -> Iterator[str]:
    """All of it.

    Args:
        place: of the image.
        deleted_by: what deletes it where nothing forbids that.
    """
    image = place.image
    yield f"{image.name} ({image.id}){', hidden from lists' if image.hidden else ''}"
    yield from _older(place)
    if place.newer is not None:
        yield f"It is followed by {place.newer.name} ({place.newer.id})."
    elif image.noted_newer is not None:
        yield f"It is followed by {image.noted_newer}, which is gone."
    else:
        yield "No image follows it."
        return
    if place.hindrances:
        yield "It is not offered to be deleted:"
        yield from (f"  {each.reason}" for each in place.hindrances)
    else:
        yield f"Nothing that this project can see forbids to delete it: {deleted_by}"


def _older(place: SuccessionPlace) -> Iterator[str]:
    image, older = place.image, place.older
    if older is None:
        yield f"It follows {image.noted_older}, which is gone." if image.noted_older else "It follows no image."
        return
    yield f"It follows {older.name} ({older.id})."
    yield from (f"  {line}" for line in side_lines(older, image_side(image)))
    if place.change is not None:
        yield from (f"  {line}" for line in inventory_lines(place.change))
