"""The disk in what it is packed in: compressed, in an OVA, split; bounded, and never outside the work directory."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sys
import tarfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.files.formats import RefusedFileError
from imaging.files.wrappers.sparse_file import SparseFile
from imaging.files.wrappers.unpacking import UnpackLimits
from imaging.files.wrappers.unwrapping import unwrap
from models.errors import ImageFileError
from models.image_file.refusal import RefusalCode
from models.image_file.wrapper import Wrapper

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DISK = os.urandom(300_000) + bytes(2_000_000) + os.urandom(70_001)
PACKED: dict[Wrapper, Callable[[bytes], bytes]] = {
    Wrapper.GZIP: gzip.compress,
    Wrapper.XZ: lzma.compress,
    # With a checksum, as its command writes it: without one nobody notices damage.
    Wrapper.ZSTD: lambda content: zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1}),
}
OVF = b"""<?xml version="1.0"?><Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
 xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"><References><File ovf:id="f1" ovf:href="disk1.vmdk"/></References>
<DiskSection><Disk ovf:diskId="d" ovf:fileRef="f1"/></DiskSection></Envelope>"""


ANY = UnpackLimits(keep_free_bytes=0)


@dataclass(frozen=True)
class Opened:
    content: bytes
    wrappers: tuple[Wrapper, ...]
    left: list[str]
    told: list[tuple[int, int]]


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def opened(path: Path, work_dir: Path, limits: UnpackLimits = ANY) -> Opened:
    told: list[tuple[int, int]] = []
    with ExitStack() as files:
        unwrapped = await unwrap(
            path,
            files,
            work_dir=work_dir,
            limits=limits,
            tell=lambda *each: told.append(each),
        )
        content = unwrapped.content.read(0, unwrapped.content.size_bytes)
        return Opened(content, unwrapped.wrappers, names_in(work_dir), told)


async def refused(path: Path, work_dir: Path, limits: UnpackLimits = ANY) -> RefusalCode:
    with pytest.raises(RefusedFileError) as refusal:
        await opened(path, work_dir, limits)
    assert names_in(work_dir) == []
    return refusal.value.refusals[0].code


@pytest.fixture
def work_dir(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def archive(path: Path, *members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind if name.endswith(".vmdk") else tarfile.REGTYPE
            info.linkname = "/etc/shadow"
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("wrapper", PACKED)
async def test_a_compressed_disk_is_unpacked_into_a_file_without_a_name(
    tmp_path: Path, work_dir: Path, wrapper: Wrapper
) -> None:
    (tmp_path / "image").write_bytes(PACKED[wrapper](DISK))
    found = await opened(tmp_path / "image", work_dir)
    assert found.content == DISK
    assert found.wrappers == (wrapper,)
    assert found.left == []
    size = (tmp_path / "image").stat().st_size
    assert found.told[-1] == (size, size)


@pytest.mark.parametrize("wrapper", PACKED)
async def test_compressed_pieces_in_a_row_are_one_disk(tmp_path: Path, work_dir: Path, wrapper: Wrapper) -> None:
    (tmp_path / "image").write_bytes(PACKED[wrapper](DISK[:1000]) + PACKED[wrapper](DISK[1000:]))
    assert (await opened(tmp_path / "image", work_dir)).content == DISK


@pytest.mark.parametrize("wrapper", PACKED)
async def test_what_was_cut_short_or_damaged_is_refused(tmp_path: Path, work_dir: Path, wrapper: Wrapper) -> None:
    packed = PACKED[wrapper](DISK)
    (tmp_path / "cut").write_bytes(packed[:-20])
    assert await refused(tmp_path / "cut", work_dir) is RefusalCode.BROKEN_WRAPPER
    (tmp_path / "damaged").write_bytes(packed[:1000] + bytes(1000) + packed[2000:])
    assert await refused(tmp_path / "damaged", work_dir) is RefusalCode.BROKEN_WRAPPER


async def test_what_unpacks_to_more_than_allowed_is_refused(tmp_path: Path, work_dir: Path) -> None:
    (tmp_path / "bomb").write_bytes(lzma.compress(bytes(40_000_000)))
    assert (
        await refused(tmp_path / "bomb", work_dir, UnpackLimits(most_bytes=10_000_000, keep_free_bytes=0))
        is RefusalCode.UNPACKS_TOO_LARGE
    )


def test_zeros_become_holes_and_the_last_ones_count(tmp_path: Path) -> None:
    content = bytes(40_000_000) + b"x" + bytes(99_999)
    with (tmp_path / "disk").open("wb") as file:
        sink = SparseFile(file.fileno(), keep_free_bytes=0)
        for at in range(0, len(content), 777_777):
            sink.write(content[at : at + 777_777])
        sink.finish()
        assert os.fstat(file.fileno()).st_blocks * 512 <= 2 * 65_536
    assert (tmp_path / "disk").read_bytes() == content
    assert (sink.size_bytes, sink.allocated_bytes) == (len(content), 65_536)


async def test_too_little_room_is_said_before_the_disk_is_full(tmp_path: Path, work_dir: Path) -> None:
    (tmp_path / "image").write_bytes(gzip.compress(DISK))
    with pytest.raises(ImageFileError, match="too little room"):
        await opened(tmp_path / "image", work_dir, UnpackLimits(keep_free_bytes=2**60))
    assert names_in(work_dir) == []


async def test_more_than_two_wrappers_are_refused(tmp_path: Path, work_dir: Path) -> None:
    twice = gzip.compress(lzma.compress(DISK))
    (tmp_path / "twice").write_bytes(twice)
    assert (await opened(tmp_path / "twice", work_dir)).wrappers == (Wrapper.GZIP, Wrapper.XZ)
    (tmp_path / "thrice").write_bytes(gzip.compress(twice))
    assert await refused(tmp_path / "thrice", work_dir) is RefusalCode.WRAPPED_TOO_DEEP


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"BZh9", b"7z\xbc\xaf\x27\x1c"])
async def test_other_packings_are_named_and_refused(tmp_path: Path, work_dir: Path, head: bytes) -> None:
    (tmp_path / "image").write_bytes(head.ljust(4096, b"x"))
    assert await refused(tmp_path / "image", work_dir) is RefusalCode.UNKNOWN_WRAPPER


# --- OVA


async def test_the_disk_of_an_ova_is_read_where_it_lies(tmp_path: Path, work_dir: Path) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), ("m.mf", b"SHA1"), ("disk1.vmdk", DISK), ("notes.txt", b"x"))
    found = await opened(ova, work_dir)
    assert found.content == DISK
    assert found.wrappers == (Wrapper.OVA,)


async def test_a_compressed_ova_is_unpacked_first(tmp_path: Path, work_dir: Path) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), ("disk1.vmdk", DISK))
    (tmp_path / "b").write_bytes(gzip.compress(ova.read_bytes()))
    found = await opened(tmp_path / "b", work_dir)
    assert (found.content, found.wrappers) == (DISK, (Wrapper.GZIP, Wrapper.OVA))


async def test_where_a_disk_lies_is_told_to_other_processes(tmp_path: Path, work_dir: Path) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), ("disk1.vmdk", DISK))
    folder = split(tmp_path / "parts", ["image.000", "image.001", "image.002"], ova.read_bytes())
    with ExitStack() as files:
        unwrapped = await unwrap(folder, files, work_dir=work_dir, limits=ANY, tell=lambda *_: None)
        extents = unwrapped.content.extents
        assert len(extents) == 3
        assert b"".join(os.pread(each.descriptor, each.size_bytes, each.offset) for each in extents) == DISK


@pytest.mark.parametrize("name", ["../disk1.vmdk", "/etc/disk1.vmdk", "folder/disk1.vmdk", ".hidden.vmdk", "a\nb.vmdk"])
async def test_an_ova_with_members_elsewhere_is_refused(tmp_path: Path, work_dir: Path, name: str) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), (name, DISK))
    assert await refused(ova, work_dir) is RefusalCode.ODD_MEMBERS


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
async def test_an_ova_whose_disk_is_a_link_or_device_is_refused(tmp_path: Path, work_dir: Path, kind: bytes) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), ("disk1.vmdk", b""), kind=kind)
    assert await refused(ova, work_dir) is RefusalCode.ODD_MEMBERS


async def test_an_ova_with_two_disks_or_none_is_refused(tmp_path: Path, work_dir: Path) -> None:
    two = OVF.replace(b"</References>", b'<File ovf:id="f2" ovf:href="disk2.vmdk"/></References>').replace(
        b"</DiskSection>", b'<Disk ovf:diskId="e" ovf:fileRef="f2"/></DiskSection>'
    )
    ova = archive(tmp_path / "two.ova", ("m.ovf", two), ("disk1.vmdk", DISK), ("disk2.vmdk", DISK))
    assert await refused(ova, work_dir) is RefusalCode.NOT_ONE_DISK
    assert await refused(archive(tmp_path / "none.ova", ("m.ovf", OVF)), work_dir) is RefusalCode.NOT_ONE_DISK
    assert await refused(archive(tmp_path / "t.tar", ("disk1.vmdk", DISK)), work_dir) is RefusalCode.NOT_ONE_DISK


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_a_description_that_declares_entities_is_not_read(tmp_path: Path, work_dir: Path, encoding: str) -> None:
    text = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Envelope>&b;</Envelope>'.encode(encoding)
    ova = archive(tmp_path / "a.ova", ("m.ovf", text), ("disk1.vmdk", DISK))
    assert await refused(ova, work_dir) in {RefusalCode.ODD_MEMBERS, RefusalCode.BROKEN_WRAPPER}


async def test_an_ova_that_ends_before_its_disk_does_is_refused(tmp_path: Path, work_dir: Path) -> None:
    ova = archive(tmp_path / "a.ova", ("m.ovf", OVF), ("disk1.vmdk", DISK))
    os.truncate(ova, 100_000)
    assert await refused(ova, work_dir) is RefusalCode.BROKEN_WRAPPER


# --- parts


def split(folder: Path, names: list[str], content: bytes = DISK) -> Path:
    folder.mkdir()
    size = -(-len(content) // len(names))
    for number, name in enumerate(names):
        (folder / name).write_bytes(content[number * size : (number + 1) * size])
    return folder


@pytest.mark.parametrize(
    "names",
    [
        ["image.000", "image.001", "image.002"],
        ["part1", "part2", *(f"part{number}" for number in range(3, 12))],
        ["xaa", "xab", "xac"],
        ["disk.raw-aa", "disk.raw-ab"],
    ],
)
async def test_the_parts_in_a_directory_are_one_file(tmp_path: Path, work_dir: Path, names: list[str]) -> None:
    found = await opened(split(tmp_path / "parts", names), work_dir)
    assert (found.content, found.wrappers) == (DISK, (Wrapper.PARTS,))


async def test_parts_of_a_compressed_file_are_joined_before_they_are_unpacked(tmp_path: Path, work_dir: Path) -> None:
    folder = split(tmp_path / "parts", ["i.gz.01", "i.gz.02"], gzip.compress(DISK))
    assert (await opened(folder, work_dir)).content == DISK


@pytest.mark.parametrize(
    "names",
    [
        ["image.000", "image.002"],
        ["image.003", "image.004"],
        ["image.000", "image.001", "README"],
        ["image.000", "other.001"],
        ["image.1", "image.01"],
        ["disk.vmdk", "disk-flat.vmdk"],
    ],
)
async def test_a_directory_that_is_no_unbroken_row_of_parts_is_refused(
    tmp_path: Path, work_dir: Path, names: list[str]
) -> None:
    assert await refused(split(tmp_path / "parts", names), work_dir) is RefusalCode.PARTS_MISSING


async def test_a_part_that_leads_elsewhere_is_refused(tmp_path: Path, work_dir: Path) -> None:
    folder = split(tmp_path / "parts", ["image.000", "image.001"])
    (folder / "image.002").symlink_to("/etc/hostname")
    assert await refused(folder, work_dir) is RefusalCode.LEADS_ELSEWHERE
