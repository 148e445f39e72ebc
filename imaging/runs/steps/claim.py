"""Claim: what is needed to restore the source goes into its own metadata before anything of it is changed.

Nova's update of metadata reads, merges and writes the whole, so two runs that claim at the same moment can wipe
out each other's keys. The claim is therefore read back twice; where two meet, the run with the greater id yields.
"""

from __future__ import annotations

from collections.abc import Mapping

from imaging.runs.core.idempotency import ask_until, observe_until_found
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.claim_keys import claim_keys, encode_claim, other_claims
from imaging.runs.source.claim_lifecycle import delete_claim_keys, observed_claim, refuse_other_claims, require_claim
from imaging.runs.source.instance import read_source
from models.cloud.instance import Instance
from models.errors import ImagingError, RunError
from models.formatting import counted
from models.run.claim import Claim
from models.run.intent import IntentAction

_APART_SECONDS = 3.0
"""Between the two readings: longer than Nova takes for an update that began at the same moment."""
_YIELD_SECONDS = 30.0
"""How long a run with a greater id has to release its claim before this run releases its own."""
_LIMIT_SECONDS = 60.0
_WRITES = 3


async def claim(ctx: StepContext) -> StepResult:
    """Goal: the source's metadata holds our claim, and no other.

    Raises:
        RunError: another run holds it, or there is no room for the keys, or they do not stay.
    """
    source = await read_source(ctx)
    claimed = ctx.run.claim
    # A claim in the journal may only be the lock that `unlock` noted; as long as no key is written, observe again.
    if claimed is None or not claim_keys(source.metadata, ctx.run.id):
        refuse_other_claims(source, ctx.run.id)
        claimed = await observed_claim(ctx, source)
        # Before anything is recorded: Nova refuses the whole update when it would pass the limit of keys.
        await _check_room(ctx, source, len(encode_claim(claimed)))
        await ctx.record(claim=claimed)
    # Another client that reads before our write and writes after it wipes our keys, so a write may need repeating.
    for _attempt in range(_WRITES):
        await _write(ctx, claimed)
        if await _stands(ctx):
            return StepResult(_summary(claimed))
    raise RunError(
        "The claim does not stay in the instance's metadata: something keeps rewriting it.",
        meaning="Nothing but the metadata has been changed.",
        remedy="Find out which program writes this instance's metadata, and try again.",
    )


async def _check_room(ctx: StepContext, source: Instance, needed: int) -> None:
    try:
        limit = (await ctx.cloud.quota()).metadata_items
    except ImagingError:
        return  # unknown: Nova will say
    # Nova writes "unlimited" as -1.
    if limit is None or limit < 0 or len(source.metadata) + needed <= limit:
        return
    raise RunError(
        f"The claim needs {needed} metadata keys; the instance has {len(source.metadata)} of at most {limit}.",
        meaning="Nothing has been changed.",
        remedy="Delete metadata of the instance that is not needed any more.",
    )


async def _write(ctx: StepContext, claimed: Claim) -> None:
    items = encode_claim(claimed)

    async def written() -> bool | None:
        return True if _holds((await read_source(ctx)).metadata, items) else None

    # After a restart the keys may all be there: no intent and no second write then.
    if await written():
        return
    await ctx.intend(IntentAction.WRITE_CLAIM, claimed.instance_id)
    await ask_until(
        ctx,
        lambda: ctx.cloud.compute.set_metadata(claimed.instance_id, items),
        written,
        what="the claim to stand in the metadata",
        limit_seconds=_LIMIT_SECONDS,
    )


async def _stands(ctx: StepContext) -> bool:
    """Read back twice; raises RunError after releasing the claim when another run goes first."""
    items = encode_claim(require_claim(ctx))
    for reading in range(2):
        if reading:
            await ctx.clock.sleep(_APART_SECONDS)
        metadata = (await read_source(ctx)).metadata
        others = other_claims(metadata, ctx.run.id)
        # Both runs compare the same two ids, so exactly one of them yields without talking to the other.
        if others and (min(others) < ctx.run.id or not await _others_yield(ctx)):
            await _release_claim_for(ctx, others)
        # Checked after the other claims: a run that must yield should not first rewrite its keys.
        if not _holds(metadata, items):
            return False
    return True


async def _others_yield(ctx: StepContext) -> bool:
    async def alone() -> bool | None:
        return None if other_claims((await read_source(ctx)).metadata, ctx.run.id) else True

    return bool(await observe_until_found(ctx, alone, what="another run to release its claim", seconds=_YIELD_SECONDS))


async def _release_claim_for(ctx: StepContext, others: tuple[str, ...]) -> None:
    await ctx.intend(IntentAction.YIELD_CLAIM, require_claim(ctx).instance_id)
    await delete_claim_keys(ctx, ctx.run.id)
    locked = require_claim(ctx).was_locked
    raise RunError(
        f"Another run claimed the instance at the same moment: {', '.join(others)}.",
        meaning="This run has released its claim." + (" The instance was locked before." if locked else ""),
        remedy="Wait for that run." + (" Then lock the instance again." if locked else ""),
    )


def _holds(metadata: Mapping[str, str], items: Mapping[str, str]) -> bool:
    return all(metadata.get(key) == value for key, value in items.items())


def _summary(claimed: Claim) -> str:
    volumes = len(claimed.volumes)
    return f"claimed: {'running' if claimed.was_running else 'stopped'}, {counted(volumes, 'volume')}"
