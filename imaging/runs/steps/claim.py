"""Claim: what is needed to put the source back goes into its own metadata before anything of it is changed.

Nova's update of metadata reads, merges and writes the whole, so two runs that claim at the same moment can wipe
out each other's keys. The claim is therefore read back twice; where two meet, the run with the greater id yields.
"""

from __future__ import annotations

from collections.abc import Mapping

from imaging.runs.asking import ask_until, look_for
from imaging.runs.claim import claim_keys, encode_claim, other_claims
from imaging.runs.context import StepContext, StepResult
from imaging.runs.source import read_source
from imaging.runs.taking import delete_claim_keys, observed_claim, refuse_other_claims, require_claim
from models.claim import Claim
from models.errors import ImagingError, RunError
from models.instance import Instance

_APART_SECONDS = 3.0
"""Between the two readings: longer than Nova takes for an update that began at the same moment."""
_YIELD_SECONDS = 30.0
"""How long a run with a greater id has to withdraw before we withdraw ourselves."""
_LIMIT_SECONDS = 60.0
_WRITES = 3


async def claim(ctx: StepContext) -> StepResult:
    """Goal: the source's metadata holds our claim, and no other.

    Raises:
        RunError: another run holds it, or there is no room for the keys, or they do not stay.
    """
    source = await read_source(ctx)
    claimed = ctx.run.claim
    if claimed is None or not claim_keys(source.metadata, ctx.run.id):
        refuse_other_claims(source, ctx.run.id)
        claimed = await observed_claim(ctx, source)
        await _check_room(ctx, source, len(encode_claim(claimed)))
        await ctx.record(claim=claimed)
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

    if await written():
        return
    await ctx.intend(f"write the claim into the instance's metadata ({len(items)} keys)")
    await ask_until(
        ctx,
        lambda: ctx.cloud.compute.set_metadata(claimed.instance_id, items),
        written,
        what="the claim to stand in the metadata",
        limit_seconds=_LIMIT_SECONDS,
    )


async def _stands(ctx: StepContext) -> bool:
    """Read back twice; raises RunError after withdrawing when another run goes first."""
    items = encode_claim(require_claim(ctx))
    for reading in range(2):
        if reading:
            await ctx.clock.sleep(_APART_SECONDS)
        metadata = (await read_source(ctx)).metadata
        others = other_claims(metadata, ctx.run.id)
        if others and (min(others) < ctx.run.id or not await _others_yield(ctx)):
            await _withdraw_for(ctx, others)
        if not _holds(metadata, items):
            return False
    return True


async def _others_yield(ctx: StepContext) -> bool:
    async def alone() -> bool | None:
        return None if other_claims((await read_source(ctx)).metadata, ctx.run.id) else True

    return bool(await look_for(ctx, alone, what="another run to withdraw its claim", seconds=_YIELD_SECONDS))


async def _withdraw_for(ctx: StepContext, others: tuple[str, ...]) -> None:
    await ctx.intend("withdraw our claim: another run claimed the instance at the same moment")
    await delete_claim_keys(ctx, ctx.run.id)
    locked = require_claim(ctx).was_locked
    raise RunError(
        f"Another run claimed the instance at the same moment: {', '.join(others)}.",
        meaning="This run has withdrawn its claim." + (" The instance was locked before." if locked else ""),
        remedy="Wait for that run." + (" Then lock the instance again." if locked else ""),
    )


def _holds(metadata: Mapping[str, str], items: Mapping[str, str]) -> bool:
    return all(metadata.get(key) == value for key, value in items.items())


def _summary(claimed: Claim) -> str:
    volumes = len(claimed.volumes)
    return f"claimed: {'running' if claimed.was_running else 'stopped'}, {volumes} volume{'' if volumes == 1 else 's'}"
