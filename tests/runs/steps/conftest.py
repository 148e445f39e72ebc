"""One small world, one run about it, and a context in memory."""

from __future__ import annotations

import pytest

from models.flavor import Flavor
from models.network import Network
from models.plan import Plan, TestLaunchPlan
from models.profile import Patience, Profile
from models.request import RunRequest
from models.run import RunKind, RunRecord, RunState, StepRecord
from models.steps import CREATE_STEPS
from tests.runs.steps.fake_cloud import IDENTITY, FakeCloud, World, small_world
from tests.runs.steps.memory_context import MemoryContext
from tests.support.clock import ManualClock

PROFILE = Profile(name="test", title="Test", patience=Patience(console_silence_seconds=60, test_limit_seconds=600))


def make_run(world: World, *, run_id: str = "run1", **request: object) -> RunRecord:
    now = world.clock.now()
    wanted = RunRequest(**{"name": "postgres", "description": "PostgreSQL 16 beside Ubuntu24", **request})
    test = TestLaunchPlan(flavors=(Flavor(id="small", name="small", vcpus=1, ram_mib=1, disk_gib=1),))
    network = Network(id="net", name="auto_allocated_network", subnet_ids=("subnet",))
    plan = Plan(
        request=wanted,
        login={"identity": IDENTITY},
        source=world.servers["db"],
        test=test.model_copy(update={"network": network}),
        made_at=now,
    )
    return RunRecord(
        id=run_id,
        kind=RunKind.CREATE,
        state=RunState.RUNNING,
        identity=IDENTITY,
        host="login1",
        created_at=now,
        updated_at=now,
        plan=plan,
        steps=tuple(StepRecord(step=step) for step in CREATE_STEPS),
    )


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def world(clock):
    return small_world(clock)


@pytest.fixture
def new_context(world, clock, tmp_path):
    """Makes a context; what is given changes the request."""

    def make(*, run_id: str = "run1", **request: object) -> MemoryContext:
        run = make_run(world, run_id=run_id, **request)
        return MemoryContext(FakeCloud(world), clock, run, PROFILE, tmp_path)

    return make


@pytest.fixture
def ctx(new_context):
    return new_context()
