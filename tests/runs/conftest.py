"""One demonstration cloud in the process of the tests, served on the loop that all tests share that ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.runs.steps.held_world import HeldWorld
from tests.support.demo_here import DemoHere, demo_here


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served_here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoHere]:
    async with demo_here(tmp_path_factory.mktemp("demo-here")) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def world(served_here: DemoHere) -> HeldWorld:
    """A small cloud for one test, as at its start."""
    world = HeldWorld(served_here)
    await world.look()
    return world


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Let a test run on the loop of the cloud that it asks for."""
    for item in items:
        if "served_here" in getattr(item, "fixturenames", ()) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
