"""Images as Glance keeps them, with their members and tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.democloud.image_bytes.content import Content, Writing
from imaging.democloud.records.disk import Disk


@dataclass
class Image:
    """A Glance image; `properties` are all that Glance does not know by name."""

    id: str
    name: str
    owner: str
    created_at: float
    updated_at: float
    status: str = "queued"
    visibility: str = "private"
    disk_format: str | None = None
    container_format: str | None = None
    size: int | None = None
    virtual_size: int | None = None
    min_disk: int = 0
    min_ram: int = 0
    protected: bool = False
    hidden: bool = False
    checksum: str | None = None
    os_hash_value: str | None = None
    tags: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    disk: Disk = field(default_factory=Disk)
    serial: int = 0
    content: Content | None = None
    """What can be downloaded."""
    staged: Writing | None = None
    """What waits for its import."""
    tasks: list[Task] = field(default_factory=list)
    """Its imports, the newest first."""


@dataclass
class Task:
    """A task of Glance."""

    id: str
    created_at: float
    updated_at: float
    status: str = "pending"
    message: str = ""


@dataclass
class Member:
    """A project that an image is shared with."""

    status: str
    created_at: float
    updated_at: float
