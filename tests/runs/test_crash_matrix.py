"""Runners that are killed before, after and between the calls that change the cloud: the end is always the same.

The real steps on the demonstration cloud, whose clock is turned by the engine's own sleeping.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.guidelines.profiles import load_profile
from imaging.runs.engine.engine import Engine
from imaging.runs.engine.run_context import RunContext
from imaging.runs.journal.journal import Journal
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.plan.new_run import run_of_claim, run_of_plan
from imaging.runs.plan.start_gate import obstacles, refuse
from imaging.runs.source.claim_keys import decode_claims
from imaging.runs.steps import PROCEDURES
from imaging.runtime.clock import SystemClock
from imaging.runtime.paths import Paths
from models.run.plan import Plan
from models.run.record import RunRecord, RunState
from models.run.request import Attestation, RunRequest, Waiver
from models.verdict import VerdictWord
from tests.runs.rewording import WORDINGS, Words, as_written, reword
from tests.support.clock import ManualClock
from tests.support.demo_here import DemoCloudHere, DemoHere

CHANGES = {
    "stop": "compute",
    "start": "compute",
    "lock": "compute",
    "unlock": "compute",
    "set_metadata": "compute",
    "delete_metadata": "compute",
    "attach_volume": "compute",
    "detach_volume": "compute",
    "create_image": "compute",
    "launch": "compute",
    "delete_instance": "compute",
    "update_image": "images",
    "delete_image": "images",
    "make_record": "image_bytes",
    "upload": "image_bytes",
    "stage": "image_bytes",
    "import_staged": "image_bytes",
    "create_security_group": "networking",
    "delete_security_group": "networking",
    "open_ssh_port": "networking",
}
"""Every call that a run may change the cloud by, and the service that it is made to."""

PROFILE = load_profile("openstack")
REQUEST = RunRequest(
    name="lidar-tools",
    description="PostgreSQL 16 and the lidar tools, which the base image does not have.",
    profile="openstack",
    attestations=(Attestation(rule="SW-ATTEST"),),
    uninspected="the demonstration cloud's guest is known",
    waivers=(Waiver(rule="STATE-LOCKED", reason="agreed with those who locked it"),),
)


MOST_KILLED = 90
"""Runners of one run; a run in which more of them die comes to no end."""


class KilledError(BaseException):
    """The runner is gone in this very moment; nothing of it runs any more."""


class DemoClock(ManualClock):
    """Sleeping turns the clock of the demonstration cloud with this one; a deadly sleep ends the runner."""

    def __init__(self, demo: DemoCloudHere) -> None:
        super().__init__(datetime.fromtimestamp(demo.now(), UTC))
        self._demo = demo
        self.kills_in_next_sleep = False
        self.skips_ahead = True
        """Whether a sleep lasts until something happens: who polls then sees each state, and no state many times."""

    async def sleep(self, seconds: float) -> None:
        if self.kills_in_next_sleep:
            self.kills_in_next_sleep = False
            raise KilledError
        if self.skips_ahead:
            seconds = self._demo.turn_until_due(seconds)
        else:
            self._demo.turn(seconds)
        await super().sleep(seconds)


class Death:
    """Strikes once at each call that changes something: before it, after it, or in the poll that follows."""

    def __init__(self, moment: str, clock: DemoClock, only: str | None = None) -> None:
        self.moment = moment
        self.struck: set[str] = set()
        self._clock = clock
        self._only = only
        self.sated = False

    def wrap(self, cloud: Cloud) -> None:
        """Lie in wait at all calls of a cloud."""
        for name, service in CHANGES.items():
            target = getattr(cloud, service)
            setattr(target, name, self._deadly(name, getattr(target, name)))

    def _deadly(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        async def deadly(*arguments: Any, **options: Any) -> Any:
            key = f"{name} {_object(name, arguments)}"
            strikes = self._only in {None, name} and key not in self.struck and not self.sated
            if strikes:
                self.struck.add(key)
            if strikes and self.moment == "before":
                raise KilledError
            answer = await call(*arguments, **options)
            if strikes and self.moment == "after":
                raise KilledError
            self._clock.kills_in_next_sleep = strikes
            return answer

        return deadly


def _object(name: str, arguments: tuple[Any, ...]) -> str:
    """What a call is about: it stays the same when the call is made again."""
    if name == "attach_volume":
        return str(arguments[1].volume_id)
    if name in {"delete_metadata", "detach_volume"}:
        return str(arguments[1])
    if name in {"launch", "create_security_group", "make_record", "upload", "stage"}:
        return ""
    return str(arguments[0])


@pytest.fixture
def demo_cloud(served_here: DemoHere) -> DemoCloudHere:
    """In the process of the tests: hundreds of times its clock is turned, and its calls are many."""
    return DemoCloudHere.as_at_its_start(served_here)


@pytest.fixture
def clock(demo_cloud: DemoCloudHere) -> DemoClock:
    return DemoClock(demo_cloud)


@pytest.fixture
def cloud(demo_cloud: DemoCloudHere) -> Cloud:
    """The program's own services, over real HTTP."""
    return demo_cloud.here.services(SystemClock())


