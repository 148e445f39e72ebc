"""What the run view says: pure functions from a run's record to texts."""

from __future__ import annotations

from textual.content import Content

from models.formatting import clock_time, duration
from models.run.record import OwnedKind, Phase, RunRecord, RunState, StepRecord, Trouble
from models.steps import StepName, StepState
from models.verdict import Verdict
from models.words.export_words import BEING_REMOVED
from screens.runs.texts.judged.seal_text import seal_details
from screens.runs.texts.judged.works_text import works_details
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import Sign, is_interrupted, step_sign, verdict_sign

_INDENT = "  "


def details(run: RunRecord, step: StepRecord, glyphs: Glyphs, sign: Sign | None = None) -> Content:
    """All that is known of one step, what matters first: its trouble, the verdict, what was planned, what was seen.

    Args:
        run: whose step it is.
        step: the step.
        glyphs: the signs that the terminal can show.
        sign: its outcome; None where its state says that.
    """
    blocks = [_heading(step, sign or step_sign(step.state, glyphs))]
    if step.step is StepName.VERIFY and run.verdict is not None:
        blocks.append(_verdict(run.verdict, glyphs))
    blocks += works_details(run, step.step, glyphs)
    blocks += seal_details(run, step.step, glyphs)
    trouble = step.trouble or (run.trouble if step is run.current_step else None)
    if trouble is not None and step.state is not StepState.DONE:
        blocks.append(_trouble(trouble))
    if step.note:
        blocks.append(Content(step.note))
    if step.step is StepName.REPORT and run.report_path:
        blocks.append(joined(toned("Report ", Tone.QUIET), run.report_path))
    if step.step in {StepName.CREATE_IMAGE, StepName.WAIT_FOR_IMAGE, StepName.DESCRIBE} and run.image_id:
        blocks.append(joined(toned("Image ", Tone.QUIET), run.image_id))
    planned = next((planned for planned in run.plan.steps if planned.step is step.step), None)
    if planned is not None and planned.summary:
        blocks.append(toned(glyphs.plain(planned.summary), Tone.QUIET))
    blocks += [_phase(phase) for phase in step.phases]
    return Content("\n").join(blocks)


def _heading(step: StepRecord, sign: Sign) -> Content:
    """The step by the name that reports and commands give it, with its state and how long it took."""
    took = f"  {duration(step.seconds)}" if step.seconds is not None else ""
    return joined(toned(step.step.value, Tone.STRONG), "  ", toned(str(sign), sign.tone), toned(took, Tone.QUIET))


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
    """Whether a request to cancel would have an effect. A second one ends the watching of the restored source."""
    return not run.state.is_over and (run.state is not RunState.CANCELLING or is_watching_source(run))


def status_text(run: RunRecord) -> tuple[str, Tone]:
    """What the status line says about a run: what can be done, or what is left."""
    if is_interrupted(run):
        return "Nothing works on it now. Press R to resume.", Tone.WARN
    match run.state:
        case RunState.WAITING:
            return "Waiting for you: see the step. Press R when it is fixed, c to cancel, u to undo.", Tone.WARN
        case RunState.CANCELLING if is_watching_source(run):
            return "Cancelled; the instance is restored and starting. Press c to stop watching it.", Tone.WARN
        case RunState.CANCELLING:
            return BEING_REMOVED if run.spec.writes_file else "The instance is being restored.", Tone.WARN
        case RunState.PLANNED | RunState.RUNNING:
            return "Keeps running if you quit or lose the connection.", Tone.QUIET
        case _:
            rest = leftovers(run)
            kept = f"; still there: {', '.join(rest)}" if rest else ""
            return f"Run {run.id}{kept}", Tone.WARN if rest else Tone.QUIET
