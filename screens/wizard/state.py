"""What the pages of the wizard share: the request as it is now, and what the rules say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from textual import on
from textual.containers import Vertical
from textual.message import Message

from imaging.runs.plan.start_gate import checklist_obstacles, obstacles
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.findings import AskedFor, Checklist
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan
from models.run.request import Mode, RunRequest, Visibility, Waiver
from screens.rules_loading import evidence_of, judged
from screens.style.glyphs import Glyphs
from screens.widgets.rows import RowList
from screens.widgets.rows_look import PastEnd


@dataclass(frozen=True)
class WizardState:
    """Everything that the pages show."""

    instance: Instance
    profile: Profile
    request: RunRequest
    facts: InstanceFacts | None = None
    """None until the cloud has answered."""
    checklist: Checklist | None = None
    judged_facts: InstanceFacts | None = None
    """Those that the checklist is about, with the request that they were judged with."""
    plan: Plan | None = None
    """What a run of this request would do; None while it is not known."""
    plan_trouble: str = ""
    """Why there is no plan."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """By rule, the evidence for which it was waived."""
    lapsed: tuple[Waiver, ...] = ()
    """Waivers whose evidence has changed since: to be given again."""
    mode_by_hand: bool = False
    """Whether the user has chosen the mode, so that it does not follow the visibility any more."""
    mode_note: str = ""
    """What has just become of the mode because the visibility was changed; empty once it has been read."""
    busy: bool = False
    """Whether something is being done inside the guest."""

    def judged(self) -> WizardState:
        """The same with the rules asked about the request as it is now; a plan of another request is dropped.

        They are asked only where the facts or the request are others than last time.
        """
        state = self
        if self.facts is not None:
            state = self._without_changed_waivers(self.facts.model_copy(update={"request": self.request}))
            if self.facts is not self.judged_facts or self.facts.request != state.request:
                facts = self.facts.model_copy(update={"request": state.request})
                checklist = judged(facts, self.profile)
                state = replace(state, facts=facts, judged_facts=facts, checklist=checklist)
        is_of_it = self.plan is not None and self.plan.request == state.request
        return state if is_of_it else replace(state, plan=None)

    def _without_changed_waivers(self, facts: InstanceFacts) -> WizardState:
        """A waiver holds for what was seen when it was given. Where something else is found now it has lapsed."""
        waivers = self.request.waivers
        if not waivers:
            return self
        now = evidence_of({waiver.rule for waiver in waivers}, facts, self.profile)
        changed = {rule for rule, evidence in now.items() if self.seen.get(rule, evidence) != evidence}
        held = tuple(waiver for waiver in waivers if waiver.rule not in changed)
        dropped = tuple(waiver for waiver in waivers if waiver.rule in changed)
        known = {**now, **self.seen}
        holding = {waiver.rule for waiver in held}
        return replace(
            self,
            request=self.request.model_copy(update={"waivers": held}) if dropped else self.request,
            seen={rule: evidence for rule, evidence in known.items() if rule in holding},
            lapsed=tuple(waiver for waiver in (*self.lapsed, *dropped) if waiver.rule not in holding),
        )

    @property
    def inspected(self) -> bool:
        """Whether the guest's own facts are known."""
        return self.checklist is not None and self.checklist.not_inspected_because is None

    @cached_property
    def inspection_is_missing(self) -> bool:
        """Whether the guest was not inspected, or not completely; asked for each key at each change of the focus."""
        checklist = self.checklist
        return checklist is not None and (checklist.not_inspected_because is not None or bool(checklist.unanswered))

    @cached_property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What keeps a run of this request from starting, as far as it is known."""
        if self.plan is not None:
            return (*obstacles(self.plan), *self._contradictions())
        if self.checklist is None:
            return ()
        return (*checklist_obstacles(self.checklist, self.request), *self._contradictions())

    def _contradictions(self) -> Iterator[Obstacle]:
        """What would not be done although the user wants it: asked here, told by commands."""
        request = self.request
        if request.mode is Mode.SEALED and not request.test:
            text = "A sealed image is proved by a test launch, and none is wanted."
            yield Obstacle(kind=ObstacleKind.IMPOSSIBLE, text=text)
        if request.visibility is Visibility.PRIVATE:
            return
        if not (request.test or request.publish_unverified):
            yield Obstacle(
                kind=ObstacleKind.IMPOSSIBLE,
                text=f"Only an image that has booted becomes {request.visibility}, and no test launch is wanted.",
            )
        for finding in self.checklist.findings if self.checklist is not None else ():
            if finding.awaits_confirmation and finding.asked_for is AskedFor.BEFORE_PUBLISHING:
                yield Obstacle(
                    kind=ObstacleKind.CONFIRMATION, rule=finding.rule, title=finding.title, text=finding.evidence
                )

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks among which the test launch can choose."""
        test = self.plan.test if self.plan else None
        if test is None:
            return ()
        return test.networks or ((test.network,) if test.network else ())


class RequestChanged(Message):
    """The user has changed something of the request: these fields, and no others."""

    def __init__(self, update: Mapping[str, object]) -> None:
        super().__init__()
        self.update = update


class Page(Vertical):
    """One page of the wizard."""

    def __init__(self, state: WizardState, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self.state = state
        self.glyphs = glyphs

    def show(self, state: WizardState) -> None:
        """Show the state as it is now."""
        self.state = state

    def fill(self, request: RunRequest, *, only_empty: bool) -> None:
        """Put into the fields what was suggested or kept; `show` leaves alone what the user is typing."""

    def enter(self) -> None:
        """The page comes up: put the focus where the user begins."""

    def go_to(self, rule: str) -> None:
        """Put the cursor on a finding, where the page has findings."""

    @on(PastEnd)
    def _past_end(self, event: PastEnd) -> None:
        """The lists of a page are one to the arrow keys: from the end of one they lead into the next."""
        event.stop()
        chain = [widget for widget in self.screen.focus_chain if self in widget.ancestors]
        place = chain.index(event.rows) + (1 if event.step > 0 else -1)
        if 0 <= place < len(chain):
            beside = chain[place]
            beside.focus()
            if isinstance(beside, RowList):
                beside.action_first() if event.step > 0 else beside.action_last()

    def change(self, **update: object) -> None:
        """Tell the wizard that the user has changed the request."""
        self.post_message(RequestChanged(update))
