"""One run about the small world, and a context in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.guidelines.profile import Patience, Profile
from models.run.kind import RunKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.record import RunRecord, RunState, StepRecord
from models.run.request import RunRequest
from models.steps import CREATE_STEPS
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

PROFILE = Profile(name="test", title="Test", patience=Patience(console_silence_seconds=60, test_limit_seconds=600))

NewContext = Callable[..., MemoryContext]


def make_run(world: HeldWorld, *, run_id: str = "run1", **request: Any) -> RunRecord:
    now = world.clock.now()
    plan = Plan(
        request=RunRequest(**{"name": "postgres", "description": "PostgreSQL 16 beside Ubuntu24", **request}),
        login=world.login,
        source=world.source,
        test=TestLaunchPlan(network=world.network),
        made_at=now,
    )
    return RunRecord(
        id=run_id,
        kind=RunKind.CREATE,
        state=RunState.RUNNING,
        identity=world.login.identity,
        host="login1",
        created_at=now,
        updated_at=now,
        began_at=now,
        plan=plan,
        steps=tuple(StepRecord(step=step) for step in CREATE_STEPS),
    )


@pytest.fixture
def clock(world: HeldWorld) -> TurnedClock:
    return world.clock


@pytest.fixture
def new_context(world: HeldWorld, tmp_path: Path) -> NewContext:
    """Makes a context; what is given changes the request."""

    def make(*, run_id: str = "run1", **request: Any) -> MemoryContext:
        return MemoryContext(world.cloud, world.clock, make_run(world, run_id=run_id, **request), PROFILE, tmp_path)

    return make


@pytest.fixture
def ctx(new_context: NewContext) -> MemoryContext:
    return new_context()
