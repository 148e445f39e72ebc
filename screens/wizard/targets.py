"""The pages of the wizard by name, and what on them one thing leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.findings import AskedFor, Checklist
from models.run.obstacle import Obstacle, ObstacleKind

_ON_NAME_PAGE = ("NAME-", "DESC-")
"""The rules about what is written on the first page."""


class PageName(StrEnum):
    """The pages in their order; the value is what the bar calls them."""

    NAME = "Name"
    VISIBILITY = "Visibility"
    CHECKLIST = "Checklist"
    CONTENT = "Content"
    VOLUMES = "Volumes"
    TEST = "Test"
    REVIEW = "Review"

    @property
    def id(self) -> str:
        """The id of its widget."""
        return f"page-{self.value.lower()}"


PAGES = tuple(PageName)


@dataclass(frozen=True)
class Target:
    """A page, and the finding on it that the cursor goes to."""

    page: PageName
    rule: str = ""


def target_of(obstacle: Obstacle, checklist: Checklist | None) -> Target:
    """Where the user can do something about an obstacle."""
    match obstacle.kind:
        case ObstacleKind.NETWORK | ObstacleKind.IMPOSSIBLE:
            return Target(PageName.TEST)
        case ObstacleKind.UNSEALABLE:
            return Target(PageName.CONTENT)
        case ObstacleKind.BLOCKER if obstacle.rule.startswith(_ON_NAME_PAGE):
            return Target(PageName.NAME)
        case ObstacleKind.CONFIRMATION if _is_before_publishing(obstacle.rule, checklist):
            return Target(PageName.VISIBILITY, obstacle.rule)
        case _:
            return Target(PageName.CHECKLIST, obstacle.rule)


def _is_before_publishing(rule: str, checklist: Checklist | None) -> bool:
    findings = checklist.findings if checklist is not None else ()
    return any(one.rule == rule and one.asked_for is AskedFor.BEFORE_PUBLISHING for one in findings)
