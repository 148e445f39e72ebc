"""Image files in and out of a real Glance by command: of each format, and with the runner killed on the way."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imaging.democloud.image_bytes.disks import written
from tests.contract.making import fresh_name
from tests.contract.subject import Subject
from tests.openstack.command_line import CommandLine, ended
from tests.openstack.sources import added, inventory
from tests.support.needs import needs, tool

AGREED = ("--profile", "jetstream", "--yes", "--json")
"""A profile that wants RAW, so that every other format is converted."""
LARGE_BYTES = 2 * 1024**3
"""Its transfer takes long enough to be interrupted."""
TO_FORMAT = {
    "qcow2": ("-O", "qcow2", "-c"),
    "vdi": ("-O", "vdi"),
    "vhd": ("-O", "vpc", "-o", "force_size=on"),
    "vhdx": ("-O", "vhdx"),
    "vmdk": ("-O", "vmdk", "-o", "subformat=streamOptimized"),
}


@pytest.fixture
def images(cloud: Subject) -> Iterator[dict[str, set[str]]]:
    """What there is before; images that are new at the end are deleted."""
    there = inventory(cloud)
    yield there
    for image in added(cloud, there).get("images", ()):
        cloud.image.delete(f"/images/{image}")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A RAW disk with a system that has nothing to block a run."""
    content, _ = written("debian-12", "raw", None)
    path = tmp_path / "disk.raw"
    path.write_bytes(content.read(0, content.size))
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A disk of 2 GiB that is a small file."""
    content, _ = written("debian-12", "qcow2", LARGE_BYTES)
    path = tmp_path / "large.qcow2"
    path.write_bytes(content.read(0, content.size))
    return path


def importing(cloud: Subject, file: Path) -> tuple[str, ...]:
    words = ("--name", fresh_name(cloud, "imported"), "--description", "A disk of the tests")
    return ("import", str(file), *words, "--attest", "SW-ATTEST", "--no-test", *AGREED)


def exporting(image_id: str, file: Path) -> tuple[str, ...]:
    return ("export", image_id, str(file), "--waive", "EXPORT=a disk of the tests", *AGREED)


def sha512(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def assert_imported(cloud: Subject, run: dict[str, Any], images: dict[str, set[str]]) -> dict[str, Any]:
    """One private image in RAW, whole, and nothing else is new; the image."""
    assert run["state"] == "done", run["trouble"]
    image = cloud.glance_image(run["image"]["id"])
    assert (image["status"], image["visibility"], image["disk_format"]) == ("active", "private", "raw")
    assert added(cloud, images) == {"images": {image["id"]}}
    return image


@needs("qemu-img")
@pytest.mark.parametrize("kind", TO_FORMAT)
def test_a_file_of_each_format_is_in_the_cloud_what_its_disk_is(
    cloud: Subject, imaging: CommandLine, images: dict[str, set[str]], disk: Path, kind: str
):
    file = disk.with_suffix(f".{kind}")
    subprocess.run([tool("qemu-img"), "convert", "-f", "raw", *TO_FORMAT[kind], disk, file], check=True)
    status, run, messages = imaging.run(*importing(cloud, file))
    assert status == 0, messages
    image = assert_imported(cloud, run, images)
    assert image["os_hash_value"] == sha512(disk)
    assert sorted(each.name for each in file.parent.glob("*.raw")) == ["disk.raw"]


def test_what_was_imported_is_exported_as_it_was(
    cloud: Subject, imaging: CommandLine, images: dict[str, set[str]], disk: Path
):
    status, run, messages = imaging.run(*importing(cloud, disk))
    assert status == 0, messages
    image = assert_imported(cloud, run, images)
    target = disk.with_name("exported.raw")
    status, run, messages = imaging.run(*exporting(image["id"], target))
    assert status == 0, messages
    assert sha512(target) == sha512(disk)
    assert target.with_name("exported.raw.json").exists()
    assert list(target.parent.glob("*.part*")) == []


@needs("qemu-img")
def test_killed_while_it_sends_and_resumed_it_makes_one_whole_image(
    cloud: Subject, imaging: CommandLine, images: dict[str, set[str]], large: Path
):
    with ended(imaging.start(*importing(cloud, large))):
        run_id = imaging.newest_run()
        imaging.watch_until(run_id, "upload")
        imaging.kill_runner(run_id)
    status, run, messages = imaging.run("resume", run_id, "--json")
    assert status == 0, messages
    image = assert_imported(cloud, run, images)
    assert image["size"] == LARGE_BYTES
    assert list(large.parent.glob("*.raw")) == []


@needs("qemu-img")
def test_killed_while_it_fetches_and_resumed_the_file_is_whole(
    cloud: Subject, imaging: CommandLine, images: dict[str, set[str]], large: Path
):
    status, run, messages = imaging.run(*importing(cloud, large))
    assert status == 0, messages
    image = assert_imported(cloud, run, images)
    target = large.with_name("exported.raw")
    with ended(imaging.start(*exporting(image["id"], target))):
        run_id = imaging.newest_run(after=run["run"])
        imaging.watch_until(run_id, "download")
        imaging.kill_runner(run_id)
    assert not target.exists()
    status, run, messages = imaging.run("resume", run_id, "--json")
    assert status == 0, messages
    assert sha512(target) == image["os_hash_value"]