async def run_through(cloud: Cloud, clock: DemoClock, folder: Path, source_id: str) -> tuple[RunRecord, int]:
    """Work on a new run until it is over; also how many runners were killed."""
    async with a_run(cloud, clock, folder, source_id) as (journal, new):
        return await to_its_end(journal, new, cloud, clock, folder)


async def to_its_end(
    journal: Journal, run: RunRecord, cloud: Cloud, clock: DemoClock, folder: Path
) -> tuple[RunRecord, int]:
    """One runner after the other until the run is over; also how many were killed."""
    killed = 0
    while not run.state.is_over:
        assert killed < MOST_KILLED
        run = await one_runner(journal, run, cloud, clock, folder)
        killed += not run.state.is_over
    return run, killed


@asynccontextmanager
async def a_run(
    cloud: Cloud, clock: DemoClock, folder: Path, source_id: str
) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A journal of its own with a new run that makes an image."""
    plan = await plan_run(cloud, clock, source_id, REQUEST, PROFILE)
    async with a_run_of(plan, clock, folder) as made:
        yield made


@asynccontextmanager
async def a_run_of(plan: Plan, clock: DemoClock, folder: Path) -> AsyncIterator[tuple[Journal, RunRecord]]:
    """A journal of its own with a new run of a plan that has no obstacle."""
    refuse(obstacles(plan))
    journal = Journal(folder / "runs.sqlite", clock)
    yield journal, await journal.create(run_of_plan(plan, clock.now()), PROFILE)
    await journal.close()


async def one_runner(journal: Journal, run: RunRecord, cloud: Cloud, clock: DemoClock, folder: Path) -> RunRecord:
    """Let a runner work until it is done or dead."""
    lease = await journal.take_lease(run.id)
    run = await journal.run(run.id)
    guests = GuestStore(Paths.below(folder), clock)
    context = RunContext(journal, lease, run, clock=clock, profile=PROFILE, folder=folder / run.id, guests=guests)
    with suppress(KilledError):
        await Engine(context, PROCEDURES, lambda: _same(cloud)).work()
    await journal.give_back(lease)
    return await journal.run(run.id)


async def _same(cloud: Cloud) -> Cloud:
    return cloud


async def everything(cloud: Cloud, source_id: str) -> dict[str, Any]:
    """What a user would check to see whether anything is other than before."""
    source = await cloud.compute.instance(source_id)
    return {
        "source": (source.status, source.task_state, source.locked, source.locked_reason, dict(source.metadata)),
        "volumes": [(each.device, each.volume_id) for each in await cloud.compute.attachments(source_id)],
        "instances": {each.id async for page in cloud.compute.instances() for each in page},
        "images": {each.id async for page in cloud.images.images() for each in page},
        "groups": {each.id for each in await cloud.networking.security_groups()},
    }


async def check_end(cloud: Cloud, source_id: str, run: RunRecord, before: dict[str, Any]) -> None:
    after = await everything(cloud, source_id)
    new_images = after.pop("images") - before.pop("images")
    assert run.trouble is None
    assert (run.state, run.instance_restored) == (RunState.DONE, True)
    assert run.verdict is not None
    assert run.verdict.word is VerdictWord.BOOTED
    assert new_images == {run.image_id}
    assert after == before


MOMENTS = ["before", "after", "in the poll after"]


@pytest.fixture
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Words:
    """In which words the journal is written, unless in those of the program."""
    words: Words = getattr(request, "param", as_written)
    reword(monkeypatch, words)
    return words


@pytest.mark.parametrize("moment,words", [*zip(MOMENTS, WORDINGS, strict=True)], indirect=["words"])
async def test_killed_at_every_call_of_one_run_in_whatever_words_it_is_written_down(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, moment: str, words: Words
):
    source_id = demo_cloud.server_id("db-07")
    await cloud.compute.lock(source_id, "the data of the spring campaign")
    before = await everything(cloud, source_id)
    Death(moment, clock).wrap(cloud)
    run, killed = await run_through(cloud, clock, tmp_path, source_id)
    await check_end(cloud, source_id, run, before)
    assert killed >= 10
    phases = [phase.text for step in run.steps for phase in step.phases]
    assert ("image queued, instance image_snapshot" in phases) is (words is as_written)


@pytest.mark.parametrize(
    "call,moment",
    [
        # What the claim, an image or a test instance is known by is noted around these calls; a run that dies more
        # than once could restore by its next death what this one lost.
        # A death after the call is the hardest: done, and not noted.
        *(
            pytest.param(call, moment, marks=() if moment == "after" else pytest.mark.slow)
            for call in ("set_metadata", "create_image", "launch")
            for moment in MOMENTS
        ),
        ("detach_volume", "after"),
        ("delete_instance", "in the poll after"),
    ],
)
async def test_killed_at_one_call_alone(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, call: str, moment: str
):
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    Death(moment, clock, only=call).wrap(cloud)
    run, killed = await run_through(cloud, clock, tmp_path, source_id)
    await check_end(cloud, source_id, run, before)
    assert killed >= 1


async def test_a_run_that_nobody_kills_takes_about_as_long_as_the_cloud(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    began = clock.now()
    run, killed = await run_through(cloud, clock, tmp_path, demo_cloud.server_id("db-07"))
    assert (run.state, killed) == (RunState.DONE, 0)
    assert clock.now() - began < timedelta(minutes=5)


UNTIL_THE_TEST = ["set_metadata", "stop", "detach_volume", "lock", "create_image", "attach_volume", "start", "launch"]
CHANGES_KINDS = {"set_metadata", "detach_volume", "create_image", "launch"}
"""After these there is one thing more to be undone: a claim, a volume apart, an image, a test instance."""


@pytest.mark.parametrize(
    "call,words",
    [
        pytest.param(call, words, marks=() if call in CHANGES_KINDS else pytest.mark.slow)
        for call, words in zip(UNTIL_THE_TEST, cycle(WORDINGS))
    ],
    indirect=["words"],
)
@pytest.mark.usefixtures("words")
async def test_cancelled_at_a_call_and_killed_in_the_clearing_up(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, call: str
):
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    Death("after", clock, only=call).wrap(cloud)
    async with a_run(cloud, clock, tmp_path, source_id) as (journal, new):
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        Death("after", clock).wrap(cloud)
        while not run.state.is_over:
            run = await one_runner(journal, run, cloud, clock, tmp_path)
    after = await everything(cloud, source_id)
    kept = after.pop("images") - before.pop("images")
    assert (run.state, run.trouble) == (RunState.CANCELLED, None)
    assert run.instance_restored is not False
    assert after == before
    assert kept <= {run.image_id}
    # The first call came before the stop; a run that restores the source sees it up, too.
    assert run.source_words.startswith("seen up" if call != "set_metadata" else "")


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(call, marks=() if call in CHANGES_KINDS else pytest.mark.slow)
        for call in ("set_metadata", "stop", "detach_volume", "lock", "create_image", "attach_volume")
    ],
)
async def test_undone_from_the_claim_alone_after_a_death(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, call: str
):
    source_id = demo_cloud.server_id("db-07")
    await cloud.compute.lock(source_id, "the data of the spring campaign")
    before = await everything(cloud, source_id)
    death = Death("after", clock, only=call)
    death.wrap(cloud)
    async with a_run(cloud, clock, tmp_path, source_id) as (journal, run):
        await one_runner(journal, run, cloud, clock, tmp_path)
    death.sated = True
    source = await cloud.compute.instance(source_id)
    (claim,) = decode_claims(source.metadata, source_id)
    elsewhere = Journal(tmp_path / "elsewhere.sqlite", clock)
    undo = await elsewhere.create(run_of_claim(claim, source, await cloud.login(), clock.now()), PROFILE)
    undo = await one_runner(elsewhere, undo, cloud, clock, tmp_path)
    await elsewhere.close()
    after = await everything(cloud, source_id)
    del before["images"], after["images"]
    assert (undo.state, undo.instance_restored, undo.trouble) == (RunState.UNDONE, True, None)
    assert after == before
    assert undo.source_words.startswith("seen up" if call != "set_metadata" else "")
