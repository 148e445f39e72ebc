"""What can be done with an import that is being planned: a predicate for each action of its screen. Pure."""

from __future__ import annotations

from imaging.runs.plan.start_gate import obstacles
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import RunRequest


def is_offered(action: str, plan: Plan | None, request: RunRequest) -> bool | None:
    """Whether an action makes sense now; None: it is not about the plan."""
    asked = {one.kind for one in obstacles(plan)} if plan is not None else set()
    offered = {
        "waive": ObstacleKind.BLOCKER in asked or bool(request.waivers),
        "uninspected": ObstacleKind.UNINSPECTED in asked or bool(request.uninspected),
        "steps": plan is not None,
        "visibility": plan is not None,
    }
    return offered.get(action)
