"""Reads Cinder volumes and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, gibibytes, moment, rows, text, word
from models.cloud.volume import Volume, VolumeSnapshot, VolumeUse


def read_volume(raw: Mapping[str, Any]) -> Volume | None:
    """One volume; None without an id. Cinder writes `bootable` as a text."""
    volume_id = text(raw.get("id"))
    if volume_id is None:
        return None
    return Volume(
        id=volume_id,
        name=text(raw.get("name")) or "",
        status=word(raw.get("status"), "unknown").lower(),
        size_gib=gibibytes(raw.get("size")),
        bootable=flag(raw.get("bootable")) or False,
        multiattach=flag(raw.get("multiattach")) or False,
        uses=tuple(
            VolumeUse(server_id=server_id, device=text(use.get("device")), attached_at=moment(use.get("attached_at")))
            for use in rows(raw.get("attachments"))
            if (server_id := text(use.get("server_id")))
        ),
        snapshot_id=text(raw.get("snapshot_id")),
        user_id=text(raw.get("user_id")),
        created_at=moment(raw.get("created_at")),
    )


def read_snapshot(raw: Mapping[str, Any]) -> VolumeSnapshot | None:
    """One volume snapshot; None without an id."""
    snapshot_id = text(raw.get("id"))
    if snapshot_id is None:
        return None
    return VolumeSnapshot(
        id=snapshot_id,
        name=text(raw.get("name")) or "",
        status=word(raw.get("status"), "unknown").lower(),
        volume_id=text(raw.get("volume_id")),
        size_gib=gibibytes(raw.get("size")),
        created_at=moment(raw.get("created_at")),
    )
