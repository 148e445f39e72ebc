"""Taking a claim and giving it up: what it must hold, who gives way, and how its keys are deleted."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext
from imaging.runs.source.claim_keys import claim_keys, misplaced_claims, other_claims
from imaging.runs.source.claim_reader import readable_volumes
from imaging.runs.source.instance import in_device_order, read_source, root_volume_id, source_id
from models.cloud.instance import Instance, InstanceHistory, VolumeAttachment
from models.errors import ForbiddenError, NotFoundError, NotOwnedError, RunError
from models.run.claim import Claim, ClaimedVolume
from models.run.lock_reason import reason_in_the_name_of

_LIMIT_SECONDS = 60.0


async def observed_claim(ctx: StepContext, source: Instance) -> Claim:
    """The source as it is now, before anything of it is changed.

    An earlier lock is taken from the journal, for by now the run may have taken it away.

    Raises:
        RunError: the source boots from a volume and it cannot be told which, or it cannot be told whether it does.
    """
    attachments = await ctx.cloud.compute.attachments(source.id)
    root_id = _root_volume(ctx, source, attachments)
    data = in_device_order(each for each in attachments if each.volume_id != root_id)
    earlier = ctx.run.claim
    lock_reason = earlier.lock_reason if earlier else await _lock_reason(ctx, source)
    return Claim(
        run_id=ctx.run.id,
        instance_id=source.id,
        host=ctx.run.host,
        claimed_at=ctx.clock.now(),
        was_running=source.is_running,
        # V13: `unlock` ran before the claim could be written, so the lock of now is not the earlier one.
        was_locked=earlier.was_locked if earlier else bool(source.locked),
        lock_reason=lock_reason,
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


def _root_volume(ctx: StepContext, source: Instance, attachments: Sequence[VolumeAttachment]) -> str | None:
    """The volume that the source boots from; None where it boots from none. Raises as `observed_claim`."""
    if source.root_disk_unknown and attachments:
        raise RunError(
            "The cloud does not say whether the instance boots from a volume.",
            meaning="Nothing has been changed.",
            remedy="Its volumes cannot be detached safely; ask the cloud's support.",
        )
    root_id = ctx.run.plan.root_volume_id or root_volume_id(source, attachments)
    # V12: Nova refuses to detach a root volume, and the run would fail with other volumes detached already.
    if source.volume_backed and root_id is None:
        raise RunError(
            "The instance boots from a volume, but the cloud does not show which one.",
            meaning="Nothing has been changed.",
            remedy="Its volumes cannot be detached safely; ask the cloud's support.",
        )
    return root_id


async def _lock_reason(ctx: StepContext, source: Instance) -> str | None:
    """The reason with which the source is to be locked again; one that names the user where another gave none."""
    if not source.locked or source.locked_reason:
        return source.locked_reason
    try:
        listed = await ctx.cloud.compute.actions(source.id)
    except (ForbiddenError, NotFoundError):
        return None  # policy may hide the list from members: unknown counts as one's own
    locker = InstanceHistory(actions=listed.actions).locked_by
    if locker is None or locker == ctx.run.identity.user_id:
        return None
    return reason_in_the_name_of(locker, ctx.run.id)


def refuse_other_claims(source: Instance, run_id: str) -> None:
    """Refuse an instance that another run has claimed.

    Raises:
        RunError: with the other run's id and how to restore the instance.
        NotOwnedError: the claim is not about this instance; with the command that takes it away.
    """
    others = other_claims(source.metadata, run_id)
    misplaced = misplaced_claims(source.metadata, source.id)
    # Only if all of them are copies: a real claim among them is never to be taken away.
    if others and set(others) <= set(misplaced):
        raise misplaced_claim(source, others)
    if others:
        raise RunError(
            f"The instance is claimed by another run: {', '.join(others)}.",
            meaning="Two runs on one instance would undo each other's work.",
            remedy=f"Wait for it, or restore the instance with: imaging undo {source.id}. If the claim is nobody's, "
            f"take it away: {take_away(source, *others)}",
        )


def misplaced_claim(instance: Instance, run_ids: tuple[str, ...]) -> NotOwnedError:
    """What to say about claims in an instance's metadata that are not about it."""
    keys = [key for run_id in run_ids for key in claim_keys(instance.metadata, run_id)]
    unset = " ".join(f"--property {key}" for key in keys)
    target = shlex.quote(instance.id)
    return NotOwnedError(
        f"The metadata of {instance.name} hold a claim that is not about this instance: run {', '.join(run_ids)}.",
        meaning="Somebody has copied it from another instance. Nothing was changed.",
        remedy="The other instance is restored by its own name or id. To take the copy away: "
        f"openstack server unset {unset} {target}",
    )


