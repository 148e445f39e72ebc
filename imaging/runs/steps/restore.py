"""Restore: the source becomes what it was before the run. Never interrupted, and safe to do again at any point.

The order matters: an instance that starts before its volumes are attached falls into emergency mode through its
own fstab; a lock refuses every other change, so the run's own goes first and the earlier one comes back last.
"""

from __future__ import annotations

from collections.abc import Sequence

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.claim_keys import claim_keys, claim_of, encode_claim
from imaging.runs.source.claim_lifecycle import delete_claim_keys, refuse_other_claims, require_claim
from imaging.runs.source.instance import read_source, wait_idle
from imaging.runs.source.lock import LOCK_REASON_SINCE, lock_with
from imaging.runs.source.reattach import attach_again
from imaging.runs.source.unwatched_changes import LOCKS, POWER_AND_VOLUMES, asked_meanwhile
from models.cloud.instance import Instance
from models.errors import ClaimLostError, ForbiddenError, NeedsUserError
from models.formatting import counted
from models.run.claim import Claim
from models.run.intent import IntentAction
from models.run.lock_reason import is_in_the_name_of_another, is_reason_of

_UNLOCK_SECONDS = 60.0
_START_SECONDS = 600.0
_SETTLING_SECONDS = 600.0
"""How long a stop or a snapshot that is under way may take, before the run waits for the user."""


async def restore(ctx: StepContext) -> StepResult:
    """Goal: unlocked, volumes attached in the old order, running if it ran, no claim left, earlier lock restored.

    Raises:
        NeedsUserError: a volume cannot be attached, or the source does not start or unlock: the claim stays.
        ClaimLostError: another run restored it, or took it over.
    """
    claimed = require_claim(ctx)
    if not claimed.released:
        # V43, V2: while an image is made, Nova refuses the start and much else.
        await wait_idle(ctx, limit_seconds=_SETTLING_SECONDS)
        await _claim_again(ctx, claimed)
        # V26: a lock refuses attach and start, so our own lock goes first.
        await _unlock(ctx, claimed)
        # V34: a start before all volumes are attached ends in emergency mode through the instance's own fstab.
        reasons = [*await attach_again(ctx, claimed), *await _not_named(ctx, claimed)]
        if reasons:
            await ctx.record(instance_restored=False)
            raise _incomplete(claimed, reasons, claim_keys((await read_source(ctx)).metadata, claimed.run_id))
        await _start(ctx, claimed)
        await ctx.verify_claim()
        # From here on the keys may be partly deleted: the next runner must not take that for a lost claim.
        await ctx.record(claim=claimed.model_copy(update={"released": True}))
    await ctx.intend(IntentAction.RELEASE_CLAIM, claimed.instance_id)
    await delete_claim_keys(ctx, claimed.run_id)
    # V13: the earlier lock comes last, for a locked instance refuses the deletion of the keys above.
    await _restore_lock(ctx, claimed)
    await ctx.record(instance_restored=True)
    return StepResult(await _note(ctx, claimed))


async def _claim_again(ctx: StepContext, claimed: Claim) -> None:
    """Where the user asks for an undo, a claim that somebody deleted or damaged comes back from the journal.

    Without it a run touches nothing of the source, and the user's volumes would stay detached.

    Raises:
        RunError: another run has claimed the instance meanwhile.
        ClaimLostError: somebody has changed the instance since the journal was written.
    """
    source = await read_source(ctx)
    found = claim_of(source.metadata, source.id, claimed.run_id)
    if not ctx.run.undo_requested or (found is not None and (claimed.damage or not found.damage)):
        return
    refuse_other_claims(source, claimed.run_id)
    changed = await _changed_meanwhile(ctx) if found is None else None
    if changed:
        await ctx.record(changed_meanwhile=changed)
        await ctx.phase(f"changed since this journal was written: {changed}")
        raise ClaimLostError(
            f"The claim is gone, and the instance has been changed since this journal was written: {changed}.",
            meaning="It has probably been restored already; its state now may be as somebody wants it, so nothing of "
            "it is touched.",
            remedy="What it was like before the run is in the report. Change by hand what is missing.",
        )
    if source.locked:
        await _ask_to_unlock(ctx, claimed)
    await ctx.intend(IntentAction.REWRITE_CLAIM, claimed.instance_id)
    # V13: unlocked above, or Nova would refuse the metadata.
    items = encode_claim(claimed)
    await ctx.cloud.compute.set_metadata(claimed.instance_id, items)
    await delete_claim_keys(ctx, claimed.run_id, kept=items)  # what somebody added would damage it again


async def _changed_meanwhile(ctx: StepContext) -> str | None:
    """What somebody has asked of the instance since this journal was written; None if nothing.

    An attempt that ended here has written the journal, so what it saw is read from there.
    """
    if ctx.run.changed_meanwhile:
        return ctx.run.changed_meanwhile
    return next(iter(await asked_meanwhile(ctx, POWER_AND_VOLUMES)), None)


