"""The small world of the steps' tests, and a deep check of its instance `db`."""

from __future__ import annotations

import pytest

from models.network import Network
from models.run import RunKind, RunRecord, RunState, StepRecord
from models.steps import DEEP_CHECK_STEPS, StepName
from tests.guest.deep.reports import console, part, pieces, report
from tests.runs.steps.conftest import PROFILE, make_run
from tests.runs.steps.fake_cloud import GOOD_BOOT, FakeCloud, World, small_world
from tests.runs.steps.memory_context import MemoryContext
from tests.support.clock import ManualClock

EMERGENCY = (
    "[    0.000000] Linux version 6.1.0",
    "[ TIME ] Timed out waiting for device dev-disk-by\\x2duuid-8183.device.",
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
)
PARTS = {"system": part(["kernel", "6.1.0"], ["host", "child"])}


def deep_run(world: World, run_id: str = "run1") -> RunRecord:
    run = make_run(world, run_id=run_id, name="")
    return run.model_copy(
        update={
            "kind": RunKind.DEEP_CHECK,
            "state": RunState.RUNNING,
            "plan": run.plan.model_copy(update={"deep": True}),
            "steps": tuple(StepRecord(step=step) for step in DEEP_CHECK_STEPS),
        }
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def world(clock) -> World:
    world = small_world(clock)
    world.networks["net"] = Network(id="net", name="auto_allocated_network", subnet_ids=("subnet",))
    return world


@pytest.fixture
def ctx(world, clock, tmp_path) -> MemoryContext:
    return MemoryContext(FakeCloud(world), clock, deep_run(world), PROFILE, tmp_path)


def nonce(world: World) -> str:
    """The word that the last child was given."""
    return world.launched[-1].metadata["imaging.marker"]


def says(world: World, *, boot: str = GOOD_BOOT, lose: tuple[int, ...] = ()) -> None:
    """From now on the child's console shows a report, without some of its pieces, and a boot."""
    lines = pieces(report(PARTS, nonce=nonce(world)), nonce(world))
    kept = [line for at, line in enumerate(lines, 1) if at not in lose]
    world.console = console(*kept, *kept, nonce=nonce(world), boot=()) + boot


def children(world: World) -> list[str]:
    return [server_id for server_id in world.servers if server_id != "db"]


def intents(ctx: MemoryContext, step: StepName) -> list[str]:
    return [intent.text for intent in ctx.run.step(step).intents]
