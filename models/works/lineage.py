"""Two images that follow each other, and how they differ."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText
from models.works.inventory import InventoryChange


class ImageSide(Frozen):
    """What is compared of one of two images that follow each other."""

    id: CleanText
    name: CleanText = ""
    size_bytes: int | None = None
    min_disk_gib: int = 0
    verdict: CleanText = ""
    """The word of its test launch, noted about this very image; empty: none is."""
    works: CleanText = ""
    """Whether it works, the same."""
    seal: CleanText = ""
    """The word on its seal, the same."""


class Succession(Frozen):
    """One image that follows another."""

    older: ImageSide
    newer: ImageSide
    change: InventoryChange
    """What is installed on the newer one beyond the older."""