async def _unlock(ctx: StepContext, claimed: Claim) -> None:
    if (await read_source(ctx)).locked:
        await ctx.verify_claim()
        await _ask_to_unlock(ctx, claimed)


async def _ask_to_unlock(ctx: StepContext, claimed: Claim) -> None:
    await _refuse_lock_of_others(ctx, claimed)
    await ctx.intend(IntentAction.UNLOCK, claimed.instance_id)

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
    # V26: nothing shows who locked it; only this 403 tells that it was an administrator.
    except ForbiddenError as error:
        raise NeedsUserError(
            "The instance has been locked by an administrator.",
            meaning="Its volumes are not attached and its claim is in its metadata.",
            remedy="Ask the cloud's support to unlock it, then resume the run.",
            request_id=error.request_id,
        ) from error


async def _refuse_lock_of_others(ctx: StepContext, claimed: Claim) -> None:
    """A lock shows no owner but in its reason: the run's lock names the run, the earlier one is in the claim.

    Raises:
        NeedsUserError: somebody else has locked the instance meanwhile.
    """
    reason = (await read_source(ctx)).locked_reason
    # The runner may have died before it took the earlier lock off.
    unchanged = reason == claimed.lock_reason or (not reason and is_in_the_name_of_another(claimed.lock_reason))
    earlier = claimed.was_locked and unchanged
    if earlier or await ctx.cloud.compute.microversion() < LOCK_REASON_SINCE or is_reason_of(reason, claimed.run_id):
        return
    raise NeedsUserError(
        f"Somebody else has locked the instance: {reason or 'no reason was given'}.",
        meaning="Its volumes are not attached and its claim is in its metadata.",
        remedy=f"Ask them. Then: openstack server unlock {claimed.instance_id}, and resume the run.",
    )


async def _not_named(ctx: StepContext, claimed: Claim) -> tuple[str, ...]:
    """Why not to start it, where the claim has lost some of its volumes: nobody knows which.

    The keys of the volumes are deleted before that of the instance itself, once all is as before; so an instance
    that is up again lacks nothing.
    """
    nobody_knows = claimed.was_running or bool(claimed.damage)
    if not claimed.missing or not nobody_knows or _is_up(await read_source(ctx)):
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
        # Our own first request, or somebody else's: Nova would answer a second one with 409.
        if (await read_source(ctx)).task_state is not None:
            return
        await ctx.verify_claim()
        await ctx.intend(IntentAction.START, claimed.instance_id)
        await ctx.cloud.compute.start(claimed.instance_id)

    await ask_until(ctx, ask, up, what="the instance to start", limit_seconds=_START_SECONDS, cancellable=False)


def _is_up(source: Instance) -> bool:
    # V33: this is all that Nova knows. A guest in emergency mode is ACTIVE as well.
    return source.status == "ACTIVE" and source.task_state is None


async def _restore_lock(ctx: StepContext, claimed: Claim) -> None:
    # V26: a second lock would keep the reason that is there now.
    if not claimed.was_locked or (await read_source(ctx)).locked:
        return
    if await asked_meanwhile(ctx, LOCKS):
        await ctx.phase("not locked again: somebody has locked or unlocked it since this journal was written")
        return
    if is_in_the_name_of_another(claimed.lock_reason) and await ctx.cloud.compute.microversion() < LOCK_REASON_SINCE:
        await ctx.phase(f"this cloud keeps no reason of a lock, so it looks like your own: {claimed.lock_reason}")
    await ctx.intend(IntentAction.LOCK_AGAIN, claimed.instance_id)
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


def _lock_note(claimed: Claim) -> str:
    if is_in_the_name_of_another(claimed.lock_reason):
        return "locked again, in the name of the user who had locked it"
    return "locked as before"


async def _note(ctx: StepContext, claimed: Claim) -> str:
    attachments = await ctx.cloud.compute.attachments(claimed.instance_id)
    now = {attachment.volume_id: attachment.device for attachment in attachments}
    devices = [(volume.device, now.get(volume.id)) for volume in claimed.volumes]
    # V27: libvirt ignores the device that was asked for; a name may have moved where letters had a gap.
    moved = [f"{before} is now {after}" for before, after in devices if before and after and before != after]
    number = len(claimed.volumes)
    parts = [f"{counted(number, 'volume')} attached"] if number else []
    parts.append("running" if claimed.was_running else "stopped")
    parts += [_lock_note(claimed)] if claimed.was_locked else []
    parts += [f"not known from the damaged claim: {', '.join(claimed.damage)}"] if claimed.damage else []
    return ", ".join([*parts, *moved])
