"""From a plan to a run that is followed to its end, or to the plan in print; shared by `create` and `verify`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imaging.cloud.resolution import ResolvedCloud
from imaging.cloud.threads import in_thread
from imaging.commands.agreeing import agree, refusal, tell_plan
from imaging.commands.converting import plan_document
from imaging.commands.failing import tell
from imaging.commands.following import begin_and_follow
from imaging.commands.output import say, write, write_json
from imaging.commands.plan_text import plan_lines
from imaging.runs.logout import logout_warning
from models.errors import ExitCode
from models.plan import Plan
from models.profile import Profile

if TYPE_CHECKING:
    from imaging.runs.service import RunService


@dataclass(frozen=True)
class Start:
    """What is needed to start a run."""

    plan: Plan
    runs: RunService
    resolved: ResolvedCloud
    profile: Profile
    json: bool


def print_plan(plan: Plan, *, json: bool) -> int:
    """Write the plan as data. The exit status says whether a run by it could start."""
    if json:
        write_json(plan_document(plan))
    else:
        write("\n".join(plan_lines(plan, commands=True)))
    against = refusal(plan)
    if against is not None:
        tell(against, heading="Such a run would not start")
    return ExitCode.DONE if against is None else against.exit_code


async def carry_out(start: Start, *, yes: bool) -> int:
    """Show the plan, ask, start the run, and follow it.

    Raises:
        UsageError: something has to be said that was not (`--network`).
        RunError: the guidelines forbid it, or the user's word is missing; nothing was changed.
    """
    tell_plan(start.plan)
    warning = await in_thread(logout_warning)
    if warning is not None:
        say(f"Warning: {warning}")
    against = refusal(start.plan)
    if against is not None:
        raise against
    if not agree(yes=yes):
        return ExitCode.VIOLATIONS
    return await begin_and_follow(
        lambda: start.runs.start(start.plan, start.resolved, start.profile), start.runs, json=start.json
    )
