"""Lines that drop while an image is sent, bytes that change on their way, quotas, and the way over what is staged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.services import image_data, image_import
from imaging.democloud.web.errors import Refusal
from imaging.democloud.web.faults import Fault
from imaging.runs.plan.start_gate import obstacles
from models.run.file_plan import SendingWay
from models.run.intent import IntentAction
from models.run.record import RunRecord, RunState
from models.run.request import RunRequest
from models.steps import StepName
from tests.files.image_files import MIB
from tests.runs.imports.importing import FORMATS, REQUEST, an_import, left_in, plan_of, raw, sha512, standing
from tests.runs.test_crash_matrix import MOMENTS, Death, DemoClock, to_its_end
from tests.runs.test_crash_matrix import PROFILE as QCOW2_TAKEN
from tests.support.demo_here import DemoCloudHere
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")
DISK = 8 * MIB
CUTS = [0, 1, 4096, *(share * DISK // 7 for share in range(1, 7)), DISK - 1]
UNTESTED = REQUEST.model_copy(update={"test": False})
"""Without a test launch: what is asked is whether the image came over whole."""


@pytest.mark.parametrize(
    "cut", [pytest.param(cut, marks=() if cut in {0, CUTS[5], DISK - 1} else pytest.mark.slow) for cut in CUTS]
)
async def test_an_upload_that_is_cut_begins_again_from_the_kept_file_and_ends_whole(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, cut: int
):
    path, before = FORMATS["raw.gz"](tmp_path), await standing(cloud)
    demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", cut_up=cut)]
    async with an_import(cloud, clock, tmp_path, path, request=UNTESTED) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == 2
    (tmp_path / "reference").mkdir()
    image = demo_cloud.here.world.images[run.image_id or ""]
    assert image.os_hash_value == sha512(raw(tmp_path / "reference").read_bytes())
    assert (await standing(cloud))["images"] - before["images"] == {run.image_id}
    assert left_in(tmp_path) == set()


async def test_a_byte_that_changes_on_its_way_is_noticed_and_the_image_is_deleted(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, before = raw(tmp_path), await standing(cloud)
    demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", flip=3 * MIB)]
    async with an_import(cloud, clock, tmp_path, path, request=UNTESTED) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert run.trouble.what == "The image is not what was sent: its hash differs."
    assert await standing(cloud) == before


@pytest.fixture
def only_checksums(monkeypatch: pytest.MonkeyPatch):
    """A Glance of before 2018: it tells the MD5 checksum of an image, and no other hash."""
    fill = image_data.fill

    def without_hash(image: Any, written: Any) -> None:
        fill(image, written)
        image.os_hash_value = None

    monkeypatch.setattr(image_data, "fill", without_hash)


@pytest.mark.usefixtures("only_checksums")
@pytest.mark.parametrize("flip", [None, 3 * MIB])
async def test_an_old_glance_is_compared_by_its_checksum(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, flip: int | None
):
    if flip is not None:
        demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", flip=flip)]
    async with an_import(cloud, clock, tmp_path, raw(tmp_path), request=UNTESTED) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    told = run.trouble.what if run.trouble else run.step(StepName.COMPARE).note
    assert ("its hash differs" if flip else "size, hash and format agree") in told
    assert run.state is (RunState.FAILED if flip else RunState.DONE)


@pytest.mark.parametrize("limits", [{"image_size_total": 7}, {"image_count_total": 0}])
async def test_a_quota_that_the_cloud_tells_is_said_in_the_plan(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, limits: dict[str, int]
):
    path = raw(tmp_path)
    demo_cloud.here.world.options.image_limits = limits
    try:
        found = " ".join(each.text for each in obstacles(await plan_of(cloud, clock, path)))
    finally:
        demo_cloud.here.world.options.image_limits = {}
    assert "quota of images" in found


async def test_a_quota_that_is_used_up_meanwhile_leaves_nothing(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, before = raw(tmp_path), await standing(cloud)
    upload = cloud.image_bytes.upload

    async def full(image_id: str, content: Any, **options: Any) -> None:
        demo_cloud.here.world.options.image_limits = {"image_size_total": 0}
        try:
            await upload(image_id, content, **options)
        finally:
            demo_cloud.here.world.options.image_limits = {}

    cloud.image_bytes.upload = full  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert run.trouble.what.startswith("The cloud refused the image: ")
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == 1
    assert await standing(cloud) == before


async def imported(cloud: Cloud, clock: DemoClock, folder: Path, path: Path, **options: Any) -> RunRecord:
    """An import by way of what is staged, without a test launch."""
    request: RunRequest = options.pop("request", UNTESTED)
    wanted = {"request": request, "way": SendingWay.STAGED, **options}
    async with an_import(cloud, clock, folder, path, **wanted) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, folder)
    return run


async def test_what_was_staged_is_imported_and_compared(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path = raw(tmp_path)
    run = await imported(cloud, clock, tmp_path, path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert demo_cloud.here.world.images[run.image_id or ""].os_hash_value == sha512(path.read_bytes())
    assert run.step(StepName.COMPARE).note == "size, hash and format agree, 8.0 MiB"
    assert [run.times_intended(each) for each in (IntentAction.STAGE_IMAGE, IntentAction.IMPORT_IMAGE)] == [1, 1]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_at_every_call_what_is_staged_is_imported_once(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, moment: str
):
    path, before = raw(tmp_path), await standing(cloud)
    Death(moment, clock).wrap(cloud)
    run = await imported(cloud, clock, tmp_path, path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert (await standing(cloud))["images"] - before["images"] == {run.image_id}


async def test_a_cloud_that_converts_by_itself_is_recognised_and_not_called_compared_by_hash(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill = image_data.fill

    def converting(image: Any, written: Any) -> None:
        fill(image, written)
        image.disk_format, image.size, image.os_hash_value = "raw", DISK, "0" * 128

    monkeypatch.setattr(image_import, "fill", converting)
    path = FORMATS["qcow2"](tmp_path)
    run = await imported(cloud, clock, tmp_path, path, profile=QCOW2_TAKEN)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    said = "the cloud has converted it to raw: not compared by hash, its size is the disk's"
    assert run.step(StepName.COMPARE).note == said


async def test_a_cloud_whose_conversion_has_another_size_is_not_believed(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill, before = image_data.fill, await standing(cloud)

    def converting(image: Any, written: Any) -> None:
        fill(image, written)
        image.disk_format, image.size, image.virtual_size = "raw", DISK - 512, DISK - 512

    monkeypatch.setattr(image_import, "fill", converting)
    path = FORMATS["qcow2"](tmp_path)
    run = await imported(cloud, clock, tmp_path, path, profile=QCOW2_TAKEN)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "its disk has 8,388,096 bytes, that of the file 8,388,608 bytes" in run.trouble.what
    assert await standing(cloud) == before


async def test_an_import_that_fails_in_the_cloud_says_what_its_task_says(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = await standing(cloud)

    def failing(_image: Any, _written: Any) -> None:
        raise Refusal(500, "the store is full")

    monkeypatch.setattr(image_import, "fill", failing)
    run = await imported(cloud, clock, tmp_path, raw(tmp_path))
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "the store is full" in run.trouble.meaning
    assert await standing(cloud) == before
