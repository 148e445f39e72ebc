"""Compare: the image holds what was sent, by size, hash and format; one that does not is deleted."""

from __future__ import annotations

from contextlib import ExitStack

from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.sending.hashing import hash_of_content
from imaging.runs.sending.own_image import file_plan, read_record, remove_images
from imaging.runs.sending.to_send import content_to_send
from imaging.runs.test_instance.image_data import image_data
from models.cloud.image import Image
from models.errors import RunError
from models.formatting import size
from models.run.file_plan import FilePlan, SendingWay, SentFile

_OTHER_HASHES = frozenset({"md5", "sha256"})
"""Fields of what was sent, and what their algorithms are called: the old checksum, and what operators may choose."""


async def compare_upload(ctx: StepContext) -> StepResult:
    """Goal: it is seen that the image holds what was sent, and written down what it holds.

    Raises:
        RunError: it holds something else; it is deleted.
    """
    plan, sent, image = file_plan(ctx), ctx.run.sent_file, await read_record(ctx)
    if sent is None or image is None:
        raise RunError("There is no image to compare.")
    if image.status != "active":
        raise RunError(f"The image is {image.status}: it was active before.")
    sent = await _with_hash_told(ctx, plan, sent, image)
    converted = _is_converted(plan, sent, image)
    differs = _other_disk(plan, image) if converted else _differences(plan, sent, image)
    if differs:
        await remove_images(ctx)
        raise RunError(
            f"The image is not what was sent: {'; '.join(differs)}.",
            meaning="It was private until now, and is deleted.",
            remedy="Import it again; if it happens again, show the cloud's support this report.",
        )
    await ctx.record(image_data=await image_data(ctx, image))
    if converted:
        return StepResult(
            f"the cloud has converted it to {image.disk_format}: not compared by hash, its size is the disk's"
        )
    return StepResult(_note(sent, image))


async def _with_hash_told(ctx: StepContext, plan: FilePlan, sent: SentFile, image: Image) -> SentFile:
    """What was sent, with the hash that the cloud tells where that is another one than nearly all tell."""
    kind = image.hash_algorithm
    if sent.size_bytes is None or kind not in _OTHER_HASHES:
        return sent
    with ExitStack() as opened:
        content = await content_to_send(ctx, plan, opened)
        told = await beside(
            ctx, hash_of_content(content, kind), what="the hash of what was sent", progress=lambda: "hashing"
        )
    return sent.model_copy(update={kind: told})


def _is_converted(plan: FilePlan, sent: SentFile, image: Image) -> bool:
    """Whether the cloud has made another format of it: only an import does so, where its operators want it."""
    return plan.way is not SendingWay.UPLOAD and image.disk_format != sent.format.value


def _differences(plan: FilePlan, sent: SentFile, image: Image) -> list[str]:
    found = []
    if sent.size_bytes is not None and image.size_bytes != sent.size_bytes:
        found.append(f"it has {_bytes(image.size_bytes)}, sent were {_bytes(sent.size_bytes)}")
    if image.disk_format != sent.format.value:
        found.append(f"its format is {image.disk_format or 'not told'}, sent was {sent.format.value}")
    known = sent.hash_like(image.content_hash or "")
    if known and image.content_hash and image.content_hash.lower() != known.lower():
        found.append("its hash differs")
    if plan.promised_hash and not known:
        found.append("the cloud tells no hash like the one that you gave")
    return found


def _other_disk(plan: FilePlan, image: Image) -> list[str]:
    """What of the disk the cloud shows after a conversion of its own."""
    wanted = plan.facts.header.disk_size_bytes if plan.facts is not None else None
    told = image.virtual_size_bytes or (image.size_bytes if image.disk_format == "raw" else None)
    if wanted is None or told is None or told == wanted:
        return []
    return [f"its disk has {_bytes(told)}, that of the file {_bytes(wanted)}"]


def _note(sent: SentFile, image: Image) -> str:
    by_hash = bool(image.content_hash and sent.hash_like(image.content_hash))
    what = "size, hash and format agree" if by_hash else "size and format agree; not compared by hash: none is told"
    return f"{what}, {size(image.size_bytes)}"


def _bytes(number: int | None) -> str:
    return "an unknown number of bytes" if number is None else f"{number:,} bytes"