def several_claims(instance: Instance, claims: Sequence[Claim]) -> RunError:
    """What to say where several runs have claimed an instance, of which this journal knows none.

    Anybody in the project can write a claim, with any time and any id in it, so the program does not choose.
    """
    named = "; ".join(
        f"run {each.run_id} of {each.host}, {'running' if each.was_running else 'stopped'} with "
        f"{len(each.volumes) + each.missing} volumes"
        for each in claims
    )
    return RunError(
        f"{len(claims)} runs have claimed {instance.name}: {named}.",
        meaning="Not both can be true: one may be a copy or made up. Nothing was changed.",
        remedy=f"Find out which of them is right, and take the other away: {take_away(instance, claims[-1].run_id)}. "
        "On the machine whose journal has the run: imaging undo RUN",
    )


def take_away(instance: Instance, *run_ids: str) -> str:
    """The command that takes runs' claims from an instance, for a person who knows that they are nobody's."""
    keys = [key for run_id in run_ids for key in claim_keys(instance.metadata, run_id)]
    unset = " ".join(f"--property {shlex.quote(key)}" for key in keys)
    return f"openstack server unset {unset} {shlex.quote(instance.id)}"


def unreadable_claim(instance: Instance, run_id: str) -> RunError:
    """What to say about a claim whose head cannot be read: what is left of it, and what to do by hand."""
    volumes = readable_volumes(instance.metadata, run_id)
    target = shlex.quote(instance.id)
    attach = [f"openstack server add volume {target} {shlex.quote(volume.id)}" for volume in volumes]
    unset = " ".join(f"--property {shlex.quote(key)}" for key in claim_keys(instance.metadata, run_id))
    named = ", ".join(f"{volume.id}" + (f" ({volume.device})" if volume.device else "") for volume in volumes)
    by_hand = "; ".join([*attach, f"openstack server start {target}", f"openstack server unset {unset} {target}"])
    return RunError(
        f"The metadata of {instance.name} hold a claim of run {run_id} that somebody has damaged: its first key cannot "
        "be read.",
        meaning=f"The volumes that it still names: {named or 'none'}. Nothing was changed.",
        remedy=f"On the machine whose journal has the run: imaging undo {run_id}. By hand, as far as it applies: "
        f"{by_hand}",
    )


def require_claim(ctx: StepContext) -> Claim:
    """The claim in the journal.

    Raises:
        RunError: there is none, so nothing of the source may be changed.
    """
    if ctx.run.claim is None:
        raise RunError("There is no claim in the journal, so the instance is left alone.")
    return ctx.run.claim


async def delete_claim_keys(ctx: StepContext, run_id: str, *, kept: Collection[str] = ()) -> None:
    """Delete one run's claim from the source's metadata, the head last, and see that no key of it is left.

    Args:
        ctx: the step's context.
        run_id: whose claim.
        kept: the keys that stay, where only what does not belong there is to go.
    """

    async def present() -> tuple[str, ...]:
        keys = claim_keys((await read_source(ctx)).metadata, run_id)
        return tuple(key for key in keys if key not in kept)

    # Key by key: replacing the metadata as a whole would wipe what somebody writes meanwhile.
    for key in await present():
        await _delete_key(ctx, key)
    # Nova rewrites the metadata whole, so somebody's write at the same moment can bring a key back.
    if left := await present():
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
