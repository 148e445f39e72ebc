"""Volumes and snapshots as Cinder keeps them; sizes in GiB."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.democloud.records.disk import Disk


@dataclass
class VolumeUse:
    """That a volume is attached to a server, as Cinder says it."""

    attachment_id: str
    server_id: str
    device: str
    attached_at: float


@dataclass
class Volume:
    """A Cinder volume; size in GiB."""

    id: str
    name: str
    size: int
    project_id: str
    user_id: str
    created_at: float
    updated_at: float | None = None
    status: str = "creating"
    description: str | None = None
    bootable: bool = False
    multiattach: bool = False
    snapshot_id: str | None = None
    source_volid: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    image_metadata: dict[str, str] = field(default_factory=dict)
    uses: list[VolumeUse] = field(default_factory=list)
    disk: Disk | None = None
    serial: int = 0


@dataclass
class Snapshot:
    """A snapshot of a volume."""

    id: str
    name: str
    volume_id: str
    size: int
    project_id: str
    user_id: str
    created_at: float
    updated_at: float | None = None
    status: str = "creating"
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    disk: Disk | None = None
    serial: int = 0
