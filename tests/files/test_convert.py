"""Disks converted by qemu-img: by descriptor and named format alone, with progress, and nothing left of what failed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imaging.files.convert.qemu_img import Conversion, check, command_of, convert
from imaging.files.convert.source import ConversionSource
from models.errors import ImageFileError
from models.image_file.image_format import ImageFormat
from tests.files.image_files import MIB, image, raw_disk
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")
FORMATS = [ImageFormat.QCOW2, ImageFormat.VMDK, ImageFormat.VDI, ImageFormat.VHD, ImageFormat.VHDX]


@contextmanager
def opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def there(path: Path) -> bool:
    return path.exists()


def content_of(path: Path) -> bytes:
    return path.read_bytes()


async def to_raw(path: Path, target: Path, kind: ImageFormat, told: list[float] | None = None) -> bytes:
    with opened(path) as descriptor:
        source = ConversionSource(descriptor, kind)
        await convert(Conversion(source, target, ImageFormat.RAW), idle_seconds=60, tell=(told or []).append)
    return content_of(target)


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_disk_in_any_format_becomes_raw_with_the_same_bytes(tmp_path: Path, kind: ImageFormat) -> None:
    disk = raw_disk(tmp_path / "disk.raw").read_bytes()
    assert (await to_raw(image(tmp_path / "image", kind), tmp_path / "new.raw", kind))[: len(disk)] == disk


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_raw_disk_becomes_any_format_and_comes_back_the_same(tmp_path: Path, kind: ImageFormat) -> None:
    disk = raw_disk(tmp_path / "disk.raw")
    with opened(disk) as descriptor:
        made = Conversion(ConversionSource(descriptor, ImageFormat.RAW), tmp_path / "made", kind)
        await convert(made, idle_seconds=60, tell=lambda _: None)
    back = await to_raw(tmp_path / "made", tmp_path / "back.raw", kind)
    assert back[: 8 * MIB] == disk.read_bytes()


@pytest.mark.parametrize("name", ["json:{}", "nbd:localhost:1", "a b,c=d.qcow2", "-O", "näme\n.qcow2", "fat:x"])
async def test_what_a_file_is_called_means_nothing_to_the_converter(tmp_path: Path, name: str) -> None:
    (tmp_path / "odd").mkdir()
    odd = image(tmp_path / "odd" / name, ImageFormat.QCOW2)
    assert len(await to_raw(odd, tmp_path / "new.raw", ImageFormat.QCOW2)) == 8 * MIB


async def test_a_disk_inside_another_file_is_converted_where_it_lies(tmp_path: Path) -> None:
    inner = image(tmp_path / "image", ImageFormat.QCOW2).read_bytes()
    (tmp_path / "outer").write_bytes(b"x" * 1536 + inner + b"y" * 999)
    with opened(tmp_path / "outer") as descriptor:
        source = ConversionSource(descriptor, ImageFormat.QCOW2, offset=1536, size_bytes=len(inner))
        await convert(Conversion(source, tmp_path / "raw", ImageFormat.RAW), idle_seconds=60, tell=lambda _: None)
    assert content_of(tmp_path / "raw") == content_of(raw_disk(tmp_path / "disk"))


async def test_a_raw_disk_that_begins_like_another_format_stays_raw(tmp_path: Path) -> None:
    trap = image(tmp_path / "image", ImageFormat.QCOW2)
    assert await to_raw(trap, tmp_path / "new.raw", ImageFormat.RAW) == trap.read_bytes()


async def test_progress_is_told_and_ends_at_the_whole(tmp_path: Path) -> None:
    told: list[float] = [0.0]
    await to_raw(image(tmp_path / "image", ImageFormat.QCOW2), tmp_path / "new.raw", ImageFormat.QCOW2, told)
    assert told[-1] == 1.0
    assert told == sorted(told)


async def test_nothing_is_left_of_a_conversion_that_failed(tmp_path: Path) -> None:
    broken = image(tmp_path / "image", ImageFormat.VDI)
    os.truncate(broken, 300)
    with pytest.raises(ImageFileError, match="could not be converted"):
        await to_raw(broken, tmp_path / "new.raw", ImageFormat.VDI)
    assert not there(tmp_path / "new.raw")


@pytest.mark.parametrize("kind", [ImageFormat.QCOW2, ImageFormat.VHDX, ImageFormat.VMDK])
async def test_a_disk_that_was_cut_short_is_not_whole(tmp_path: Path, kind: ImageFormat) -> None:
    full = image(tmp_path / "image", kind)
    with opened(full) as descriptor:
        await check(ConversionSource(descriptor, kind), seconds=60)
    os.truncate(full, full.stat().st_size - 70_000)
    with opened(full) as descriptor, pytest.raises(ImageFileError, match="is not whole"):
        await check(ConversionSource(descriptor, kind), seconds=60)


async def test_a_missing_converter_is_said_with_the_package_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageFileError, match="qemu-img is not installed") as missing:
        await to_raw(raw_disk(tmp_path / "disk", ""), tmp_path / "new.raw", ImageFormat.RAW)
    assert "qemu-utils" in missing.value.remedy


def test_no_command_leaves_a_format_to_be_guessed(tmp_path: Path) -> None:
    source = ConversionSource(7, ImageFormat.VHD)
    command = command_of(Conversion(source, tmp_path / "new", ImageFormat.RAW))
    assert "driver=vpc,file.driver=file,file.filename=/proc/self/fd/7" in command[command.index("--image-opts") + 1]
    assert command[command.index("-O") + 1] == "raw"


async def test_who_is_told_of_progress_can_end_it_and_hears_of_nothing_else(tmp_path: Path):
    source = image(tmp_path / "disk.vmdk", ImageFormat.VMDK)

    def no_more(_share: float) -> None:
        raise ImageFileError("Too little room is left.")

    with opened(source) as descriptor:
        conversion = Conversion(ConversionSource(descriptor, ImageFormat.VMDK), tmp_path / "raw", ImageFormat.RAW)
        with pytest.raises(ImageFileError, match="Too little room"):
            await convert(conversion, idle_seconds=60, tell=no_more)
