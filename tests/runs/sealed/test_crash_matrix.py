"""A sealed run whose runners are killed around every call that changes the cloud: one image, no clone, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.guest.facts_cache import GuestStore
from imaging.runtime.paths import Paths
from models.run.record import RunRecord, RunState
from models.steps import StepName
from tests.runs.rewording import WORDINGS
from tests.runs.sealed.sealing import a_sealed_run, assert_sealed, everything, standing, to_its_end
from tests.runs.test_crash_matrix import CHANGES, MOMENTS, Death, DemoClock, one_runner, words
from tests.support.demo_here import DemoCloudHere

__all__ = ["words"]


@pytest.fixture(autouse=True)
def closing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the call that closes a security group is deadly, too."""
    monkeypatch.setitem(CHANGES, "close_security_group", "networking")


async def check_end(cloud: Cloud, source_id: str, run: RunRecord, before: dict[str, Any]) -> None:
    after = await everything(cloud, source_id)
    new_images = after.pop("images") - before.pop("images")
    assert_sealed(run)
    assert new_images == {run.image_id}
    assert after == before


async def test_unkilled_it_makes_one_image_of_a_sealed_clone(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    clock.skips_ahead = False  # how far the clone is changes by itself, and is read at each poll
    source_id = demo_cloud.server_id("db-07")
    before = await everything(cloud, source_id)
    async with a_sealed_run(cloud, clock, tmp_path, source_id) as (journal, new):
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert killed == 0
    await check_end(cloud, source_id, run, before)
    assert run.image_id is not None
    image = await cloud.images.image(run.image_id)
    assert (image.name, image.properties["imaging.role"]) == ("lidar-tools", "sealed")
    assert image.properties["imaging.source"] == source_id
    phases = [phase.text for phase in run.step(StepName.SEAL).phases]
    assert any(text.startswith("sealing: ") for text in phases)
    assert GuestStore(Paths.below(tmp_path), clock).read(run.image_id).known, "an export would ask for an inspection"


@pytest.mark.slow
@pytest.mark.parametrize("moment,words", [*zip(MOMENTS, WORDINGS, strict=True)], indirect=["words"])
@pytest.mark.usefixtures("words")
async def test_killed_at_every_call_in_whatever_words_it_is_written_down(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, moment: str
):
    source_id = demo_cloud.server_id("db-07")
    await cloud.compute.lock(source_id, "the data of the spring campaign")
    before = await everything(cloud, source_id)
    async with a_sealed_run(cloud, clock, tmp_path, source_id) as (journal, new):
        Death(moment, clock).wrap(cloud)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    await check_end(cloud, source_id, run, before)
    assert killed >= 12


@pytest.mark.parametrize(
    "call",
    [
        *("create_image", "launch", "delete_image"),
        *(pytest.param(call, marks=pytest.mark.slow) for call in ("stop", "close_security_group")),
    ],
)
async def test_cancelled_at_a_call_and_killed_in_the_clearing_up(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, *, call: str
):
    source_id = demo_cloud.server_id("web-01")
    before = await everything(cloud, source_id)
    async with a_sealed_run(cloud, clock, tmp_path, source_id, guest="web-01") as (journal, new):
        Death("after", clock, only=call).wrap(cloud)
        run = await one_runner(journal, new, cloud, clock, tmp_path)
        await journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
        Death("after", clock).wrap(cloud)
        run, _ = await to_its_end(journal, run, cloud, clock, tmp_path)
    after = await everything(cloud, source_id)
    kept = after.pop("images") - before.pop("images")
    assert (run.state, run.trouble) == (RunState.CANCELLED, None)
    assert after == before
    assert kept <= {run.image_id}
    assert standing(run) == []
