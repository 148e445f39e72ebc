"""`imaging inspect --image`: an image of the demonstration cloud, whose bytes are those of a real disk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.login.resolution import resolve_cloud
from imaging.runtime.clock import SystemClock
from models.cloud.image_bytes import NewImage
from tests.files.disk.making import ROOT_X86_64, converted, divided, ext
from tests.guest.next_boot.guests import HEALTHY
from tests.guest.probe.running import plant
from tests.support.demo import DemoCloud
from tests.support.needs import needs

pytestmark = needs("mkfs.ext4", "sfdisk", "qemu-img")
PARTS = {"method": "GET", "path": "/image/v2/images/.*/file"}


class Source:
    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        self.size_bytes = len(self._content)

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    root = plant(folder / "root", {path: text for path, text in HEALTHY.items() if text is not None})
    return divided(folder / "disk.raw", "gpt", [(ext(folder / "ext", root), ROOT_X86_64)])


def uploaded(path: Path, disk_format: str = "raw", **properties: str) -> str:
    async def upload() -> str:
        cloud = await connect(await resolve_cloud("demo", ask=None), SystemClock())
        try:
            wanted = NewImage(name="survey", disk_format=disk_format, properties=properties)
            image = await cloud.image_bytes.make_record(wanted)
            await cloud.image_bytes.upload(image.id, Source(path), tell=lambda _: None)
            return image.id
        finally:
            await cloud.close()

    return asyncio.run(upload())


def inspected(imaging: Any, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(imaging("--os-cloud", "demo", "inspect", *arguments, "--json").out)
    return found


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["outcome"] for each in document["findings"]}


def test_an_image_is_judged_as_its_file_is(imaging: Any, demo_cloud: DemoCloud, disk: Path, tmp_path: Path) -> None:
    image_id = uploaded(converted(disk, tmp_path / "disk.qcow2", "qcow2"), "qcow2", architecture="aarch64")
    found, file = inspected(imaging, "--image", "survey"), inspected(imaging, str(tmp_path / "disk.qcow2"))
    assert (found["file"]["image_id"], found["file"]["path"]) == (image_id, "survey")
    assert found["file"]["disk"]["partitions"] == file["file"]["disk"]["partitions"]
    of_its_record = ("FMT-", "PROP-", "NAME-", "DESC-", "EXPORT", "SIZE-", "TEST-LAUNCH", "QGA-", "BOOT-ARCH")
    differing = {rule for rule, outcome in outcomes(found).items() if outcome != outcomes(file)[rule]}
    assert {rule for rule in differing if not rule.startswith(of_its_record)} == set()
    assert outcomes(found)["BOOT-ROOTREF"] == outcomes(file)["BOOT-ROOTREF"]
    assert outcomes(found)["FMT-RAW-UPLOAD"] == "not-applicable"


def test_its_properties_are_compared_with_its_disk(imaging: Any, demo_cloud: DemoCloud, disk: Path) -> None:
    image_id = uploaded(disk, architecture="aarch64")
    judged = {each["rule"]: each for each in inspected(imaging, "--image", image_id)["findings"]}
    assert judged["BOOT-ARCH"]["outcome"] == "fail"
    assert "architecture=aarch64" in judged["BOOT-ARCH"]["evidence"]


def test_a_qcow2_in_what_glance_calls_raw_blocks(
    imaging: Any, demo_cloud: DemoCloud, disk: Path, tmp_path: Path
) -> None:
    image_id = uploaded(converted(disk, tmp_path / "disk.qcow2", "qcow2"))
    found = inspected(imaging, "--image", image_id)
    assert found["file"]["refusals"] == ["header-in-raw"]
    assert (outcomes(found)["FMT-MATCH"], found["file"]["disk"]) == ("fail", None)


def test_what_was_found_counts_when_it_is_exported(
    imaging: Any, demo_cloud: DemoCloud, disk: Path, tmp_path: Path
) -> None:
    image_id = uploaded(disk)

    def against() -> str:
        done = imaging("--os-cloud", "demo", "export", image_id, str(tmp_path / "out.raw"), "--plan")
        return " ".join(done.out.split())

    assert "It is not sealed; not inspected." in against()
    inspected(imaging, "--image", image_id)
    assert "not inspected" not in against().lower()


@pytest.mark.parametrize("how", ["ignore", "ignore-206"])
def test_a_store_without_ranges_is_said_and_a_download_helps(
    imaging: Any, demo_cloud: DemoCloud, disk: Path, tmp_path: Path, how: str
) -> None:
    image_id = uploaded(disk)
    demo_cloud.faults({**PARTS, "ranges": how, "times": -1})
    done = imaging("--os-cloud", "demo", "inspect", "--image", image_id)
    assert done.status != 0
    assert "only whole" in done.err.replace("\n", " ")
    assert "--download" in done.err
    found = inspected(imaging, "--image", image_id, "--download", "--work-dir", str(tmp_path))
    assert found["file"]["unread_because"] is None
    assert list(tmp_path.iterdir()) == []


def test_an_image_without_bytes_is_said(imaging: Any, demo_cloud: DemoCloud) -> None:
    done = imaging("--os-cloud", "demo", "inspect", "--image", "nightly-2026")
    assert done.status != 0
    assert "cannot be read: it is saving" in done.err.replace("\n", " ")
    assert imaging("--os-cloud", "demo", "inspect", "--image", "none-of-these").status == 2
