"""What the engine calls after a failure or a cancellation; each does no harm when it is done again."""

from __future__ import annotations

from imaging.runs.core.idempotency import observe_until_found
from imaging.runs.core.outcome import stands
from imaging.runs.core.step_context import StepContext
from imaging.runs.ownership.image import find_image, note_image
from imaging.runs.ownership.image_snapshots import delete_snapshots, note_snapshots
from imaging.runs.ownership.images_and_servers import snapshot_ids
from imaging.runs.ownership.made_things import MadeImage, image_of_clone, image_of_source
from imaging.runs.sending.kept import remove_kept
from imaging.runs.sending.own_image import remove_images
from imaging.runs.source.claim_keys import claim_keys, other_claims
from imaging.runs.source.claim_lifecycle import delete_claim_keys
from imaging.runs.source.instance import read_source, wait_idle
from imaging.runs.source.lock import lock_with
from imaging.runs.source.unwatched_changes import LOCKS, asked_meanwhile
from imaging.runs.test_instance.seal.imaged import read_imaged
from imaging.runs.test_instance.verdict_note import write_verdict
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ForbiddenError, NotFoundError, NotOwnedError, ServiceMissingError
from models.run.intent import IntentAction
from models.run.record import LeftBehind, Owned, OwnedKind, RunState
from models.steps import StepName
from models.verdict import Verdict, VerdictWord

_IDLE_SECONDS = 600.0


async def release_claim(ctx: StepContext) -> None:
    """End a run whose claim does not stand: delete our claim keys, and restore the lock that the run took away.

    While another run holds a claim the lock is left off, for it would stop that run in the middle.
    """
    claimed = ctx.run.claim
    if claimed is None:
        return
    source = await read_source(ctx)
    # The keys go before the lock comes back: V13, a locked instance takes no change of metadata.
    if claim_keys(source.metadata, claimed.run_id):
        await ctx.intend(IntentAction.RELEASE_CLAIM, claimed.instance_id)
        await delete_claim_keys(ctx, claimed.run_id)
    if await asked_meanwhile(ctx, LOCKS):
        await ctx.phase("not locked again: somebody has locked or unlocked it since this journal was written")
        return
    if claimed.was_locked and not source.locked and not other_claims(source.metadata, claimed.run_id):
        await ctx.intend(IntentAction.LOCK_AGAIN, claimed.instance_id)
        await lock_with(ctx, claimed.instance_id, claimed.lock_reason)


async def remove_unfinished_image(ctx: StepContext) -> None:
    """Delete our image of the source unless it is finished, with its own snapshots; wait for an idle source."""
    await _remove_unfinished(ctx, image_of_source(ctx.run))


async def remove_unfinished_sealed(ctx: StepContext) -> None:
    """Delete the image of the sealed clone unless it is finished; wait for an idle clone."""
    await _remove_unfinished(ctx, image_of_clone(ctx.run))


async def _remove_unfinished(ctx: StepContext, made: MadeImage | None) -> None:
    if made is None:
        return
    image = await _our_image(ctx, made)
    # C3: snapshots outlive the image that names them, so they are deleted by the ids in the journal.
    if image is None or (not await _is_finished(ctx, image) and await _delete(ctx, image, made)):
        await delete_snapshots(ctx)
    # V6: deleting the image ends Nova's work on it, but only some time later; until then a start is refused (V43).
    await wait_idle(
        ctx,
        limit_seconds=_IDLE_SECONDS,
        gone_is_idle=made.is_of_clone,
        read=lambda context: read_imaged(context, made),
    )


async def _delete(ctx: StepContext, image: Image, made: MadeImage) -> bool:
    """Delete our image, its snapshots in the journal before; whether it is gone."""
    # Only the image names its snapshots by their ids: once it is deleted they can hardly be told from others (C3).
    await note_snapshots(ctx, image)
    await ctx.intend(IntentAction.DELETE_IMAGE, image.id)
    try:
        await ctx.cloud.images.delete_image(image.id)
    except (NotOwnedError, ForbiddenError) as error:  # it is published, or somebody has protected it
        await ctx.leave(LeftBehind(kind=OwnedKind.IMAGE, id=image.id, name=image.name, reason=error.what))
        return False
    except NotFoundError:
        pass  # Nova deleted it first
    await ctx.own(Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name, removed=True, role=made.owned))
    return True


async def mark_unverified(ctx: StepContext) -> None:
    """Note on a kept image that nobody has seen it boot, unless a test launch came to a verdict."""
    verdict = ctx.run.verdict or Verdict(word=VerdictWord.NOT_TESTED, reason="The run ended before a test launch.")
    if ctx.run.verdict is None:
        await ctx.record(verdict=verdict)
    await write_verdict(ctx, verdict)


async def _our_image(ctx: StepContext, made: MadeImage) -> Image | None:
    # The id is missing where the runner died, or the answer was lost, after the request.
    known_id = made.known_id(ctx.run)
    if known_id is None:
        return await _lost_image(ctx, made)
    try:
        return await ctx.cloud.images.image(known_id)
    except NotFoundError:
        return None


async def _lost_image(ctx: StepContext, made: MadeImage) -> Image | None:
    """An image whose id never reached the journal: the request for it may still be carried out."""
    if not ctx.run.times_intended(made.create):
        return None
    image = await observe_until_found(ctx, lambda: find_image(ctx, made), what="an image whose answer was lost")
    if image is not None:
        await note_image(ctx, made, image.id)
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
            # Nobody can be asked about the snapshots; a kept image can still be deleted by hand, a deleted one is lost.
            return True
    return True


async def clear_import(ctx: StepContext) -> None:
    """Delete the image of an import unless it was compared and is to stay; remove the conversion where none needs it.

    An image that was compared and then failed its test stays private, as that of any run; what was cancelled or undone
    leaves nothing. After a failure the conversion stays, too: a new run of the same file begins from it.
    """
    run = ctx.run
    is_left_out = run.outcome in {RunState.CANCELLED, RunState.UNDONE}
    if is_left_out or not stands(run, StepName.COMPARE):
        await remove_images(ctx)
    kept = run.kept_file
    if run.plan.file is None or kept is None or kept.removed:
        return
    may_be_needed = run.outcome is RunState.FAILED and kept.size_bytes > 0
    if not may_be_needed:
        await in_thread(remove_kept, run.plan.file, run.id)
        await ctx.record(kept_file=kept.model_copy(update={"removed": True}))
