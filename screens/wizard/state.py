"""What the pages of the wizard share: the request as it is now, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual.containers import Vertical
from textual.message import Message

from imaging.runs.plan.start_gate import checklist_obstacles, obstacles
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.findings import Checklist
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.obstacle import Obstacle
from models.run.plan import Plan
from models.run.request import RunRequest
from screens.rules_loading import judged
from screens.style.glyphs import Glyphs


@dataclass(frozen=True)
class WizardState:
    """Everything that the pages show."""

    instance: Instance
    profile: Profile
    request: RunRequest
    facts: InstanceFacts | None = None
    """None until the cloud has answered."""
    checklist: Checklist | None = None
    plan: Plan | None = None
    """What a run of this request would do; None while it is not known."""
    plan_trouble: str = ""
    """Why there is no plan."""

    def judged(self) -> WizardState:
        """The same with the rules asked about the request as it is now; a plan of another request is dropped."""
        plan = self.plan if self.plan is not None and self.plan.request == self.request else None
        if self.facts is None:
            return replace(self, plan=plan)
        facts = self.facts.model_copy(update={"request": self.request})
        return replace(self, facts=facts, checklist=judged(facts, self.profile), plan=plan)

    @property
    def inspected(self) -> bool:
        """Whether the guest's own facts are known."""
        return self.checklist is not None and self.checklist.not_inspected_because is None

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What keeps a run of this request from starting, as far as it is known."""
        if self.plan is not None:
            return obstacles(self.plan)
        return checklist_obstacles(self.checklist, self.request) if self.checklist is not None else ()

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

    HEADING = ""

    def __init__(self, state: WizardState, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self.state = state
        self.glyphs = glyphs

    def show(self, state: WizardState) -> None:
        """Show the state as it is now."""
        self.state = state

    def enter(self) -> None:
        """The page comes up: put the focus where the user begins."""

    def change(self, **update: object) -> None:
        """Tell the wizard that the user has changed the request."""
        self.post_message(RequestChanged(update))
