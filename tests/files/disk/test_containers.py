"""The disk in a VMDK, a VHD or a VHDX is the disk that qemu-img put into it."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from imaging.files.disk.containers.opening import open_container
from models.errors import DiskFault, DiskUnreadableError
from models.image_file.image_format import ImageFormat
from tests.files.disk.making import MIB, changed, converted, empty, opened, run
from tests.support.needs import needs

pytestmark = needs("qemu-img")
SIZE = 12 * MIB
_FORMS = {
    "vmdk": (ImageFormat.VMDK, ()),
    "vmdk in a stream": (ImageFormat.VMDK, ("-o", "subformat=streamOptimized")),
    "vhd": (ImageFormat.VHD, ("-o", "force_size=on")),
    "fixed vhd": (ImageFormat.VHD, ("-o", "subformat=fixed,force_size=on")),
    "vhdx": (ImageFormat.VHDX, ()),
    "vhdx of small blocks": (ImageFormat.VHDX, ("-o", "block_size=1M")),
    "fixed vhdx": (ImageFormat.VHDX, ("-o", "subformat=fixed")),
}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of all lengths, text, and holes."""
    path = empty(tmp_path_factory.mktemp("raw") / "disk.raw", SIZE)
    chooser = random.Random(3)
    with path.open("r+b") as file:
        for number in range(60):
            file.seek(chooser.randrange(0, SIZE - 100_000))
            length = chooser.randrange(1, 90_000)
            file.write(chooser.randbytes(length) if number % 3 else b"words %d " % number * (length // 9))
    return path


def made(form: str, disk: Path, tmp_path: Path) -> tuple[Path, ImageFormat]:
    kind, options = _FORMS[form]
    return converted(disk, tmp_path / "image", kind.qemu_name, *options), kind


@pytest.mark.parametrize("form", _FORMS)
def test_every_byte_is_that_of_the_disk(form: str, disk: Path, tmp_path: Path) -> None:
    image, kind = made(form, disk, tmp_path)
    raw = disk.read_bytes()
    with opened(image) as blocks:
        found = open_container(blocks, kind)
        assert found.size_bytes == SIZE
        assert b"".join(found.read(at, MIB) for at in range(0, SIZE, MIB)) == raw
        assert found.read(SIZE - 10, 100) == raw[-10:]
        chooser = random.Random(2)
        for _ in range(200):
            at, size = chooser.randrange(SIZE), chooser.randrange(1, 200_000)
            assert found.read(at, size) == raw[at : at + size]


@pytest.mark.parametrize("form", _FORMS)
def test_a_file_that_ends_early_is_noticed_where_it_is_read(form: str, disk: Path, tmp_path: Path) -> None:
    image, kind = made(form, disk, tmp_path)
    raw, whole = disk.read_bytes(), image.stat().st_size
    for length in (whole - 1, whole * 9 // 10, whole // 2, 400_000, 70_000, 1500, 600, 511, 0):
        with image.open("r+b") as file:
            file.truncate(length)
        with opened(image) as blocks:
            try:
                found = open_container(blocks, kind)
                told = b"".join(found.read(at, 4096) for at in range(0, found.size_bytes, 4096))
            except DiskUnreadableError:
                continue
        assert told == raw


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("seed", range(6))
def test_noise_anywhere_ends_in_bytes_or_an_imaging_error(form: str, seed: int, disk: Path, tmp_path: Path) -> None:
    image, kind = made(form, disk, tmp_path)
    chooser = random.Random(seed)
    for _ in range(40):
        begin = chooser.choice((0, 512, 64 * 1024, 192 * 1024, MIB, 2 * MIB, max(0, image.stat().st_size - 1536)))
        changed(image, begin + chooser.randrange(1500), chooser.randbytes(chooser.choice((1, 4, 8))))
    with opened(image) as blocks:
        try:
            found = open_container(blocks, kind)
            for at in range(0, min(found.size_bytes, SIZE), MIB):
                assert len(found.read(at, 4096)) <= 4096
        except DiskUnreadableError:
            pass


def _refused(path: Path, kind: ImageFormat) -> DiskFault:
    with opened(path) as blocks, pytest.raises(DiskUnreadableError) as told:
        open_container(blocks, kind)
    return told.value.fault


@pytest.mark.parametrize("kind", [ImageFormat.VDI, ImageFormat.QED])
def test_what_no_reader_knows_is_to_be_converted_first(kind: ImageFormat, disk: Path) -> None:
    assert _refused(disk, kind) is DiskFault.CONVERT_FIRST


def test_a_vhd_on_another_one_is_not_read(disk: Path, tmp_path: Path) -> None:
    image, kind = made("vhd", disk, tmp_path)
    changed(image, image.stat().st_size - 512 + 60, struct.pack(">I", 4))
    assert _refused(image, kind) is DiskFault.OTHER_FILE


def test_a_vhdx_with_a_log_is_to_be_converted_first(disk: Path, tmp_path: Path) -> None:
    image, kind = made("vhdx", disk, tmp_path)
    for at in (64 * 1024, 128 * 1024):
        changed(image, at + 48, b"G" * 16)
    assert _refused(image, kind) is DiskFault.CONVERT_FIRST


def test_a_vhdx_on_another_one_is_not_read(disk: Path, tmp_path: Path) -> None:
    image, kind = made("vhdx", disk, tmp_path)
    raw = image.read_bytes()
    name = bytes.fromhex("3767a1ca36fa434db3b633f0aa44e76b")
    entry = raw.index(name)
    region = raw.rindex(b"metadata", 0, entry)
    at = region + int.from_bytes(raw[entry + 16 : entry + 20], "little")
    changed(image, at + 4, b"\x02")
    assert _refused(image, kind) is DiskFault.OTHER_FILE


def test_a_disk_that_a_guest_wrote_a_header_on_stays_raw(disk: Path, tmp_path: Path) -> None:
    image = tmp_path / "image"
    run("qemu-img", "create", "-q", "-f", "qcow2", image, "1M")
    with opened(image) as blocks:
        assert open_container(blocks, ImageFormat.RAW).read(0, 4) == b"QFI\xfb"
