"""The demonstration cloud with its clock held, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.login.resolution import resolve_cloud
from imaging.runtime.clock import SystemClock
from tests.runs.hostile.stage import Stage
from tests.support.demo import DemoCloud


@pytest.fixture
async def stage(demo_cloud: DemoCloud, tmp_path: Path) -> AsyncIterator[Stage]:
    demo_cloud.hold()
    cloud = await connect(await resolve_cloud("demo", ask=None), SystemClock())
    yield Stage(cloud, demo_cloud, tmp_path)
    await cloud.close()
