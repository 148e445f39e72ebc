"""What an image holds: its own data, or that of the volume snapshots to which a volume-backed one refers."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.images_and_servers import snapshot_ids
from models.cloud.image import Image, ImageData, SnapshotData
from models.errors import ForbiddenError, NotFoundError, ServiceMissingError


async def image_data(ctx: StepContext, image: Image) -> ImageData:
    """What an image holds now; of a volume-backed one that is what its snapshots hold (N4: it has no bytes)."""
    snapshots = [await _snapshot(ctx, snapshot_id) for snapshot_id in snapshot_ids(image)]
    return ImageData(
        image_id=image.id, size_bytes=image.size_bytes, content_hash=image.content_hash, snapshots=tuple(snapshots)
    )


async def _snapshot(ctx: StepContext, snapshot_id: str) -> SnapshotData:
    """A snapshot; without a status where it is gone, another project's, or the volume service cannot be asked."""
    try:
        snapshot = await ctx.cloud.volumes.snapshot(snapshot_id)
    except (NotFoundError, ForbiddenError, ServiceMissingError):
        return SnapshotData(id=snapshot_id)
    return SnapshotData(id=snapshot_id, status=snapshot.status, size_gib=snapshot.size_gib)
