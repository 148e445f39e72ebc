"""Unlock: a locked instance refuses to be stopped, its volumes to be detached, its metadata to be written."""

from __future__ import annotations

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.claim_lifecycle import observed_claim, refuse_other_claims
from imaging.runs.source.instance import read_source
from models.cloud.instance import Instance
from models.errors import ForbiddenError, RunError
from models.run.intent import IntentAction

_LIMIT_SECONDS = 60.0


async def unlock(ctx: StepContext) -> StepResult:
    """Goal: the source is not locked. The earlier lock and its reason are in the journal before it is taken away.

    Raises:
        RunError: an administrator locked it, or another run has claimed it; nothing was changed.
    """
    source = await read_source(ctx)
    refuse_other_claims(source, ctx.run.id)
    if not source.locked:
        return StepResult("was not locked", skipped=True)
    # The claim cannot be in the metadata yet, which a lock keeps from being written (V13): the journal has it alone.
    if ctx.run.claim is None:
        await ctx.record(claim=await observed_claim(ctx, source))
    await ctx.intend(IntentAction.UNLOCK, source.id)
    try:
        await ask_until(
            ctx,
            lambda: ctx.cloud.compute.unlock(source.id),
            lambda: _unlocked(ctx),
            what="the instance to be unlocked",
            limit_seconds=_LIMIT_SECONDS,
        )
    # V26: an administrator's lock looks like any other until it is to be taken off.
    except ForbiddenError as error:
        raise RunError(
            "The instance is locked by an administrator.",
            meaning="Nothing has been changed.",
            remedy="Ask the cloud's support to unlock it.",
            request_id=error.request_id,
        ) from error
    return StepResult("unlocked for the time of the run; the lock comes back at its end")


async def _unlocked(ctx: StepContext) -> Instance | None:
    source = await read_source(ctx)
    return None if source.locked else source
