"""Sealing an image that exists: another one is made of a clone of it, and it stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.guidelines.sealing.planning import plan_seal
from imaging.runs.plan.seal.planning import plan_seal_of_image
from imaging.runs.steps.prove_seal import facts_of
from models.cloud.image import Image
from models.run.kind import RunKind
from models.run.record import RunState
from models.run.request import RunRequest
from models.seal.verdict import SealWord
from models.steps import SEAL_STEPS
from tests.runs.sealed.sealing import everything, inspected, standing, to_its_end
from tests.runs.test_crash_matrix import MOMENTS, PROFILE, Death, DemoClock, a_run_of
from tests.support.demo_here import DemoCloudHere


async def an_image(cloud: Cloud, clock: DemoClock, source_id: str) -> Image:
    """A private snapshot of the user's own."""
    image_id = await cloud.compute.create_image(source_id, "before the course", {})
    while (await cloud.images.image(image_id)).status != "active":
        await clock.sleep(1)
    await clock.sleep(2)  # until the instance is idle, too
    return await cloud.images.image(image_id)


@pytest.mark.parametrize("moment", [pytest.param("never", marks=pytest.mark.slow), MOMENTS[1]])
async def test_it_is_sealed_into_another_one_and_stays(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, moment: str
):
    source_id = demo_cloud.server_id("db-07")
    image = await an_image(cloud, clock, source_id)
    before = await everything(cloud, source_id)
    network = next(each for each in await cloud.networking.networks() if each.name == "astro-net")
    request = RunRequest(name="sealed course", description="d", profile="openstack", network_id=network.id)
    guest = inspected("db-07", clock.now())
    seal = plan_seal(facts_of(None, guest, request, clock.now()), PROFILE, request)
    plan = await plan_seal_of_image(cloud, clock, image.id, request, PROFILE, seal=seal, guest=guest)
    assert tuple(each.step for each in plan.steps) == SEAL_STEPS
    async with a_run_of(plan, clock, tmp_path) as (journal, new):
        if moment != "never":
            Death(moment, clock).wrap(cloud)
        run, killed = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.kind, run.state, run.trouble) == (RunKind.SEAL, RunState.DONE, None)
    assert run.seal_verdict is not None
    assert (run.seal_verdict.word, run.seal_verdict.reasons) == (SealWord.SEALED, ())
    assert (killed == 0) is (moment == "never")
    after = await everything(cloud, source_id)
    assert after.pop("images") - before.pop("images") == {run.image_id}
    assert after == before
    assert await cloud.images.image(image.id) == image
    assert standing(run) == []
