"""The check of an export: the image can be read and is the one that was planned with, and its file can be made."""

from __future__ import annotations

from pathlib import Path

from imaging.files.target import refuse_target
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runs.steps.download import readable_image
from imaging.runtime.threads import in_thread
from models.errors import RunError


async def check_export(ctx: StepContext) -> StepResult:
    """Goal: nothing forbids the export.

    Raises:
        RunError: the image is gone, is not active, or holds something else by now.
        UsageError: something has the name of the file, or its directory is gone.
    """
    plan = ctx.run.plan
    files = ExportFiles.of(plan)
    refuse(obstacles(plan))
    if plan.image is None or plan.export is None:
        raise RunError("There is no image to export.")
    await readable_image(ctx, plan.image)
    if not await in_thread(files.is_own, files.names.path, ctx.run.exported):
        await in_thread(refuse_target, Path(plan.export.path))
    return StepResult("the image is active, and the name of the file is free")
