"""What things are called on the screen: pure functions from models to words, glyph names and tones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.cloud.instance import Instance
from models.findings import Finding, FindingClass, Readiness, class_of
from models.run.claim import run_on
from models.run.record import RunRecord, RunState
from models.seal.verdict import SealWord
from models.steps import StepState
from models.verdict import Verdict, VerdictWord
from models.works.outcome import Outcome
from models.works.verdict import WorksWord
from screens.style.glyphs import Glyphs, class_glyph
from screens.style.tones import Tone

_WORST_FIRST = tuple(FindingClass)
_SHORT_SEALS = {SealWord.SEALED: "sealed", SealWord.NOT_SEALED: "NOT", SealWord.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Sign:
    """A state as a person sees it: a glyph, a word and a tone, never one of them alone."""

    glyph: str
    word: str
    tone: Tone

    def __str__(self) -> str:
        """Glyph and word."""
        return f"{self.glyph} {self.word}"


def instance_sign(instance: Instance, glyphs: Glyphs) -> Sign:
    """The state of an instance: what is being done with it if anything, else its status in Nova's own word."""
    if run_on(instance) is not None:
        doing = (instance.task_state or instance.status).lower().removeprefix("image_").replace("_", " ")
        return Sign(glyphs.changing, f"imaging: {doing}", Tone.WARN)
    if instance.task_state:
        return Sign(glyphs.changing, instance.task_state.replace("_", " "), Tone.WARN)
    status = instance.status
    match instance.status:
        case "ACTIVE":
            return Sign(glyphs.active, status, Tone.GOOD)
        case "SHUTOFF":
            return Sign(glyphs.stopped, status, Tone.PLAIN)
        case "ERROR" | "DELETED":
            return Sign(glyphs.bad, status, Tone.BAD)
        case _:
            return Sign(glyphs.set_aside, status, Tone.WARN)


def image_sign(status: str, glyphs: Glyphs) -> Sign:
    """The state of an image, in Glance's own word."""
    match status:
        case "active":
            return Sign(glyphs.good, status, Tone.GOOD)
        case "queued" | "saving" | "uploading" | "importing":
            return Sign(glyphs.changing, status, Tone.WARN)
        case "killed" | "deleted" | "pending_delete" | "deactivated":
            return Sign(glyphs.bad, status, Tone.BAD)
        case _:
            return Sign(glyphs.unknown, status, Tone.QUIET)


_CLASSES = {
    FindingClass.BLOCKER: ("blocker", Tone.BAD),
    FindingClass.TO_CONFIRM: ("confirm", Tone.ACCENT),
    FindingClass.WARNING: ("warning", Tone.WARN),
    FindingClass.UNKNOWN: ("unknown", Tone.PLAIN),
    FindingClass.FIXED_BY_RUN: ("fixed by the run", Tone.PLAIN),
    FindingClass.WAIVED: ("waived", Tone.QUIET),
    FindingClass.NOTE: ("note", Tone.PLAIN),
    FindingClass.PASS: ("pass", Tone.GOOD),
    FindingClass.NOT_APPLICABLE: ("n/a", Tone.QUIET),
}


def finding_sign(finding: Finding, glyphs: Glyphs) -> Sign:
    """What a finding comes to; what the user has confirmed is called that."""
    kind = class_of(finding)
    word, tone = _CLASSES[kind]
    return Sign(class_glyph(kind, glyphs), "confirmed" if finding.is_confirmed else word, tone)


def readiness_sign(readiness: Readiness, glyphs: Glyphs) -> Sign:
    """What a checklist comes to: only `ready` is a yes."""
    glyph, tone = {
        Readiness.READY: (glyphs.good, Tone.GOOD),
        Readiness.BLOCKED: (glyphs.bad, Tone.BAD),
        Readiness.NOT_INSPECTED: (glyphs.unknown, Tone.WARN),
        Readiness.INCOMPLETE: (glyphs.unknown, Tone.WARN),
    }[readiness]
    return Sign(glyph, readiness.words.capitalize(), tone)


def came_from(finding: Finding) -> str:
    """Where a finding's fact was read, and for a guest when: what the cloud says is never older than seconds."""
    if finding.source is None:
        return ""
    if finding.is_about_guest and finding.read_at is not None:
        return f"{finding.source} {finding.read_at.astimezone():%H:%M}"
    return finding.source.value


def urgency(finding: Finding) -> int:
    """The place of a finding in a list that has the worst first, as in the checklist; 0 is worst."""
    return _WORST_FIRST.index(class_of(finding))


