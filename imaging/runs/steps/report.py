"""Report: what was done and seen, for people as Markdown and for programs as JSON, in the run's folder."""

from __future__ import annotations

from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.lineage.passport import write_passport
from imaging.runs.lineage.succession_told import succession_of
from imaging.runs.receiving.findings import kept_findings
from imaging.runs.report.finished_image import judge_finished_image
from imaging.runs.report.run_report import JSON_NAME, MARKDOWN_NAME, as_json, as_markdown
from imaging.runtime.private_files import write_private
from imaging.runtime.redaction import redactor
from imaging.runtime.threads import in_thread
from models.findings import Finding
from models.run.record import RunRecord
from models.steps import StepName, StepState
from models.works.lineage import Succession


async def report(ctx: StepContext) -> StepResult:
    """Goal: both files are there, readable by their owner alone, and say what the journal says now.

    They are written before the cloud is asked once more, so that they are there even if it does not answer.
    """
    markdown = ctx.folder / MARKDOWN_NAME
    if ctx.run.report_path != str(markdown):
        await ctx.record(report_path=str(markdown))
    _write(ctx, ())
    if ctx.run.spec.writes_file:
        checklist = await in_thread(kept_findings, ctx.folder)
        finished = checklist.findings if checklist is not None else ()
    else:
        finished = await judge_finished_image(ctx)
    if finished:
        _write(ctx, finished)
    if (succession := await succession_of(ctx)) is not None:
        _write(ctx, finished, succession)
    await write_passport(ctx, _as_it_will_end(ctx))
    return StepResult(str(markdown))


def _write(ctx: StepContext, finished: tuple[Finding, ...], succession: Succession | None = None) -> None:
    run = _as_it_will_end(ctx)
    # Texts of clouds and guests are in it; a secret that one of them echoes must not reach a file.
    write_private(ctx.folder / MARKDOWN_NAME, redactor.clean_known(as_markdown(run, finished, succession)))
    write_private(ctx.folder / JSON_NAME, redactor.clean_known(as_json(run, finished, succession)))


def _as_it_will_end(ctx: StepContext) -> RunRecord:
    """The record as it stands once this step, the last one, is done: nobody reads the report before."""
    run, now = ctx.run, ctx.clock.now()
    done = {"state": StepState.DONE, "ended_at": now}
    steps = tuple(record.model_copy(update=done) if record.step is StepName.REPORT else record for record in run.steps)
    over = {"state": run.outcome, "ended_at": now} if run.outcome else {}
    return run.model_copy(update={**over, "steps": steps, "runner": None})
