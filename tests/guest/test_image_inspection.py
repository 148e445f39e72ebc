"""An image in Glance, inspected by its parts: the same as its file, by a small share of its bytes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imaging.guest.file_inspection import inspect_file
from imaging.guest.image_inspection import Take, inspect_downloaded, inspect_image, read_image_inventory
from imaging.runtime.clock import SystemClock
from imaging.runtime.confined import process as confined_process
from models.cloud.image import Image
from models.errors import ImageFileError, RangeIgnoredError, UnreachableError
from models.guest.files import Questions
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import RefusalCode
from tests.files.disk.making import MIB, ROOT_X86_64, converted, divided, ext
from tests.guest.next_boot.guests import HEALTHY
from tests.guest.probe.running import plant
from tests.support import warm_readers
from tests.support.needs import needs

pytestmark = needs("mkfs.ext4", "sfdisk", "qemu-img")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small system on a disk with 40 MiB that nobody reads."""
    folder = tmp_path_factory.mktemp("disk")
    root = plant(folder / "root", {path: text for path, text in HEALTHY.items() if text is not None})
    (root / "var").mkdir(exist_ok=True)
    (root / "var" / "ballast").write_bytes(os.urandom(40 * MIB))
    return divided(folder / "disk.raw", "gpt", [(ext(folder / "ext", root, size=70 * MIB), ROOT_X86_64)])


def record(path: Path, **changed: Any) -> Image:
    told = {"id": "i-1", "name": "sky", "status": "active", "disk_format": "raw", "size_bytes": path.stat().st_size}
    return Image(**{**told, **changed})


class Store:
    """A store that obeys ranges."""

    def __init__(self, path: Path) -> None:
        self._whole = path.read_bytes()
        self.sent = 0

    async def fetch(self, offset: int, length: int) -> bytes:
        self.sent += length
        return self._whole[offset : offset + length]

    async def download(self, take: Take) -> None:
        for at in range(0, len(self._whole), 1_000_000):
            take(at, self._whole[at : at + 1_000_000])


def silent(_line: str) -> None:
    pass


async def by_ranges(path: Path, say: Callable[[str], None] = silent, **changed: Any) -> Any:
    store = Store(path)
    found = await inspect_image(record(path, **changed), store.fetch, Questions(), SystemClock(), say)
    return found, store.sent


def parts_of(facts: Any) -> dict[str, Any]:
    return {
        name: (fact.value, fact.unknown_because, fact.incomplete_because)
        for name in type(facts).model_fields
        if hasattr(fact := getattr(facts, name), "incomplete_because")
    }


@pytest.mark.parametrize("kind", ["raw", "qcow2", "vmdk", "vpc"])
async def test_an_image_is_what_its_file_is(kind: str, disk: Path, tmp_path: Path) -> None:
    path = disk if kind == "raw" else converted(disk, tmp_path / "image", kind, *_OPTIONS.get(kind, ()))
    declared = ImageFormat("vhd" if kind == "vpc" else kind)
    lines: list[str] = []
    found, sent = await by_ranges(path, lines.append, disk_format=declared.value)
    expected = await inspect_file(path, Questions(), SystemClock(), silent, declared=declared, work_dir=tmp_path)
    assert expected.disk is not None
    assert parts_of(found.guest) == parts_of(expected.guest)
    assert found.disk.partitions == expected.disk.partitions
    assert (found.file.image_id, found.unread_because) == ("i-1", "")
    assert sent < path.stat().st_size / 2
    assert any(line.startswith("Read ") for line in lines)


_OPTIONS = {"vmdk": ("-o", "subformat=streamOptimized"), "vpc": ("-o", "subformat=dynamic,force_size=on")}


async def test_what_glance_calls_raw_is_never_opened_as_something_else(disk: Path, tmp_path: Path) -> None:
    found, sent = await by_ranges(converted(disk, tmp_path / "image", "qcow2"))
    assert [each.code for each in found.file.header.refusals] == [RefusalCode.HEADER_IN_RAW]
    assert (found.guest, found.disk) == (None, None)
    assert sent < 17 * MIB, "its header, and nothing more"


