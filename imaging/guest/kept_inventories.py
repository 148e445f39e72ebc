"""What is installed on each image, kept by the image's id: what an image holds never changes, so it does not age."""

from __future__ import annotations

import hashlib
import heapq
import os
import re
from pathlib import Path
from typing import Final, Literal

from imaging.runtime.private_files import close_folder, read_private, write_private
from models import foreign
from models.base import Frozen
from models.works.inventory import Inventory

_LIMIT_BYTES: Final = 16_000_000
_MOST: Final = 300
"""Lists that are kept; the ones that were written first go."""
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class _Kept(Frozen):
    """The file's form; a file of another version is as good as none."""

    version: Literal[1] = 1
    image: str
    inventory: Inventory


class InventoryStore:
    """Lists of packages by image, a file each that nobody else can read. Reads and writes files: for a thread."""

    def __init__(self, state: Path) -> None:
        """Keep where they lie: below the state directory."""
        self._folder = state / "inventories"

    def read(self, image_id: str) -> Inventory | None:
        """What is installed on an image; None if it is not known here, or cannot be read."""
        try:
            content = read_private(self._file(image_id), _LIMIT_BYTES)
            kept = foreign.model(_Kept, content, max_bytes=_LIMIT_BYTES)
        except (OSError, ValueError):
            return None
        is_about = kept.image == image_id
        return kept.inventory.model_copy(update={"about_image_id": image_id}) if is_about else None

    def write(self, image_id: str, inventory: Inventory) -> None:
        """Keep what is installed on an image, unless more is known of it already.

        Raises:
            OSError: it cannot be written.
        """
        known = self.read(image_id)
        if known is not None and len(known.incomplete) < len(inventory.incomplete):
            return
        close_folder(self._folder)
        document = _Kept(image=image_id, inventory=inventory).model_dump_json(exclude_defaults=True)
        write_private(self._file(image_id), document)
        self._remove_oldest()

    def _remove_oldest(self) -> None:
        with os.scandir(self._folder) as entries:
            times = [(entry.stat(follow_symlinks=False).st_mtime, entry.name) for entry in entries]
        for _time, name in heapq.nsmallest(max(0, len(times) - _MOST), times):
            (self._folder / name).unlink(missing_ok=True)

    def _file(self, image_id: str) -> Path:
        """An id comes from the cloud: what is no plain word could lead elsewhere, so its hash stands for it."""
        plain = _PLAIN_NAME.fullmatch(image_id) is not None
        name = image_id if plain else "id-" + hashlib.sha256(image_id.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{name}.json"
