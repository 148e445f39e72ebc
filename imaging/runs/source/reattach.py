"""Attaching volumes again: one at a time, in the old order, each awaited in Nova and in Cinder."""

from __future__ import annotations

from imaging.runs.core.idempotency import ask_until
from imaging.runs.core.step_context import StepContext
from imaging.runs.source.instance import read_source, read_volume, used_by
from models.cloud.launch import AttachRequest
from models.cloud.volume import Volume
from models.errors import ConflictError, ForbiddenError, NotFoundError, RejectedError, RunError
from models.run.claim import Claim, ClaimedVolume
from models.run.intent import IntentAction

_LIMIT_SECONDS = 300.0
_ATTACHED = "attached"
_ON_THE_MOVE = frozenset({"detaching", "attaching", "reserved"})
"""Statuses of a volume that something is being done to: an attachment is refused until that has settled."""
_SETTLING_SECONDS = 15.0
"""How long a volume may look free after its attachment was asked for, before that counts as a refusal."""


class _CannotAttachError(RunError):
    """This volume cannot be attached; the others still are."""


async def attach_again(ctx: StepContext, claimed: Claim) -> tuple[str, ...]:
    """Attach what the claim names; returns why the rest could not be attached, one sentence for each volume."""
    reasons = []
    # V27: libvirt ignores the device name and gives the next free letter. Only the old order gives the old names.
    for volume in claimed.volumes:
        await read_source(ctx)  # when the instance itself is gone, no volume is to blame
        try:
            await _attach_one(ctx, claimed.instance_id, volume)
        except (_CannotAttachError, RejectedError, ForbiddenError, ConflictError, NotFoundError) as error:
            reasons.append(f"{volume.device or 'volume'} {volume.id}: {error.what}")
            await ctx.phase(reasons[-1])
    return tuple(reasons)


async def _attach_one(ctx: StepContext, instance_id: str, volume: ClaimedVolume) -> None:
    watched = _Attaching(ctx, instance_id, volume)
    what = f"volume {volume.id} to be attached"
    # Our own detach may be under way (V11: for 200 s), or an attach that an earlier runner asked for.
    if await ctx.wait_until(watched.settled, what=what, limit_seconds=_LIMIT_SECONDS, cancellable=False) is _ATTACHED:
        return
    await ask_until(ctx, watched.ask, watched.observe, what=what, limit_seconds=_LIMIT_SECONDS, cancellable=False)


class _Attaching:
    """Watches one volume come back."""

    def __init__(self, ctx: StepContext, instance_id: str, volume: ClaimedVolume) -> None:
        self._ctx = ctx
        self._instance_id = instance_id
        self._volume = volume
        self._free_since: float | None = None
        self._listed = False

    async def settled(self) -> str | None:
        """Whether the volume is attached, or at rest so that it can be; an earlier request may be under way.

        Cinder calls a volume available a little before Nova takes it off its list, and attached in that moment it
        would get the next letter instead of its own.
        """
        if await self.observe():
            return _ATTACHED
        volume = await self._read()
        moving = self._listed or (volume is not None and volume.status in _ON_THE_MOVE)
        return None if moving else "at rest"

    async def ask(self) -> None:
        """Ask for the attachment."""
        await self._ctx.verify_claim()
        await self._ctx.intend(IntentAction.ATTACH_VOLUME, self._volume.id)
        await self._ctx.cloud.compute.attach_volume(
            self._instance_id,
            AttachRequest(
                volume_id=self._volume.id,
                device=self._volume.device,
                delete_on_termination=self._volume.delete_on_termination,
                tag=self._volume.tag,
            ),
        )
        self._free_since = self._ctx.clock.monotonic()  # the request was taken: only now can it be refused in silence

    async def observe(self) -> bool | None:
        """True once both Nova and Cinder say attached."""
        attachments = await self._ctx.cloud.compute.attachments(self._instance_id)
        listed = self._listed = any(attachment.volume_id == self._volume.id for attachment in attachments)
        volume = await self._read()
        status = volume.status if volume else "not shown"
        await self._ctx.phase(
            f"{self._volume.device or self._volume.id}: {'attached' if listed else 'not attached'}, volume {status}"
        )
        # Nova lists it at once, before the host has done anything; only Cinder tells when it is really there.
        if listed and (volume is None or (used_by(volume, self._instance_id) and status == "in-use")):
            return True
        self._refuse(volume, listed)
        return None

    async def _read(self) -> Volume | None:
        try:
            return await read_volume(self._ctx.cloud, self._volume.id)
        except NotFoundError as error:
            raise _CannotAttachError("it does not exist any more", request_id=error.request_id) from error

    def _refuse(self, volume: Volume | None, listed: bool) -> None:
        if volume is None:
            return
        elsewhere = [use.server_id for use in volume.uses if use.server_id != self._instance_id]
        # V42: while it was free, anybody could take it.
        if elsewhere and not volume.multiattach:
            raise _CannotAttachError(f"it is in use by another instance ({', '.join(elsewhere)})")
        if volume.status.startswith("error"):
            raise _CannotAttachError(f"it is {volume.status}")
        # An attach that fails on the host leaves no trace: the volume is simply free again.
        free = volume.status == "available" and not listed
        if free and self._free_since is not None:
            if self._ctx.clock.monotonic() - self._free_since > _SETTLING_SECONDS:
                raise _CannotAttachError("the cloud did not attach it, and does not say why")
        # It moves: the patience counts from the last sign of life.
        elif not free and self._free_since is not None:
            self._free_since = self._ctx.clock.monotonic()
