"""The disk in a QCOW2 is the disk that qemu-img put into it."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from imaging.files.disk.containers.qcow2 import Qcow2Blocks
from models.errors import DiskFault, DiskUnreadableError
from tests.files.disk.making import MIB, changed, converted, empty, opened, run
from tests.support.needs import needs

pytestmark = needs("qemu-img")
SIZE = 12 * MIB + 512
_FORMS = (
    (),
    ("-c",),
    ("-o", "compat=0.10"),
    ("-c", "-o", "compression_type=zstd"),
    ("-o", "cluster_size=512"),
    ("-o", "cluster_size=2M"),
    ("-c", "-o", "cluster_size=2M"),
    ("-o", "extended_l2=on,cluster_size=128k"),
    ("-c", "-o", "extended_l2=on"),
    ("-o", "preallocation=metadata"),
    ("-o", "lazy_refcounts=on"),
)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Text that compresses well beside noise that does not, of all lengths, and holes."""
    path = empty(tmp_path_factory.mktemp("raw") / "disk.raw", SIZE)
    chooser = random.Random(1)
    with path.open("r+b") as file:
        for number in range(120):
            file.seek(chooser.randrange(0, SIZE - 100_000))
            length = chooser.randrange(1, 90_000)
            file.write(chooser.randbytes(length) if number % 3 else b"words %d " % number * (length // 9))
    return path


@pytest.mark.parametrize("options", _FORMS, ids=" ".join)
def test_every_byte_is_that_of_the_disk(options: tuple[str, ...], disk: Path, tmp_path: Path) -> None:
    image = converted(disk, tmp_path / "image.qcow2", "qcow2", *options)
    raw = disk.read_bytes()
    with opened(image) as blocks:
        found = Qcow2Blocks(blocks)
        assert found.size_bytes == SIZE
        assert b"".join(found.read(at, MIB) for at in range(0, SIZE, MIB)) == raw
        chooser = random.Random(2)
        for _ in range(300):
            at, size = chooser.randrange(SIZE), chooser.randrange(1, 200_000)
            assert found.read(at, size) == raw[at : at + size]


def test_what_was_overwritten_with_zeros_is_zeros(disk: Path, tmp_path: Path) -> None:
    image = converted(disk, tmp_path / "image.qcow2", "qcow2", "-o", "extended_l2=on")
    run("qemu-io", "-f", "qcow2", "-c", "write -z 1M 100k", "-c", "write -P 7 2M 3k", image)
    raw = bytearray(disk.read_bytes())
    raw[MIB : MIB + 100 * 1024] = bytes(100 * 1024)
    raw[2 * MIB : 2 * MIB + 3 * 1024] = b"\7" * 3 * 1024
    with opened(image) as blocks:
        assert Qcow2Blocks(blocks).read(0, SIZE) == raw


def _refused(path: Path) -> DiskFault:
    with opened(path) as blocks, pytest.raises(DiskUnreadableError) as told:
        Qcow2Blocks(blocks)
    return told.value.fault


def test_a_compression_of_tomorrow_is_unknown(disk: Path, tmp_path: Path) -> None:
    image = converted(disk, tmp_path / "image", "qcow2", "-c", "-o", "compression_type=zstd")
    assert _refused(changed(image, 104, b"\2")) is DiskFault.UNKNOWN_FORM


def test_no_other_file_is_opened(disk: Path, tmp_path: Path) -> None:
    image = tmp_path / "above.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", image)
    assert _refused(image) is DiskFault.OTHER_FILE
    outside = tmp_path / "outside.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={tmp_path / 'data'}", outside, "1M")
    assert _refused(outside) is DiskFault.OTHER_FILE


@pytest.mark.parametrize(
    "at, raw, fault",
    [
        (0, b"QFI\xfa", DiskFault.DAMAGED),
        (4, struct.pack(">I", 4), DiskFault.DAMAGED),
        (20, struct.pack(">I", 40), DiskFault.DAMAGED),
        (24, struct.pack(">Q", 2**63), DiskFault.DAMAGED),
        (32, struct.pack(">I", 1), DiskFault.ENCRYPTED),
        (36, struct.pack(">I", 2**32 - 1), DiskFault.DAMAGED),
        (40, struct.pack(">Q", 2**63), DiskFault.ENDS_EARLY),
        (72, struct.pack(">Q", 1 << 40), DiskFault.UNKNOWN_FORM),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(
    at: int, raw: bytes, fault: DiskFault, disk: Path, tmp_path: Path
) -> None:
    assert _refused(changed(converted(disk, tmp_path / "image", "qcow2"), at, raw)) is fault


@pytest.mark.parametrize("options", [(), ("-c",), ("-c", "-o", "compression_type=zstd")], ids=" ".join)
def test_a_file_that_ends_early_is_noticed_where_it_is_read(
    options: tuple[str, ...], disk: Path, tmp_path: Path
) -> None:
    image = converted(disk, tmp_path / "image.qcow2", "qcow2", *options)
    raw, whole = disk.read_bytes(), image.stat().st_size
    for length in (whole * 9 // 10, whole // 2, whole // 3, 300_000, 66_000, 600, 100, 0):
        with image.open("r+b") as file:
            file.truncate(length)
        with opened(image) as blocks:
            try:
                found = Qcow2Blocks(blocks)
                told = b"".join(found.read(at, 4096) for at in range(0, SIZE, 4096))
            except DiskUnreadableError:
                continue
        assert told == raw


def test_tables_that_lead_beyond_the_file_are_damaged_and_not_zeros(disk: Path, tmp_path: Path) -> None:
    image = converted(disk, tmp_path / "image.qcow2", "qcow2")
    with image.open("rb") as file:
        tables_at = struct.unpack_from(">Q", file.read(72), 40)[0]
    changed(image, tables_at, struct.pack(">Q", 0x7FFF_FFFF_0000))
    with opened(image) as blocks, pytest.raises(DiskUnreadableError):
        Qcow2Blocks(blocks).read(0, 4096)
