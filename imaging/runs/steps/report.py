"""Report: what was done and seen, for people as Markdown and for programs as JSON, in the run's folder."""

from __future__ import annotations

from imaging.runs.context import StepContext, StepResult
from imaging.runs.finished_image import judge_finished_image
from imaging.runs.keeping import save_private
from imaging.runs.report import JSON_NAME, MARKDOWN_NAME, as_json, as_markdown
from models.findings import Finding
from models.run import RunRecord
from models.steps import StepName, StepState


async def report(ctx: StepContext) -> StepResult:
    """Goal: both files are there, readable by their owner alone, and say what the journal says now.

    They are written before the cloud is asked once more, so that they are there even if it does not answer.
    """
    markdown = ctx.folder / MARKDOWN_NAME
    if ctx.run.report_path != str(markdown):
        await ctx.record(report_path=str(markdown))
    _write(ctx, ())
    finished = await judge_finished_image(ctx)
    if finished:
        _write(ctx, finished)
    return StepResult(str(markdown))


def _write(ctx: StepContext, finished: tuple[Finding, ...]) -> None:
    run = _as_it_will_end(ctx)
    save_private(ctx.folder / MARKDOWN_NAME, as_markdown(run, finished))
    save_private(ctx.folder / JSON_NAME, as_json(run, finished))


def _as_it_will_end(ctx: StepContext) -> RunRecord:
    """The record as it stands once this step, the last one, is done: nobody reads the report before."""
    run, now = ctx.run, ctx.clock.now()
    done = {"state": StepState.DONE, "ended_at": now}
    steps = tuple(record.model_copy(update=done) if record.step is StepName.REPORT else record for record in run.steps)
    over = {"state": run.ending, "ended_at": now} if run.ending else {}
    return run.model_copy(update={**over, "steps": steps, "runner": None})
