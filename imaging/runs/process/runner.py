"""The runner: the process that works on one run, started by `imaging.runs.process.spawn`.

It reads the login from its standard input, takes the lease, and lets the engine work until the run is over or waits
for a new login. Told to end (SIGTERM, SIGINT) it lets the call in flight settle and leaves the run to be resumed; a
hang-up it ignores. Killed outright it loses nothing: the next runner observes the cloud and continues.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import importlib
import logging
import math
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolved import ResolvedCloud
from imaging.guest.facts_cache import GuestStore
from imaging.runs.core.step_context import Procedures
from imaging.runs.engine.engine import Engine
from imaging.runs.engine.run_context import RunContext
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import HEARTBEAT_SECONDS, Lease
from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.imports.loading import loading
from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from models.errors import ImagingError, JournalError, LeaseLostError
from models.guidelines.profile import Profile
from models.run.record import RunRecord

Connect = Callable[[ResolvedCloud, Clock], Awaitable[Cloud]]

_SETTLE_SECONDS = 20.0
"""How long a call in flight may take to settle once the process is told to end."""

_KEPT_POLL_SECONDS = 60.0
"""How often it is checked whether the time of a kept test instance is over; a laptop may have slept meanwhile."""

_log = logging.getLogger(__name__)


class Runner:
    """Works on one run of one state directory."""

    def __init__(
        self,
        paths: Paths,
        clock: Clock,
        resolved: ResolvedCloud,
        *,
        procedures: Procedures,
        connect: Connect,
    ) -> None:
        self._paths = paths
        self._clock = clock
        self._resolved = resolved
        self._procedures = procedures
        self._connect = connect
        self._stopping = asyncio.Event()
        self._cloud: Cloud | None = None

    async def work(self, run_id: str, *, other_host: str | None = None) -> RunRecord:
        """Work on a run as far as it goes.

        Raises:
            RunError: another runner works on it.
            LeaseLostError: another runner has taken it over.
            JournalError: the journal cannot be used.
        """
        journal = Journal(self._paths.journal, self._clock)
        try:
            run = await journal.run(run_id)
            if run.state.is_over:
                return await self._remove_kept(journal, run, other_host)
            async with self._lease(journal, run_id, other_host) as lease:
                with _told_to_end(self._stopping):
                    run = await (await self._engine(journal, lease)).work()
            # Without the lease, and ended by any signal: what it has not removed then is told at the next start.
            return await self._remove_kept(journal, run, None)
        finally:
            if self._cloud is not None:
                await self._cloud.close()
            await journal.close()

    async def _remove_kept(self, journal: Journal, run: RunRecord, other_host: str | None) -> RunRecord:
        """Remove a test instance that was kept because its checks failed, once its time is over.

        Also by the clock that nobody sets: one that is set back must not keep its port open for years.
        """
        until = self._clock.monotonic() + 3600.0 * (run.plan.request.keep_failed_hours or 0)
        while run.kept_instances and run.kept_until is not None:
            left = min((run.kept_until - self._clock.now()).total_seconds(), until - self._clock.monotonic())
            if left <= 0:
                async with self._lease(journal, run.id, other_host) as lease:
                    return await (await self._engine(journal, lease)).remove_kept()
            await self._clock.sleep(min(left, _KEPT_POLL_SECONDS))
            run = await journal.run(run.id)
        return run

    async def _engine(self, journal: Journal, lease: Lease) -> Engine:
        run = await journal.run(lease.run_id)
        context = RunContext(
            journal,
            lease,
            run,
            clock=self._clock,
            profile=_with_own_patience(await _profile_of(journal, run), self._resolved),
            folder=self._paths.run_folder(run.id),
            guests=GuestStore(self._paths, self._clock),
            stopping=self._stopping,
        )
        return Engine(context, self._procedures, self._open_cloud)

    async def _open_cloud(self) -> Cloud:
        self._cloud = await self._connect(self._resolved, self._clock)
        return self._cloud

    @contextlib.asynccontextmanager
    async def _lease(self, journal: Journal, run_id: str, other_host: str | None) -> AsyncIterator[Lease]:
        """Hold the lease, with a heartbeat, and give it back in the end."""
        lease = await journal.take_lease(run_id, confirmed_host=other_host)
        work = asyncio.current_task()
        heart = asyncio.create_task(self._send_heartbeats(journal, lease, work))
        try:
            yield lease
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart
            with contextlib.suppress(LeaseLostError, JournalError):
                await journal.give_back(lease)

    async def _send_heartbeats(self, journal: Journal, lease: Lease, work: asyncio.Task[object] | None) -> None:
        while True:
            await self._clock.sleep(HEARTBEAT_SECONDS)
            try:
                await journal.heartbeat(lease)
            except LeaseLostError:
                _log.exception("the lease is lost")
                if work is not None:
                    work.cancel()
                return
            except JournalError as error:
                _log.warning("no heartbeat: %s", error)
            except Exception:  # noqa: BLE001  # the run continues; a lease that is lost is noticed when it writes
                _log.exception("no heartbeat by a fault of the program")


def main(arguments: Sequence[str] | None = None, *, procedures: Procedures, connect: Connect) -> int:
    """Read the login from standard input and work on the run that the arguments name.

    Args:
        arguments: those of the command line.
        procedures: what to do: the real steps, but in tests.
        connect: how to log in: the real way, but in tests.

    Returns:
        0 when the run was left in order, or no login came because there is no run after all; 1 when the log says why
        not.
    """
    options = _parse(arguments)
    os.umask(0o077)
    paths = dataclasses.replace(Paths.of_user(), state=options.state_dir)
    login = sys.stdin.buffer.read()
    if not login:
        _leave_no_log(paths.runner_log(options.run_id))
        return 0
    start_logging(paths, f"runner-{options.run_id}")
    try:
        resolved = ResolvedCloud.from_pipe(login)
        _let_go_of_standard_input()
        runner = Runner(paths, SystemClock(), resolved, procedures=procedures, connect=connect)
        record = asyncio.run(runner.work(options.run_id, other_host=options.other_host))
    except ImagingError as error:
        _log.error("%s", error)  # the user's log, not a traceback
        return 1
    except asyncio.CancelledError:
        _log.warning("ended in the middle; the run can be resumed")
        return 1
    except Exception:  # noqa: BLE001  # the last resort: a traceback without locals, in the log
        _log.exception("a fault of the program")
        return 1
    _log.info("run %s: %s", record.id, record.state)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="imaging.runs.process.runner", description=__doc__)
    parser.add_argument("run_id")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--other-host")
    return parser.parse_args(arguments)


def _leave_no_log(log: Path) -> None:
    """Remove what was made for a run that never came to be."""
    with contextlib.suppress(OSError):
        if log.stat().st_size == 0:
            log.unlink()


def _let_go_of_standard_input() -> None:
    """Nothing that is started from here may inherit what the login came through."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)


