"""Runs that verify an image, on the demonstration cloud whose clock is turned; and consoles that are cut or deadly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imaging.cloud.interface import Cloud
from imaging.runs.plan.image_plan import plan_verification
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests
from tests.runs.test_crash_matrix import PROFILE, DemoClock, a_run_of, to_its_end
from tests.support.demo_here import DemoCloudHere

IMAGE = "astro-base-2024"
"""An image of the project."""
PASSES = TestFile(name="loads.sh", text="#!/bin/sh\nexit 0\n")
FAILS = TestFile(name="licence.sh", text="#!/bin/sh\necho no licence\nexit 3\n")


def with_tests(*files: TestFile) -> WorkTests:
    """What a request names."""
    return WorkTests(files=files)


async def verification(demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, image: str = IMAGE, **request: Any) -> Plan:
    """The plan of a verification."""
    wanted = RunRequest(profile="openstack", **request)
    return await plan_verification(cloud, clock, image_named(demo, image), wanted, PROFILE)


def image_named(demo: DemoCloudHere, name: str) -> str:
    """The id of an image."""
    (found,) = [each.id for each in demo.here.world.images.values() if each.name == name]
    return found


async def verified(
    demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, image: str = IMAGE, **request: Any
) -> RunRecord:
    """A verification, by as many runners as it takes."""
    plan = await verification(demo, cloud, clock, image, **request)
    async with a_run_of(plan, clock, folder) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, folder)
    return run


class Console:
    """The consoles of all instances, as a test has them read."""

    def __init__(self, demo: DemoCloudHere, cloud: Cloud, clock: DemoClock) -> None:
        """Come between the runs and the cloud."""
        self._demo, self._clock = demo, clock
        self._read = cloud.compute.console_log
        cloud.compute.console_log = self.read  # type: ignore[method-assign]
        self.most: int | None = None
        """How many of its last characters are shown; None for all."""
        self.is_deadly = False
        """Whether each runner dies in the pause behind its first reading."""
        self.stands_still_after: str | None = None
        """A text behind which a kernel panics and nothing more comes; None for none."""
        self.ends_after: str | None = None
        """A text behind which nothing more comes; None for none."""

    async def read(self, instance_id: str) -> str:
        text = await self._read(instance_id)
        if self.is_deadly:
            self._clock.kills_in_next_sleep = True
            self._demo.turn(1)
        after = self.stands_still_after
        if after is not None and after in text:
            text = f"{text.partition(after)[0]}{after}\n[    1.0] Kernel panic - not syncing: no root\n"
        if self.ends_after is not None and self.ends_after in text:
            text = text.partition(self.ends_after)[0] + self.ends_after
        return text if self.most is None else text[-self.most :]


async def left_of(cloud: Cloud) -> list[str]:
    """The instances and security groups of runs that are there, by name."""
    servers = [server async for page in cloud.compute.instances() for server in page]
    groups = await cloud.networking.security_groups()
    names = [*(server.name for server in servers), *(group.name for group in groups)]
    return [name for name in names if name.startswith("imaging-")]
