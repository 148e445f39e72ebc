"""Volumes and their snapshots (Cinder)."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText

IMAGE_SNAPSHOT_PREFIX = "snapshot for "
"""How Nova names the snapshots that it makes for the image of a volume-backed server; the image's name follows."""


class VolumeUse(Frozen):
    """That a volume is attached to a server, as Cinder sees it."""

    server_id: CleanText
    device: CleanText | None = None
    attached_at: Moment | None = None
    """By Cinder's clock."""


class Volume(Frozen):
    """A Cinder volume."""

    id: CleanText
    name: CleanText
    status: CleanText
    """The API's word in small letters: available, in-use, detaching, ...; `unknown` where none was sent."""
    size_gib: int | None = None
    bootable: bool = False
    multiattach: bool = False
    uses: tuple[VolumeUse, ...] = ()
    snapshot_id: CleanText | None = None
    """The volume snapshot that it was made from."""
    user_id: CleanText | None = None
    """Who made it, or had Nova make it."""
    created_at: Moment | None = None


class VolumeSnapshot(Frozen):
    """A snapshot of a volume, such as Nova makes for the image of a volume-backed instance."""

    id: CleanText
    name: CleanText
    status: CleanText
    volume_id: CleanText | None = None
    size_gib: int | None = None
    created_at: Moment | None = None
