"""Flavors and quota, by which the launch matrix says where an image can be launched."""

from __future__ import annotations

from models.errors import ImagingError
from screens.context import Console
from screens.images.messages import SizesRead


async def sizes_of(console: Console) -> SizesRead:
    """Read them; where the cloud tells no quota, the matrix leaves it out.

    Raises:
        ImagingError: the flavors cannot be read.
    """
    cloud = await console.cloud()
    flavors = await cloud.compute.flavors()
    try:
        return SizesRead(flavors, await cloud.quota())
    except ImagingError:
        return SizesRead(flavors, None)
