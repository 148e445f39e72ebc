"""A deep check on the command line: the disk of an instance inspected through a temporary instance, as a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.commands.flow import session
from imaging.commands.flow.agreement import agree, show_plan
from imaging.commands.flow.follow import LEFT, ctrl_c_leaves, follow, print_changes, print_problems
from imaging.commands.options.invocation import Invocation
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.streams import say
from imaging.runs.plan.start_gate import obstacles, refuse
from models.exit_code import ExitCode
from models.guidelines.profile import Profile
from models.run.plan import Plan
from models.run.record import RunState
from models.run.request import RunRequest

if TYPE_CHECKING:
    from imaging.runs.service import RunService


async def run_deep_check(invocation: Invocation, wanted: str, *, yes: bool) -> int:
    """Say what it costs, ask, and follow the run to its end; the facts are kept for the checklist that follows.

    Returns:
        The exit status; 0 once the facts were read.
    """
    guidelines = session.profile(invocation)
    async with session.own_runs() as runs:
        async with session.logged_in(invocation) as here:
            instance = await instance_named(here.cloud, wanted)
            request = RunRequest(profile=guidelines.name)
            plan = await runs.plans.deep_check(here.cloud, instance.id, request, guidelines)
        return await inspect_by_run(runs, here, plan, guidelines, yes=yes)


async def inspect_by_run(runs: RunService, here: session.Session, plan: Plan, guidelines: Profile, *, yes: bool) -> int:
    """Say what an inspection by a temporary instance costs, ask, and follow it to its end.

    Returns:
        The exit status; 0 once the facts were read.
    """
    show_plan(plan)
    refuse(obstacles(plan))
    if not agree(yes=yes):
        return ExitCode.VIOLATIONS
    with ctrl_c_leaves() as leave:
        run = await runs.start(plan, here.resolved, guidelines)
        say(f"Run {run.id} has its own process; ctrl+c leaves it running.")
        last = await follow(runs, run.id, leave, show=print_changes)
    if leave.asked and not last.state.is_over:
        say(f"The run continues: `imaging watch {run.id}` follows it; then the same command shows the findings.")
        return LEFT
    print_problems(last)
    return ExitCode.DONE if last.state is RunState.DONE else ExitCode.VIOLATIONS
