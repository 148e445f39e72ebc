"""Page five: all that will be done, said before anything is done."""

from __future__ import annotations

import textwrap

from textual.app import ComposeResult
from textual.content import Content

from models.findings import AskedFor, Checklist
from models.plan import Plan
from models.request import OnFailure
from models.text import one_line
from screens.dialog import Reading
from screens.glyphs import Glyphs
from screens.tones import Tone, joined, toned
from screens.widgets.columns import shortened
from screens.wizard.state import Page, WizardState
from screens.wording import about, counted

_USUAL_WIDTH = 76
"""In cells, before the first layout."""


class ReviewPage(Page):
    """The summary."""

    HEADING = "Review"

    def compose(self) -> ComposeResult:
        """Text to be read."""
        yield Reading(Content(""), id="review")

    def enter(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

    def show(self, state: WizardState) -> None:
        """Show what a run would do."""
        super().show(state)
        reading = self.query_one(Reading)
        reading.put(review(state, reading.scrollable_content_region.width or _USUAL_WIDTH, self.glyphs))

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.show(self.state)


def review(state: WizardState, width: int, glyphs: Glyphs) -> Content:
    """The sentence, what stands in the way, the steps, what happens on failure."""
    if state.plan is None:
        if state.plan_trouble:
            return toned(one_line(state.plan_trouble), Tone.BAD)
        return toned(glyphs.plain("Putting the plan together"), Tone.QUIET)
    blocks = [toned(sentence(state.plan), Tone.STRONG)]
    if obstacles := _obstacles(state, glyphs):
        blocks.append(obstacles)
    blocks += [_warnings(state.plan, glyphs)] if state.plan.warnings else []
    blocks += [_steps(state.plan, width, glyphs), _failure(state.plan)]
    return Content("\n\n").join(blocks)


def sentence(plan: Plan) -> str:
    """`This will stop db-07 for about 4 minutes and detach 2 volumes, and make the image …`."""
    name = shortened(one_line(plan.source.name), 40, cut="…") if plan.source else ""
    deeds = []
    if plan.will_stop:
        deeds.append(f"stop {name} for {about(plan.estimated_seconds)}")
    if plan.volumes:
        deeds.append(f"detach {counted(len(plan.volumes), 'volume')}{'' if plan.will_stop else f' of {name}'}")
    deeds.append(f"make the image {shortened(one_line(plan.request.name), 80, cut='…')}")
    if plan.test is not None and plan.test.refused_because is None:
        flavor = f" ({one_line(plan.test.flavors[0].name)})" if plan.test.flavors else ""
        deeds.append(f"launch a test instance{flavor}")
    return f"This will {', '.join(deeds[:-1])}{' and ' if len(deeds) > 1 else ''}{deeds[-1]}."


def obstacles(checklist: Checklist | None) -> tuple[str, ...]:
    """What keeps the run from starting."""
    if checklist is None:
        return ("The checklist is not known yet.",)
    blocking = [f"{one.rule}: {one.evidence}" for one in checklist.findings if one.blocks]
    unanswered = [
        f"{one.rule}: {one.title} (your word is needed before the run)"
        for one in checklist.findings
        if one.awaits_word and one.asked_for is AskedFor.BEFORE_RUN
    ]
    return (*blocking, *unanswered)


def _obstacles(state: WizardState, glyphs: Glyphs) -> Content | None:
    checklist = state.plan.checklist if state.plan and state.plan.checklist else state.checklist
    lines = [joined(toned(f"{glyphs.bad} ", Tone.BAD), one_line(text)) for text in obstacles(checklist)]
    way_on = toned("Page 2 says what to do about each; w there goes on in spite of one, with your reason.", Tone.QUIET)
    return Content("\n").join([toned("It cannot start yet", Tone.BAD), *lines, way_on]) if lines else None


def _warnings(plan: Plan, glyphs: Glyphs) -> Content:
    return Content("\n").join(joined(toned(f"{glyphs.warn} ", Tone.WARN), one_line(text)) for text in plan.warnings)


def _steps(plan: Plan, width: int, glyphs: Glyphs) -> Content:
    lines = []
    for number, step in enumerate(plan.steps, 1):
        text = glyphs.plain(one_line(step.summary)) or "-"
        lines.append(_hanging(f"{number:>2} {step.step.value:<21}", text, width, skipped=step.skipped))
    return Content("\n").join(lines)


def _hanging(label: str, text: str, width: int, *, skipped: bool) -> Content:
    """A label and beside it a text whose further lines begin below its first."""
    lines = textwrap.wrap(text, max(20, width - len(label)), break_on_hyphens=False) or [""]
    shown = ("\n" + " " * len(label)).join(lines)
    return toned(f"{label}{shown}", Tone.QUIET) if skipped else joined(label, shown)


def _failure(plan: Plan) -> Content:
    answer = (
        "the instance is put back as it was, also when nobody is there"
        if plan.request.on_failure is OnFailure.PUT_BACK
        else "the instance is left stopped with its volumes detached, for a look; undo puts it back"
    )
    return joined(
        toned("If it fails ", Tone.QUIET), answer + ". ",
        "The run goes on in a process of its own when you leave or lose the connection.",
    )  # fmt: skip
