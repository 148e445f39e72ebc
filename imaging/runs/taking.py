"""Taking a claim: what it must hold, and who gives way when two runs meet on one instance."""

from __future__ import annotations

from imaging.runs.claim import other_claims
from imaging.runs.context import StepContext
from imaging.runs.source import in_device_order, root_volume_id
from models.claim import Claim, ClaimedVolume
from models.errors import RunError
from models.instance import Instance


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
