"""Runs as the rest of the program sees them: planned, started, watched, resumed, cancelled, undone.

Nothing of a run happens in this process. It writes the record, starts the runner, and from then on only reads.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from imaging.cloud.connection import connect as connect_to_cloud
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.guidelines.machine import facts_of_machine
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.core.outcome import kept_instances, overdue_lines, source_may_need_help
from imaging.runs.engine.trouble import trouble_of
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import this_process
from imaging.runs.journal.rows import Changes
from imaging.runs.ownership.image_deletion import delete_image_of
from imaging.runs.plan.deep_check.planning import plan_deep_check
from imaging.runs.plan.export.planning import plan_export
from imaging.runs.plan.export.wanted import WantedExport
from imaging.runs.plan.image_check_plan import plan_image_check
from imaging.runs.plan.image_plan import plan_run, plan_verification
from imaging.runs.plan.import_file.costs import measured_rate
from imaging.runs.plan.import_file.planning import FileToImport, plan_import
from imaging.runs.plan.new_run import run_of_claim, run_of_plan
from imaging.runs.plan.seal.planning import plan_seal_of_image
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.process.spawn import Spawn, start_runner
from imaging.runs.source.claim_keys import decode_claims, misplaced_claims, unreadable_claims
from imaging.runs.source.claim_lifecycle import misplaced_claim, several_claims, unreadable_claim
from imaging.runs.source.instance import refuse_half_known
from imaging.runs.test_instance.works.errand import refuse_large_tests
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity, Login
from models.errors import ImagingError, NotOursError, RunError, UnreadableRunError, UsageError, WrongProjectError
from models.fact import Fact
from models.formatting import minute
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.plan import Plan
from models.run.record import OwnedKind, RunRecord, RunState
from models.run.request import RunRequest
from models.steps import UNDO_STEPS, StepState

_POLL_SECONDS = 0.5
"""How often a watcher asks whether the journal has changed: one read of a few bytes."""
_LIFE_SECONDS = 2.0
"""How often a watcher checks whether the runner still lives, which changes nothing in the journal."""
_START_SECONDS = 30.0
"""How long a runner may take to begin; a busy login node takes seconds to start Python."""
_START_POLL_SECONDS = 0.1
_NO_HEARTBEAT = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for each, where two records are compared."""


