"""A deep check on the command line: the disk of an instance looked at through a throw-away child, as a run."""

from __future__ import annotations

from imaging.commands import session
from imaging.commands.agreeing import agree, tell_plan
from imaging.commands.choosing import instance_named
from imaging.commands.following import LEFT, follow, leaving_by_ctrl_c, tell_ending, tell_news
from imaging.commands.invocation import Invocation
from imaging.commands.output import say
from models.errors import ExitCode
from models.request import RunRequest
from models.run import RunState


async def check_deeply(said: Invocation, wanted: str, *, yes: bool) -> int:
    """Say what it costs, ask, and follow the run to its end; the facts are kept for the checklist that follows.

    Returns:
        The exit status; 0 once the facts were read.
    """
    guidelines = session.profile(said)
    async with session.own_runs() as runs:
        async with session.logged_in(said) as here:
            instance = await instance_named(here.cloud, wanted)
            request = RunRequest(profile=guidelines.name)
            plan = await runs.plan_deep_check(here.cloud, instance.id, request, guidelines)
        tell_plan(plan)
        if not agree(yes=yes):
            return ExitCode.VIOLATIONS
        with leaving_by_ctrl_c() as leave:
            run = await runs.start(plan, here.resolved, guidelines)
            say(f"Run {run.id} is worked on by a process of its own; ctrl+c leaves it running.")
            last = await follow(runs, run.id, leave, show=tell_news)
    if leave.asked and not last.state.is_over:
        say(f"The run goes on without you: `imaging watch {run.id}` follows it; then `imaging check` shows the facts.")
        return LEFT
    tell_ending(last)
    return ExitCode.DONE if last.state is RunState.DONE else ExitCode.VIOLATIONS
