"""Wait for active: Glance has no word for a failed upload; it shows *queued* again, and tasks tell why."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.sending.own_image import file_plan, read_record
from models.cloud.image import Image
from models.errors import ImagingError, RunError
from models.formatting import size
from models.run.file_plan import SendingWay

_DEAD = frozenset({"killed", "deleted", "pending_delete", "deactivated"})
_FAILED_IMPORT = "os_glance_failed_import"
_QUEUED_SECONDS = 120.0
"""How long an image may stay queued after its import was asked for before nobody can be working on it."""


async def wait_for_active(ctx: StepContext) -> StepResult:
    """Goal: the image is active.

    Raises:
        RunError: it failed, with the reason if Glance gives one.
    """
    limit = ctx.run.plan.request.timeout_seconds
    image = await ctx.wait_until(_Activation(ctx).observe, what="the image to become active", limit_seconds=limit)
    return StepResult(f"active, {size(image.size_bytes)}")


class _Activation:
    """Watches the image on its way to active."""

    def __init__(self, ctx: StepContext) -> None:
        self._ctx = ctx
        self._is_import = file_plan(ctx).way is not SendingWay.UPLOAD
        self._queued_since: float | None = None

    async def observe(self) -> Image | None:
        image = await read_record(self._ctx)
        if image is None:
            raise RunError("The image is gone: somebody deleted it, or the cloud did.", remedy="Import it again.")
        await self._ctx.phase(f"image {image.status}")
        if image.status == "active":
            return image
        if image.status in _DEAD:
            raise await self._failed(f"The image is {image.status}.")
        if image.properties.get(_FAILED_IMPORT, "").strip():
            raise await self._failed("The cloud could not import the image.")
        # G1: after all bytes were there, queued means that it failed; an import may begin a moment later.
        if image.status == "queued" and self._is_stuck():
            raise await self._failed("The cloud did not take the image: it is queued again.")
        return None

    def _is_stuck(self) -> bool:
        if not self._is_import:
            return True
        now = self._ctx.clock.monotonic()
        self._queued_since = self._queued_since if self._queued_since is not None else now
        return now - self._queued_since > _QUEUED_SECONDS

    async def _failed(self, what: str) -> RunError:
        reason = await self._reason()
        return RunError(what, meaning=reason or "The cloud gives no reason.", remedy="Try again, or ask its support.")

    async def _reason(self) -> str:
        image_id = self._ctx.run.image_id
        try:
            tasks = await self._ctx.cloud.image_bytes.tasks(image_id) if image_id is not None else ()
        except ImagingError:
            return ""
        message = next((each.message for each in tasks if each.has_failed and each.message), "")
        return f"The cloud says: {message}" if message else ""
