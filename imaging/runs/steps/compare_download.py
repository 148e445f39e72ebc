"""Compare download: what arrived has the hash that the cloud tells, or nothing of it is kept."""

from __future__ import annotations

from imaging.files.part_file.state import read_state
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runtime.threads import in_thread
from models.errors import RunError
from models.run.export_plan import ExportPlan


async def compare_download(ctx: StepContext) -> StepResult:
    """Goal: the hash of the part is the cloud's.

    Raises:
        RunError: it is another one; the part is deleted.
    """
    plan = ctx.run.plan
    files, export = ExportFiles.of(plan), plan.export
    if export is None or not export.is_verifiable:
        return StepResult("not verified: the cloud tells no hash that can be computed here", skipped=True)
    if await in_thread(files.is_own, files.names.path, ctx.run.exported):
        return StepResult("the file is written already", skipped=True)
    state = await in_thread(read_state, files.part)
    if state is None or not state.is_whole:
        raise RunError(
            "What was downloaded is gone: somebody has deleted it.",
            meaning="Nothing was called whole.",
            remedy="Export the image again.",
        )
    found = state.hashes.get(export.hash_algorithm or "", "")
    if found != (export.hash or "").lower():
        await in_thread(files.remove_part)
        raise _differs(export, found)
    return StepResult(f"{(export.hash_algorithm or '').upper()} {found[:16]}… is the cloud's")


def _differs(export: ExportPlan, found: str) -> RunError:
    name, wanted = (export.hash_algorithm or "").upper(), (export.hash or "")[:16]
    return RunError(
        f"What arrived is not what the cloud stores: its {name} is {found[:16]}…, the cloud's {wanted}….",
        meaning="It was deleted; nothing was called whole.",
        remedy="Export it again. If it stays so, the cloud's own copy may be damaged: tell its operators.",
    )