def step_sign(state: StepState, glyphs: Glyphs) -> Sign:
    """The state of a step."""
    glyph, tone = {
        StepState.PENDING: (glyphs.pending, Tone.QUIET),
        StepState.RUNNING: (glyphs.running, Tone.ACCENT),
        StepState.WAITING: (glyphs.warn, Tone.WARN),
        StepState.DONE: (glyphs.good, Tone.GOOD),
        StepState.SKIPPED: (glyphs.none, Tone.QUIET),
        StepState.FAILED: (glyphs.bad, Tone.BAD),
    }[state]
    return Sign(glyph, state.value, tone)


def run_sign(run: RunRecord, glyphs: Glyphs) -> Sign:
    """The state of a run; one whose runner is gone is said to be interrupted, for nothing continues by itself then."""
    if is_interrupted(run):
        return Sign(glyphs.warn, "interrupted", Tone.WARN)
    glyph, tone = {
        RunState.PLANNED: (glyphs.pending, Tone.QUIET),
        RunState.RUNNING: (glyphs.running, Tone.ACCENT),
        RunState.WAITING: (glyphs.warn, Tone.WARN),
        RunState.CANCELLING: (glyphs.changing, Tone.WARN),
        RunState.DONE: (glyphs.good, Tone.GOOD),
        RunState.FAILED: (glyphs.bad, Tone.BAD),
        RunState.CANCELLED: (glyphs.none, Tone.QUIET),
        RunState.UNDONE: (glyphs.none, Tone.QUIET),
    }[run.state]
    return Sign(glyph, run.state.value, tone)


def is_interrupted(run: RunRecord) -> bool:
    """Whether a run is not over but has no living runner, as far as this machine can see."""
    return not run.state.is_over and run.runner is not None and not run.runner.alive


def verdict_sign(verdict: Verdict | None, glyphs: Glyphs) -> Sign:
    """What a boot test came to, with the strength of its proof."""
    sign = boot_test_sign(verdict.word if verdict is not None else None, glyphs)
    strength = verdict.strength if verdict is not None else None
    return replace(sign, word=f"{sign.word} ({strength})") if strength else sign


def boot_test_sign(word: str | None, glyphs: Glyphs) -> Sign:
    """What a boot test came to, in the same words wherever it is told; None where there was none."""
    match word:
        case VerdictWord.BOOTED:
            return Sign(glyphs.good, "boots", Tone.GOOD)
        case VerdictWord.FAILED:
            return Sign(glyphs.bad, "did not boot", Tone.BAD)
        case VerdictWord.INCONCLUSIVE:
            return Sign(glyphs.unknown, "not proven", Tone.WARN)
        case _:
            return Sign(glyphs.none, "not tested", Tone.QUIET)


def works_sign(word: WorksWord, glyphs: Glyphs) -> Sign:
    """Whether an image works beyond its boot; only *yes* is a yes."""
    glyph, tone = {
        WorksWord.YES: (glyphs.good, Tone.GOOD),
        WorksWord.PARTLY: (glyphs.unknown, Tone.WARN),
        WorksWord.NO: (glyphs.bad, Tone.BAD),
        WorksWord.NOT_ASKED: (glyphs.none, Tone.QUIET),
    }[word]
    return Sign(glyph, word.value, tone)


def outcome_sign(outcome: Outcome, glyphs: Glyphs) -> Sign:
    """How a check or a test of a test instance ended."""
    glyph, tone = {
        Outcome.PASS: (glyphs.good, Tone.GOOD),
        Outcome.FAIL: (glyphs.bad, Tone.BAD),
        Outcome.WARN: (glyphs.warn, Tone.WARN),
        Outcome.SKIPPED: (glyphs.none, Tone.QUIET),
        Outcome.UNKNOWN: (glyphs.unknown, Tone.WARN),
    }[outcome]
    return Sign(glyph, outcome.value, tone)


def seal_word_sign(word: SealWord, glyphs: Glyphs) -> Sign:
    """The verdict on a seal; only *sealed* is a yes."""
    return {
        SealWord.SEALED: Sign(glyphs.good, "sealed", Tone.GOOD),
        SealWord.NOT_SEALED: Sign(glyphs.bad, "not sealed", Tone.BAD),
        SealWord.UNKNOWN: Sign(glyphs.unknown, "seal unknown", Tone.WARN),
    }[word]


def short_seal_sign(word: str | None, glyphs: Glyphs) -> Sign | None:
    """The same in nine cells, for lists; None for an image without such a verdict."""
    if word is None or word not in set(SealWord):
        return None
    sign = seal_word_sign(SealWord(word), glyphs)
    return Sign(sign.glyph, _SHORT_SEALS[SealWord(word)], sign.tone)
