"""A run as lines of text: what changed since the last read, and its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from imaging.commands.output.judged.works_text import works_lines
from imaging.commands.output.transfers.export_text import exported_lines
from imaging.reports.passport.forms import PassportForm
from imaging.runs.core.outcome import kept_note
from models.formatting import clock_time, size
from models.run.record import RunRecord, RunState, StepRecord
from models.steps import StepState
from models.verdict import Verdict, VerdictWord

_INDENT = " " * len("works     ")
_STEP_WIDTH = len("remove test instance")


def news(before: RunRecord | None, now: RunRecord) -> Iterator[str]:
    """One line for each thing that happened between two reads of a run."""
    earlier = {step.step: step for step in before.steps} if before else {}
    for step in now.steps:
        yield from _step_change_lines(earlier.get(step.step), step, now)
    if now.state is RunState.CANCELLING and (before is None or before.state is not RunState.CANCELLING):
        yield f"{clock_time(now.updated_at)}  cancelling"


def _step_change_lines(before: StepRecord | None, now: StepRecord, run: RunRecord) -> Iterator[str]:
    seen = len(before.phases) if before else 0
    begun = before is not None and before.state is not StepState.PENDING
    if not begun and now.state not in {StepState.PENDING, StepState.SKIPPED}:
        yield f"{clock_time(now.started_at)}  {now.step:<{_STEP_WIDTH}}  started"
    for phase in now.phases[seen:]:
        yield f"{clock_time(phase.at)}  {now.step:<{_STEP_WIDTH}}    {phase.text}"
    if (before is None or before.state is not now.state) and now.state not in {StepState.PENDING, StepState.RUNNING}:
        when = clock_time(now.ended_at or run.updated_at)
        note = now.note or (now.trouble.what if now.trouble else "")
        yield f"{when}  {now.step:<{_STEP_WIDTH}}  {now.state}{f': {note}' if note else ''}"


def outcome(run: RunRecord) -> Iterator[str]:
    """The outcome of a run, in a few lines."""
    yield f"run       {run.id}: {run.state}"
    if run.plan.source is not None:
        yield f"instance  {run.plan.source.name} ({run.plan.source.id}): {restoration(run)}"
    if run.plan.file is not None:
        yield f"file      {run.plan.file.path}"
    yield from (f"image     {name} ({image_id})" for image_id, name in _images(run))
    yield from exported_lines(run)
    if run.verdict is not None:
        yield f"test      {verdict_words(run.verdict)}"
        yield from _console_lines(run.verdict)
    if run.works is not None:
        first, *others = works_lines(run.works, _INDENT)
        yield f"works     {first}"
        yield from others
    if run.seal_verdict is not None:
        yield f"seal      {run.seal_verdict.word}"
        yield from (f"          {reason}" for reason in run.seal_verdict.reasons)
    yield from _standing_lines(run)
    if run.report_path:
        yield f"report    {run.report_path}"
        passport = Path(run.report_path).with_name(PassportForm.HTML.file_name)
        if passport.is_file():
            yield f"passport  {passport}"


def _standing_lines(run: RunRecord) -> Iterator[str]:
    """What still stands of a run, here and in the cloud."""
    if run.kept_file is not None and not run.kept_file.removed:
        yield f"kept      {run.kept_file.path}: the next import of the file begins from it"
    if kept := kept_note(run):
        yield f"kept      the test instance, {kept}"
    for each in run.left_behind:
        yield f"left      {each.kind} {each.name or each.id} ({each.id}): {each.reason}"


def _images(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Id and name of the image that the run is about, and of the one that it made."""
    if run.image_id is not None:
        yield run.image_id, run.plan.request.name
    elif run.plan.image is not None:
        yield run.plan.image.id, run.plan.image.name


def kept_words(run: RunRecord) -> str | None:
    """What an import keeps on this machine, and until when; None where it keeps nothing."""
    kept = run.kept_file
    if kept is None or kept.removed:
        return None
    told = size(kept.size_bytes) if kept.size_bytes else "not whole"
    ends = f"imaging undo {run.id} removes it" if run.state.is_over else "it is removed when the run is over"
    return f"Run {run.id} keeps {kept.path} ({told}): {ends}."


def restoration(run: RunRecord) -> str:
    """Whether the source is as it was."""
    if run.instance_restored is None:
        return "unchanged"
    if not run.instance_restored:
        return "NOT restored"
    return f"restored; {run.source_words}" if run.source_words else "restored"


def verdict_words(verdict: Verdict) -> str:
    """The verdict on one line."""
    strength = f" ({verdict.strength})" if verdict.strength else ""
    return f"{verdict.word}{strength}{f': {verdict.reason}' if verdict.reason else ''}"


def _console_lines(verdict: Verdict) -> Iterator[str]:
    if verdict.word is VerdictWord.BOOTED:
        return
    for line in verdict.evidence:
        yield f"          | {line}"
    for hint in verdict.hints:
        yield f"          hint: {hint}"
