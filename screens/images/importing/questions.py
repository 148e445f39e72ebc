"""What is asked before a file is imported."""

from __future__ import annotations

from imaging.runs.plan.start_gate import obstacles
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import RunRequest, Visibility
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice, ChooseScreen

_REASON = "Why may the run begin despite these? The reason goes into the report."
_UNREAD = "Why may the run begin although not all could be inspected? The reason goes into the report."


def reason_question(plan: Plan | None, request: RunRequest) -> AskTextScreen:
    """One reason for all that blocks."""
    given = next((one.reason for one in request.waivers), "")
    return _why("Continue anyway", _REASON, plan, ObstacleKind.BLOCKER, given)


def unread_question(plan: Plan | None, request: RunRequest) -> AskTextScreen:
    """Why what could not be inspected does not matter."""
    return _why("Not inspected", _UNREAD, plan, ObstacleKind.UNINSPECTED, request.uninspected)


def _why(title: str, asks: str, plan: Plan | None, kind: ObstacleKind, given: str) -> AskTextScreen:
    found = obstacles(plan) if plan is not None else ()
    return AskTextScreen(
        title,
        asks,
        value=given,
        details="\n".join(f"{one.rule} {one.text}".strip() for one in found if one.kind is kind),
        refuses=lambda reason: "" if reason else "A reason is needed.",
        can_take_back=bool(given),
    )


def visibility_question() -> ChooseScreen:
    """Who sees the image once it has booted; single projects are named by the command alone."""
    choices = [
        Choice(Visibility.PRIVATE.value, "private", "this project"),
        Choice(Visibility.COMMUNITY.value, "community", "everybody who knows its id"),
        Choice(Visibility.PUBLIC.value, "public", "everybody; for administrators"),
    ]
    return ChooseScreen("Visibility", choices)
