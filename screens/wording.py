"""What things are called on the screen: pure functions from models to words, glyph names and tones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.findings import Finding, Outcome, Severity
from models.instance import Instance
from models.run import RunRecord, RunState
from models.steps import StepState
from models.text import one_line
from models.verdict import Verdict, VerdictWord
from screens.glyphs import Glyphs
from screens.tones import Tone


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
    if instance.task_state:
        return Sign(glyphs.changing, one_line(instance.task_state).replace("_", " "), Tone.WARN)
    status = one_line(instance.status)
    match instance.status:
        case "ACTIVE":
            return Sign(glyphs.running, status, Tone.GOOD)
        case "SHUTOFF":
            return Sign(glyphs.stopped, status, Tone.PLAIN)
        case "ERROR" | "DELETED":
            return Sign(glyphs.bad, status, Tone.BAD)
        case _:
            return Sign(glyphs.pending, status, Tone.WARN)


def image_sign(status: str, glyphs: Glyphs) -> Sign:
    """The state of an image, in Glance's own word."""
    word = one_line(status)
    match status:
        case "active":
            return Sign(glyphs.good, word, Tone.GOOD)
        case "queued" | "saving" | "uploading" | "importing":
            return Sign(glyphs.changing, word, Tone.WARN)
        case "killed" | "deleted" | "pending_delete" | "deactivated":
            return Sign(glyphs.bad, word, Tone.BAD)
        case _:
            return Sign(glyphs.unknown, word, Tone.QUIET)


def finding_sign(finding: Finding, glyphs: Glyphs) -> Sign:
    """What a finding comes to, in the words of the checklist."""
    match finding.outcome:
        case Outcome.PASS:
            return Sign(glyphs.good, "pass", Tone.GOOD)
        case Outcome.WAIVED:
            return Sign(glyphs.waived, "waived", Tone.QUIET)
        case Outcome.NOT_APPLICABLE:
            return Sign(glyphs.none, "n/a", Tone.QUIET)
        case Outcome.UNKNOWN:
            if finding.awaits_word:
                return Sign(glyphs.unknown, "your word", Tone.ACCENT)
            return Sign(glyphs.unknown, "unknown", Tone.PLAIN)
        case Outcome.FAIL:
            return _failure(finding, glyphs)


def _failure(finding: Finding, glyphs: Glyphs) -> Sign:
    if finding.mended_by is not None:
        return Sign(glyphs.warn, "run mends", Tone.WARN)
    if finding.severity is Severity.BLOCK:
        return Sign(glyphs.bad, "blocks", Tone.BAD)
    if finding.severity is Severity.INFO:
        return Sign(glyphs.pending, "note", Tone.PLAIN)
    return Sign(glyphs.warn, "warns", Tone.WARN)


def came_from(finding: Finding) -> str:
    """Where a finding's fact was read, and for a guest when: what the cloud says is never older than seconds."""
    if finding.source is None:
        return ""
    if finding.is_about_guest and finding.read_at is not None:
        return f"{finding.source} {finding.read_at.astimezone():%H:%M}"
    return finding.source.value


def urgency(finding: Finding) -> int:
    """The place of a finding in a list that has the worst first; 0 is worst."""
    if finding.outcome is Outcome.FAIL:
        if finding.blocks:
            return 0
        order = {Severity.BLOCK: 1, Severity.WARN: 3, Severity.ASK: 3, Severity.INFO: 5}
        return 1 if finding.mended_by is not None else order[finding.severity]
    if finding.awaits_word:
        return 2
    order_of_rest = {Outcome.UNKNOWN: 4, Outcome.WAIVED: 6, Outcome.PASS: 7, Outcome.NOT_APPLICABLE: 8}
    return order_of_rest[finding.outcome]


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
    """The state of a run; one whose runner is gone is said to be interrupted, for nothing goes on by itself then."""
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
    """A verdict with its strength; a run without one yet has a dash."""
    if verdict is None:
        return Sign(glyphs.none, "no verdict", Tone.QUIET)
    glyph, tone = {
        VerdictWord.BOOTED: (glyphs.good, Tone.GOOD),
        VerdictWord.FAILED: (glyphs.bad, Tone.BAD),
        VerdictWord.INCONCLUSIVE: (glyphs.unknown, Tone.WARN),
        VerdictWord.NOT_TESTED: (glyphs.none, Tone.QUIET),
    }[verdict.word]
    strength = f" ({verdict.strength})" if verdict.strength else ""
    return Sign(glyph, f"{verdict.word}{strength}", tone)


def clock_time(moment: datetime | None, *, now: datetime | None = None) -> str:
    """The time of day where the user is, with the date when `now` lies on another day; empty for None."""
    if moment is None:
        return ""
    local = moment.astimezone()
    if now is not None and now.astimezone().date() != local.date():
        return f"{local:%Y-%m-%d %H:%M}"
    return f"{local:%H:%M:%S}"


def day(moment: datetime | None) -> str:
    """The date where the user is; empty for None."""
    return f"{moment.astimezone():%Y-%m-%d}" if moment else ""


_MINUTE = 60
_HOUR = 3600


def duration(seconds: float | None) -> str:
    """How long something took: `4 s`, `2 min 5 s`, `1 h 3 min`; empty for None."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // _MINUTE, _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def about(seconds: float) -> str:
    """An estimate in words: `about 4 minutes`."""
    minutes = max(1, round(timedelta(seconds=seconds) / timedelta(minutes=1)))
    return f"about {minutes} minute{'s' if minutes != 1 else ''}"


_GIB = 1024**3
_MIB = 1024**2
_DECIMALS_BELOW = 10


def size(count: int | None) -> str:
    """A number of bytes: `2.4 GiB`, `170 MiB`; a question mark for None."""
    if count is None:
        return "?"
    if count >= _GIB:
        gib = count / _GIB
        return f"{gib:.1f} GiB" if gib < _DECIMALS_BELOW else f"{gib:.0f} GiB"
    return f"{count / _MIB:.0f} MiB" if count else "0"


def counted(number: int, thing: str, plural: str | None = None) -> str:
    """A number with its noun: `1 volume`, `2 volumes`."""
    return f"{number} {thing if number == 1 else plural or thing + 's'}"
