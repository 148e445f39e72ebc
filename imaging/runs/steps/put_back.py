"""Put back: the source becomes what it was before the run. Never interrupted, and safe to do again at any point.

The order matters: an instance that starts before its volumes are attached falls into emergency mode through its
own fstab; a lock refuses every other change, so the run's own goes first and the earlier one comes back last.
"""

from __future__ import annotations

from collections.abc import Sequence

from imaging.runs.asking import ask_until
from imaging.runs.attaching import attach_again
from imaging.runs.claim import claim_keys, claim_of, encode_claim
from imaging.runs.context import StepContext, StepResult
from imaging.runs.locking import lock_with
from imaging.runs.source import read_source
from imaging.runs.taking import delete_claim_keys, refuse_other_claims, require_claim
from models.claim import Claim
from models.errors import ForbiddenError, NeedsUserError
from models.instance import Instance

_UNLOCK_SECONDS = 60.0
_START_SECONDS = 600.0
_SETTLING_SECONDS = 600.0
"""How long a stop or a snapshot that is under way may take, before the run waits for the user."""


async def put_back(ctx: StepContext) -> StepResult:
    """Goal: unlocked, volumes attached in the old order, running if it ran, no claim left, earlier lock restored.

    Raises:
        NeedsUserError: a volume cannot be attached, or the source does not start or unlock: the claim stays.
        ClaimLostError: another run put it back, or took it over.
    """
    claimed = require_claim(ctx)
    if not claimed.released:
        await _settle(ctx)
        await _claim_again(ctx, claimed)
        await _unlock(ctx, claimed)
        reasons = [*await attach_again(ctx, claimed), *await _not_named(ctx, claimed)]
        if reasons:
            await ctx.record(source_restored=False)
            raise _incomplete(claimed, reasons, claim_keys((await read_source(ctx)).metadata, claimed.run_id))
        await _start(ctx, claimed)
        await ctx.still_ours()
        await ctx.record(claim=claimed.model_copy(update={"released": True}))
    await ctx.intend("delete our claim from the instance's metadata")
    await delete_claim_keys(ctx, claimed.run_id)
    await _restore_lock(ctx, claimed)
    await ctx.record(source_restored=True)
    return StepResult(await _note(ctx, claimed))


async def _settle(ctx: StepContext) -> None:
    async def idle() -> Instance | None:
        source = await read_source(ctx)
        if source.task_state:
            await ctx.phase(f"instance {source.status}, {source.task_state}")
        return source if source.task_state is None else None

    await ctx.wait_until(idle, what="the instance to be idle", limit_seconds=_SETTLING_SECONDS, cancellable=False)


async def _claim_again(ctx: StepContext, claimed: Claim) -> None:
    """Where the user asks for an undo, a claim that somebody deleted comes back from the journal.

    Without it a run touches nothing of the source, and the user's volumes would stay detached for good.

    Raises:
        RunError: another run has claimed the instance meanwhile.
    """
    source = await read_source(ctx)
    if not ctx.run.undo_requested or claim_of(source.metadata, source.id, claimed.run_id) is not None:
        return
    refuse_other_claims(source, claimed.run_id)
    if source.locked:
        await _ask_to_unlock(ctx, claimed)
    await ctx.intend("write the claim into the instance's metadata again: somebody deleted it")
    await ctx.cloud.compute.set_metadata(claimed.instance_id, encode_claim(claimed))


async def _unlock(ctx: StepContext, claimed: Claim) -> None:
    if (await read_source(ctx)).locked:
        await ctx.still_ours()
        await _ask_to_unlock(ctx, claimed)


async def _ask_to_unlock(ctx: StepContext, claimed: Claim) -> None:
    await ctx.intend("unlock the instance")

    async def unlocked() -> Instance | None:
        now = await read_source(ctx)
        return None if now.locked else now

    try:
        await ask_until(
            ctx,
            lambda: ctx.cloud.compute.unlock(claimed.instance_id),
            unlocked,
            what="the instance to be unlocked",
            limit_seconds=_UNLOCK_SECONDS,
            cancellable=False,
        )
    except ForbiddenError as error:
        raise NeedsUserError(
            "The instance has been locked by an administrator.",
            meaning="Its volumes are not attached and its claim is in its metadata.",
            remedy="Ask the cloud's support to unlock it, then resume the run.",
            request_id=error.request_id,
        ) from error


async def _not_named(ctx: StepContext, claimed: Claim) -> tuple[str, ...]:
    """Why not to start it, where the claim has lost some of its volumes: nobody knows which.

    The keys of the volumes are deleted before that of the instance itself, once all is as before; so an instance
    that is up again lacks nothing.
    """
    if not claimed.missing or not claimed.was_running or _is_up(await read_source(ctx)):
        return ()
    return (f"{claimed.missing} more that the claim in the metadata does not name any more",)


async def _start(ctx: StepContext, claimed: Claim) -> None:
    source = await read_source(ctx)
    if not claimed.was_running or _is_up(source):
        return

    async def up() -> Instance | None:
        now = await read_source(ctx)
        await ctx.phase(f"instance {now.status}" + (f", {now.task_state}" if now.task_state else ""))
        if now.status == "ERROR":
            raise NeedsUserError(
                f"The instance went into ERROR when it was started. {now.fault or ''}".strip(),
                meaning="All its volumes are attached; its claim is still in its metadata.",
                remedy="Start it, then resume the run.",
            )
        return now if _is_up(now) else None

    async def ask() -> None:
        if (await read_source(ctx)).task_state is not None:
            return
        await ctx.still_ours()
        await ctx.intend("start the instance")
        await ctx.cloud.compute.start(claimed.instance_id)

    await ask_until(ctx, ask, up, what="the instance to start", limit_seconds=_START_SECONDS, cancellable=False)


def _is_up(source: Instance) -> bool:
    return source.status == "ACTIVE" and source.task_state is None


async def _restore_lock(ctx: StepContext, claimed: Claim) -> None:
    if not claimed.was_locked or (await read_source(ctx)).locked:
        return
    await ctx.intend("lock the instance again, as it was before")
    await lock_with(ctx, claimed.instance_id, claimed.lock_reason)


def _incomplete(claimed: Claim, reasons: Sequence[str], keys: Sequence[str]) -> NeedsUserError:
    unset = " ".join(f"--property {key}" for key in keys)
    return NeedsUserError(
        "Not all volumes could be attached again: " + "; ".join(reasons) + ".",
        meaning="The instance stays stopped, for it could fall into emergency mode without them. "
        "Its claim is still in its metadata.",
        remedy=f"Free the volume, then resume the run or use: imaging undo {claimed.instance_id}. If it will never "
        "come back, put the instance right yourself and give up the claim with: "
        f"openstack server unset {unset} {claimed.instance_id}",
    )


async def _note(ctx: StepContext, claimed: Claim) -> str:
    attachments = await ctx.cloud.compute.attachments(claimed.instance_id)
    now = {attachment.volume_id: attachment.device for attachment in attachments}
    moved = [
        f"{volume.device} is now {now[volume.id]}"
        for volume in claimed.volumes
        if volume.device and now.get(volume.id) and now[volume.id] != volume.device
    ]
    number = len(claimed.volumes)
    parts = [f"{number} volume{'' if number == 1 else 's'} attached"] if number else []
    parts.append("running" if claimed.was_running else "stopped")
    parts += ["locked as before"] if claimed.was_locked else []
    return ", ".join([*parts, *moved])
