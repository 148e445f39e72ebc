"""What the run view says: pure functions from a run's record to texts."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from models.formatting import clock_time, duration
from models.run.kind import RunKind
from models.run.record import OwnedKind, Phase, RunRecord, RunState, StepRecord, Trouble
from models.run.source_seen import SourceState
from models.steps import StepName, StepState
from models.text import one_line
from models.verdict import Verdict
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import is_interrupted, run_sign, verdict_sign
from screens.widgets.columns import shortened

_INDENT = "  "
_ACTIONS = {
    RunKind.VERIFY: "test launch of ",
    RunKind.DEEP_CHECK: "deep check of ",
    RunKind.UNDO: "restore ",
}
"""What is done with the run's subject, other than making an image of it."""


def headline(run: RunRecord, glyphs: Glyphs, width: int) -> Content:
    """Two lines: where the run is and what it is about, names cut to `width` cells; verdict and source."""
    state, verdict = run_sign(run, glyphs), verdict_sign(run.verdict, glyphs)
    source, source_tone = _source(run)
    end = f", ended {clock_time(run.ended_at)}" if run.ended_at else ""
    began = f"   started {clock_time(run.created_at)}{end}"
    subject = _subject(run, width - cell_len(f"{state}   {began}"), glyphs)
    first = joined(toned(str(state), state.tone).stylize("bold"), "   ", subject, toned(began, Tone.QUIET))
    about_verdict = joined(toned("Verdict ", Tone.QUIET), toned(str(verdict), verdict.tone))
    about_source = joined(toned("Instance ", Tone.QUIET), toned(source, source_tone))
    if run.kind is RunKind.VERIFY:
        second = about_verdict  # it has no source that could be changed
    elif run.spec.inspects and run.verdict is None:
        second = about_source  # it finds facts; whether the temporary instance boots it tells besides
    else:
        second = joined(about_verdict, "   ", about_source)
    return joined(first, "\n", second)


