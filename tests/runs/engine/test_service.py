"""The service: what may be started, resumed, cancelled and undone, and by whom. Runners are only pretended here."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runs.journal.journal import Journal
from imaging.runs.journal.lease import Holder, Lease
from imaging.runs.service import RunService
from imaging.runs.source.claim_keys import encode_claim
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.errors import NotFoundError, NotOwnedError, RunError, UsageError, WrongProjectError
from models.fact import Fact
from models.findings import AskedFor, Checklist, Finding, Outcome, Severity, Source
from models.guest.facts import GuestFacts
from models.run.claim import Claim
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.steps import UNDO_STEPS, StepName, StepState
from tests.guidelines.guest_building import guest
from tests.runs.engine.fakes import IDENTITY, NOW, PROFILE, SOURCE, FakeCloud, claim_of, plan
from tests.support.clock import ManualClock
from tests.support.known import present

LOGIN = ResolvedCloud(name="test", secret_config=SecretStr("{}"))
LOGIN2 = Holder(host="login2", boot_id="b-2", pid=7, pid_started="7")


class PretendedRunner:
    """Takes the lease, as a runner does, and does nothing more."""

    def __init__(self, paths: Paths, clock: ManualClock) -> None:
        self.started: list[tuple[str, str | None]] = []
        self.refuses = False
        self._journal = Journal(paths.journal, clock)
        self.lease: Lease | None = None

    async def __call__(self, run_id: str, resolved, paths, *, other_host: str | None = None):
        if self.refuses:
            raise RunError("no more processes")
        self.started.append((run_id, other_host))
        self.lease = await self._journal.take_lease(run_id, confirmed_host=other_host)
        return self

    ended = False

    async def die(self) -> None:
        await self._journal.give_back(present(self.lease))

    async def close(self) -> None:
        await self._journal.close()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path).prepared()


@pytest.fixture
async def runner(paths: Paths, clock: ManualClock) -> AsyncIterator[PretendedRunner]:
    runner = PretendedRunner(paths, clock)
    yield runner
    await runner.close()


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()


@pytest.fixture
async def service(
    paths: Paths, clock: ManualClock, runner: PretendedRunner, cloud: FakeCloud
) -> AsyncIterator[RunService]:
    async def connect(resolved: ResolvedCloud, clock: Clock) -> Cloud:
        return cloud.as_cloud

    service = RunService(paths, clock, connect=connect, spawn=runner)
    yield service
    await service.close()


async def change(service: RunService, run: RunRecord, **columns) -> RunRecord:
    return await service._journal.request_change(run.id, lambda changes: changes.run(**columns))


async def begun(service: RunService, run: RunRecord, *steps: StepName) -> None:
    def write(changes):
        for step in steps:
            changes.step(step, state=StepState.DONE, started_at=NOW, ended_at=NOW)

    await service._journal.request_change(run.id, write)


def a_finding(**fields) -> Finding:
    usual = {
        "rule": "NAME-PERIOD",
        "chapter": "Names",
        "title": "No period",
        "outcome": Outcome.FAIL,
        "severity": Severity.BLOCK,
        "evidence": "my.image",
    }
    return Finding(**{**usual, **fields})


class TestStarting:
    async def test_a_plan_makes_a_record_and_starts_a_runner(self, service: RunService, runner: PretendedRunner):
        run = await service.start(plan(), LOGIN, PROFILE)
        assert runner.started == [(run.id, None)]
        assert (run.kind, run.identity, run.state) == (RunKind.CREATE, IDENTITY, RunState.PLANNED)

    async def test_a_plan_that_is_not_ready_never_starts(self, service: RunService):
        blocked = plan().model_copy(update={"checklist": Checklist(profile="test", findings=(a_finding(),))})
        with pytest.raises(RunError, match=r"NAME-PERIOD: my\.image"):
            await service.start(blocked, LOGIN, PROFILE)
        assert await service.runs() == ()

    async def test_a_plan_without_the_users_word_never_starts(self, service: RunService):
        ask = a_finding(rule="OWN-WORD", outcome=Outcome.UNKNOWN, severity=Severity.ASK, asked_for=AskedFor.BEFORE_RUN)
        unsaid = plan().model_copy(update={"checklist": Checklist(profile="test", findings=(ask,))})
        with pytest.raises(RunError, match="--attest OWN-WORD"):
            await service.start(unsaid, LOGIN, PROFILE)

    async def test_what_a_step_fixes_or_only_publishing_asks_for_does_not_block(self, service: RunService):
        findings = (
            a_finding(fixed_by=StepName.DETACH),
            a_finding(outcome=Outcome.UNKNOWN, severity=Severity.ASK, asked_for=AskedFor.BEFORE_PUBLISHING),
            a_finding(outcome=Outcome.UNKNOWN),
        )
        ready = plan().model_copy(update={"checklist": Checklist(profile="test", findings=findings)})
        assert (await service.start(ready, LOGIN, PROFILE)).state is RunState.PLANNED

    async def test_a_run_whose_runner_cannot_be_started_is_over(self, service: RunService, runner: PretendedRunner):
        runner.refuses = True
        with pytest.raises(RunError, match="no more processes"):
            await service.start(plan(), LOGIN, PROFILE)
        (run,) = await service.runs()
        assert (run.state, present(run.trouble).what) == (RunState.FAILED, "no more processes")

    async def test_what_an_inspection_found_is_kept_with_the_run(self, service: RunService):
        seen = Fact[GuestFacts](value=guest(), source=Source.GUEST, read_at=NOW)
        run = await service.start(plan().model_copy(update={"guest": seen}), LOGIN, PROFILE)
        assert (await service.run(run.id)).plan.guest == seen


class TestAnotherLogin:
    @pytest.mark.parametrize("field", ["auth_url", "project_id", "region", "user_id"])
    async def test_is_refused_and_nothing_is_changed(
        self, service: RunService, runner: PretendedRunner, cloud: FakeCloud, field: str
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        cloud.identity = IDENTITY.model_copy(update={field: "another"})
        await begun(service, run, StepName.CLAIM)
        run = await service.run(run.id)
        for attempt in (service.resume(run.id, LOGIN), service.cancel(run.id, LOGIN), service.undo(run, LOGIN)):
            with pytest.raises(WrongProjectError):
                await attempt
        assert await service.run(run.id) == run
        assert cloud.closed

    async def test_under_another_name_of_the_same_cloud_is_welcome(
        self, service: RunService, runner: PretendedRunner, cloud: FakeCloud
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        cloud.identity = IDENTITY.model_copy(update={"cloud": "other", "auth_url": IDENTITY.auth_url + "/"})
        await service.resume(run.id, LOGIN)
        assert len(runner.started) == 2


class TestResuming:
    async def test_a_run_that_is_over_is_refused_with_the_way_to_undo_it(self, service: RunService):
        run = await service.start(plan(), LOGIN, PROFILE)
        await begun(service, run, StepName.CLAIM)
        await change(service, run, state=RunState.FAILED, instance_restored=False)
        with pytest.raises(UsageError, match=f"imaging undo {run.id}"):
            await service.resume(run.id, LOGIN)

    async def test_a_run_of_another_host_needs_its_silence_and_a_confirmation(
        self, service: RunService, runner: PretendedRunner, clock: ManualClock, paths: Paths
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        there = Journal(paths.journal, clock, here=LOGIN2)
        await there.take_lease(run.id)
        await there.close()
        with pytest.raises(RunError, match="sign of life"):
            await service.resume(run.id, LOGIN, other_host="login2")
        clock.turn(121)
        with pytest.raises(UsageError, match="--other-host login2"):
            await service.resume(run.id, LOGIN)
        await service.resume(run.id, LOGIN, other_host="login2")
        assert runner.started[-1] == (run.id, "login2")


class TestCancelling:
    async def test_is_a_request_to_a_living_runner(self, service: RunService, runner: PretendedRunner):
        run = await service.start(plan(), LOGIN, PROFILE)
        assert (await service.cancel(run.id, None)).cancel_requested
        assert len(runner.started) == 1

    async def test_needs_a_login_where_no_runner_lives(self, service: RunService, runner: PretendedRunner):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        with pytest.raises(RunError, match="Log in"):
            await service.cancel(run.id, None)
        assert not (await service.run(run.id)).cancel_requested
        assert (await service.cancel(run.id, LOGIN)).cancel_requested
        assert len(runner.started) == 2

    async def test_of_what_is_over_is_refused(self, service: RunService):
        run = await service.start(plan(), LOGIN, PROFILE)
        await change(service, run, state=RunState.DONE)
        with pytest.raises(UsageError, match="over"):
            await service.cancel(run.id, LOGIN)


class TestUndoing:
    async def test_makes_a_run_that_failed_one_that_restores(self, service: RunService, runner: PretendedRunner):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        await begun(service, run, StepName.CLAIM, StepName.RESTORE)
        run = await change(service, run, state=RunState.FAILED, instance_restored=False, outcome=RunState.FAILED)
        run = await service.undo(run, LOGIN)
        assert (run.undo_requested, run.outcome, run.state) == (True, None, RunState.RUNNING)
        assert run.step(StepName.RESTORE).state is StepState.PENDING

    async def test_of_what_was_restored_is_refused(self, service: RunService):
        run = await service.start(plan(), LOGIN, PROFILE)
        await begun(service, run, StepName.CLAIM)
        run = await change(service, run, state=RunState.DONE, instance_restored=True)
        with pytest.raises(UsageError, match="nothing to restore"):
            await service.undo(run, LOGIN)

    async def test_of_what_was_restored_before_its_end_clears_up_what_the_run_made(
        self, service: RunService, runner: PretendedRunner
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        await begun(service, run, StepName.CLAIM, StepName.RESTORE)
        run = await service.undo(await change(service, run, instance_restored=True), LOGIN)
        assert (run.undo_requested, run.outcome, run.state) == (True, None, RunState.RUNNING)
        assert run.step(StepName.RESTORE).state is StepState.DONE
        assert len(runner.started) == 2

    async def test_of_what_has_no_instance_nothing_is_said_to_be_restored(self, service: RunService):
        wanted = plan().model_copy(update={"source": None})
        run = await service.start(wanted, LOGIN, PROFILE)
        run = await change(service, run, state=RunState.DONE)
        with pytest.raises(UsageError) as refused:
            await service.undo(run, LOGIN)
        assert str(refused.value) == f"Run {run.id} has left nothing to undo."

    async def test_of_what_never_changed_anything_is_refused(self, service: RunService):
        with pytest.raises(UsageError, match="nothing to restore"):
            await service.undo(await service.start(plan(), LOGIN, PROFILE), LOGIN)

    async def test_of_what_a_runner_works_on_is_refused(self, service: RunService):
        run = await service.start(plan(), LOGIN, PROFILE)
        await begun(service, run, StepName.CLAIM)
        with pytest.raises(RunError, match="imaging cancel"):
            await service.undo(await service.run(run.id), LOGIN)

    async def test_finds_a_claim_in_the_metadata(self, service: RunService, cloud: FakeCloud):
        assert await service.find_claim(cloud.as_cloud, "source-1") is None
        claim = claim_of(await service.start(plan(), LOGIN, PROFILE))
        cloud.compute.source = SOURCE.model_copy(update={"metadata": encode_claim(claim)})
        assert await service.find_claim(cloud.as_cloud, "source-1") == claim

    async def test_of_several_claims_takes_the_one_whose_run_the_journal_has(
        self, service: RunService, cloud: FakeCloud
    ):
        ours = claim_of(await service.start(plan(), LOGIN, PROFILE))
        made_up = ours.model_copy(update={"run_id": "0", "was_running": False})
        cloud.compute.source = SOURCE.model_copy(update={"metadata": encode_claim(made_up) | encode_claim(ours)})
        assert await service.find_claim(cloud.as_cloud, "source-1") == ours

    async def test_chooses_none_of_several_claims_that_the_journal_does_not_know(
        self, service: RunService, cloud: FakeCloud
    ):
        one, other = (
            Claim(
                run_id=run_id,
                instance_id="source-1",
                host="login1",
                claimed_at=None,
                was_running=True,
                was_locked=False,
            )
            for run_id in ("0", "abc1")
        )
        cloud.compute.source = SOURCE.model_copy(update={"metadata": encode_claim(one) | encode_claim(other)})
        with pytest.raises(RunError, match="2 runs have claimed db-07") as caught:
            await service.find_claim(cloud.as_cloud, "source-1")
        assert "openstack server unset --property imaging.claim.abc1 source-1" in caught.value.remedy

    async def test_finds_no_claim_that_was_copied_from_another_instance(self, service: RunService, cloud: FakeCloud):
        claim = claim_of(await service.start(plan(), LOGIN, PROFILE)).model_copy(update={"instance_id": "db-08-id"})
        cloud.compute.source = SOURCE.model_copy(update={"metadata": encode_claim(claim)})
        with pytest.raises(NotOwnedError, match="not about this instance") as caught:
            await service.find_claim(cloud.as_cloud, "source-1")
        assert f"--property imaging.claim.{claim.run_id} source-1" in caught.value.remedy

    async def test_of_a_claim_is_never_that_of_a_run_whose_id_only_begins_so(
        self, service: RunService, runner: PretendedRunner
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        await begun(service, run, StepName.CLAIM)
        claim = claim_of(run).model_copy(update={"run_id": run.id[:1]})
        assert await service.run_of_claim(claim) is None

    async def test_of_a_claim_on_an_instance_that_its_run_is_not_about_is_refused(
        self, service: RunService, runner: PretendedRunner
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        await begun(service, run, StepName.CLAIM)
        started = list(runner.started)
        with pytest.raises(NotOwnedError, match="which is about db-07"):
            await service.undo(claim_of(run).model_copy(update={"instance_id": "web-01-id"}), LOGIN)
        assert runner.started == started

    async def test_of_a_claim_elsewhere_needs_its_host_named(self, service: RunService, runner: PretendedRunner):
        claim = claim_of(await service.start(plan(), LOGIN, PROFILE)).model_copy(update={"run_id": "elsewhere"})
        await change(service, (await service.runs())[0], state=RunState.DONE)
        for confirmed in (None, "login2"):
            with pytest.raises(UsageError, match="--other-host login1"):
                await service.undo(claim, LOGIN, other_host=confirmed)
        run = await service.undo(claim, LOGIN, other_host="login1")
        assert (run.kind, run.claim, run.title) == (RunKind.UNDO, claim, "db-07")
        assert [step.step for step in run.steps] == list(UNDO_STEPS)

    async def test_of_a_claim_of_this_machine_needs_no_other_host(self, service: RunService, runner: PretendedRunner):
        claim = claim_of(await service.start(plan(), LOGIN, PROFILE), host=socket.gethostname())
        await change(service, (await service.runs())[0], state=RunState.DONE)
        run = await service.undo(claim.model_copy(update={"run_id": "lost"}), LOGIN)
        assert runner.started[-1] == (run.id, None)

    async def test_of_a_claim_whose_run_is_in_this_journal_undoes_that_run(
        self, service: RunService, runner: PretendedRunner
    ):
        run = await service.start(plan(), LOGIN, PROFILE)
        await runner.die()
        await begun(service, run, StepName.CLAIM)
        assert (await service.undo(claim_of(run), LOGIN)).id == run.id

    async def test_of_an_instance_that_is_gone_says_so(self, service: RunService, cloud: FakeCloud):
        cloud.compute.gone = NotFoundError("no such instance")
        claim = claim_of(await service.start(plan(), LOGIN, PROFILE)).model_copy(update={"run_id": "elsewhere"})
        with pytest.raises(NotFoundError):
            await service.undo(claim, LOGIN, other_host="login1")


async def test_a_heartbeat_alone_is_no_news(service: RunService, runner: PretendedRunner, clock: ManualClock):
    run = await service.start(plan(), LOGIN, PROFILE)
    seen = service.watch(run.id)
    first = await anext(seen)
    clock.turn(10)
    await runner._journal.heartbeat(present(runner.lease))
    await change(service, run, image_id="image-1")
    second = await anext(seen)
    await seen.aclose()
    assert present(second.runner).heartbeat_at - present(first.runner).heartbeat_at == timedelta(seconds=10)
    assert (first.image_id, second.image_id) == (None, "image-1")
