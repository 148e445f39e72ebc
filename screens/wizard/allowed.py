"""Which of the wizard's keys can do something now: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screens.wizard.state import WizardState
from screens.wizard.targets import PAGES, PageName


@dataclass(frozen=True)
class Situation:
    """Where the user is in the wizard, and what is going on."""

    state: WizardState
    page: PageName
    is_inside: bool
    """Whether something is being done inside the guest."""
    is_starting: bool
    has_draft: bool
    came_from_line: bool
    """Whether a line of another page led here."""

    @property
    def may_start(self) -> bool:
        """Whether the run can start: everything is known, and there is no obstacle."""
        return self.state.plan is not None and not self.state.obstacles and not self.is_starting

    def allowed(self) -> Mapping[str, bool]:
        """By action."""
        first, last, free = self.page is PAGES[0], self.page is PAGES[-1], not self.is_starting
        goes_back = not first or self.came_from_line
        running = self.state.facts is not None and self.state.instance.is_running
        return {
            "next": not last,
            "previous": not first,
            "start": last and self.may_start,
            "inspect": running and not self.is_inside,
            "stop_inspection": self.is_inside,
            "uninspected": self.state.inspection_is_missing or bool(self.state.request.uninspected),
            "discard": first and self.has_draft and free,
            "back": free and goes_back,
            "leave": free and not goes_back,
        }