async def _checked(cloud: Cloud, plan: Plan, profile: Profile) -> Plan:
    """The plan, once it is known that a test instance can be given the tests and the key pair.

    Raises:
        UsageError: the tests are larger than a cloud takes, or there is no such key pair.
    """
    refuse_large_tests(plan, profile)
    name = plan.request.keep_failed_key
    if name and not any(pair.name == name for pair in await cloud.compute.key_pairs()):
        raise UsageError(
            f"There is no key pair {name} of yours in this cloud.", remedy="`openstack keypair list` shows them."
        )
    return plan


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
        """Say what a run would do to an instance; changes nothing. See `imaging.runs.plan.image_plan.plan_run`."""
        plan = await plan_run(cloud, self._clock, instance_id, request, profile, guest=guest)
        return await _checked(cloud, plan, profile)

    async def plan_verification(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what a test launch of an image would do; changes nothing."""
        plan = await plan_verification(cloud, self._clock, image_id, request, profile)
        return await _checked(cloud, plan, profile)

    async def plan_deep_check(self, cloud: Cloud, instance_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what an inspection through a temporary instance would cost; changes nothing."""
        return await plan_deep_check(cloud, self._clock, instance_id, request, profile)

    async def plan_image_check(self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile) -> Plan:
        """Say what the inspection of an image would cost; changes nothing."""
        return await plan_image_check(cloud, self._clock, image_id, request, profile)

    async def plan_seal(
        self, cloud: Cloud, image_id: str, request: RunRequest, profile: Profile, *, guest: Fact[GuestFacts]
    ) -> Plan:
        """Say what the seal of an image would do, by what an inspection of it found; changes nothing."""
        seal = plan_seal(facts_of_machine(guest, self._clock.now()), profile, request)
        plan = await plan_seal_of_image(cloud, self._clock, image_id, request, profile, seal=seal, guest=guest)
        return await _checked(cloud, plan, profile)

    async def plan_import(self, cloud: Cloud, file: FileToImport, request: RunRequest, profile: Profile) -> Plan:
        """Say what the import of an inspected file would do; changes nothing."""
        login = await cloud.login()
        rate = measured_rate(await self._journal.runs(), login.identity)
        never = (self._paths.state, Path(tempfile.gettempdir()))
        plan = await plan_import(cloud, self._clock, file, request, profile, rate=rate, never=never)
        return await _checked(cloud, plan, profile)

    async def plan_export(
        self,
        cloud: Cloud,
        image_id: str,
        request: RunRequest,
        profile: Profile,
        *,
        wanted: WantedExport,
        guest: Fact[GuestFacts],
    ) -> Plan:
        """Say what an export of an image would do; changes nothing."""
        return await plan_export(cloud, self._clock, image_id, request, profile, wanted=wanted, guest=guest)

    async def start(self, plan: Plan, resolved: ResolvedCloud, profile: Profile) -> RunRecord:
        """Carry out a plan in a process of its own.

        Raises:
            UsageError: the network of the test instance has to be named.
            RunError: something blocks or has to be confirmed, another run works on the instance, or the runner
                cannot be started.
            JournalError: nothing can be written down.
        """
        refuse(obstacles(plan))
        record = await self._journal.create(run_of_plan(plan, self._clock.now()), profile)
        return await self._begin(record, resolved)

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

    async def watch(self, run_id: str) -> AsyncGenerator[RunRecord, None]:
        """Give a run now and after every change, until it is over."""
        shown: RunRecord | None = None
        token: tuple[int, int] | None = None
        checked_at = float("-inf")
        while True:
            changed = await self._journal.token()
            if changed != token or self._clock.monotonic() - checked_at >= _LIFE_SECONDS:
                token, checked_at = changed, self._clock.monotonic()
                record = await self._journal.run(run_id)
                if shown is None or _without_heartbeat(record) != _without_heartbeat(shown):
                    shown = record
                    yield record
                if record.state.is_over:
                    return
            await self._clock.sleep(_POLL_SECONDS)

    async def resume(self, run_id: str, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Continue a run that has no runner any more, or that waits for its user, with this login.

        Raises:
            UsageError: the run is over, or a confirmation is missing that another host's runner is dead.
            RunError: somebody works on it.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        if record.state.is_over and not self._is_overdue(record):
            raise UsageError(f"Run {record.id} is over: {record.state}.{_kept_hint(record)}", remedy=_undo_hint(record))
        await self._refuse_other_project(record, resolved)
        if record.state is RunState.WAITING:
            await self._end_waiting_runner(record)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        return await self._begin(record, resolved, other_host=other_host)

    def _is_overdue(self, record: RunRecord) -> bool:
        until = record.kept_until
        return until is not None and until <= self._clock.now() and bool(kept_instances(record))

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
        return await self._begin(record, resolved)

    async def find_claim(self, cloud: Cloud, instance_id: str) -> Claim | None:
        """The claim that a run holds on an instance, read from the instance's own metadata; None without one.

        Of several the one whose run this journal has.

        Raises:
            NotFoundError: there is no such instance.
            NotOursError: the only claim in its metadata is not about this instance.
            RunError: the only claim is damaged so far that nothing can be restored by it, or there are several and
                this journal knows none of them; with what to do by hand.
        """
        instance = await cloud.compute.instance(instance_id)
        refuse_half_known(instance)
        claims = decode_claims(instance.metadata, instance.id)
        misplaced = misplaced_claims(instance.metadata, instance.id)
        if not claims and misplaced:
            raise misplaced_claim(instance, misplaced)
        unreadable = unreadable_claims(instance.metadata, instance.id)
        if not claims and unreadable:
            raise unreadable_claim(instance, unreadable[0])
        return await self._credible(instance, claims)

    async def _credible(self, instance: Instance, claims: Sequence[Claim]) -> Claim | None:
        """Of several claims the one whose run this journal has; anybody in the project can write one, this file not.

        Raises:
            RunError: it has none of them.
        """
        if len(claims) <= 1:
            return next(iter(claims), None)
        known = [claim for claim in claims if await self._knows(claim)]
        if len(known) != 1:
            raise several_claims(instance, claims)
        return known[0]

    async def _knows(self, claim: Claim) -> bool:
        try:
            return await self.run_of_claim(claim) is not None
        except NotOursError:
            return False  # its run is about another instance

    async def run_of_claim(self, claim: Claim) -> RunRecord | None:
        """The run behind a claim, if the journal of this machine has it: by its whole id, and about the same instance.

        Raises:
            NotOursError: the run of that id is about another instance.
        """
        try:
            record = await self._journal.run(claim.run_id)
        except (UnreadableRunError, UsageError):
            return None  # with a run that cannot be read, the claim is what there is
        if record.id != claim.run_id:
            return None  # the journal also finds a run by the beginning of its id
        if claim.instance_id != (record.claim.instance_id if record.claim else record.instance_id):
            raise NotOursError(
                f"The claim on the instance {claim.instance_id} names run {record.id}, which is about {record.title}.",
                meaning="Somebody has copied or changed it. Nothing was changed.",
                remedy=f"Restore {record.title} with: imaging undo {record.id}",
            )
        return record

    async def undo(
        self, target: RunRecord | Claim, resolved: ResolvedCloud, *, other_host: str | None = None
    ) -> RunRecord:
        """Restore a run's source, from the journal, or from the claim where the journal is elsewhere.

        Of a run that is not over, what it made for a while is removed, too; its source may be restored by then.

        Raises:
            UsageError: there is nothing to restore or remove, or a confirmation of the other host is missing.
            NotOursError: the claim is another instance's.
            RunError: somebody works on the run; it has to be cancelled instead.
            WrongProjectError: the login is another project's.
        """
        if isinstance(target, RunRecord):
            return await self._undo_run(target, resolved, other_host)
        record = await self.run_of_claim(target)
        if record is not None:
            return await self._undo_run(record, resolved, other_host)
        return await self._undo_claim(target, resolved, other_host)

    async def delete_image(self, run_id: str, resolved: ResolvedCloud) -> RunRecord:
        """Delete the image that a run made, after the run is over.

        Raises:
            UsageError: the run is not over, or has no image of its own any more.
            NotOursError: the image is protected or published.
            WrongProjectError: the login is another project's.
        """
        record = await self.run(run_id)
        cloud = await self._connect(resolved, self._clock)
        try:
            _refuse_other_place(record, await cloud.login())
            removed = await delete_image_of(record, cloud)
        finally:
            await cloud.close()
        return await self._journal.request_change(record.id, lambda changes: changes.own(removed))

    async def close(self) -> None:
        """Let go of the journal."""
        await self._journal.close()

    async def _undo_run(self, record: RunRecord, resolved: ResolvedCloud, other_host: str | None) -> RunRecord:
        restores = source_may_need_help(record)
        if not restores and not _leaves_of_import(record) and (record.state.is_over or not _has_begun(record)):
            told = "undo" if record.plan.source is None else f"restore: {record.title} is restored"
            raise UsageError(f"Run {record.id} has left nothing to {told}.")
        await self._refuse_other_project(record, resolved)
        await self._journal.refuse_unless_free(record.id, confirmed_host=other_host)
        record = await self._journal.request_change(record.id, _only_restore if restores else _only_clear_up)
        return await self._begin(record, resolved, other_host=other_host)

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
        return await self._begin(record, resolved)

    async def _begin(self, record: RunRecord, resolved: ResolvedCloud, *, other_host: str | None = None) -> RunRecord:
        """Start a runner and see it begin; a run that never began at all is over."""
        try:
            await self._start_runner(record, resolved, other_host)
        except ImagingError as error:
            if await self._journal.held_lease(record.id) is None:
                trouble, now = trouble_of(error), self._clock.now()
                await self._journal.request_change(
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
            await self._clock.sleep(_START_POLL_SECONDS)

    async def _lease_number(self, run_id: str) -> int:
        held = await self._journal.held_lease(run_id)
        return held.number if held else 0

    async def _end_waiting_runner(self, record: RunRecord) -> None:
        """Have a living runner of this machine that only waits give up the run, for a new login to continue with."""
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
            await self._clock.sleep(_START_POLL_SECONDS)

    async def _refuse_other_project(self, record: RunRecord, resolved: ResolvedCloud) -> None:
        cloud = await self._connect(resolved, self._clock)
        try:
            login = await cloud.login()
        finally:
            await cloud.close()
        _refuse_other_place(record, login)


def _refuse_other_place(record: RunRecord, login: Login) -> None:
    """Refuse a login that is not to the run's own project."""
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
    runner = record.runner.model_copy(update={"heartbeat_at": _NO_HEARTBEAT})
    return record.model_copy(update={"runner": runner})


def _kept_hint(record: RunRecord) -> str:
    kept = record.kept_until if kept_instances(record) else None
    return f" It keeps its test instance until {minute(kept)}, and removes it then." if kept is not None else ""


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
