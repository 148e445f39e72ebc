"""What goes wrong in an import: each is told, and leaves nothing in the cloud that is not what was sent."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.web.faults import Fault
from imaging.files.convert import qemu_img
from imaging.runs.plan.import_file.costs import Rate, cost_warnings, refusals
from imaging.runs.plan.start_gate import obstacles, refusal
from imaging.runs.sending import kept, preparing
from imaging.runs.steps.upload import MOST_UPLOADS
from models.cloud.image import Image
from models.cloud.image_bytes import ImageStore, UploadWays
from models.cloud.quota import Limit
from models.image_file.image_format import ImageFormat
from models.run.file_plan import FilePlan, SendingWay
from models.run.intent import IntentAction
from models.run.record import RunState
from models.run.request import Waiver
from models.steps import StepName
from tests.files.image_files import MIB, image
from tests.runs.imports.importing import FORMATS, REQUEST, an_import, left_in, plan_of, raw, standing
from tests.runs.test_crash_matrix import DemoClock, to_its_end
from tests.support.demo_here import DemoCloudHere
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")

Changed = Callable[[Path], None]


def _appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _same_size_and_time(path: Path) -> None:
    told = path.stat()
    with path.open("r+b") as file:
        file.seek(told.st_size // 2)
        file.write(b"other")
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def _replaced(path: Path) -> None:
    image(path.with_name("new"), ImageFormat.QCOW2).replace(path)


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "kind,change",
    [
        *(("raw", change) for change in (_appended, _same_size_and_time, _replaced, _gone)),
        ("vmdk", _replaced),
        # It is seen by the same comparison, before the conversion.
        *(pytest.param("vmdk", change, marks=pytest.mark.slow) for change in (_appended, _same_size_and_time, _gone)),
    ],
)
async def test_a_file_that_has_changed_since_its_inspection_is_not_sent(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, *, change: Changed, kind: str
):
    path, before = FORMATS[kind](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        change(path)
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "has changed since it was inspected" in run.trouble.what or change is _gone
    assert await standing(cloud) == before
    assert left_in(tmp_path) == set()


async def test_a_file_that_is_written_to_while_it_is_sent_leaves_no_image(
    cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    path, before = raw(tmp_path), await standing(cloud)
    upload = cloud.image_bytes.upload

    async def written_to(image_id: str, content: Any, **options: Any) -> None:
        _same_size_and_time(path)
        await upload(image_id, content, **options)

    cloud.image_bytes.upload = written_to  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "has changed since" in run.trouble.what
    assert await standing(cloud) == before


OTHER: dict[str, dict[str, Any]] = {
    "its hash differs": {"os_hash_value": "0" * 128},
    "it has 7 bytes": {"size": 7},
    "its format is qcow2": {"disk_format": "qcow2"},
}


@pytest.mark.parametrize("said", OTHER)
async def test_an_image_that_is_not_what_was_sent_is_deleted(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, said: str
):
    path, before = raw(tmp_path), await standing(cloud)
    upload = cloud.image_bytes.upload

    async def spoilt(image_id: str, content: Any, **options: Any) -> None:
        await upload(image_id, content, **options)
        for name, value in OTHER[said].items():
            setattr(demo_cloud.here.world.images[image_id], name, value)

    cloud.image_bytes.upload = spoilt  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert said in run.trouble.what
    assert await standing(cloud) == before
    assert run.step(StepName.TEST_LAUNCH).started_at is None


async def test_a_cloud_that_tells_no_hash_is_not_called_compared_by_it(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, upload = raw(tmp_path), cloud.image_bytes.upload

    async def hashless(image_id: str, content: Any, **options: Any) -> None:
        await upload(image_id, content, **options)
        record = demo_cloud.here.world.images[image_id]
        record.os_hash_value, record.checksum = None, None

    cloud.image_bytes.upload = hashless  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert "not compared by hash" in run.step(StepName.COMPARE).note


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
@pytest.mark.parametrize("agrees", [True, False], ids=["the same", "another"])
async def test_the_hash_of_a_cloud_that_tells_no_sha512_is_compared(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, *, algorithm: str, agrees: bool
):
    path, before, get = raw(tmp_path), await standing(cloud), cloud.images.image
    own = hashlib.new(algorithm, path.read_bytes(), usedforsecurity=False).hexdigest()
    told = {"hash_algorithm": algorithm, "content_hash": own if agrees else own[::-1]}

    async def with_another_hash(image_id: str) -> Image:
        return (await get(image_id)).model_copy(update=told)

    cloud.images.image = with_another_hash  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    if agrees:
        assert run.state is RunState.DONE
        assert "size, hash and format agree" in run.step(StepName.COMPARE).note
    else:
        assert run.trouble is not None
        assert "its hash differs" in run.trouble.what
        assert await standing(cloud) == before


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_upload_without_an_answer_is_observed_and_sent_again_only_where_it_was_lost(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, when: str
):
    path, before = raw(tmp_path), await standing(cloud)
    demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", drop=True, when=when)]
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == (2 if when == "before" else 1)
    assert (await standing(cloud))["images"] - before["images"] == {run.image_id}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_record_whose_answer_is_lost_is_made_once(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, when: str
):
    path, before = raw(tmp_path), await standing(cloud)
    demo_cloud.here.front.faults = [Fault(method="POST", path="/v2/images$", drop=True, when=when)]
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert (await standing(cloud))["images"] - before["images"] == {run.image_id}


async def test_an_upload_that_breaks_again_and_again_ends_the_run_and_leaves_nothing(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, before = FORMATS["vmdk"](tmp_path), await standing(cloud)
    demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", drop=True, times=-1)]
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert run.trouble.what == f"The upload was cut {MOST_UPLOADS} times."
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == MOST_UPLOADS
    assert await standing(cloud) == before
    assert run.kept_file is not None
    assert left_in(tmp_path) == {Path(run.kept_file.path).name}


async def test_a_new_run_of_the_same_file_begins_from_what_a_failed_one_has_kept(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path = FORMATS["vmdk"](tmp_path)
    demo_cloud.here.front.faults = [Fault(method="POST", path="/v2/images$", status=403, times=1)]
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        failed, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    (tmp_path / "runs.sqlite").unlink()
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (failed.state, run.state) == (RunState.FAILED, RunState.DONE)
    assert run.step(StepName.CONVERT).note == "RAW, 8.0 MiB, made before"
    assert left_in(tmp_path) == set()


async def test_a_quota_that_is_used_up_is_said_and_nothing_is_left(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, before = raw(tmp_path), await standing(cloud)
    body = "<html><body>Request denied: image_size_total quota exceeded</body></html>"
    demo_cloud.here.front.faults = [Fault(method="PUT", path="/file$", status=413, body=body, times=-1)]
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert run.trouble.what.startswith("The cloud refused the image: ")
    assert run.times_intended(IntentAction.UPLOAD_IMAGE) == 1
    assert await standing(cloud) == before


async def test_a_full_disk_ends_the_conversion_and_leaves_nothing_of_it(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path, before = FORMATS["vmdk"](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        monkeypatch.setattr(kept, "free_bytes", lambda _folder: 0)
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "room" in f"{run.trouble.what} {run.trouble.remedy}"
    assert await standing(cloud) == before
    assert left_in(tmp_path) == set()


async def test_a_conversion_is_ended_by_a_request_to_cancel_and_leaves_nothing(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path, before = FORMATS["vmdk"](tmp_path), await standing(cloud)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):

        async def endless(_conversion: Any, **_options: Any) -> None:
            await journal.request_change(new.id, lambda changes: changes.run(cancel_requested=True))
            await asyncio.Event().wait()

        monkeypatch.setattr(preparing, "convert", endless)
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.CANCELLED, None)
    assert await standing(cloud) == before
    assert left_in(tmp_path) == set()


async def test_a_work_directory_that_is_gone_is_said(cloud: Cloud, clock: DemoClock, tmp_path: Path):
    work_dir = tmp_path / "work"
    work_dir.mkdir()
    path = FORMATS["vmdk"](tmp_path)
    async with an_import(cloud, clock, tmp_path, path, work_dir=work_dir) as (journal, new):
        work_dir.rmdir()
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "--work-dir" in f"{run.trouble.what} {run.trouble.remedy}"


async def test_another_file_in_the_place_of_the_conversion_is_not_sent(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path = FORMATS["vmdk"](tmp_path)
    plan = await plan_of(cloud, clock, path)
    assert plan.file is not None
    other = tmp_path / "somebody else's"
    other.write_bytes(b"x" * 8 * MIB)
    kept.kept_path(plan.file).symlink_to(other)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.DONE
    assert run.sent_file is not None
    assert demo_cloud.here.world.images[run.image_id or ""].os_hash_value == run.sent_file.sha512
    assert run.step(StepName.CONVERT).note.endswith("on the disk")
    assert other.read_bytes() == b"x" * 8 * MIB


async def test_a_conversion_that_comes_out_as_something_else_is_not_sent(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path, before = FORMATS["vmdk"](tmp_path), await standing(cloud)
    real = qemu_img.convert

    async def deceived(conversion: Any, **options: Any) -> None:
        await real(conversion, **options)
        inner = image(tmp_path / "inner", ImageFormat.QCOW2).read_bytes()
        os.pwrite(conversion.keeps_descriptor, inner, 0)

    monkeypatch.setattr(preparing, "convert", deceived)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert run.trouble.what.startswith("The conversion is not what it should be")
    assert await standing(cloud) == before
    assert left_in(tmp_path) == set()


async def test_an_image_that_somebody_deletes_meanwhile_is_missed(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path, upload = raw(tmp_path), cloud.image_bytes.upload

    async def deleted(image_id: str, content: Any, **options: Any) -> None:
        await upload(image_id, content, **options)
        await cloud.images.delete_image(image_id)

    cloud.image_bytes.upload = deleted  # type: ignore[method-assign]  # what a test does
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.state is RunState.FAILED
    assert run.trouble is not None
    assert "gone" in run.trouble.what


def file_plan(**fields: Any) -> FilePlan:
    return FilePlan(
        **{
            "path": "/x",
            "name": "x",
            "work_dir": "/",
            "target": ImageFormat.RAW,
            "sent_bytes": 100 * MIB,
            "upload_seconds": 600,
            **fields,
        }
    )


@pytest.mark.parametrize(
    "fields,ways,said",
    [
        ({}, UploadWays(), ""),
        ({}, None, ""),
        ({}, UploadWays(total_mib=Limit(used=0, maximum=99)), "99 MiB left"),
        ({}, UploadWays(total_mib=Limit(used=0, maximum=100)), ""),
        ({}, UploadWays(images=Limit(used=3, maximum=3)), "The quota of images is used up: 3 of 3"),
        ({}, UploadWays(stores=(ImageStore(id="a", is_read_only=True),)), "read-only"),
        ({}, UploadWays(stores=(ImageStore(id="a", is_read_only=True), ImageStore(id="b"))), ""),
        ({"way": SendingWay.STAGED}, UploadWays(methods=()), "does not offer glance-direct"),
        ({"way": SendingWay.STAGED}, UploadWays(), ""),
        ({"way": SendingWay.STAGED}, UploadWays(staged_mib=Limit(used=0, maximum=1)), "waits for its import"),
        ({}, UploadWays(staged_mib=Limit(used=0, maximum=1)), ""),
        ({"converts": True, "scratch_bytes": 2**60}, UploadWays(), "The conversion needs"),
        ({"converts": True, "work_dir": "/is/not/there"}, UploadWays(), "cannot be used"),
    ],
)
def test_what_keeps_a_file_out_of_a_cloud_is_told_before(fields: dict[str, Any], ways: UploadWays | None, said: str):
    found = " ".join(refusals(file_plan(**fields), ways, None))
    assert said in found
    assert bool(found) is bool(said)


def test_a_token_that_ends_before_the_upload_is_told_before():
    told = " ".join(cost_warnings(file_plan(), UploadWays(token_seconds=300.0), Rate()))
    assert "A token of this cloud lives 5 minutes, less than the upload takes" in told
    assert "token" not in " ".join(cost_warnings(file_plan(), UploadWays(token_seconds=3600.0), Rate()))


async def test_a_refused_file_is_not_sent_whatever_reason_is_given(cloud: Cloud, clock: DemoClock, tmp_path: Path):
    base = raw(tmp_path)
    path = image(tmp_path / "child.qcow2", ImageFormat.QCOW2)
    with path.open("r+b") as file:  # the offset and the length of the name of its base
        file.seek(8)
        file.write((0x1000).to_bytes(8, "big") + len(str(base)).to_bytes(4, "big"))
        file.seek(0x1000)
        file.write(str(base).encode())
    waived = REQUEST.model_copy(update={"waivers": (Waiver(rule="FMT-SAFE", reason="I know it"),)})
    for request in (REQUEST, waived):
        error = refusal(obstacles(await plan_of(cloud, clock, path, request=request)))
        assert error is not None
        assert error.what.startswith("The file is not used: It names another file as its base")
