"""Upload: a record of our own, and the bytes sent to it once, hashed on their way.

No cloud continues an upload that was cut. So a record whose upload broke is deleted, and the next one begins from
the file that is kept; how often is bounded.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress

from imaging.runs.core.aside import beside
from imaging.runs.core.idempotency import observe_until_found
from imaging.runs.core.polling import TRANSIENT_ERRORS
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.sending.hashing import HashedContent, read_through
from imaging.runs.sending.own_image import file_plan, make_record, read_record, remove_images
from imaging.runs.sending.preparing import changed, refuse_changed
from imaging.runs.sending.progress import Progress, rate_words
from imaging.runs.sending.to_send import content_to_send
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import ConflictError, ImagingError, QuotaExceededError, RunError
from models.formatting import duration, size
from models.run.file_plan import FilePlan, SendingWay, SentFile
from models.run.intent import IntentAction

MOST_UPLOADS = 5
"""How often the bytes are sent before the run fails: each may take hours."""
_SENDING = {
    SendingWay.UPLOAD: IntentAction.UPLOAD_IMAGE,
    SendingWay.STAGED: IntentAction.STAGE_IMAGE,
    SendingWay.FETCHED: IntentAction.FETCH_IMAGE,
}
_ARRIVED = frozenset({"active", "importing", "deactivated"})
_MOVING, _STAGED = "saving", "uploading"
_SHA512 = 128


async def upload(ctx: StepContext) -> StepResult:
    """Goal: the cloud has all bytes, in an image whose id is in the journal, and their hash is there, too.

    Raises:
        RunError: the uploads broke too often, or the quota is used up.
        ImageFileError: the file has changed, or cannot be read.
    """
    plan = file_plan(ctx)
    image = await _settled(ctx)
    if image is not None and _has_arrived(ctx, image):
        return await _known(ctx, plan, image)
    if image is None or _was_sent_to(ctx, image):
        await _refuse_too_many(ctx)
        if _was_sent_to_any(ctx):
            await ctx.phase("the upload did not come to its end; beginning again")
            # A record whose upload was cut may still be written to for a while: the next one is another.
            await remove_images(ctx)
        image = await _new_record(ctx)
    return await _send(ctx, plan, image)


async def _settled(ctx: StepContext) -> Image | None:
    """The record, once it is told whether the bytes that were sent to it before have arrived."""

    async def no_more_moving() -> Image | None:
        image = await read_record(ctx)
        return None if image is not None and image.status == _MOVING and _was_sent_to(ctx, image) else image

    image = await read_record(ctx)
    if image is None or image.status != _MOVING:
        return image
    return await observe_until_found(ctx, no_more_moving, what="the end of the upload", cancellable=True) or image


def _has_arrived(ctx: StepContext, image: Image) -> bool:
    """Whether the cloud has all bytes; where it only has a part of them, it says *queued*, *saving* or *uploading*."""
    return image.status in _ARRIVED or (ctx.run.sent_file is not None and image.status in {_MOVING, _STAGED})


def _was_sent_to(ctx: StepContext, image: Image) -> bool:
    intents = (intent for record in ctx.run.steps for intent in record.intents)
    return any(intent.action in _SENDING.values() and intent.target == image.id for intent in intents)


def _was_sent_to_any(ctx: StepContext) -> bool:
    return any(ctx.run.times_intended(action) for action in _SENDING.values())


async def _refuse_too_many(ctx: StepContext) -> None:
    uploads = sum(ctx.run.times_intended(action) for action in _SENDING.values())
    if uploads >= MOST_UPLOADS:
        raise RunError(
            f"The upload was cut {uploads} times.",
            meaning="Nothing of it is left in the cloud.",
            remedy="Try again from a machine nearer to the cloud, or where the line does not drop.",
        )


async def _new_record(ctx: StepContext) -> Image:
    try:
        return await make_record(ctx)
    except QuotaExceededError as error:
        raise _refused(error) from error


async def _send(ctx: StepContext, plan: FilePlan, image: Image) -> StepResult:
    if plan.way is SendingWay.FETCHED:
        await ctx.intend(IntentAction.FETCH_IMAGE, image.id)
        await ctx.cloud.image_bytes.import_url(image.id, plan.url)
        await ctx.record(sent_file=_promised(plan))
        return StepResult("the cloud fetches it")
    with ExitStack() as opened:
        content = HashedContent(await content_to_send(ctx, plan, opened))
        await ctx.intend(_SENDING[plan.way], image.id)
        started = ctx.clock.monotonic()
        await _stream(ctx, plan, image, content)
        sent = content.sent(plan.target, ctx.clock.monotonic() - started)
    await _refuse_other_bytes(plan, content)
    await ctx.record(sent_file=sent)
    if plan.way is SendingWay.STAGED:
        await _import(ctx, image)
    return StepResult(_note(sent))


async def _import(ctx: StepContext, image: Image) -> None:
    await ctx.intend(IntentAction.IMPORT_IMAGE, image.id)
    with suppress(ConflictError):  # an earlier request is being carried out
        await ctx.cloud.image_bytes.import_staged(image.id)


async def _stream(ctx: StepContext, plan: FilePlan, image: Image, content: HashedContent) -> None:
    started = ctx.clock.monotonic()
    progress = Progress(content.size_bytes, started)
    send = ctx.cloud.image_bytes.stage if plan.way is SendingWay.STAGED else ctx.cloud.image_bytes.upload
    try:
        await beside(
            ctx,
            send(image.id, content, tell=progress.tell),
            what="the upload",
            progress=lambda: f"sent {progress.words(ctx.clock.monotonic())}",
        )
    except QuotaExceededError as error:
        raise _refused(error) from error
    except TRANSIENT_ERRORS as error:
        await ctx.phase(f"cut after {size(progress.done_bytes)}: {error.what}")
        raise  # waited out, and then the step observes whether it took effect


async def _refuse_other_bytes(plan: FilePlan, sent: HashedContent) -> None:
    """What was sent is what was inspected: the file may have been written to while it was read."""
    await in_thread(refuse_changed, plan)
    if plan.is_sent_as_it_lies and plan.identity is not None and sent.digest != plan.identity.digest:
        raise changed(plan)


async def _known(ctx: StepContext, plan: FilePlan, image: Image) -> StepResult:
    """The bytes are there. Where the runner did not live to note their hash, the file is hashed again."""
    sent = ctx.run.sent_file
    if sent is None and plan.way is SendingWay.FETCHED:
        sent = _promised(plan)
    if sent is None:
        with ExitStack() as opened:
            content = HashedContent(await content_to_send(ctx, plan, opened))
            await beside(ctx, read_through(content), what="the hash of what was sent", progress=lambda: "hashing")
            sent = content.sent(plan.target, None)
        await _refuse_other_bytes(plan, content)
    await ctx.record(sent_file=sent)
    if image.status == _STAGED:
        await _import(ctx, image)
    return StepResult(_note(sent))


def _promised(plan: FilePlan) -> SentFile:
    given = plan.promised_hash
    return SentFile(format=plan.target, sha512=given if len(given) == _SHA512 else "", sha256=given)


def _note(sent: SentFile) -> str:
    if sent.size_bytes is None:
        return "fetched by the cloud"
    if not sent.seconds or sent.seconds < 1:
        return size(sent.size_bytes)
    return f"{size(sent.size_bytes)} in {duration(sent.seconds)}, {rate_words(sent.size_bytes / sent.seconds)}"


def _refused(error: ImagingError) -> RunError:
    return RunError(
        f"The cloud refused the image: {error.what}",
        meaning="Nothing of it is left in the cloud.",
        remedy=error.remedy or "Delete images that are not needed, or ask for more quota.",
        request_id=error.request_id,
    )
