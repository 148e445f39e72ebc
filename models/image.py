"""Images (Glance)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from models.base import Frozen


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
    def is_snapshot(self) -> bool:
        """Whether Nova made it from an instance."""
        return self.properties.get("image_type") == "snapshot"

    @property
    def is_volume_backed(self) -> bool:
        """Whether it is Nova's empty record that only names volume snapshots (facts N4, V9)."""
        mapping = self.properties.get("block_device_mapping", "")
        return not self.size_bytes and mapping not in {"", "[]"}
