"""A run on the demonstration cloud in the process of the tests, with a test instance to launch and to remove."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from models.cloud.image import Image
from models.steps import StepName
from tests.runs.steps.conftest import PROFILE, make_run
from tests.runs.steps.held_world import BASE, DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.demo_here import DemoHere

NewContext = Callable[..., MemoryContext]


@pytest_asyncio.fixture(loop_scope="session")
async def world(served_here: DemoHere) -> HeldWorld:
    world = HeldWorld(served_here)
    await world.look()
    return world


@pytest.fixture
def new_context(world: HeldWorld, tmp_path: Path) -> NewContext:
    """Makes a context of a run; what is given changes its record."""

    def make(**fields: Any) -> MemoryContext:
        run = make_run(world).model_copy(update=fields)
        return MemoryContext(world.cloud, world.clock, run, PROFILE, tmp_path).at(StepName.TEST_LAUNCH)

    return make


@pytest.fixture
def ctx(new_context: NewContext) -> MemoryContext:
    return new_context()


@pytest_asyncio.fixture(loop_scope="session")
async def base(world: HeldWorld) -> Image:
    """The image that test instances are launched from."""
    return await world.cloud.images.image(BASE)


@pytest_asyncio.fixture(loop_scope="session")
async def on_volumes(world: HeldWorld) -> Image:
    """A volume-backed image of `db-07`, which brings a volume along for each of its snapshots."""
    world.boot_from_volume()
    image_id = await world.cloud.compute.create_image(DB, "postgres", {})
    world.clock.turn(600)
    return await world.cloud.images.image(image_id)
