"""Page five: all that will be done, said before anything is done."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content

from models.findings import FindingClass, Readiness, class_of
from models.formatting import about, counted
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan
from models.run.request import OnFailure
from models.text import one_line
from screens.dialogs.dialog import Reading
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.widgets.columns import shortened
from screens.wizard.state import Page, WizardState

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
        """Break the lines again."""
        self.show(self.state)


def review(state: WizardState, width: int, glyphs: Glyphs) -> Content:
    """The sentence, the obstacles, the steps, what happens on failure."""
    if state.plan is None:
        if state.plan_trouble:
            return toned(one_line(state.plan_trouble), Tone.BAD)
        return toned(glyphs.plain("Making the plan"), Tone.QUIET)
    blocks = [toned(sentence(state.plan), Tone.STRONG)]
    if in_the_way := _obstacles(state.obstacles, glyphs):
        blocks.append(in_the_way)
    if found := _found(state.plan, glyphs):
        blocks.append(found)
    blocks += [_warnings(state.plan, glyphs)] if state.plan.warnings else []
    blocks += [_steps(state.plan, width, glyphs), _failure(state.plan)]
    return Content("\n\n").join(blocks)


def sentence(plan: Plan) -> str:
    """`This will stop db-07 for about 4 minutes and detach 2 volumes, and make the image …`."""
    name = shortened(plan.source.name, 40, cut="…") if plan.source else ""
    actions = []
    if plan.will_stop:
        actions.append(f"stop {name} for {about(plan.estimated_seconds)}")
    if plan.volumes:
        actions.append(f"detach {counted(len(plan.volumes), 'volume')}{'' if plan.will_stop else f' of {name}'}")
    actions.append(f"make the image {shortened(one_line(plan.request.name), 80, cut='…')}")
    if plan.test is not None and plan.test.refused_because is None:
        flavor = f" ({plan.test.flavors[0].name})" if plan.test.flavors else ""
        actions.append(f"launch a test instance{flavor}")
    return f"This will {', '.join(actions[:-1])}{' and ' if len(actions) > 1 else ''}{actions[-1]}."


def obstacle_line(obstacle: Obstacle) -> str:
    """What keeps the run from starting, in one line."""
    match obstacle.kind:
        case ObstacleKind.BLOCKER:
            return f"{obstacle.rule}: {obstacle.text}"
        case ObstacleKind.UNINSPECTED:
            return obstacle.text
        case ObstacleKind.CONFIRMATION:
            return f"{obstacle.rule}: {obstacle.title} (please confirm)"
        case _:
            return obstacle.text


def obstacles_counted(found: Sequence[Obstacle]) -> str:
    """`2 blockers, 1 to confirm`."""
    by_kind = Counter(one.kind for one in found)
    blockers = by_kind[ObstacleKind.BLOCKER] + by_kind[ObstacleKind.IMPOSSIBLE]
    parts = [counted(blockers, "blocker")] if blockers else []
    parts += ["an inspection"] if by_kind[ObstacleKind.UNINSPECTED] else []
    parts += [f"{by_kind[ObstacleKind.CONFIRMATION]} to confirm"] if by_kind[ObstacleKind.CONFIRMATION] else []
    parts += ["a network to choose"] if by_kind[ObstacleKind.NETWORK] else []
    return ", ".join(parts)


_ADVICE = {
    ObstacleKind.BLOCKER: "Page 2 says what to do about each. Press w there to waive one, with a reason.",
    ObstacleKind.UNINSPECTED: "Press p to inspect the guest by SSH, or u to continue without, with a reason. "
    "Where SSH does not reach it: leave with q, and press d for a deep check.",
    ObstacleKind.CONFIRMATION: "On page 2, press space to confirm.",
    ObstacleKind.NETWORK: "Choose the network on page 4.",
}


def _obstacles(found: Sequence[Obstacle], glyphs: Glyphs) -> Content | None:
    lines = [joined(toned(f"{glyphs.bad} ", Tone.BAD), obstacle_line(one)) for one in found]
    kinds = {one.kind for one in found}
    advice = [toned(text, Tone.QUIET) for kind, text in _ADVICE.items() if kind in kinds]
    return Content("\n").join([toned("Before you can start", Tone.BAD), *lines, *advice]) if lines else None


def _found(plan: Plan, glyphs: Glyphs) -> Content | None:
    """What the user goes on despite: waivers and their reasons, warnings, what nobody could answer."""
    checklist = plan.checklist
    if checklist is None:
        return None
    lines = []
    if plan.request.uninspected and checklist.readiness is not Readiness.READY:
        lines.append(joined(toned(f"{glyphs.waived} ", Tone.QUIET), f"Without inspection: {plan.request.uninspected}"))
    of_class = {kind: [one for one in checklist.findings if class_of(one) is kind] for kind in FindingClass}
    signs = ((FindingClass.WAIVED, glyphs.waived, Tone.QUIET), (FindingClass.WARNING, glyphs.warn, Tone.WARN))
    for kind, sign, tone in signs:
        lines += [joined(toned(f"{sign} ", tone), f"{one.rule}: {one.evidence}") for one in of_class[kind]]
    unknown = of_class[FindingClass.UNKNOWN]
    if unknown:
        text = glyphs.plain(f"{glyphs.unknown} {counted(len(unknown), 'rule')} unknown; page 2 lists them.")
        lines.append(toned(text, Tone.QUIET))
    return Content("\n").join(lines) if lines else None


def _warnings(plan: Plan, glyphs: Glyphs) -> Content:
    return Content("\n").join(joined(toned(f"{glyphs.warn} ", Tone.WARN), text) for text in plan.warnings)


def _steps(plan: Plan, width: int, glyphs: Glyphs) -> Content:
    lines = []
    for number, step in enumerate(plan.steps, 1):
        text = glyphs.plain(step.summary) or "-"
        lines.append(_hanging(f"{number:>2} {step.step.value:<21}", text, width, skipped=step.skipped))
    return Content("\n").join(lines)


def _hanging(label: str, text: str, width: int, *, skipped: bool) -> Content:
    """A label and beside it a text whose further lines begin below its first."""
    lines = textwrap.wrap(text, max(20, width - len(label)), break_on_hyphens=False) or [""]
    shown = ("\n" + " " * len(label)).join(lines)
    return toned(f"{label}{shown}", Tone.QUIET) if skipped else joined(label, shown)


def _failure(plan: Plan) -> Content:
    answer = (
        "the instance is restored automatically"
        if plan.request.on_failure is OnFailure.RESTORE
        else "the instance is left stopped with its volumes detached; undo restores it"
    )
    return joined(
        toned("If it fails ", Tone.QUIET), answer + ". ",
        "The run has its own process: it continues when you leave or lose the connection.",
    )  # fmt: skip
