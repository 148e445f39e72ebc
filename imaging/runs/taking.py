"""Taking a claim and giving it up: what it must hold, who gives way, and how its keys are deleted."""

from __future__ import annotations

from imaging.runs.asking import ask_until
from imaging.runs.claim import claim_keys, other_claims
from imaging.runs.context import StepContext
from imaging.runs.source import in_device_order, read_source, root_volume_id, source_id
from models.claim import Claim, ClaimedVolume
from models.errors import NotFoundError, RunError
from models.instance import Instance

_LIMIT_SECONDS = 60.0


async def observed_claim(ctx: StepContext, source: Instance) -> Claim:
    """The source as it is now, before anything of it is changed.

    An earlier lock is taken from the journal, for by now the run may have taken it away.

    Raises:
        RunError: the source boots from a volume and it cannot be told which.
    """
    attachments = await ctx.cloud.compute.attachments(source.id)
    root_id = ctx.run.plan.root_volume_id or root_volume_id(source, attachments)
    if source.volume_backed and root_id is None:
        raise RunError(
            "The instance boots from a volume, but the cloud does not show which one.",
            meaning="Nothing has been changed.",
            remedy="Its volumes cannot be detached safely; ask the cloud's support.",
        )
    data = in_device_order(each for each in attachments if each.volume_id != root_id)
    earlier = ctx.run.claim
    return Claim(
        run_id=ctx.run.id,
        instance_id=source.id,
        host=ctx.run.host,
        claimed_at=ctx.clock.now(),
        was_running=source.is_running,
        was_locked=earlier.was_locked if earlier else bool(source.locked),
        lock_reason=earlier.lock_reason if earlier else source.locked_reason,
        volumes=tuple(
            ClaimedVolume(
                id=each.volume_id,
                order=order,
                device=each.device,
                delete_on_termination=each.delete_on_termination,
                tag=each.tag,
            )
            for order, each in enumerate(data)
        ),
    )


def refuse_other_claims(source: Instance, run_id: str) -> None:
    """Refuse an instance that another run has claimed.

    Raises:
        RunError: with the other run's id and how to put the instance back.
    """
    others = other_claims(source.metadata, run_id)
    if others:
        raise RunError(
            f"The instance is claimed by another run: {', '.join(others)}.",
            meaning="Two runs on one instance would undo each other's work.",
            remedy=f"Wait for it, or put the instance back with: imaging undo {source.id}",
        )


def require_claim(ctx: StepContext) -> Claim:
    """The claim in the journal.

    Raises:
        RunError: there is none, so nothing of the source may be changed.
    """
    if ctx.run.claim is None:
        raise RunError("There is no claim in the journal, so the instance is left alone.")
    return ctx.run.claim


async def delete_claim_keys(ctx: StepContext, run_id: str) -> None:
    """Delete one run's claim from the source's metadata, the head last, and see that no key of it is left."""
    for key in claim_keys((await read_source(ctx)).metadata, run_id):
        await _delete_key(ctx, key)
    left = claim_keys((await read_source(ctx)).metadata, run_id)
    if left:
        raise RunError(f"The claim could not be deleted from the instance's metadata: {', '.join(left)}.")


async def _delete_key(ctx: StepContext, key: str) -> None:
    async def ask() -> None:
        try:
            await ctx.cloud.compute.delete_metadata(source_id(ctx), key)
        except NotFoundError:
            return  # it is gone already

    async def gone() -> bool | None:
        return None if key in (await read_source(ctx)).metadata else True

    await ask_until(
        ctx,
        ask,
        gone,
        what="the claim to be gone from the metadata",
        limit_seconds=_LIMIT_SECONDS,
        cancellable=False,
    )
