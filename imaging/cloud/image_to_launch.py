"""An image that is to be launched as it is: read with what a plan of it asks of the cloud besides."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from imaging.cloud.interface import Cloud
from models.cloud.image import Image
from models.cloud.login import Login
from models.cloud.quota import Quota
from models.errors import ImagingError, UsageError


class ImageToLaunch(NamedTuple):
    """An active image, and by whom and within which quota it would be launched."""

    image: Image
    login: Login
    quota: Quota | None
    """None where the cloud does not tell."""


async def read_image_to_launch(cloud: Cloud, image_id: str) -> ImageToLaunch:
    """Read an image that a run would launch.

    Raises:
        NotFoundError: there is no such image.
        UsageError: it is not active.
    """
    image, login, quota = await asyncio.gather(cloud.images.image(image_id), cloud.login(), quota_if_told(cloud))
    if image.status != "active":
        raise UsageError(f"The image {image.name} is {image.status}: only an active one can be launched.")
    return ImageToLaunch(image, login, quota)


async def quota_if_told(cloud: Cloud) -> Quota | None:
    """The quota of the project; None where the cloud does not tell, for then Nova says at the launch what lacks."""
    try:
        return await cloud.quota()
    except ImagingError:
        return None
