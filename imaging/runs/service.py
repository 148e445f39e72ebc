"""Runs as the rest of the program sees them: started, watched, resumed, cancelled, undone.

Nothing of a run happens in this process. It writes the record, starts the runner, and from then on only reads.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Awaitable, Callable

from imaging.cloud.connection import connect as connect_to_cloud
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runs.core.outcome import is_overdue, kept_hint, overdue_lines, source_may_need_help
from imaging.runs.core.own_project import refuse_other_project
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.rows import Changes
from imaging.runs.ownership.image_deletion import delete_image_of
from imaging.runs.plan.new_run import run_of_claim, run_of_plan
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.planner import Planner
from imaging.runs.process.early import EarlyRunner
from imaging.runs.process.runners import Runners
from imaging.runs.process.spawn import Spawn, start_runner
from imaging.runs.run_watch import watch_run
from imaging.runs.source.claim_search import find_claim, recorded_run
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import RunError, UnreadableRunError, UsageError
from models.formatting import minute
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.plan import Plan
from models.run.record import OwnedKind, RunRecord, RunState
from models.steps import UNDO_STEPS, StepState


class RunService:
    """Runs of one state directory."""

    def __init__(
        self,
        paths: Paths,
        clock: Clock,
        *,
        connect: Callable[[ResolvedCloud, Clock], Awaitable[Cloud]] = connect_to_cloud,
        spawn: Spawn = start_runner,
        early: EarlyRunner | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            paths: of the user.
            clock: all time.
            connect: how to log in.
            spawn: how a runner is started.
            early: the runner of the one run that is started next, where it was started already.
        """
        self._early = early
        self._clock = clock
        self._connect = connect
        self._journal = Journal(paths.journal, clock)
        self._runners = Runners(self._journal, clock, paths, early or spawn)
        self._planner = Planner(clock, uploads=self._journal.uploads, state=paths.state)

    @property
    def plans(self) -> Planner:
        """What each kind of run would do, before one is started."""
        return self._planner

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        """Carry out a plan in a process of its own.

        Raises:
            UsageError: the network of the test instance has to be named.
            RunError: something blocks or has to be confirmed, another run works on the instance, or the runner
                cannot be started.
            JournalError: nothing can be written down.
        """
        refuse(obstacles(plan))
        run_id = self._early.run_id if self._early is not None else None
        record = await self._journal.create(run_of_plan(plan, self._clock.now(), run_id=run_id), profile)
        return await self._runners.begin(record, resolved)

    async def runs(self) -> tuple[RunRecord, ...]:
        """All runs that can be read, newest first."""
        return await self._journal.runs()

    @property
    def unreadable_runs(self) -> tuple[UnreadableRunError, ...]:
        """The runs that could not be read when `runs` was asked last, each with why and what to do."""
        return self._journal.unreadable

    async def overdue(self) -> tuple[str, ...]:
        """What should have been removed by now and was not: a sentence for each kept test instance."""
        now = self._clock.now()
        return overdue_lines(await self._journal.kept_until(now), now)

    async def run(self, run_id: str) -> RunRecord:
        """One run, by its id or a beginning of it that no other has. Raises UsageError otherwise."""
        return await self._journal.run(run_id)

    def watch(self, run_id: str) -> AsyncGenerator[RunRecord, None]:
        """Give a run now and after every change, until it is over and nothing that it kept is just being removed."""
        return watch_run(self._journal, self._clock, run_id)

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Continue a run that has no runner any more, or that waits for its user, with this login.

        Raises:
            UsageError: the run is over, or a confirmation is missing that another host's runner is dead.
            RunError: somebody works on it.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if record.state.is_over and not is_overdue(record, self._clock.now()):
            raise UsageError(f"Run {record.id} is over: {record.state}.{kept_hint(record)}", remedy=_undo_hint(record))
        await self._refuse_other_project(record, resolved)
        if record.state is RunState.WAITING:
            await self._runners.end_waiting(record)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        return await self._runners.begin(record, resolved, other_host=other_host)

    async def cancel(self, run_id: str, resolved: ResolvedCloud | None) -> RunRecord:
        """Ask a run to end; its runner, or one that is started for that, restores what it changed.

        Raises:
            UsageError: the run is over already.
            RunError: no runner lives, and without a login none can be started.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if record.state.is_over:
            raise UsageError(f"Run {record.id} is over: {record.state}.", remedy=_undo_hint(record))
        if record.is_worked_on:
            return await self._journal.request_change(record.id, lambda changes: changes.run(cancel_requested=True))
        if resolved is None:
            raise RunError(
                f"No runner works on run {record.id}, so one has to be started to cancel it.",
                meaning="Nothing was changed.",
                remedy="Log in to its cloud and cancel again.",
            )
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id)
        record = await self._journal.request_change(record.id, lambda changes: changes.run(cancel_requested=True))
        return await self._runners.begin(record, resolved)

    async def remove_kept(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """Remove the test instance that a run which is over still keeps, before its time is over.

        Raises:
            UsageError: it keeps none.
            RunError: somebody works on the run, or the runner cannot be started.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if not record.keeps_instance:
            raise UsageError(f"Run {record.id} keeps no test instance.", meaning="Nothing was changed.")
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id)
        now = self._clock.now()
        record = await self._journal.request_change(record.id, lambda changes: changes.run(kept_until=now))
        return await self._runners.begin(record, resolved)

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        """The claim that a run holds on an instance. See `imaging.runs.source.claim_search.find_claim`."""
        return await find_claim(self._journal, cloud, instance_id)

    async def run_of_claim(self, claim: Claim) -> RunRecord | None:
        """The run behind a claim. See `imaging.runs.source.claim_search.recorded_run`."""
        return await recorded_run(self._journal, claim)

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        """Restore a run's source, from the journal, or from the claim where the journal is elsewhere.

        Of a run that is not over, what it made for a while is removed, too; its source may be restored by then.

        Raises:
            UsageError: there is nothing to restore or remove, or a confirmation of the other host is missing.
            NotOwnedError: the claim is another instance's.
            RunError: somebody works on the run; it has to be cancelled instead.
            WrongProjectError: the login is another project's.
        """
        if isinstance(target, RunRecord):
            return await self._undo_run(target, resolved, other_host)
        record = await recorded_run(self._journal, target)
        if record is not None:
            return await self._undo_run(record, resolved, other_host)
        return await self._undo_claim(target, resolved, other_host)

    async def delete_image(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """Delete the image that a run made, after the run is over.

        Raises:
            UsageError: the run is not over, or has no image of its own any more.
            NotOwnedError: the image is protected or published.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        cloud = await self._connect(resolved, self._clock)
        try:
            refuse_other_project(record, await cloud.login())
            removed = await delete_image_of(record, cloud)
        finally:
            await cloud.close()
        return await self._journal.request_change(record.id, lambda changes: changes.own(removed))

    async def close(self) -> None:
        """Close the journal, and end a runner that was started for nothing."""
        if self._early is not None:
            await self._early.close()
        await self._journal.close()

    async def _undo_run(self, record: RunRecord, resolved: ResolvedCloud, other_host: str | None) -> RunRecord:
        restores = source_may_need_help(record)
        if not restores and not _leaves_of_import(record) and (record.state.is_over or not _has_begun(record)):
            told = "undo" if record.plan.source is None else f"restore: {record.title} is restored"
            raise UsageError(f"Run {record.id} has left nothing to {told}.")
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        record = await self._journal.request_change(record.id, _only_restore if restores else _only_clear_up)
        return await self._runners.begin(record, resolved, other_host=other_host)

    async def _undo_claim(self, claim: Claim, resolved: ResolvedCloud, other_host: str | None) -> RunRecord:
        if claim.host not in {socket.gethostname(), other_host}:
            raise UsageError(
                f"Run {claim.run_id} claimed the instance from {claim.host} "
                + (f"at {minute(claim.claimed_at)} " if claim.claimed_at else "")
                + "and may still work there.",
                meaning="Nothing was changed.",
                remedy=f"If you know that it does not, confirm with --other-host {claim.host}.",
            )
        cloud = await self._connect(resolved, self._clock)
        try:
            source, login = await cloud.compute.instance(claim.instance_id), await cloud.login()
        finally:
            await cloud.close()
        profile = Profile(name="none", title="No guidelines: nothing is judged, only restored")
        record = await self._journal.create(run_of_claim(claim, source, login, self._clock.now()), profile)
        return await self._runners.begin(record, resolved)

    async def _refuse_other_project(self, record: RunRecord, resolved: ResolvedCloud) -> None:
        cloud = await self._connect(resolved, self._clock)
        try:
            login = await cloud.login()
        finally:
            await cloud.close()
        refuse_other_project(record, login)


def _undo_hint(record: RunRecord) -> str:
    return f"`imaging undo {record.id}` restores the instance." if source_may_need_help(record) else ""


def _only_restore(changes: Changes) -> None:
    """Make of a run, over or not, one that only has to be restored."""
    changes.run(
        undo_requested=True, state=RunState.RUNNING, outcome=None, ended_at=None, trouble=None, source_seen=None
    )
    for name in UNDO_STEPS:
        changes.step(name, state=StepState.PENDING, started_at=None, ended_at=None, note="", trouble=None)


def _only_clear_up(changes: Changes) -> None:
    """Make of a run that has restored its source, or never changed it, one that only removes what it made."""
    changes.run(undo_requested=True, state=RunState.RUNNING, outcome=None, ended_at=None, trouble=None)


def _leaves_of_import(record: RunRecord) -> bool:
    """Whether an import that has failed left its image or its conversion, which an undo removes."""
    if not record.spec.takes_file or record.state is not RunState.FAILED:
        return False
    kept = record.kept_file is not None and not record.kept_file.removed
    return kept or any(each.kind is OwnedKind.IMAGE and not each.removed for each in record.owned)


def _has_begun(record: RunRecord) -> bool:
    return any(step.started_at is not None for step in record.steps)
