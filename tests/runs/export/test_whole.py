"""From an image to a file that is whole, described, and the only thing that is left."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from imaging.runs.steps import PROCEDURES
from models.cloud.image import SEALED, SEALED_ABOUT
from models.errors import ImageFileError, NeedsUserError, RunError, UsageError
from models.image_file.exported import read_exported
from models.image_file.image_format import ImageFormat
from models.run.export_plan import ExportRefusal
from models.run.kind import RunKind
from models.steps import EXPORT_STEPS, StepName
from tests.files.image_files import converted, header_of, raw_disk
from tests.runs.export.scripted_bytes import Export, export_of, image_of
from tests.support.needs import needs, tool

pytestmark = needs("qemu-img", "sfdisk")
WHOLE = ["F", "F.json", "F.report.md", "F.sha256"]
BEFORE_THE_NAME = EXPORT_STEPS[: EXPORT_STEPS.index(StepName.WRITE_SIDECARS)]


@pytest.fixture(name="disk", scope="module")
def _disk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return raw_disk(tmp_path_factory.mktemp("disk") / "disk.raw").read_bytes()


def as_raw(export: Export) -> bytes:
    """The disk in the file, read by its own program."""
    raw = export.folder / "again.raw"
    kind = export.plan.export.format.qemu_name if export.plan.export else ""
    subprocess.run([tool("qemu-img"), "convert", "-f", kind, "-O", "raw", export.file, raw], check=True, timeout=60)
    return raw.read_bytes()


def check_sum(export: Export) -> None:
    """By the program that everybody has."""
    subprocess.run([tool("sha256sum"), "--check", "F.sha256"], cwd=export.file.parent, check=True, timeout=60)


async def test_an_image_is_exported_as_it_is_stored(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk)
    await export.steps()
    assert export.names() == WHOLE
    assert export.file.read_bytes() == disk
    assert export.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", [ImageFormat.QCOW2, ImageFormat.VMDK, ImageFormat.VHDX])
async def test_an_image_is_exported_in_another_format(tmp_path: Path, disk: bytes, kind: ImageFormat):
    export = await export_of(tmp_path, disk, kind=kind)
    await export.steps()
    assert export.names() == WHOLE
    assert header_of(export.file).format is kind
    assert as_raw(export) == disk


async def test_a_qcow2_is_compressed_in_the_way_that_all_clouds_read(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk, kind=ImageFormat.QCOW2)
    await export.steps()
    assert header_of(export.file).compression == "zlib"


async def test_a_qcow2_becomes_raw_in_a_work_dir(tmp_path: Path, disk: bytes):
    (tmp_path / "work").mkdir()
    (tmp_path / "disk.raw").write_bytes(disk)
    stored = converted(tmp_path / "disk.raw", tmp_path / "disk.qcow2", ImageFormat.QCOW2).read_bytes()
    export = await export_of(
        tmp_path, stored, image=image_of(stored, ImageFormat.QCOW2), kind=ImageFormat.RAW, work_dir=tmp_path / "work"
    )
    await export.step(StepName.DOWNLOAD)
    assert sorted(each.name for each in (tmp_path / "work").iterdir()) == ["F.part", "F.part.json"]
    await export.steps()
    assert export.file.read_bytes() == disk
    assert list((tmp_path / "work").iterdir()) == []


async def test_what_stands_beside_it(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk)
    await export.steps()
    said = read_exported(export.file.with_name("F.json").read_bytes())
    assert said is not None
    assert (said.name, said.min_disk_gib, dict(said.properties)) == ("db-07: v1", 2, {"hw_firmware_type": "uefi"})
    assert (said.file.name, said.file.size_bytes, said.stored.compared) == ("F", len(disk), True)
    check_sum(export)
    beside = "".join(each.read_text() for each in export.file.parent.iterdir() if each.name != "F")
    login = export.plan.login.identity
    assert not any(word in beside for word in ("ada", "imaging.run", login.auth_url, "image-1"))


async def test_killed_before_and_after_each_step(tmp_path: Path, disk: bytes):
    for kind in (None, ImageFormat.QCOW2):
        folder = tmp_path / str(kind)
        folder.mkdir()
        export = await export_of(folder, disk, kind=kind)
        for name in EXPORT_STEPS[:-1]:
            await export.step(name)
            await export.step(name)  # the journal did not hear of the first time
        assert export.names() == WHOLE


async def test_killed_in_a_conversion(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk, kind=ImageFormat.QCOW2)
    await export.steps(EXPORT_STEPS[: EXPORT_STEPS.index(StepName.INSPECT_DOWNLOAD)])
    half = export.file.with_name("F.converted.part")
    half.write_bytes(half.read_bytes()[:1000])  # the inode stays, as of a file that was written to half
    await export.steps(EXPORT_STEPS[EXPORT_STEPS.index(StepName.CONVERT_DOWNLOAD) : -1])
    assert as_raw(export) == disk


async def test_somebody_elses_file_under_the_name_of_a_conversion(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk, kind=ImageFormat.QCOW2)
    await export.steps((StepName.DOWNLOAD, StepName.COMPARE_DOWNLOAD))
    export.file.with_name("F.converted.part").write_text("mine")
    with pytest.raises(ImageFileError, match="has not made it"):
        await export.step(StepName.CONVERT_DOWNLOAD)
    assert export.file.with_name("F.converted.part").read_text() == "mine"


@pytest.mark.parametrize("kind", [None, ImageFormat.QCOW2])
@pytest.mark.parametrize("until", range(1, len(EXPORT_STEPS)))
async def test_cancelled_after_any_step_nothing_is_left(
    tmp_path: Path, disk: bytes, until: int, kind: ImageFormat | None
):
    export = await export_of(tmp_path, disk, kind=kind)
    await export.steps(EXPORT_STEPS[:until])
    await PROCEDURES.clear_export(export.ctx)
    await PROCEDURES.clear_export(export.ctx)
    assert export.names() == []


async def test_a_cancel_leaves_what_the_user_put_in_its_place(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk)
    await export.steps()
    export.file.unlink()
    export.file.write_text("mine")
    export.file.with_name("F.json").write_text("{}")
    await PROCEDURES.clear_export(export.ctx)
    assert export.names() == ["F", "F.json"]


async def test_a_file_that_came_meanwhile_is_not_written_over(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk)
    await export.steps(BEFORE_THE_NAME)
    export.file.write_text("mine")
    with pytest.raises(NeedsUserError, match="no file is written over"):
        await export.step(StepName.WRITE_SIDECARS)
    assert export.file.read_text() == "mine"
    export.file.unlink()
    await export.step(StepName.WRITE_SIDECARS)
    assert export.names() == WHOLE


async def test_what_was_changed_after_the_inspection_gets_no_name(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk)
    await export.steps(BEFORE_THE_NAME)
    with export.file.with_name("F.part").open("r+b") as part:
        part.write(b"x")
    with pytest.raises(RunError, match="was changed since it was inspected"):
        await export.step(StepName.WRITE_SIDECARS)
    assert "F" not in export.names()


async def test_a_header_in_a_raw_disk_is_a_blocker_and_never_converted(tmp_path: Path, disk: bytes):
    (tmp_path / "disk.raw").write_bytes(disk)
    inner = converted(tmp_path / "disk.raw", tmp_path / "disk.qcow2", ImageFormat.QCOW2).read_bytes()
    export = await export_of(tmp_path, inner, kind=ImageFormat.QCOW2)  # the cloud calls it RAW
    assert export.plan.export is not None
    assert export.plan.export.stored is ImageFormat.RAW
    await export.steps((StepName.DOWNLOAD, StepName.COMPARE_DOWNLOAD))
    with pytest.raises(RunError, match="begins like another format"):
        await export.step(StepName.CONVERT_DOWNLOAD)
    (tmp_path / "as it is").mkdir()
    export = await export_of(tmp_path / "as it is", inner)
    await export.steps()
    assert export.file.read_bytes() == inner
    assert export.ctx.run.exported is not None
    assert export.ctx.run.exported.blockers == ("FMT-MATCH",)
    assert export.ctx.run.exported.format is ImageFormat.RAW


async def test_what_is_packed_is_a_blocker(tmp_path: Path):
    export = await export_of(tmp_path, gzip.compress(bytes(3_000_000)))
    await export.steps()
    assert export.ctx.run.exported is not None
    assert export.ctx.run.exported.blockers


async def test_what_is_found_only_in_the_file_stops_it_and_keeps_the_part(tmp_path: Path, disk: bytes):
    sealed = image_of(disk, properties={SEALED: "sealed", SEALED_ABOUT: "image-1"})
    export = await export_of(tmp_path, disk, image=sealed, waive=False)
    await export.steps(EXPORT_STEPS[1 : EXPORT_STEPS.index(StepName.INSPECT_DOWNLOAD)])
    with pytest.raises(RunError, match="EXPORT") as refused:
        await export.step(StepName.INSPECT_DOWNLOAD)
    assert "--waive EXPORT=WHY" in refused.value.remedy
    assert "F.part" in export.names()
    again = await export_of(tmp_path, disk, image=sealed)
    await again.steps()
    assert again.cloud.image_bytes.asked == []
    assert again.names() == WHOLE


async def test_an_image_that_speaks_against_it_does_not_begin(tmp_path: Path, disk: bytes):
    export = await export_of(tmp_path, disk, waive=False)
    with pytest.raises(RunError, match="It is not sealed"):
        await export.step(StepName.CHECK)


async def test_volume_backed_images_are_told_the_way(tmp_path: Path):
    mapping = json.dumps([{"snapshot_id": "snap-1", "source_type": "snapshot"}])
    image = image_of(b"", size_bytes=0, content_hash=None, properties={"block_device_mapping": mapping})
    export = await export_of(tmp_path, b"", image=image)
    assert export.plan.export is not None
    assert export.plan.export.refusals == (ExportRefusal.VOLUME_BACKED,)
    with pytest.raises(RunError, match="0 bytes") as refused:
        await export.step(StepName.CHECK)
    assert "openstack volume create --snapshot snap-1" in refused.value.remedy
    assert "openstack image create --volume" in refused.value.remedy


@pytest.mark.parametrize(
    "change, refusal",
    [
        ({"status": "queued"}, ExportRefusal.NOT_ACTIVE),
        ({"container_format": "docker"}, ExportRefusal.PACKED),
        ({"disk_format": "ploop"}, ExportRefusal.UNKNOWN_FORMAT),
        ({"disk_format": "iso"}, ExportRefusal.UNKNOWN_FORMAT),
        ({"size_bytes": 0}, ExportRefusal.EMPTY),
        ({"disk_format": "qcow2", "size_bytes": 2**60}, ExportRefusal.NO_ROOM),
    ],
)
async def test_what_cannot_be_exported(tmp_path: Path, change: dict[str, Any], refusal: ExportRefusal):
    export = await export_of(tmp_path, b"x", image=image_of(b"x", **change))
    assert export.plan.export is not None
    assert export.plan.export.refusals == (refusal,)
    with pytest.raises(RunError):
        await export.step(StepName.CHECK)


async def test_a_raw_disk_that_may_not_fit_is_only_warned_of(tmp_path: Path):
    export = await export_of(tmp_path, b"x", image=image_of(b"x", size_bytes=2**60))
    assert export.plan.export is not None
    assert export.plan.export.refusals == ()
    assert any("Zeros take no room" in each for each in export.plan.warnings)


async def test_without_qemu_img_nothing_is_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda *_asked, **_more: None)
    export = await export_of(tmp_path, b"x", kind=ImageFormat.QCOW2)
    assert export.plan.export is not None
    assert export.plan.export.refusals == (ExportRefusal.NO_CONVERTER,)


async def test_a_work_dir_without_a_conversion_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="--work-dir"):
        await export_of(tmp_path, b"x", work_dir=tmp_path)


def test_the_kind_writes_a_file_and_changes_nothing():
    spec = RunKind.EXPORT.spec
    assert spec.writes_file
    assert not any((spec.changes_source, spec.makes_image, spec.tests_image))
