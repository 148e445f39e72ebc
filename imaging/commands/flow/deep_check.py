"""A deep check on the command line: the disk of an instance inspected through a temporary instance, as a run."""

from __future__ import annotations

from imaging.commands.flow import session
from imaging.commands.flow.agreement import agree, show_plan
from imaging.commands.flow.follow import LEFT, ctrl_c_leaves, follow, print_changes, print_problems
from imaging.commands.options.invocation import Invocation
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.streams import say
from models.exit_code import ExitCode
from models.run.record import RunState
from models.run.request import RunRequest


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
            plan = await runs.plan_deep_check(here.cloud, instance.id, request, guidelines)
        show_plan(plan)
        if not agree(yes=yes):
            return ExitCode.VIOLATIONS
        with ctrl_c_leaves() as leave:
            run = await runs.start(plan, here.resolved, guidelines)
            say(f"Run {run.id} has its own process; ctrl+c leaves it running.")
            last = await follow(runs, run.id, leave, show=print_changes)
    if leave.asked and not last.state.is_over:
        say(f"The run continues: `imaging watch {run.id}` follows it; then `imaging check` shows the findings.")
        return LEFT
    print_problems(last)
    return ExitCode.DONE if last.state is RunState.DONE else ExitCode.VIOLATIONS
