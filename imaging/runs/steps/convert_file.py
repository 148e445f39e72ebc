"""Convert: what is to be sent is written first, where the file cannot be sent as it is; and it is kept."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.sending.kept import kept_path
from imaging.runs.sending.own_image import file_plan
from imaging.runs.sending.preparing import make_kept, open_to_send
from models.formatting import size
from models.run.file_plan import KeptFile


async def convert_file(ctx: StepContext) -> StepResult:
    """Goal: the conversion lies whole in the work directory. One that an earlier runner, or run, made is taken.

    Raises:
        ImageFileError: there is no room, no qemu-img, or the file has changed.
    """
    plan = file_plan(ctx)
    if not plan.converts:
        return StepResult(f"sent as it is: {plan.target.in_words}", skipped=True)
    kept = KeptFile(path=str(kept_path(plan)))
    with ExitStack() as opened:
        found = await open_to_send(plan, opened)
        if found is not None:
            await ctx.record(kept_file=kept.model_copy(update={"size_bytes": found.size_bytes}))
            return StepResult(f"{plan.target.in_words}, {size(found.size_bytes)}, made before")
    # In the journal before it is there: after any interruption it is found and removed.
    await ctx.record(kept_file=kept)
    said = "begins"

    def tell(doing: str, share: float) -> None:
        nonlocal said
        said = f"{doing}: {100 * share:.0f} %"

    size_bytes = await beside(ctx, make_kept(plan, ctx.run.id, tell), what="the conversion", progress=lambda: said)
    await ctx.record(kept_file=kept.model_copy(update={"size_bytes": size_bytes}))
    return StepResult(f"{plan.target.in_words}, {size(size_bytes)}, of it {size(_allocated(kept))} on the disk")


def _allocated(kept: KeptFile) -> int:
    return 512 * Path(kept.path).lstat().st_blocks
