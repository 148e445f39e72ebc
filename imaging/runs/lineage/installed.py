"""What is installed on an image of the cloud: as it is kept here, else from the image by the parts that are needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from imaging.cloud.interface import Cloud
from imaging.guest.image_inspection import read_image_inventory
from imaging.guest.kept_inventories import InventoryStore
from imaging.guidelines.lineage.inventory_change import inventory_change
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ImagingError, NotFoundError
from models.works.inventory import Inventory, InventoryChange

SECONDS: Final = 300.0
"""For one image that is read by its parts."""
_GONE: Final = "the image is gone, and no list of its packages is kept here"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Installed:
    """What is installed on one image, or why that is not known."""

    image_id: str
    name: str = ""
    """Of the image; empty where it is gone."""
    inventory: Inventory | None = None
    because: str = ""


class InstalledReader:
    """Reads what is installed on images, and keeps it."""

    def __init__(
        self,
        cloud: Cloud,
        store: InventoryStore,
        clock: Clock,
        say: Callable[[str], None] = lambda _: None,
        *,
        seconds: float = SECONDS,
    ) -> None:
        """Read nothing yet.

        Args:
            cloud: where the images are.
            store: the lists that are kept here.
            clock: says when something was read.
            say: told about progress.
            seconds: how long one image may take.
        """
        self._cloud, self._store, self._clock, self._say, self._seconds = cloud, store, clock, say, seconds

    async def read(self, image_id: str) -> Installed:
        """What is installed on an image. A reason why it is not known is told, and raises nothing."""
        kept = await in_thread(self._store.read, image_id)
        try:
            image = await self._cloud.images.image(image_id)
        except NotFoundError:
            return Installed(image_id, inventory=kept, because="" if kept is not None else _GONE)
        except ImagingError as error:
            return Installed(image_id, inventory=kept, because="" if kept is not None else error.what)
        return await self.read_image(image, kept)

    async def read_image(self, image: Image, kept: Inventory | None = None) -> Installed:
        """As `read`, of an image whose record is known; `kept` is what is known of it already."""
        if kept is None:
            kept = await in_thread(self._store.read, image.id)
        if kept is not None:
            return Installed(image.id, image.name, kept)
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._from_image(image)
        except TimeoutError:
            return Installed(image.id, image.name, because=f"it was not read within {self._seconds:.0f} seconds")
        except ImagingError as error:
            return Installed(image.id, image.name, because=error.what)
        return Installed(image.id, image.name, found)

    async def change(self, before_id: str, after_id: str) -> InventoryChange:
        """What is installed on one image beyond another."""
        after = await self.read(after_id)
        before = await self.read(before_id)
        return change_between(before, after)

    async def _from_image(self, image: Image) -> Inventory:
        async def fetch(offset: int, length: int) -> bytes:
            return await self._cloud.image_bytes.read_bytes(image.id, offset, length)

        found = await read_image_inventory(image, fetch, self._clock, self._say)
        try:
            await in_thread(self._store.write, image.id, found)
        except (OSError, ValueError) as error:
            _log.warning("what is installed on an image could not be kept: %s", error)
        return found


def change_between(before: Installed, after: Installed) -> InventoryChange:
    """What is installed on one image beyond another; unknown with its reason where one of them is not known."""
    why = "; ".join(
        f"{_called(each)}: {each.because}" for each in (before, after) if each.inventory is None and each.because
    )
    return inventory_change(
        before.inventory, after.inventory, base_id=before.image_id, base_name=before.name, unknown_because=why
    )


def _called(installed: Installed) -> str:
    return installed.name or installed.image_id
