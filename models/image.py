"""Images (Glance)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from models.base import Frozen

VERDICT = "imaging.verdict"
"""The image property that holds the word of a verdict; it counts only together with `VERDICT_ABOUT`."""
VERDICT_ABOUT = "imaging.verdict.image"
"""The image property that names the image which the verdict is about."""


class Image(Frozen):
    """A Glance image. Names are not unique: an image is addressed by its id alone."""

    id: str
    name: str
    status: str
    """The API's word in small letters: queued, saving, active, ...; `unknown` where none was sent."""
    visibility: str = "private"
    owner: str | None = None
    """The project that owns it."""
    size_bytes: int | None = None
    virtual_size_bytes: int | None = None
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    disk_format: str | None = None
    container_format: str | None = None
    protected: bool = False
    hidden: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = Field(default_factory=dict)
    """Every other property, as the raw string that Glance holds."""

    @property
    def description(self) -> str:
        """The description, empty if there is none; a snapshot inherits that of its base image."""
        return self.properties.get("description", "")

    @property
    def noted_verdict(self) -> str | None:
        """The verdict of a test launch, if one is noted here *about this very image*.

        Nova copies an image's properties into every snapshot of every child, so a note names the image that it
        is about, and on any other it says nothing.
        """
        if self.properties.get(VERDICT_ABOUT) != self.id:
            return None
        return self.properties.get(VERDICT)

    @property
    def is_snapshot(self) -> bool:
        """Whether Nova made it from an instance."""
        return self.properties.get("image_type") == "snapshot"

    @property
    def is_volume_backed(self) -> bool:
        """Whether it is Nova's empty record that only names volume snapshots (facts N4, V9)."""
        mapping = self.properties.get("block_device_mapping", "")
        return not self.size_bytes and mapping not in {"", "[]"}
