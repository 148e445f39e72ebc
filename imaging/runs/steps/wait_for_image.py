"""Wait for image: Nova and Glance have no word for failure here, so it is read from what they show together.

Nova deletes the image when a snapshot fails; a failed upload sends it back to *queued*; and an image becomes
active up to half a second before the instance is idle again.
"""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.image import all_images
from imaging.runs.ownership.image_snapshots import note_snapshots
from imaging.runs.ownership.images_and_servers import snapshot_ids, surplus_images
from imaging.runs.ownership.made_things import MadeImage, image_of_clone, image_of_source
from imaging.runs.test_instance.image_data import image_data
from imaging.runs.test_instance.seal.imaged import read_imaged
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import ForbiddenError, ImagingError, NotFoundError, RunError, ServiceMissingError
from models.formatting import size
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind, OwnedRole

# V25: an image that nobody makes any more stays queued for ever; only the idle instance gives it away.
_FORGOTTEN_SECONDS = 60.0
"""How long an image may stay queued while the instance is idle before nobody can be working on it any more."""
_MOVING = frozenset({"saving", "uploading", "importing"})
_DEAD = frozenset({"killed", "deleted", "pending_delete", "deactivated"})


async def wait_for_image(ctx: StepContext) -> StepResult:
    """Goal: the image is active and the source idle; of a volume-backed source also every snapshot available.

    Raises:
        RunError: the image failed, with the reason if Nova gives one.
    """
    return await wait_for(ctx, image_of_source(ctx.run))


async def wait_for_sealed(ctx: StepContext) -> StepResult:
    """Goal: the image of the sealed clone is active, and the clone idle; raises as `wait_for_image` does."""
    return await wait_for(ctx, image_of_clone(ctx.run))


async def wait_for(ctx: StepContext, made: MadeImage | None) -> StepResult:
    """Wait for one of the run's images."""
    image_id = made.known_id(ctx.run) if made is not None else None
    if made is None or image_id is None:
        raise RunError("No image has been asked for.")
    limit = float(ctx.run.plan.request.timeout_seconds)
    image = await ctx.wait_until(_Imaging(ctx, made, image_id).observe, what="the image", limit_seconds=limit)
    # V9: a test launch in the first seconds fails, for the snapshots are not available yet.
    if image.is_volume_backed:
        await note_snapshots(ctx, image)
        await ctx.wait_until(lambda: _snapshots_available(ctx, image), what="the volume snapshots", limit_seconds=limit)
    # V25: only now, for a lost first request may come to an image long after the second.
    removed = await _remove_surplus(ctx, made)
    if made.owned is OwnedRole.MAIN:  # nobody is shown an interim image, and none is published
        await ctx.record(image_data=await image_data(ctx, image))
    return StepResult(_size(image) + removed)


