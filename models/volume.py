"""Volumes and their snapshots (Cinder)."""

from __future__ import annotations

from datetime import datetime

from models.base import Frozen


class VolumeUse(Frozen):
    """That a volume is attached to a server, as Cinder sees it."""

    server_id: str
    device: str | None = None


class Volume(Frozen):
    """A Cinder volume."""

    id: str
    name: str
    status: str
    """The API's word in small letters: available, in-use, detaching, ...; `unknown` where none was sent."""
    size_gib: int | None = None
    bootable: bool = False
    multiattach: bool = False
    uses: tuple[VolumeUse, ...] = ()
    snapshot_id: str | None = None
    """The volume snapshot that it was made from."""
    created_at: datetime | None = None


class VolumeSnapshot(Frozen):
    """A snapshot of a volume, such as Nova makes for the image of a volume-backed instance."""

    id: str
    name: str
    status: str
    volume_id: str | None = None
    size_gib: int | None = None
    created_at: datetime | None = None
