"""Which image another one is made from."""

from __future__ import annotations

from typing import Final

from models.cloud.image import Image

BASE: Final = "base_image_ref"
"""The property in which Nova notes what a snapshot's instance was launched from, or what that one came from."""


def base_image_id(image: Image | None, launched_from: str | None = None) -> str | None:
    """The id of the base image; None where nothing tells it.

    Args:
        image: the image itself, once it is there.
        launched_from: the image of the instance that it was made from, which is nearer than what the property names:
            V24, snapshots of a snapshot's instance inherit the property of the first.
    """
    noted = image.properties.get(BASE, "").strip() if image is not None else ""
    found = launched_from or noted or None
    return None if image is not None and found == image.id else found
