"""The bytes that are to be sent, opened; a conversion that somebody removed meanwhile is made again."""

from __future__ import annotations

from contextlib import ExitStack

from imaging.files.content import FileContent
from imaging.runs.core.step_context import StepContext
from imaging.runs.sending.preparing import make_kept, open_to_send
from models.errors import RunError
from models.run.file_plan import FilePlan


async def content_to_send(ctx: StepContext, plan: FilePlan, opened: ExitStack) -> FileContent:
    """The bytes that are to be sent.

    Args:
        ctx: the step's context.
        plan: the file.
        opened: closes them.

    Raises:
        ImageFileError: the file has changed, or cannot be opened.
        RunError: its conversion cannot be kept.
    """
    content = await open_to_send(plan, opened)
    if content is None:
        await make_kept(plan, ctx.run.id, lambda _doing, _share: None)
        content = await open_to_send(plan, opened)
    if content is None:
        raise RunError("The conversion cannot be opened.", remedy="Choose another directory with --work-dir.")
    return content
