"""The small world of the steps' tests, and a deep check of its instance."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.run.intent import intent_sentence
from models.run.kind import RunKind
from models.run.record import RunRecord, StepRecord
from models.steps import DEEP_CHECK_STEPS, StepName
from tests.guest.deep_check.reports import console, part, pieces, report
from tests.runs.steps.conftest import PROFILE, make_run
from tests.runs.steps.held_world import GOOD_BOOT, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import TurnedClock

EMERGENCY = (
    "[    0.000000] Linux version 6.1.0",
    "[ TIME ] Timed out waiting for device dev-disk-by\\x2duuid-8183.device.",
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
)
PARTS = {"system": part(["kernel", "6.1.0"], ["host", "child"])}


def deep_run(world: HeldWorld, run_id: str = "run1") -> RunRecord:
    run = make_run(world, run_id=run_id, name="")
    return run.model_copy(
        update={
            "kind": RunKind.DEEP_CHECK,
            "plan": run.plan.model_copy(update={"kind": RunKind.DEEP_CHECK}),
            "steps": tuple(StepRecord(step=step) for step in DEEP_CHECK_STEPS),
        }
    )


@pytest.fixture
def clock(world: HeldWorld) -> TurnedClock:
    return world.clock


@pytest.fixture
def ctx(world: HeldWorld, tmp_path: Path) -> MemoryContext:
    return MemoryContext(world.cloud, world.clock, deep_run(world), PROFILE, tmp_path)


def nonce(world: HeldWorld) -> str:
    """The word that the temporary instance was given."""
    return world.launched[-1].metadata["imaging.marker"]


def reports(world: HeldWorld, *, boot: str = GOOD_BOOT, lose: tuple[int, ...] = (), word: str | None = None) -> None:
    """From now on the temporary instance's console shows a report, without some of its pieces, and a boot."""
    said = nonce(world) if word is None else word
    lines = pieces(report(PARTS, nonce=said), said)
    kept = [line for at, line in enumerate(lines, 1) if at not in lose]
    world.console(console(*kept, *kept, nonce=said, boot=()) + boot)


def intents(ctx: MemoryContext, step: StepName) -> list[str]:
    return [intent_sentence(intent.action, intent.target) for intent in ctx.run.step(step).intents]
