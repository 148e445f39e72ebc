"""The lines on top of the run screen: what is being done or the outcome, how long it takes, and how the instance is."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual.content import Content

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.formatting import about, clock_time, counted, duration
from models.run.intent import IntentAction
from models.run.record import RunRecord, RunState, StepRecord
from models.run.source_seen import SourceState
from models.steps import StepName, StepState
from models.text import one_line
from models.verdict import Verdict, VerdictWord
from models.words.export_words import export_success
from models.works.verdict import WorksWord
from screens.runs.texts.heard import Change, Heard
from screens.runs.texts.judged.seal_text import seal_failure
from screens.runs.texts.judged.works_text import works_failure
from screens.runs.texts.task_notes import seen_phase
from screens.style.glyphs import Glyphs
from screens.style.run_words import step_words
from screens.style.tones import Tone, joined, toned
from screens.style.wording import Sign, is_interrupted, run_sign
from screens.widgets.columns import shortened

_GRAIN_SECONDS = 10
"""The elapsed time is told in such steps while a run is under way, so that a line on which nothing happens is quiet."""
_NAME_CELLS = 24
_TITLE_CELLS = 30
_PARTLY = {word: "; works: partly" if word is WorksWord.PARTLY else "" for word in WorksWord}
_HEARD = {
    Change.CANCEL: "Cancelling",
    Change.REMOVE_KEPT: "Removing the test instance",
    Change.RESUME: "Resuming",
    Change.UNDO: "Restoring",
}


def run_title(run: RunRecord, cut: str) -> str:
    """What the run is about, for the title line."""
    if not run.spec.makes_image:
        return f"{run.title} ({run.kind})"
    return f"{shortened(run.title, _TITLE_CELLS, cut=cut)} → {run.plan.request.name}"


def headline(run: RunRecord, glyphs: Glyphs, width: int, *, now: datetime, heard: Heard | None = None) -> Content:
    """Three lines, each cut to `width` cells but the first one of a run that is over, which may take two."""
    sign = run_sign(run, glyphs)
    room = 2 * (width - 4) if run.state.is_over else width - 2
    first = shortened(glyphs.plain(progress_line(run, heard)), room, cut=glyphs.cut)
    times = shortened(glyphs.plain(_times(run, now)), width - 2, cut=glyphs.cut)
    state, tone = instance_line(run)
    about_instance = shortened(glyphs.plain(state), width - 2, cut=glyphs.cut)
    lines = [_first(sign, first, heard), toned(f"  {times}", Tone.QUIET)]
    if state:
        lines.append(toned(f"  {about_instance}", tone))
    return Content("\n").join(lines)


def _first(sign: Sign, text: str, heard: Heard | None) -> Content:
    tone = Tone.WARN if heard is not None else sign.tone
    return joined(toned(f"{sign.glyph} ", tone), toned(text, tone).stylize("bold"))


def progress_line(run: RunRecord, heard: Heard | None = None) -> str:
    """What is being done now, or the outcome, in one sentence."""
    if run.state.is_over:
        return outcome_line(run)
    doing = _doing(run)
    if heard is not None and heard.change is not Change.RESUME:
        arrived = "heard" if heard.has_arrived else "sent"
        return f"{_HEARD[heard.change]}: {arrived} at {clock_time(heard.at)}{f'; {doing}' if doing else ''}"
    return _halted(run) or f"{doing[:1].upper()}{doing[1:]}" or "Running"


def _halted(run: RunRecord) -> str:
    """What a run waits for, or that it is cancelled; empty while it works on what was planned."""
    if is_interrupted(run):
        where = f" on {run.runner.host}" if run.runner else ""
        return f"Interrupted: its runner{where} is gone; nothing is lost"
    if run.state is RunState.WAITING:
        trouble = run.trouble or (run.current_step.trouble if run.current_step else None)
        return f"Waiting for you: {trouble.what if trouble else 'see the step'}"
    if run.state is RunState.CANCELLING:
        return f"Cancelling: {_doing(run)}" if _under_way(run) else "Cancelling"
    return "Waiting for the runner to start" if run.state is RunState.PLANNED else ""


def _doing(run: RunRecord) -> str:
    step = _under_way(run)
    if step is None:
        return ""
    words = step_words(step.step, _name(run))
    phase = seen_phase(step)
    said = f"{words}: {phase}" if phase else words
    return f"{said[:1].lower()}{said[1:]}"


def _under_way(run: RunRecord) -> StepRecord | None:
    """The step that was begun last: one that a cancellation has cut off stays *running* until the run is over."""
    under_way = (step for step in reversed(run.steps) if step.state in {StepState.RUNNING, StepState.WAITING})
    return next(under_way, None)


def outcome_line(run: RunRecord) -> str:
    """The outcome of a run, the cause first where it failed."""
    match run.state:
        case RunState.CANCELLED:
            return "Cancelled"
        case RunState.UNDONE:
            return f"Undone: {_name(run)} is restored" if run.instance_restored else "Undone"
        case RunState.FAILED:
            return _failure(run)
        case _:
            return export_success(run) if run.spec.writes_file else _success(run)


def _failure(run: RunRecord) -> str:
    failure = None if run.spec.inspects else boot_failure(run.verdict)
    if failure is not None:
        return failure.sentence
    if why := works_failure(run) or seal_failure(run):
        return why
    trouble = run.trouble or next((step.trouble for step in run.steps if step.state is StepState.FAILED), None)
    return trouble.what if trouble is not None else "Failed"


def _success(run: RunRecord) -> str:
    if run.spec.inspects:
        return "Inspected: the findings are in the instance's checklist" if run.plan.source else "Inspected"
    if run.spec.only_restores:
        return f"{_name(run)} is restored"
    verdict = run.verdict
    if verdict is None or verdict.word is VerdictWord.NOT_TESTED:
        return "The image is complete; it was not boot-tested"
    if (failure := boot_failure(verdict)) is not None:
        return failure.sentence
    return works_failure(run) or (seal_failure(run) if run.spec.seals else "") or _praise(run, verdict)


def _praise(run: RunRecord, verdict: Verdict) -> str:
    """What was shown of an image against which nothing was found."""
    works = run.works.word if run.works is not None else WorksWord.NOT_ASKED
    shown = ["is sealed"] if run.spec.seals else []
    shown += ["boots", "works"] if works is WorksWord.YES else ["boots"]
    last = f", and {shown[-1]}" if len(shown) > 1 and run.spec.seals else f" and {shown[-1]}"
    does = ", ".join(shown[:-1]) + last if len(shown) > 1 else shown[0]
    return f"The image {does} (proof: {verdict.strength}){_PARTLY[works]}"


def _times(run: RunRecord, now: datetime) -> str:
    started = f"started {clock_time(run.created_at, now=now)}"
    if run.state.is_over:
        if run.ended_at is None:
            return started
        took = duration((run.ended_at - run.created_at).total_seconds())
        return f"{run.state} after {took} · {started}, ended {clock_time(run.ended_at)}"
    elapsed = _elapsed(run, now)
    if not _is_on_its_way(run):
        return f"{elapsed} so far · {started}"
    planned = run.plan.estimated_seconds
    estimate = about(planned)
    if (now - run.created_at).total_seconds() > planned:
        return f"{elapsed} so far; {estimate} were expected · {started}"
    ends = run.created_at + timedelta(seconds=planned)
    return f"{elapsed} of {estimate} · {started}, ends about {ends.astimezone():%H:%M}"


def _elapsed(run: RunRecord, now: datetime) -> str:
    seconds = max(0.0, (now - run.created_at).total_seconds())
    whole = seconds - seconds % _GRAIN_SECONDS
    return duration(whole) if whole else f"less than {_GRAIN_SECONDS} s"


def _is_on_its_way(run: RunRecord) -> bool:
    """Whether it works on what was planned, so that the plan's estimate holds."""
    planned = run.state in {RunState.PLANNED, RunState.RUNNING}
    return planned and not (run.undo_requested or run.cancel_requested or is_interrupted(run))


