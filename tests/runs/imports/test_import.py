"""Imports of every format: what is in the cloud is the disk of the file, and nothing but the image is left."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.records.image import Image
from imaging.runs.sending import kept, preparing
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.steps import IMPORT_STEPS, StepName, StepState
from tests.runs.imports.importing import FORMATS, an_import, left_in, plan_of, raw, sha512, standing
from tests.runs.test_crash_matrix import PROFILE, DemoClock, to_its_end
from tests.support.demo_here import DemoCloudHere
from tests.support.needs import needs


def record_of(demo: DemoCloudHere, run: RunRecord) -> Image:
    """The image as the cloud itself has it."""
    return demo.here.world.images[run.image_id or ""]


IN_A_WAY_OF_THEIR_OWN = {"raw", "qcow2", "ova", "raw.gz", "parts of qcow2"}
"""Sent as it is, converted, out of an archive, unpacked, in parts; each further format goes one of these ways."""


@needs("qemu-img", "sfdisk")
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in IN_A_WAY_OF_THEIR_OWN else pytest.mark.slow) for kind in FORMATS],
)
async def test_the_disk_of_a_file_is_in_the_cloud_and_nothing_else_is_left(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path, kind: str
):
    folder = tmp_path / "files"
    folder.mkdir()
    path, before = FORMATS[kind](folder), await standing(cloud)
    (tmp_path / "reference").mkdir()
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.kind, run.state, run.trouble) == (RunKind.IMPORT, RunState.DONE, None)
    image = record_of(demo_cloud, run)
    assert (image.size, image.disk_format, image.visibility) == (8 * 2**20, "raw", "private")
    if "raw" in kind:
        assert image.os_hash_value == sha512(raw(tmp_path / "reference").read_bytes())
    assert run.sent_file is not None
    assert run.sent_file.sha512 == image.os_hash_value
    assert image.properties["imaging.verdict"] == "booted"
    after = await standing(cloud)
    assert after.pop("images") - before.pop("images") == {run.image_id}
    assert after == before
    assert left_in(folder) == set()


@needs("qemu-img", "sfdisk")
async def test_the_steps_are_those_of_its_plan_and_say_what_was_compared(
    cloud: Cloud, clock: DemoClock, tmp_path: Path
):
    path = FORMATS["qcow2"](tmp_path)
    plan = await plan_of(cloud, clock, path)
    assert tuple(each.step for each in plan.steps) == IMPORT_STEPS
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.step(StepName.COMPARE).note == "size, hash and format agree, 8.0 MiB"
    assert run.step(StepName.PUBLISH).state is StepState.SKIPPED


@needs("qemu-img", "sfdisk")
async def test_a_cloud_that_takes_qcow2_gets_the_file_as_it_is(
    cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path
):
    path = FORMATS["qcow2"](tmp_path)
    async with an_import(cloud, clock, tmp_path, path, profile=PROFILE) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    image = record_of(demo_cloud, run)
    assert (image.disk_format, image.os_hash_value) == ("qcow2", sha512(path.read_bytes()))
    assert image.min_disk == 1
    assert run.step(StepName.CONVERT).state is StepState.SKIPPED
    assert run.kept_file is None


@needs("qemu-img", "sfdisk")
@pytest.mark.parametrize(
    "name",
    [
        "json:{}.qcow2",
        "two\nlines.qcow2",
        "-o.qcow2",
        pytest.param("nbd:host:10809", marks=pytest.mark.slow),
        pytest.param("a b'c.qcow2", marks=pytest.mark.slow),
    ],
)
async def test_a_file_with_an_odd_name_is_a_file(cloud: Cloud, clock: DemoClock, tmp_path: Path, name: str):
    folder = tmp_path / "odd: folder\nof files"
    folder.mkdir()
    path = FORMATS["qcow2"](tmp_path).rename(folder / name)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert "\n" not in run.title
    assert left_in(folder) == set()


@needs("qemu-img", "sfdisk")
async def test_the_conversion_is_closed_to_others_and_named_after_its_source(
    cloud: Cloud, clock: DemoClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[str, int]] = []
    finish = kept.finish_part

    def watched(descriptor: int, part: Path, plan: object) -> None:
        seen.append((part.name, stat.S_IMODE(part.stat().st_mode)))
        finish(descriptor, part, plan)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(preparing, "finish_part", watched)
    path = FORMATS["vdi"](tmp_path)
    async with an_import(cloud, clock, tmp_path, path) as (journal, new):
        run, _ = await to_its_end(journal, new, cloud, clock, tmp_path)
    assert run.plan.file is not None
    assert run.plan.file.identity is not None
    digest = run.plan.file.identity.digest
    assert seen == [(f"imaging-{digest[:32]}.{run.id}.part", 0o600)]
    assert run.kept_file is not None
    assert Path(run.kept_file.path).name == f"imaging-{digest[:32]}.raw"
    assert run.kept_file.removed
