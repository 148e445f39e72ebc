"""The seeded images, and those that are made of instances, hold a disk that can be read and hashes to what is said."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import openstack
import pytest

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.democloud.image_bytes.disks import DiskContent, disk_named, key_of, written
from imaging.democloud.image_bytes.qcow2 import LARGEST_RAW, qcow2
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from tests.guest.recordings.disks import DISKS, GIB, MACHINES, VIRTUAL_GIB, make
from tests.support.demo import DemoCloud
from tests.support.needs import needs, tool

INDEX = json.loads((DISKS / "index.json").read_text())


@pytest.fixture
async def cloud(demo_cloud: DemoCloud) -> AsyncIterator[Cloud]:
    opened = await connect(await resolve_cloud("demo", ask=None), SystemClock())
    yield opened
    await opened.close()


async def fetched(cloud: Cloud, image: Image) -> bytes:
    taken = bytearray()
    await cloud.image_bytes.download(image.id, 0, lambda _, piece: taken.extend(piece), whole_bytes=image.size_bytes)
    return bytes(taken)


async def test_every_seeded_image_hashes_to_what_is_said_of_it(cloud: Cloud):
    seen = 0
    async for page in cloud.images.images():
        for image in page:
            if image.status != "active":
                continue
            content = await fetched(cloud, image)
            seen += 1
            assert hashlib.sha512(content).hexdigest() == image.content_hash, image.name
            assert len(content) == image.size_bytes
            assert (content[:4] == b"QFI\xfb") == (image.disk_format == "qcow2")
    assert seen > 8


def test_the_sdk_saves_an_image_and_finds_its_checksum_right(demo_cloud: DemoCloud, tmp_path: Path):
    """As `openstack image save` does, which refuses bytes with another checksum."""
    glance = openstack.connect(cloud="demo").image
    saved = tmp_path / "saved.raw"

    glance.download_image(demo_cloud.image_id("Featured-Debian12"), output=str(saved), stream=True)

    assert saved.stat().st_size == glance.get_image(demo_cloud.image_id("Featured-Debian12")).size


@needs("qemu-img")
async def test_an_image_that_is_made_of_an_instance_holds_its_disk(cloud: Cloud, demo_cloud: DemoCloud, tmp_path: Path):
    demo_cloud.hold()
    made = await cloud.compute.create_image(demo_cloud.server_id("db-07"), "made", {})
    demo_cloud.turn(20)
    image = await cloud.images.image(made)
    content = await fetched(cloud, image)

    assert hashlib.sha512(content).hexdigest() == image.content_hash
    file = tmp_path / "made.qcow2"
    file.write_bytes(content)
    told = json.loads(_qemu_img("info", "--output=json", file))
    assert told["virtual-size"] == image.virtual_size_bytes
    _qemu_img("check", file)


QUICK = {"db-07", "hostile"}
"""The disks change with the recordings alone; what the others come to is known of the images that are made of them."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in MACHINES]
)
def test_the_index_says_what_the_disks_come_to(name: str):
    assert written(name, "raw", None)[1] == INDEX[name]
    for gib in VIRTUAL_GIB:
        assert written(name, "qcow2", gib * GIB)[1] == INDEX[key_of(name, "qcow2", gib * GIB)]


def test_a_disk_of_a_size_that_the_index_does_not_know_is_made():
    content = DiskContent("ubuntu-24", "qcow2", 7 * GIB)

    assert key_of("ubuntu-24", "qcow2", 7 * GIB) not in INDEX
    assert content.sums.sha512 == hashlib.sha512(content.read(0, content.size)).hexdigest()


@pytest.mark.parametrize(
    "guest, system, name",
    [
        ("db-07", "Ubuntu 24.04.3 LTS", "db-07"),
        ("", "Ubuntu 22.04.5 LTS", "ubuntu-22"),
        ("", "AlmaLinux 9.6", "rocky-9"),
        ("", "Plan 9", "ubuntu-24"),
        ("nobody", "Debian GNU/Linux 12", "debian-12"),
    ],
)
def test_a_guest_has_its_own_disk_or_that_of_its_system(guest: str, system: str, name: str):
    assert disk_named(guest, system) == name


@pytest.mark.parametrize("raw, virtual", [(0, 1), (2, 1), (LARGEST_RAW + 1, 2**40)])
def test_a_disk_that_does_not_fit_is_refused(raw: int, virtual: int):
    with pytest.raises(ValueError, match="no disk of"):
        next(qcow2(lambda _at, _length: b"", raw, virtual))


@needs("root", "mkfs.vfat", "mcopy", "sfdisk")
def test_the_disks_are_those_of_the_trees(tmp_path: Path):
    """Files and their contents, for times of inodes cannot be set."""
    made, kept = make("ubuntu-24", tmp_path), tmp_path / "kept.raw"
    content, _ = written("ubuntu-24", "raw", None)
    kept.write_bytes(content.read(0, content.size))
    assert _listed(made) == _listed(kept)


def _listed(disk: Path) -> str:
    root = disk.with_suffix(".root")
    with disk.open("rb") as file:
        table = json.loads(subprocess.check_output([tool("sfdisk"), "-J", disk], text=True))["partitiontable"]
        file.seek(table["partitions"][1]["start"] * 512)
        root.write_bytes(file.read(table["partitions"][1]["size"] * 512))
    target = disk.with_suffix(".files")
    target.mkdir()
    subprocess.run([tool("debugfs"), "-R", f"rdump / {target}", root], check=True, capture_output=True)
    found = sorted(path for path in target.rglob("*") if path.is_file() and not path.is_symlink())
    told = "\n".join(f"{path.relative_to(target)} {hashlib.md5(path.read_bytes()).hexdigest()}" for path in found)
    shutil.rmtree(target)
    return told


def _qemu_img(*words: str | Path) -> str:
    done = subprocess.run([tool("qemu-img"), *map(str, words)], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