class _Imaging:
    """Watches one image being made."""

    def __init__(self, ctx: StepContext, made: MadeImage, image_id: str) -> None:
        self._ctx = ctx
        self._made = made
        self._image_id = image_id
        self._moved = False
        self._forgotten_since: float | None = None

    async def observe(self) -> Image | None:
        image = await self._read()
        if image is None:
            return None
        # Read after the image: V4, so "active and idle" cannot be the idleness before the imaging began.
        source = await read_imaged(self._ctx, self._made)
        of = "clone" if self._made.is_of_clone else "instance"
        await self._ctx.phase(f"image {image.status}, {of} {source.task_state or 'idle'}")
        if image.status == "active":
            # V4, N7: active up to half a second before the task ends, and until then Nova refuses a start.
            return image if source.task_state is None else None
        if image.status in _DEAD:
            raise await self._failed(f"The image is {image.status}.")
        if image.status in _MOVING:
            self._moved = True
        # G1: "queued" is normal at first; after an upload began it means that the upload failed.
        elif self._moved:
            raise await self._failed(f"The upload of the image failed: it is {image.status} again.")
        if self._is_forgotten(source):
            raise await self._failed(f"The image stays {image.status}, but nothing works on it any more.")
        return None

    async def _read(self) -> Image | None:
        """The image; None while it is gone because its instance is on its way out, which is soon said instead."""
        try:
            return await self._ctx.cloud.images.image(self._image_id)
        except NotFoundError as error:
            source = await read_imaged(self._ctx, self._made)
            # V6: a deleted instance takes its unfinished image along, perhaps before it is gone itself.
            if source.task_state == "deleting":
                return None
            # N8, V5: the 404 is the whole message; the instance is ACTIVE or SHUTOFF without a fault.
            raise await self._failed("The cloud gave up making the image and deleted it.") from error

    def _is_forgotten(self, source: Instance) -> bool:
        now = self._ctx.clock.monotonic()
        # N12: a long silence in this state may be the queue of the host.
        if source.task_state is not None:
            self._forgotten_since = None
        elif self._forgotten_since is None:
            self._forgotten_since = now
        return self._forgotten_since is not None and now - self._forgotten_since > _FORGOTTEN_SECONDS

    async def _failed(self, what: str) -> RunError:
        return RunError(
            what,
            meaning=await _reason(self._ctx, self._made),
            remedy="Try again; if it fails again, show the cloud's support the request id.",
            request_id=await _request_id(self._ctx, self._made),
        )


async def _reason(ctx: StepContext, made: MadeImage) -> str:
    """What Nova says about the last createImage: only a newer or older cloud than this one may know."""
    try:
        listed = await ctx.cloud.compute.actions(made.source_id)
    except ImagingError:
        return ""
    # N11, V5: newer clouds call the action a success even then, so it never decides, it only explains.
    message = next((each.message for each in listed.actions if each.action == "createImage"), None)
    return f"The cloud says: {message}." if message else "The cloud gives no reason."


async def _request_id(ctx: StepContext, made: MadeImage) -> str | None:
    try:
        listed = await ctx.cloud.compute.actions(made.source_id)
    except ImagingError:
        return None
    return next((each.request_id for each in listed.actions if each.action == "createImage"), None)


async def _snapshots_available(ctx: StepContext, image: Image) -> bool | None:
    """An instance launched earlier fails: *originating snapshot status must be available*."""
    for snapshot_id in snapshot_ids(image):
        try:
            snapshot = await ctx.cloud.volumes.snapshot(snapshot_id)
        except NotFoundError as error:
            raise RunError(f"The volume snapshot {snapshot_id} of the image is gone.") from error
        except (ServiceMissingError, ForbiddenError):
            return True  # nobody can be asked
        if snapshot.status.startswith("error"):
            raise RunError(f"The volume snapshot {snapshot_id} of the image is {snapshot.status}.")
        if snapshot.status != "available":
            await ctx.phase(f"volume snapshot {snapshot.status}")
            return None
    return True


async def _remove_surplus(ctx: StepContext, made: MadeImage) -> str:
    """Delete what a repeated request left behind; without a repetition there is nothing to search for."""
    # G3: saves the list of all images, which has many pages on a large cloud.
    if ctx.run.times_intended(made.create) <= 1:
        return ""
    surplus = surplus_images(ctx.run, await all_images(ctx), made)
    for image in surplus:
        owned = Owned(kind=OwnedKind.IMAGE, id=image.id, name=image.name, role=made.owned)
        await ctx.own(owned)
        await ctx.intend(IntentAction.DELETE_IMAGE, image.id)
        await ctx.cloud.images.delete_image(image.id)
        await ctx.own(owned.model_copy(update={"removed": True}))
    return f", {len(surplus)} surplus removed" if surplus else ""


def _size(image: Image) -> str:
    if image.is_volume_backed:
        return "active: an empty record that names volume snapshots"
    return f"active, {size(image.size_bytes or 0)}"