def instance_line(run: RunRecord) -> tuple[str, Tone]:
    """How the run's instance is, and what becomes of it; empty for a run that has none."""
    if run.plan.source is None:
        return "", Tone.PLAIN
    name = _name(run)
    if run.instance_restored:
        return _restored(run, name)
    if run.claim is None:
        return f"{name} is unchanged", Tone.QUIET
    if run.state.is_over or run.instance_restored is False:
        return f"{name} is NOT restored: press u to restore it", Tone.BAD
    if is_interrupted(run):
        return f"{name} is {_state_now(run)}; R resumes the run, u restores it", Tone.WARN
    return f"{name} is {_state_now(run)}; it will be restored", Tone.PLAIN


def _name(run: RunRecord) -> str:
    return shortened(one_line(run.title), _NAME_CELLS, cut="…")


def _restored(run: RunRecord, name: str) -> tuple[str, Tone]:
    seen = run.source_seen
    bad = seen is not None and seen.state in {SourceState.DOES_NOT_COME_UP, SourceState.CHANGED}
    words = f"{name} restored; {run.source_words}" if run.source_words else f"{name} restored"
    return words, Tone.BAD if bad else Tone.GOOD


def _state_now(run: RunRecord) -> str:
    """What the steps have done to the instance so far."""
    done = {step.step for step in run.steps if step.state is StepState.DONE}
    off = StepName.STOP in done or run.times_intended(IntentAction.STOP) > 0
    parts = ["off"] if off and StepName.STOP in done else ["being stopped"] if off else ["marked for this run"]
    if StepName.DETACH in done and run.plan.volumes:
        parts.append(f"{counted(len(run.plan.volumes), 'volume')} detached")
    return ", ".join(parts)