@contextlib.contextmanager
def _told_to_end(stopping: asyncio.Event) -> Iterator[None]:
    """Turn SIGTERM and SIGINT into a request; who asks twice, or waits too long, ends the call in flight."""
    loop, work = asyncio.get_running_loop(), asyncio.current_task()

    def end() -> None:
        if work is not None:
            work.cancel()

    def stop() -> None:
        if stopping.is_set():
            end()
            return
        stopping.set()
        loop.call_later(_SETTLE_SECONDS, end)

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _profile_of(journal: Journal, run: RunRecord) -> Profile:
    """The run's profile. To restore the instance needs none, so one that cannot be read does not matter."""
    try:
        return await journal.profile(run.id)
    except JournalError:
        if not run.undo_requested:
            raise
        return Profile(name="none", title="No guidelines: nothing is judged, only restored")


def _with_own_patience(profile: Profile, resolved: ResolvedCloud) -> Profile:
    """The profile with the cloud's own patience for a silent console, where its entry in clouds.yaml gives one."""
    seconds = resolved.console_silence_seconds
    if seconds is None:
        return profile
    patience = profile.patience.model_copy(update={"console_silence_seconds": math.ceil(seconds)})
    return profile.model_copy(update={"patience": patience})


if __name__ == "__main__":
    # Not for who brings others: they are most of what a runner loads. The login may come later.
    with loading():
        importlib.import_module("imaging.cloud.http.thread_connection")
        from imaging.cloud.connection import connect as connect_to_cloud
        from imaging.runs.steps import PROCEDURES

    sys.exit(main(procedures=PROCEDURES, connect=connect_to_cloud))
