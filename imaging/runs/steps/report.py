"""Report: what was done and seen, for people as Markdown and for programs as JSON, in the run's folder."""

from __future__ import annotations

from imaging.runs.context import StepContext, StepResult
from imaging.runs.keeping import save_private
from imaging.runs.report import JSON_NAME, MARKDOWN_NAME, as_json, as_markdown


async def report(ctx: StepContext) -> StepResult:
    """Goal: both files are there, readable by their owner alone, and say what the journal says now."""
    markdown = ctx.folder / MARKDOWN_NAME
    if ctx.run.report_path != str(markdown):
        await ctx.record(report_path=str(markdown))
    save_private(markdown, as_markdown(ctx.run))
    save_private(ctx.folder / JSON_NAME, as_json(ctx.run))
    return StepResult(str(markdown))
