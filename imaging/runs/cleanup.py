"""What the engine calls after a failure or a cancellation; each does no harm when it is done again."""

from __future__ import annotations

from contextlib import suppress

from imaging.runs.asking import look_for
from imaging.runs.claim import claim_keys, other_claims
from imaging.runs.context import StepContext
from imaging.runs.locking import lock_with
from imaging.runs.our_image import find_image
from imaging.runs.ours import owned_ids, snapshot_ids
from imaging.runs.source import read_source
from imaging.runs.taking import delete_claim_keys
from imaging.runs.verdict_note import write_verdict
from models.errors import ForbiddenError, NotFoundError, ServiceMissingError
from models.image import Image
from models.instance import Instance
from models.run import Owned, OwnedKind
from models.steps import StepName
from models.verdict import Verdict, VerdictWord

_IDLE_SECONDS = 600.0


async def withdraw(ctx: StepContext) -> None:
    """End a run whose claim does not stand: delete our claim keys, and restore the lock that the run took away.

    While another run holds a claim the lock is left off, for it would stop that run in the middle.
    """
    claimed = ctx.run.claim
    if claimed is None:
        return
    source = await read_source(ctx)
    if claim_keys(source.metadata, claimed.run_id):
        await ctx.intend("delete our claim from the instance's metadata")
        await delete_claim_keys(ctx, claimed.run_id)
    if claimed.was_locked and not source.locked and not other_claims(source.metadata, claimed.run_id):
        await ctx.intend("lock the instance again, as it was before")
        await lock_with(ctx, claimed.instance_id, claimed.lock_reason)


async def remove_unfinished_image(ctx: StepContext) -> None:
    """Delete our image unless it is finished, with the snapshots that only it refers to; wait for an idle source."""
    image = await _our_image(ctx)
    if image is not None and not await _is_finished(ctx, image):
        await ctx.intend(f"delete the unfinished image {image.id}")
        with suppress(NotFoundError):  # Nova may have deleted it first
            await ctx.cloud.images.delete_image(image.id)
        await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name, removed=True))
        await _delete_snapshots(ctx, image)
    await ctx.wait_until(
        lambda: _idle(ctx), what="the instance to be idle", limit_seconds=_IDLE_SECONDS, cancellable=False
    )


async def mark_unverified(ctx: StepContext) -> None:
    """Note on a kept image that nobody has seen it boot, unless a test launch came to a verdict."""
    verdict = ctx.run.verdict or Verdict(word=VerdictWord.NOT_TESTED, reason="The run ended before a test launch.")
    if ctx.run.verdict is None:
        await ctx.record(verdict=verdict)
    await write_verdict(ctx, verdict)


async def _our_image(ctx: StepContext) -> Image | None:
    if ctx.run.image_id is None:
        return await _lost_image(ctx)
    try:
        return await ctx.cloud.images.image(ctx.run.image_id)
    except NotFoundError:
        return None


async def _lost_image(ctx: StepContext) -> Image | None:
    """An image whose id never reached the journal: the request for it may still be carried out."""
    steps = {record.step: record for record in ctx.run.steps}
    asked = StepName.CREATE_IMAGE in steps and bool(steps[StepName.CREATE_IMAGE].intents)
    if not asked:
        return None

    image = await look_for(ctx, lambda: find_image(ctx), what="an image whose answer was lost")
    if image is not None:
        await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name))
        await ctx.record(image_id=image.id)
    return image


async def _is_finished(ctx: StepContext, image: Image) -> bool:
    """Active; of a volume-backed source, whose image is active at once, also every snapshot available."""
    if image.status != "active":
        return False
    for snapshot_id in snapshot_ids(image) if image.is_volume_backed else ():
        try:
            if (await ctx.cloud.volumes.snapshot(snapshot_id)).status != "available":
                return False
        except NotFoundError:
            return False
        except (ServiceMissingError, ForbiddenError):
            return True
    return True


async def _delete_snapshots(ctx: StepContext, image: Image) -> None:
    recorded = owned_ids(ctx.run, OwnedKind.VOLUME_SNAPSHOT, removed=False)
    for snapshot_id in dict.fromkeys((*recorded, *(snapshot_ids(image) if image.is_volume_backed else ()))):
        await delete_snapshot(ctx, snapshot_id)


async def delete_snapshot(ctx: StepContext, snapshot_id: str) -> None:
    """Delete a volume snapshot that is ours, as soon as the cloud lets it go; its id is in the journal before."""
    await ctx.own(Owned(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot_id))
    await ctx.intend(f"delete volume snapshot {snapshot_id}")
    await ctx.wait_until(
        lambda: _snapshot_gone(ctx, snapshot_id),
        what="a volume snapshot to be gone",
        limit_seconds=_IDLE_SECONDS,
        cancellable=False,
    )
    await ctx.own(Owned(kind=OwnedKind.VOLUME_SNAPSHOT, id=snapshot_id, removed=True))


async def _snapshot_gone(ctx: StepContext, snapshot_id: str) -> bool | None:
    """Ask for its deletion as soon as it can be deleted, and see it go."""
    try:
        snapshot = await ctx.cloud.volumes.snapshot(snapshot_id)
        if snapshot.status == "available" or snapshot.status.startswith("error"):
            await ctx.cloud.volumes.delete_snapshot(snapshot_id)
    except NotFoundError:
        return True
    return None


async def _idle(ctx: StepContext) -> Instance | None:
    source = await read_source(ctx)
    return source if source.task_state is None else None