async def test_a_store_that_sends_only_whole_images_is_said_with_what_it_would_cost(disk: Path) -> None:
    async def fetch(_offset: int, _length: int) -> bytes:
        raise RangeIgnoredError("It sent all of it.")

    with pytest.raises(ImageFileError) as told:
        await inspect_image(record(disk), fetch, Questions(), SystemClock(), silent)
    assert "only whole, which is 75 MiB" in str(told.value)
    assert "--download" in (told.value.remedy or "")


async def test_bytes_that_stop_coming_are_an_error_and_no_half_inspection(disk: Path) -> None:
    store = Store(disk)

    async def fetch(offset: int, length: int) -> bytes:
        if store.sent > 4 * MIB:
            raise UnreachableError("The cloud does not answer.")
        return await store.fetch(offset, length)

    with pytest.raises(UnreachableError):
        await inspect_image(record(disk), fetch, Questions(), SystemClock(), silent)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "queued", "size_bytes": None},
        {"size_bytes": 0},
        {"disk_format": "ami"},
        {"disk_format": None},
        {"size_bytes": 0, "properties": {"block_device_mapping": '[{"snapshot_id": "s"}]'}},
    ],
)
async def test_what_has_no_bytes_of_a_disk_is_said(changed: dict[str, Any], disk: Path) -> None:
    async def fetch(_offset: int, _length: int) -> bytes:
        raise AssertionError

    with pytest.raises(ImageFileError):
        await inspect_image(record(disk, **changed), fetch, Questions(), SystemClock(), silent)


async def test_a_format_that_is_converted_first_is_downloaded_first(disk: Path, tmp_path: Path) -> None:
    path = converted(disk, tmp_path / "image", "vdi")
    with pytest.raises(ImageFileError) as told:
        await by_ranges(path, disk_format="vdi")
    assert "--download" in (told.value.remedy or "")
    work_dir = tmp_path / "work"
    work_dir.mkdir()
    found = await inspect_downloaded(
        record(path, disk_format="vdi"), Store(path).download, Questions(), SystemClock(), silent, work_dir=work_dir
    )
    assert found.guest is not None
    assert found.guest.system.value is not None
    assert list(work_dir.iterdir()) == []


async def test_a_cancelled_inspection_ends_its_process(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined_process, "_start", warm_readers.fresh)
    asked = asyncio.Event()
    store = Store(disk)

    async def fetch(offset: int, length: int) -> bytes:
        if reader_processes():
            asked.set()
            await asyncio.Event().wait()
        return await store.fetch(offset, length)

    inspecting = asyncio.create_task(inspect_image(record(disk), fetch, Questions(), SystemClock(), silent))
    await asked.wait()
    before = reader_processes()
    assert before
    inspecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await inspecting
    assert not before & reader_processes()


def reader_processes() -> set[int]:
    """The processes of the program that read disks."""
    found = set()
    for each in Path("/proc").glob("[0-9]*"):
        try:
            is_own = f"PPid:\t{os.getpid()}\n" in (each / "status").read_text()
            if is_own and b"-m\0imaging.guest.disk_reading\0" in (each / "cmdline").read_bytes():
                found.add(int(each.name))
        except OSError:
            continue
    return found


async def test_what_is_installed_comes_along_and_can_be_read_alone_by_fewer_bytes(disk: Path) -> None:
    found, sent = await by_ranges(disk)
    store = Store(disk)
    alone = await read_image_inventory(record(disk), store.fetch, SystemClock(), silent)
    assert found.inventory is not None
    assert (alone.packages, alone.directories) == (found.inventory.packages, found.inventory.directories)
    assert alone.about_image_id == "i-1"
    assert store.sent <= sent


async def test_what_is_installed_on_an_image_that_cannot_be_read_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\0" * MIB)
    store = Store(tmp_path / "noise")
    with pytest.raises(ImageFileError, match="What is installed on sky is unknown"):
        await read_image_inventory(record(tmp_path / "noise"), store.fetch, SystemClock(), silent)
