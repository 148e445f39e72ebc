"""Inspect file: it is still the one that the plan was made of, byte by byte."""

from __future__ import annotations

from pathlib import Path

from imaging.files.identity import identity_of
from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.sending.own_image import file_plan
from imaging.runs.sending.preparing import changed, refuse_changed
from imaging.runs.sending.progress import Progress
from imaging.runtime.threads import in_thread
from models.formatting import size


async def inspect_file(ctx: StepContext) -> StepResult:
    """Goal: the file is the one that was inspected for the plan.

    What is sent as it lies is hashed while it is sent, and compared then: it is not read twice.

    Raises:
        ImageFileError: it has changed since, or is gone.
    """
    plan = file_plan(ctx)
    if plan.identity is None or plan.is_fetched:
        return StepResult("the cloud fetches it", skipped=True)
    await in_thread(refuse_changed, plan)
    stamp = plan.identity.stamp
    if plan.is_sent_as_it_lies:
        return StepResult(f"unchanged, {size(stamp.size_bytes)}; its hash is compared when it is sent")
    progress = Progress(stamp.size_bytes, ctx.clock.monotonic())
    found = await beside(
        ctx,
        identity_of(Path(plan.path), lambda done, _whole: progress.tell(done)),
        what="the hash of the file",
        progress=lambda: f"read {progress.words(ctx.clock.monotonic())}",
    )
    if not found.is_file(plan.identity):
        raise changed(plan)
    return StepResult(f"unchanged, {size(stamp.size_bytes)}")
