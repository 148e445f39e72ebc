"""Bases that come up and tell nothing, too little, or too late: the difference is unknown, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.guests.deep_check import Manner, packed_pieces
from models.run.record import RunState
from models.works.inventory import PackageManager
from models.works.verdict import WorksWord
from tests.runs.base.listing import BASE, change_told, launched, listed, note_of, without_parts
from tests.runs.test_crash_matrix import DemoClock
from tests.runs.works.checking import image_named, left_of
from tests.support.demo_here import DemoCloudHere

WORD = "@@imaging-inventory"


class BaseConsole:
    """The console of the base, as a test has it read."""

    def __init__(self, demo: DemoCloudHere, cloud: Cloud) -> None:
        self._demo, self._read = demo, cloud.compute.console_log
        cloud.compute.console_log = self.read  # type: ignore[method-assign]
        self.ends_after: str | None = None
        """A text behind which nothing more comes."""
        self.adds = ""
        """What it shows beyond that, for each nonce."""

    async def read(self, instance_id: str) -> str:
        text = await self._read(instance_id)
        if WORD not in text or "@@imaging-works" in text:
            return text
        if self.ends_after is not None and self.ends_after in text:
            text = text.partition(self.ends_after)[0] + self.ends_after
        nonce = text.partition(f"{WORD} ")[2].partition(" ")[0]
        return text + self.adds.replace("NONCE", nonce)


@pytest.fixture
def console(demo_cloud: DemoCloudHere, cloud: Cloud) -> BaseConsole:
    without_parts(demo_cloud)
    return BaseConsole(demo_cloud, cloud)


async def ended(demo: DemoCloudHere, cloud: Cloud, clock: DemoClock, folder: Path, *, why: str) -> None:
    """The run ends as without the step, and says this."""
    run = await listed(demo, cloud, clock, folder)
    assert run.state is RunState.DONE
    assert run.works is not None
    assert run.works.word is WorksWord.YES
    assert why in note_of(run)
    assert why in change_told(run, folder).unknown_because
    assert launched(run) == 1
    assert await left_of(cloud) == []


async def test_a_base_that_falls_silent_is_given_up(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: BaseConsole
):
    console.ends_after = "progress listing what is installed"
    clock.skips_ahead = False
    await ended(demo_cloud, cloud, clock, tmp_path, why="fell silent")


async def test_a_base_that_says_why_it_cannot_is_believed(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: BaseConsole
):
    console.ends_after = " began"
    console.adds = f"\n{WORD} NONCE failed there is no systemd\n"
    await ended(demo_cloud, cloud, clock, tmp_path, why="could not tell it: there is no systemd")


async def test_a_base_that_somebody_deletes_meanwhile_is_not_launched_again(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: BaseConsole
):
    read = cloud.compute.console_log

    async def deleted(instance_id: str) -> str:
        text = await read(instance_id)
        if WORD in text and "@@imaging-works" not in text:
            await cloud.compute.delete_instance(instance_id)
            return text.partition(WORD)[0]
        return text

    cloud.compute.console_log = deleted  # type: ignore[method-assign]
    await ended(demo_cloud, cloud, clock, tmp_path, why="deleted by someone else")


async def test_the_time_limit_of_a_run_that_nobody_attends_ends_it_and_not_the_verdict(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: BaseConsole
):
    console.ends_after = " began"
    read = cloud.compute.console_log

    async def late(instance_id: str) -> str:
        text = await read(instance_id)
        if WORD in text and "@@imaging-works" not in text:
            clock.skips_ahead = False
            await clock.sleep(8000)
        return text

    cloud.compute.console_log = late  # type: ignore[method-assign]
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert run.base_unread
    assert await left_of(cloud) == []


async def test_a_base_in_emergency_mode_tells_nothing(
    demo_cloud: DemoCloudHere, cloud: Cloud, clock: DemoClock, tmp_path: Path, console: BaseConsole
):
    image = demo_cloud.here.world.images[image_named(demo_cloud, BASE)]
    image.disk = image.disk.__class__(**{**vars(image.disk), "fstab": ("0f0e0d0c-0b0a-4a09-8807-060504030201",)})
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert run.base_unread
    assert await left_of(cloud) == []


async def test_a_base_that_tells_only_a_part_of_its_packages_is_not_called_known(
    demo_cloud: DemoCloudHere,
    cloud: Cloud,
    clock: DemoClock,
    tmp_path: Path,
    console: BaseConsole,
    *,
    monkeypatch: pytest.MonkeyPatch,
):
    def without_its_end(_server: object, nonce: str) -> list[str]:
        rows = [f"imaging-inventory 1 {nonce}", "@dpkg", "bash\t5\tamd64", "@whole rpm", "end", ""]
        return packed_pieces(WORD, nonce, Manner(limit=32_768, dropped_first=()), lambda _: "\n".join(rows).encode())

    monkeypatch.setattr("imaging.democloud.guests.listing.inventory_lines", without_its_end)
    run = await listed(demo_cloud, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert "told only a part: dpkg: it was not told to its end" in note_of(run)
    assert PackageManager.DPKG in change_told(run, tmp_path).not_compared
