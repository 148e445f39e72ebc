"""An image file imported by command: killed and resumed, cancelled, failed and undone; then nothing is left."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from models.image_file.image_format import ImageFormat
from tests.acceptance.plain import PlainApi
from tests.acceptance.program import DESCRIPTION, Machine, Process
from tests.acceptance.terminal import wait_for
from tests.files.image_files import MIB, converted, raw_disk
from tests.support.demo import DemoCloud
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")
SLOW = {"method": "PUT", "path": "/file$", "pause": 0.2}
"""A quarter of a MiB takes so many seconds."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A QCOW2 whose disk has bytes all over; to be sent as RAW."""
    folder = tmp_path / "files"
    folder.mkdir()
    disk = raw_disk(tmp_path / "disk.raw")
    with disk.open("r+b") as raw:
        for at in range(3, 7):
            raw.seek(at * MIB)
            raw.write(bytes([at]) * MIB)
    return converted(disk, folder / "disk.qcow2", ImageFormat.QCOW2)


def begin(machine: Machine, file: Path, *more: str) -> Process:
    texts = ["--name", "from a file", "--description", DESCRIPTION, "--profile", "jetstream2", "--attest", "SW-ATTEST"]
    texts += ["--uninspected", "it holds no system"]
    return machine.begin("import", str(file), "--os-cloud", "demo", *texts, "--yes", "--json", *more)


def is_uploading(machine: Machine) -> bool:
    runs = machine.runs()
    return bool(runs) and any(step["step"] == "upload" and step["state"] == "running" for step in runs[0]["steps"])


def left_beside(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir() if each != file)


def sent_slowly(machine: Machine, demo: DemoCloud, file: Path) -> Process:
    """An import that is caught in the middle of its upload."""
    demo.faults(SLOW)
    process = begin(machine, file)
    wait_for(lambda: any(call["path"].endswith("/file") for call in demo.calls("PUT")) or is_uploading(machine))
    return process


def test_a_killed_import_is_resumed_from_the_kept_conversion(
    machine: Machine, demo: DemoCloud, api: PlainApi, file: Path, tmp_path: Path
) -> None:
    images, others = api.image_ids(), api.others()
    sent_slowly(machine, demo, file)
    machine.kill_the_runner()
    (run,) = machine.runs()
    assert left_beside(file) == [Path(run["file"]["kept"]).name]
    resumed = machine.imaging("resume", run["run"], "--json")
    assert resumed.status == 0, resumed.err
    document: dict[str, Any] = resumed.document
    assert (document["state"], document["test"]["verdict"]) == ("done", "booted")
    whole = hashlib.sha512((tmp_path / "disk.raw").read_bytes()).hexdigest()
    (made,) = api.image_ids() - images
    assert (api.image(made)["os_hash_value"], document["file"]["sha512"]) == (whole, whole)
    assert (api.image(made)["disk_format"], api.image(made)["visibility"]) == ("raw", "private")
    assert (api.image(made)["description"], api.image(made)["min_disk"]) == (DESCRIPTION, 1)
    assert left_beside(file) == []
    assert api.others() == others


def test_a_cancelled_import_leaves_nothing(machine: Machine, demo: DemoCloud, api: PlainApi, file: Path) -> None:
    images = api.image_ids()
    process = sent_slowly(machine, demo, file)
    (run,) = machine.runs()
    cancelled = machine.imaging("cancel", run["run"], "--os-cloud", "demo", "--json")
    assert cancelled.document["state"] == "cancelled"
    machine.end_of(process)
    assert api.image_ids() == images
    assert left_beside(file) == []


def test_a_failed_import_keeps_its_conversion_until_it_is_undone(
    machine: Machine, demo: DemoCloud, api: PlainApi, file: Path
) -> None:
    images = api.image_ids()
    demo.faults({"method": "PUT", "path": "/file$", "flip": 5 * MIB})
    failed = machine.end_of(begin(machine, file))
    assert failed.status == 1
    assert failed.document["trouble"]["what"] == "The image is not what was sent: its hash differs."
    assert api.image_ids() == images
    (kept,) = left_beside(file)
    listed = machine.imaging("runs")
    assert f"/{kept} (8.0 MiB): imaging undo {failed.document['run']} removes it." in " ".join(listed.err.split())
    undone = machine.imaging("undo", failed.document["run"], "--yes", "--os-cloud", "demo", "--json")
    assert undone.document["state"] == "undone", undone.err
    assert left_beside(file) == []
    assert machine.imaging("undo", failed.document["run"], "--yes", "--os-cloud", "demo").status == 2


def test_a_plan_changes_nothing_and_says_what_would_be_made(
    machine: Machine, demo: DemoCloud, api: PlainApi, file: Path
) -> None:
    images = api.image_ids()
    planned = machine.imaging("import", str(file), "--os-cloud", "demo", "--profile", "jetstream2", "--plan", "--json")
    document = planned.document
    assert planned.status == 1  # what could not be inspected needs a reason
    assert (document["file"]["format"], document["file"]["target"], document["file"]["sent_bytes"]) == (
        *("qcow2", "raw"),
        8 * MIB,
    )
    assert document["file"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert document["file"]["properties"]["hw_disk_bus"] == "scsi"
    assert [step["step"] for step in document["steps"]][1:4] == ["inspect file", "convert", "upload"]
    assert not [call for call in demo.calls("POST") if call["path"].endswith("/images")]
    assert api.image_ids() == images
    assert left_beside(file) == []