def _subject(run: RunRecord, room: int, glyphs: Glyphs) -> str:
    title = run.title
    if run.kind is RunKind.CREATE:
        arrow, made = glyphs.plain(" → "), one_line(run.plan.request.name)
        room -= cell_len(arrow)
        title = shortened(title, max(room // 2, room - cell_len(made)), cut=glyphs.cut)
        return f"{title}{arrow}{shortened(made, room - cell_len(title), cut=glyphs.cut)}"
    action = _ACTIONS.get(run.kind, "")
    return action + shortened(title, room - cell_len(action), cut=glyphs.cut)


def _source(run: RunRecord) -> tuple[str, Tone]:
    if run.instance_restored:
        return _restored(run)
    if run.claim is None:
        return "unchanged", Tone.PLAIN
    if run.state.is_over or run.instance_restored is False:
        return "NOT restored: press u to restore it", Tone.BAD
    return "claimed, will be restored", Tone.PLAIN


def _restored(run: RunRecord) -> tuple[str, Tone]:
    bad = run.source_seen is not None and run.source_seen.state in {SourceState.DOES_NOT_COME_UP, SourceState.CHANGED}
    words = f"restored; {run.source_words}" if run.source_words else "restored"
    return words, Tone.BAD if bad else Tone.GOOD


def interesting_step(run: RunRecord) -> StepRecord | None:
    """The step that a person wants to see: the one under way; when it is over, what failed, else the verdict."""
    if not run.state.is_over:
        return run.current_step
    failed = next((step for step in run.steps if step.state is StepState.FAILED), None)
    if failed is not None:
        return failed
    if run.verdict is not None:
        return next((step for step in run.steps if step.step is StepName.VERIFY), None)
    return run.steps[-1] if run.steps else None


def step_note(step: StepRecord) -> str:
    """What came of a step, or what is seen of it now, in one line."""
    if step.trouble is not None and step.state in {StepState.FAILED, StepState.WAITING}:
        return step.trouble.what
    if step.note:
        return step.note
    return step.phases[-1].text if step.phases else ""


def details(run: RunRecord, step: StepRecord, glyphs: Glyphs) -> Content:
    """All that is known of one step, what matters first: its trouble, the verdict, what was seen (newest first)."""
    blocks = []
    if step.step is StepName.VERIFY and run.verdict is not None:
        blocks.append(_verdict(run.verdict, glyphs))
    trouble = step.trouble or (run.trouble if step is run.current_step else None)
    if trouble is not None and step.state is not StepState.DONE:
        blocks.append(_trouble(trouble))
    if step.note:
        blocks.append(Content(step.note))
    if step.step is StepName.REPORT and run.report_path:
        blocks.append(joined(toned("Report ", Tone.QUIET), run.report_path))
    if step.step in {StepName.CREATE_IMAGE, StepName.WAIT_FOR_IMAGE, StepName.DESCRIBE} and run.image_id:
        blocks.append(joined(toned("Image ", Tone.QUIET), run.image_id))
    blocks += [_phase(phase) for phase in reversed(step.phases)]
    planned = next((planned for planned in run.plan.steps if planned.step is step.step), None)
    if planned is not None and planned.summary:
        blocks.append(toned(glyphs.plain(planned.summary), Tone.QUIET))
    return Content("\n").join(blocks)


def _phase(phase: Phase) -> Content:
    return joined(toned(f"{clock_time(phase.at)}  ", Tone.QUIET), phase.text)


def _trouble(trouble: Trouble) -> Content:
    parts = [toned(trouble.what, Tone.BAD)]
    parts += [Content(text) for text in (trouble.meaning, trouble.remedy) if text]
    if trouble.request_id:
        parts.append(toned(f"request {trouble.request_id}", Tone.QUIET))
    return Content("\n").join(parts)


def _verdict(verdict: Verdict, glyphs: Glyphs) -> Content:
    sign = verdict_sign(verdict, glyphs)
    lines = [joined(toned(str(sign), sign.tone), f"  {verdict.reason}")]
    lines += [joined(_INDENT, toned("| ", Tone.QUIET), line) for line in verdict.evidence]
    lines += [joined(_INDENT, toned("hint ", Tone.WARN), hint) for hint in verdict.hints]
    said = (
        ("address", verdict.has_address),
        ("default route", verdict.has_default_route),
        ("its own machine-id", verdict.has_own_machine_id),
    )
    known = [f"{name} {'yes' if value else 'NO'}" for name, value in said if value is not None]
    if known:
        lines.append(toned(_INDENT + "the test instance has: " + ", ".join(known), Tone.QUIET))
    return Content("\n").join(lines)


def leftovers(run: RunRecord) -> tuple[str, ...]:
    """What the run made and has not removed, other than its image, and what it left because it is not its own."""
    made = {each.id: each for each in run.owned if not each.removed and each.kind is not OwnedKind.IMAGE}
    others = [each for each in run.left_behind if each.id not in made]
    return tuple(
        f"{kind.value} {name or thing_id}"
        for kind, name, thing_id in (
            *((each.kind, each.name, each.id) for each in made.values()),
            *((each.kind, each.name, each.id) for each in others),
        )
    )


def is_watching_source(run: RunRecord) -> bool:
    """Whether all that is still done is to watch the restored source come up."""
    return any(step.step is StepName.SEE_UP and step.state is StepState.RUNNING for step in run.steps)


def can_be_cancelled(run: RunRecord) -> bool:
    """Whether a request to cancel would have an effect: a second one ends the watching of the restored source."""
    return not run.state.is_over and (run.state is not RunState.CANCELLING or is_watching_source(run))


def status_text(run: RunRecord) -> tuple[str, Tone]:
    """What the status line says of a run."""
    if is_interrupted(run):
        runner = f" on {run.runner.host}" if run.runner else ""
        return f"Its runner{runner} is gone; nothing is lost. Press R to resume.", Tone.WARN
    match run.state:
        case RunState.WAITING:
            return "Waiting for you: see the step. Press R when it is fixed, c to cancel, u to undo.", Tone.WARN
        case RunState.CANCELLING if is_watching_source(run):
            return "Cancelled; the instance is restored and starting. Press c to stop watching it.", Tone.WARN
        case RunState.CANCELLING:
            return "Cancelling; the instance is being restored.", Tone.WARN
        case RunState.PLANNED | RunState.RUNNING:
            return f"Run {run.id} has its own process and continues when you leave.", Tone.QUIET
        case _:
            rest = leftovers(run)
            took = duration((run.ended_at - run.created_at).total_seconds()) if run.ended_at else ""
            kept = f"; still there: {', '.join(rest)}" if rest else ""
            found = " The findings are in the instance's checklist." if _found_facts(run) else ""
            return f"Run {run.id} is over{f' after {took}' if took else ''}{kept}.{found}", Tone.QUIET


def _found_facts(run: RunRecord) -> bool:
    return run.spec.inspects and run.state is RunState.DONE
