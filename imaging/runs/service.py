"""Runs as the rest of the program sees them: planned, started, watched, resumed, cancelled, undone.

Nothing of a run happens in this process. It writes the record, starts the runner, and from then on only reads.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

from imaging.cloud.connection import connect as connect_to_cloud
from imaging.cloud.interface import Cloud
from imaging.cloud.resolution import ResolvedCloud
from imaging.runs.claim import decode_claims
from imaging.runs.deep_planning import plan_deep_check
from imaging.runs.endings import source_may_need_help
from imaging.runs.journal import Journal
from imaging.runs.journal_rows import Changes
from imaging.runs.lease import this_process
from imaging.runs.new_runs import refuse_unready, run_of_claim, run_of_plan
from imaging.runs.planning import plan_run, plan_verification
from imaging.runs.run_context import trouble_of
from imaging.runs.spawn import Spawn, start_runner
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.claim import Claim
from models.errors import ImagingError, RunError, UsageError, WrongProjectError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.login import CloudIdentity
from models.plan import Plan
from models.profile import Profile
from models.request import RunRequest
from models.run import RunRecord, RunState
from models.steps import StepName, StepState

_LOOK_SECONDS = 0.5
"""How often a watcher asks whether the journal has changed: one read of a few bytes."""
_LIFE_SECONDS = 2.0
"""How often a watcher looks whether the runner still lives, which changes nothing in the journal."""
_START_SECONDS = 30.0
"""How long a runner may take to begin; a busy login node takes seconds to start Python."""
_START_LOOK_SECONDS = 0.1


class RunService:
    """Runs of one state directory."""

    def __init__(
        self,
        paths: Paths,
        clock: Clock,
        *,
        connect: Callable[[ResolvedCloud, Clock], Awaitable[Cloud]] = connect_to_cloud,
        spawn: Spawn = start_runner,
    ) -> None:
        self._paths = paths
        self._clock = clock
        self._connect = connect
        self._spawn = spawn
        self._journal = Journal(paths.journal, clock)

    async def plan(
        self,
        cloud: Cloud,
        instance_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        guest: Fact[GuestFacts] | None = None,
    ) -> Plan:
        """Say what a run would do to an instance; changes nothing. See `imaging.runs.planning.plan_run`."""
        return await plan_run(cloud, self._clock, instance_id, request, profile, guest=guest)

    async def plan_verification(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what a test launch of an image would do; changes nothing."""
        return await plan_verification(cloud, self._clock, image_id, request, profile)

    async def plan_deep_check(self, cloud: Cloud, instance_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what a look inside an instance through a throw-away child would cost; changes nothing."""
        return await plan_deep_check(cloud, self._clock, instance_id, request, profile)

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        """Carry out a plan in a process of its own.

        Raises:
            RunError: the plan is not ready, another run works on the instance, or the runner cannot be started.
            JournalError: nothing can be written down.
        """
        refuse_unready(plan)
        record = await self._journal.create(run_of_plan(plan, self._clock.now()), profile)
        return await self._begin(record, resolved)

    async def runs(self) -> tuple[RunRecord, ...]:
        """All runs, newest first."""
        return await self._journal.runs()

    async def run(self, run_id: str) -> RunRecord:
        """One run, by its id or a beginning of it that no other has. Raises UsageError otherwise."""
        return await self._journal.run(run_id)

    async def watch(self, run_id: str) -> AsyncIterator[RunRecord]:
        """Give a run now and after every change, until it is over."""
        shown: RunRecord | None = None
        token: tuple[int, int] | None = None
        looked_at = float("-inf")
        while True:
            changed = await self._journal.token()
            if changed != token or self._clock.monotonic() - looked_at >= _LIFE_SECONDS:
                token, looked_at = changed, self._clock.monotonic()
                record = await self._journal.run(run_id)
                if shown is None or _without_heartbeat(record) != _without_heartbeat(shown):
                    shown = record
                    yield record
                if record.state.is_over:
                    return
            await self._clock.sleep(_LOOK_SECONDS)

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Go on with a run that has no runner any more, or that waits for its user, with this login.

        Raises:
            UsageError: the run is over, or a confirmation is missing that another host's runner is dead.
            RunError: somebody works on it.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if record.state.is_over:
            raise UsageError(f"Run {record.id} is over: {record.state}.", remedy=_undo_hint(record))
        await self._refuse_other_project(record, resolved)
        if record.state is RunState.WAITING:
            await self._end_waiting_runner(record)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        return await self._begin(record, resolved, other_host=other_host)

    async def cancel(self, run_id: str, resolved: ResolvedCloud | None) -> RunRecord:
        """Ask a run to end; what it changed is put right, by its runner or by one that is started for that.

        Raises:
            UsageError: the run is over already.
            RunError: no runner lives, and without a login none can be started.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if record.state.is_over:
            raise UsageError(f"Run {record.id} is over: {record.state}.", remedy=_undo_hint(record))
        if record.runner is not None and record.runner.alive:
            return await self._journal.wish(record.id, lambda changes: changes.run(cancel_requested=True))
        if resolved is None:
            raise RunError(
                f"No runner works on run {record.id}, so one has to be started to cancel it.",
                meaning="Nothing was changed.",
                remedy="Log in to its cloud and cancel again.",
            )
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id)
        record = await self._journal.wish(record.id, lambda changes: changes.run(cancel_requested=True))
        return await self._begin(record, resolved)

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        """The claim that a run holds on an instance, read from the instance's own metadata; None without one.

        Raises:
            NotFoundError: there is no such instance.
        """
        instance = await cloud.compute.instance(instance_id)
        return next(iter(decode_claims(instance.metadata, instance.id)), None)

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        """Put a run's source back as it was, from the journal, or from the claim where the journal is elsewhere.

        Raises:
            UsageError: there is nothing to put back, or a confirmation of the other host is missing.
            RunError: somebody works on the run; it has to be cancelled instead.
            WrongProjectError: the login is another project's.
        """
        if isinstance(target, Claim):
            with contextlib.suppress(UsageError):
                target = await self._journal.run(target.run_id)
        if isinstance(target, Claim):
            return await self._undo_claim(target, resolved, other_host)
        return await self._undo_run(target, resolved, other_host)

    async def close(self) -> None:
        """Let go of the journal."""
        await self._journal.close()

    async def _undo_run(self, record: RunRecord, resolved: ResolvedCloud, other_host: str | None) -> RunRecord:
        if not source_may_need_help(record):
            raise UsageError(f"Run {record.id} has left nothing to put back: {record.title} is as it was before.")
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        record = await self._journal.wish(record.id, _only_put_back)
        return await self._begin(record, resolved, other_host=other_host)

    async def _undo_claim(self, claim: Claim, resolved: ResolvedCloud, other_host: str | None) -> RunRecord:
        if claim.host not in {socket.gethostname(), other_host}:
            raise UsageError(
                f"Run {claim.run_id} claimed the instance from {claim.host} "
                f"at {claim.claimed_at:%Y-%m-%d %H:%M} UTC and may still work there.",
                meaning="Nothing was changed.",
                remedy=f"If you know that it does not, confirm with --other-host {claim.host}.",
            )
        cloud = await self._connect(resolved, self._clock)
        try:
            source, login = await cloud.compute.instance(claim.instance_id), await cloud.login()
        finally:
            await cloud.close()
        profile = Profile(name="none", title="No guidelines: nothing is judged, only put back")
        record = await self._journal.create(run_of_claim(claim, source, login, self._clock.now()), profile)
        return await self._begin(record, resolved)

    async def _begin(self, record: RunRecord, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Start a runner and see it begin; a run that never began at all is over."""
        try:
            await self._start_runner(record, resolved, other_host)
        except ImagingError as error:
            if await self._journal.held_lease(record.id) is None:
                trouble, now = trouble_of(error), self._clock.now()
                await self._journal.wish(
                    record.id, lambda changes: changes.run(state=RunState.FAILED, ended_at=now, trouble=trouble)
                )
            raise
        return await self._journal.run(record.id)

    async def _start_runner(self, record: RunRecord, resolved: ResolvedCloud, other_host: str | None) -> None:
        before = await self._lease_number(record.id)
        started = await self._spawn(record.id, resolved, self._paths, other_host=other_host)
        deadline = self._clock.monotonic() + _START_SECONDS
        while await self._lease_number(record.id) == before:
            if started.ended and await self._lease_number(record.id) == before:
                raise RunError(
                    "The runner ended before it began.", meaning="Nothing was changed.", remedy=started.last_words()
                )
            if self._clock.monotonic() >= deadline:
                raise RunError(
                    f"The runner has not begun within {_START_SECONDS:.0f} s.",
                    meaning="It may still do so.",
                    remedy=f"See `imaging watch {record.id}`.",
                )
            await self._clock.sleep(_START_LOOK_SECONDS)

    async def _lease_number(self, run_id: str) -> int:
        held = await self._journal.held_lease(run_id)
        return held.number if held else 0

    async def _end_waiting_runner(self, record: RunRecord) -> None:
        """Have a living runner of this machine that only waits give up the run, for a new login to go on with."""
        held = await self._journal.held_lease(record.id)
        if held is None or held.holder is None or held.holder != this_process(held.holder.pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(held.holder.pid, signal.SIGTERM)
        deadline = self._clock.monotonic() + _START_SECONDS
        while self._clock.monotonic() < deadline:
            held = await self._journal.held_lease(record.id)
            if held is None or held.holder is None:
                return
            await self._clock.sleep(_START_LOOK_SECONDS)

    async def _refuse_other_project(self, record: RunRecord, resolved: ResolvedCloud) -> None:
        cloud = await self._connect(resolved, self._clock)
        try:
            login = await cloud.login()
        finally:
            await cloud.close()
        if _place(login.identity) != _place(record.identity):
            theirs = record.identity
            raise WrongProjectError(
                f"Run {record.id} belongs to project {theirs.project_id} at {theirs.auth_url} (cloud {theirs.cloud}), "
                f"but the login is to project {login.identity.project_id} at {login.identity.auth_url}.",
                meaning="Nothing was changed.",
                remedy=f"Choose its cloud: --os-cloud {theirs.cloud}.",
            )


def _place(identity: CloudIdentity) -> tuple[str, ...]:
    """What must agree: a cloud's name may differ from machine to machine, its address and the rest may not."""
    return (identity.auth_url.rstrip("/"), identity.region or "", identity.project_id, identity.user_id)


def _without_heartbeat(record: RunRecord) -> RunRecord:
    if record.runner is None:
        return record
    runner = record.runner.model_copy(update={"heartbeat_at": datetime.min})  # noqa: DTZ901  # never shown
    return record.model_copy(update={"runner": runner})


def _undo_hint(record: RunRecord) -> str:
    return f"`imaging undo {record.id}` puts the instance back." if source_may_need_help(record) else ""


def _only_put_back(changes: Changes) -> None:
    """Make of a run, over or not, one that only has to be put back."""
    changes.run(undo_requested=True, state=RunState.RUNNING, ending=None, ended_at=None, trouble=None)
    for name in (StepName.PUT_BACK, StepName.REPORT):
        changes.step(name, state=StepState.PENDING, started_at=None, ended_at=None, note="", trouble=None)
