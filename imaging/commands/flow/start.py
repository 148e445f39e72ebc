"""From a plan to a run that is followed to its end, or to the plan in print; shared by `create` and `verify`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.commands.documents.plan import plan_document
from imaging.commands.flow.agreement import agree, show_plan
from imaging.commands.flow.follow import start_and_follow
from imaging.commands.output.checklist_text import stdout_page
from imaging.commands.output.failures import tell
from imaging.commands.output.plan_text import not_yet, plan_lines
from imaging.commands.output.reports.writing import Reports
from imaging.commands.output.streams import say, write_json, write_page
from imaging.runs.plan.start_gate import obstacles, refusal
from imaging.runs.process.logind import logout_warning
from imaging.runtime.threads import in_thread
from models.exit_code import ExitCode
from models.guidelines.profile import Profile
from models.run.plan import Plan

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
    reports: Reports | None = None


async def print_or_carry_out(start: Start, *, plan_only: bool, yes: bool) -> int:
    """Print the plan where only that was asked for; else carry it out. Raises as `_carry_out`."""
    if plan_only:
        return _print_plan(start.plan, json=start.json)
    return await _carry_out(start, yes=yes)


def _print_plan(plan: Plan, *, json: bool) -> int:
    """Write the plan as data. The exit status says whether a run by it could start."""
    blocked = obstacles(plan)
    error = refusal(blocked)
    if json:
        write_json(plan_document(plan))
        if error is not None:
            tell(error, heading="This run could not start")
    else:
        write_page(plan_lines(plan, commands=True, blocked=blocked, page=stdout_page()))
        if error is not None:
            say("This run could not start: see the beginning of the plan.")
    return ExitCode.DONE if error is None else error.exit_code


def _refuse(start: Start) -> None:
    """Let a plan pass that can start. Of several things that keep it, the beginning of the plan tells.

    Raises:
        UsageError: something has to be said that was not (`--network`).
        RunError: the guidelines forbid it, or a confirmation is missing.
    """
    blocked = obstacles(start.plan)
    error = refusal(blocked)
    if error is None:
        return
    if start.reports is not None:
        start.reports.of_plan(start.plan, error)
    if len(blocked) > 1:
        said = f"{not_yet(blocked)}, as the beginning of the plan lists."
        raise type(error)(said, meaning=error.meaning) from error
    raise error


async def _carry_out(start: Start, *, yes: bool) -> int:
    """Show the plan, ask, start the run, and follow it.

    Raises:
        UsageError: something has to be said that was not (`--network`).
        RunError: the guidelines forbid it, or a confirmation is missing; nothing was changed.
    """
    show_plan(start.plan, obstacles(start.plan))
    warning = await in_thread(logout_warning)
    if warning is not None:
        say(f"Warning: {warning}")
    _refuse(start)
    if not agree(yes=yes):
        return ExitCode.VIOLATIONS
    return await start_and_follow(
        lambda: start.runs.start(start.plan, start.resolved, start.profile),
        start.runs,
        json=start.json,
        reports=start.reports,
    )
