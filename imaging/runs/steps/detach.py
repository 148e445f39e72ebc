"""Detach volumes: an image takes none along, and what is launched may fail to boot without them."""

from __future__ import annotations

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.claim_lifecycle import require_claim
from imaging.runs.source.instance import read_source, read_volume, require_stopped, root_volume_id, used_by
from models.cloud.instance import VolumeAttachment
from models.errors import NotFoundError, RunError
from models.formatting import counted
from models.run.claim import Claim, ClaimedVolume
from models.run.intent import IntentAction

# V11: 200 s were seen (N19: Nova tries eight times); the rest is for a slow cloud.
_LIMIT_SECONDS = 300.0
"""A guest that does not release it is asked for 200 s before Nova gives up."""


async def detach(ctx: StepContext) -> StepResult:
    """Goal: nothing is attached to the source but its root volume, and Cinder agrees.

    The last volume goes first, so that what is still attached after an interruption is always the beginning of
    the old order, and attaching the rest restores it.

    Raises:
        RunError: a volume was attached that the claim does not know, or one was not released.
    """
    claimed = require_claim(ctx)
    await _refuse_newcomers(ctx, claimed)
    if not claimed.volumes:
        return StepResult("no volumes attached", skipped=True)
    for volume in reversed(claimed.volumes):
        await _detach_one(ctx, claimed, volume)
    number = len(claimed.volumes)
    return StepResult(f"{counted(number, 'volume')} detached")


async def _refuse_newcomers(ctx: StepContext, claimed: Claim) -> None:
    source = await read_source(ctx)
    attachments = await ctx.cloud.compute.attachments(source.id)
    known = {volume.id for volume in claimed.volumes}
    # V12: Nova refuses to detach the root volume; it is no newcomer.
    known.add(ctx.run.plan.root_volume_id or root_volume_id(source, attachments) or "")
    newcomers = [each.volume_id for each in attachments if each.volume_id not in known]
    if newcomers:
        raise RunError(
            f"A volume was attached to the instance after the claim: {', '.join(newcomers)}.",
            meaning="It is not in the claim, so it is not touched.",
            remedy="Detach it, or start the run again.",
        )


async def _detach_one(ctx: StepContext, claimed: Claim, volume: ClaimedVolume) -> None:
    watched = _Detaching(ctx, claimed.instance_id, volume)
    # After a restart the volume may be gone already; V10: a second request would be a 404.
    if await watched.observe():
        return
    await ask_until(
        ctx,
        watched.ask,
        watched.observe,
        what=f"volume {volume.id} to be detached",
        limit_seconds=_LIMIT_SECONDS,
    )


class _Detaching:
    """Watches one volume leave: Cinder may call it available while Nova still lists the attachment."""

    def __init__(self, ctx: StepContext, instance_id: str, volume: ClaimedVolume) -> None:
        self._ctx = ctx
        self._instance_id = instance_id
        self._volume = volume
        self._name = volume.device or volume.id
        self._was_detaching = False

    async def ask(self) -> None:
        # The first request is under way: a second one would be refused, and be taken for the failure of the first.
        if self._was_detaching:
            return
        await self._ctx.verify_claim()
        # V23: a running guest continues writing to a pulled disk without an error, and what it writes is lost.
        await require_stopped(self._ctx, f"volume {self._volume.id} was detached")
        await self._ctx.intend(IntentAction.DETACH_VOLUME, self._volume.id)
        try:
            await self._ctx.cloud.compute.detach_volume(self._instance_id, self._volume.id)
        except NotFoundError:
            return  # not attached any more: the goal will show it

    async def observe(self) -> bool | None:
        attachments = await self._ctx.cloud.compute.attachments(self._instance_id)
        volume = await read_volume(self._ctx.cloud, self._volume.id)
        listed = _is_listed(attachments, self._volume.id)
        status = volume.status if volume else "not shown"
        await self._ctx.phase(f"{self._name}: {'attached' if listed else 'not attached'}, volume {status}")
        # V10: Cinder may be done while Nova still lists it, so both must agree. The status need not be "available":
        # another run may have taken the free volume already (V42).
        if not listed and (volume is None or (not used_by(volume, self._instance_id) and status != "detaching")):
            return True
        if status == "detaching":
            self._was_detaching = True
        # V11: the only sign of a refusal is that the volume is in use again.
        elif status.startswith("error") or (listed and status == "in-use" and self._was_detaching):
            raise RunError(
                f"Volume {self._volume.id} ({self._name}) was not released: it is {status}.",
                remedy="Try again later; if it stays so, ask the cloud's support.",
            )
        return None


def _is_listed(attachments: tuple[VolumeAttachment, ...], volume_id: str) -> bool:
    return any(attachment.volume_id == volume_id for attachment in attachments)
