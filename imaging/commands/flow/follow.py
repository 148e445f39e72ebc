"""Following a run to its end. The run continues by itself: a follower may leave at any time."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imaging.commands.documents.run import run_document
from imaging.commands.flow.exit_status import exit_status
from imaging.commands.output import run_text
from imaging.commands.output.failures import tell
from imaging.commands.output.reports.writing import Reports
from imaging.commands.output.streams import say, write, write_json
from imaging.runs.core.outcome import way_out
from models.exit_code import ExitCode
from models.run.record import RunRecord, RunState

if TYPE_CHECKING:
    from imaging.runs.service import RunService

LEFT = 130
"""The exit status after ctrl+c, as of every program that is interrupted: 128 and the number of the signal."""

_GRACE_SECONDS = 3.0
"""How long a run may be without a runner before a follower gives up: a new one starts within that."""


class LeaveRequest:
    """The user's request to leave: the first ctrl+c is a request, a second one ends the program on the spot."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Take note of ctrl+c, and let the next one do what it does to any program."""
        self._asked.set()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    @property
    def asked(self) -> bool:
        """Whether the user wants to leave."""
        return self._asked.is_set()

    async def wait(self) -> None:
        """Wait for the request."""
        await self._asked.wait()


@contextmanager
def ctrl_c_leaves() -> Iterator[LeaveRequest]:
    """From here on ctrl+c leaves, instead of ending what is being done (such as starting a run)."""
    leave = LeaveRequest()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, leave.ask)
    try:
        yield leave
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def start_and_follow(
    begin: Callable[[], Awaitable[RunRecord]],
    service: RunService,
    *,
    json: bool,
    wanted: RunState = RunState.DONE,
    reports: Reports | None = None,
) -> int:
    """Start something that works on a run, follow the run, and write its outcome.

    Args:
        begin: starts or resumes the run and gives its record; ctrl+c does not break it off.
        service: where the run is.
        json: whether to write the run as JSON at the end.
        wanted: the state in which what was asked for is done.
        reports: what else is to be written of the run.

    Returns:
        The exit status.
    """
    with ctrl_c_leaves() as leave:
        run = await begin()
        say(f"Run {run.id} has its own process; ctrl+c leaves it running.")
        last = await follow(service, run.id, leave, show=print_changes)
    return finish(last, left=leave.asked, json=json, wanted=wanted, reports=reports)


async def remove_and_follow(
    begin: Callable[[], Awaitable[RunRecord]], service: RunService, run: RunRecord, *, json: bool
) -> int:
    """Have a kept test instance removed, and see that it is.

    Args:
        begin: starts the runner that removes it.
        service: where the run is.
        run: the run that keeps it.
        json: whether to write the run as JSON at the end.

    Returns:
        The exit status.
    """
    names = ", ".join(each.name or each.id for each in run.kept_instances)
    with ctrl_c_leaves() as leave:
        await begin()
        say(f"Removing {names}, which was kept because checks or tests had failed; ctrl+c leaves that to its runner.")
        last = await follow(service, run.id, leave, show=lambda _before, _now: None)
    if json:
        write_json(run_document(last))
    if not last.kept_instances:
        say(f"{names} is removed.")
        return ExitCode.DONE
    if leave.asked:
        return LEFT
    say(f"{names} is NOT removed; the log of the runner says why. `imaging resume {run.id}` tries again.")
    return ExitCode.VIOLATIONS


async def follow(
    service: RunService, run_id: str, leave: LeaveRequest, *, show: Callable[[RunRecord | None, RunRecord], None]
) -> RunRecord:
    """Show each change of a run until it is over, the user leaves, or nobody works on it any more.

    Returns:
        The run as it was seen last.
    """
    last = await service.run(run_id)
    following = asyncio.ensure_future(_show_changes(service, last, show))
    left = asyncio.ensure_future(leave.wait())
    try:
        await asyncio.wait({following, left}, return_when=asyncio.FIRST_COMPLETED)
        return following.result() if following.done() else await service.run(run_id)
    finally:
        for task in (following, left):
            task.cancel()
        await asyncio.gather(following, left, return_exceptions=True)


async def _show_changes(
    service: RunService, first: RunRecord, show: Callable[[RunRecord | None, RunRecord], None]
) -> RunRecord:
    before: RunRecord | None = None
    async for now in service.watch(first.id):
        show(before, now)
        before = now
        if is_abandoned(now) and await _remains_abandoned(service, now.id):
            break
    return before or first


async def _remains_abandoned(service: RunService, run_id: str) -> bool:
    """Whether nobody takes the run up: while somebody resumes it, it is without a runner for a moment."""
    await asyncio.sleep(_GRACE_SECONDS)
    return is_abandoned(await service.run(run_id))


def is_abandoned(run: RunRecord) -> bool:
    """Whether the run is not over but nobody works on it, so that it needs `imaging resume`."""
    begun = not run.state.is_over and run.state is not RunState.PLANNED
    return begun and not run.is_worked_on


def print_changes(before: RunRecord | None, now: RunRecord) -> None:
    """Say on standard error what happened, and what the run waits for if it waits."""
    for line in run_text.news(before, now):
        say(line)
    if now.state is RunState.WAITING and (before is None or before.state is not RunState.WAITING):
        if now.trouble is not None:
            tell(now.trouble, heading="Waiting for you")
        say(f"  `imaging resume {now.id}` continues it, `imaging cancel {now.id}` ends it.")


def finish(
    run: RunRecord, *, left: bool, json: bool, wanted: RunState = RunState.DONE, reports: Reports | None = None
) -> int:
    """Write the run as it is now, say what can be done about it, and give the exit status."""
    reports = reports or Reports()
    if left and not run.state.is_over:
        say(f"The run continues: `imaging watch {run.id}` follows it, `imaging cancel {run.id}` ends it.")
        return reports.of_run(run, LEFT)
    tell_outcome = say if reports.take_standard_output else write
    if json:
        write_json(run_document(run))
    else:
        tell_outcome("\n".join(run_text.outcome(run)))
    print_problems(run)
    return reports.of_run(run, exit_status(run, wanted))


def print_problems(run: RunRecord) -> None:
    """Say why a run did not come to a good end, and what can be done."""
    if run.trouble is not None and run.state in {RunState.FAILED, RunState.CANCELLED}:
        tell(run.trouble, heading="The run failed" if run.state is RunState.FAILED else "The run was cancelled")
    elif run.trouble is not None and run.left_behind and run.state.is_over:
        tell(run.trouble, heading="Left behind")
    if is_abandoned(run):
        say(f"Run {run.id} has no runner: `imaging resume {run.id}` continues it, {way_out(run)}.")
    elif run.instance_restored is False and run.state.is_over:
        say(f"The instance is NOT restored: `imaging undo {run.id}` restores it.")
