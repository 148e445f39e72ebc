"""Partition tables, as the tools write them and as strangers may."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from imaging.files.disk.tables.entry import Table
from imaging.files.disk.tables.reading import read_table
from models.image_file.disk_facts import PartitionTable, TableFlaw
from tests.files.disk.making import BIOS_BOOT_GPT, ESP_GPT, MIB, ROOT_X86_64, changed, empty, opened, run, vfat
from tests.support.needs import needs

pytestmark = needs("sfdisk")
GPT = (
    f"label: gpt\nsize=1M, type={BIOS_BOOT_GPT}\n"
    f'size=3M, type={ESP_GPT}, name="EFI \xfc"\nsize=2M, type={ROOT_X86_64}, attrs=LegacyBIOSBootable\n'
)
MBR = "label: dos\nsize=2M, type=83, bootable\nsize=1M, type=82\n"
LOGICAL = (
    "label: dos\n1: size=2M, type=83, bootable\n2: size=9M, type=f\n"
    "5: size=1M, type=83\n6: size=1M, type=82\n7: size=1M, type=8e\n"
)


def made(path: Path, script: str) -> Path:
    run("sfdisk", "-q", empty(path, 16 * MIB), text=script)
    return path


def table(path: Path) -> Table:
    with opened(path) as blocks:
        return read_table(blocks)


def by_sfdisk(path: Path) -> list[tuple[int, int, str, str, str]]:
    told = json.loads(run("sfdisk", "-J", path))["partitiontable"]
    return [
        (
            512 * each["start"],
            512 * each["size"],
            each["type"].lower() if len(each["type"]) > 2 else f"0x{each['type']}",
            each.get("uuid", "").lower(),
            each.get("name", ""),
        )
        for each in told["partitions"]
    ]


@pytest.mark.parametrize("script", [GPT, MBR, LOGICAL])
def test_a_table_is_what_sfdisk_says_that_it_is(script: str, tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", script)
    found = table(disk)
    told = [
        (each.start_bytes, each.size_bytes, each.type, each.uuid if found.kind is PartitionTable.GPT else "",
         each.label.encode("latin-1").decode())
        for each in found.entries if not each.holds_others
    ]  # fmt: skip
    assert told == [each for each in by_sfdisk(disk) if each[2] != "0xf"]
    assert not found.flaws


def test_numbers_and_flags_are_those_of_linux(tmp_path: Path) -> None:
    found = table(made(tmp_path / "disk", LOGICAL))
    assert [each.number for each in found.entries] == [1, 2, 5, 6, 7]
    assert [each.is_active for each in found.entries] == [True, False, False, False, False]
    assert [each.size_bytes for each in found.entries if each.holds_others] == [1024]
    assert [each.is_active for each in table(made(tmp_path / "gpt", GPT)).entries] == [False, False, True]


def test_a_partition_of_an_mbr_is_known_by_the_signature_of_its_disk(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "label: dos\nlabel-id: 0x1b2c3d4e\nsize=2M, type=83\n")
    assert [each.uuid for each in table(disk).entries] == ["1b2c3d4e-01"]


def test_large_sectors_are_known_by_where_the_table_lies(tmp_path: Path) -> None:
    disk = empty(tmp_path / "disk", 16 * MIB)
    run("fdisk", "-b", "4096", disk, text="g\nn\n1\n256\n767\nw\n")
    found = table(disk)
    assert [(each.start_bytes, each.size_bytes) for each in found.entries] == [(MIB, 2 * MIB)]


def test_a_damaged_gpt_is_read_from_its_copy(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", GPT)
    whole = table(disk)
    at = 512 + 60  # in the identifier of the disk, which sfdisk makes up
    damaged = table(changed(disk, at, bytes([disk.read_bytes()[at] ^ 0xFF])))
    assert damaged.entries == whole.entries
    assert damaged.flaws == {TableFlaw.FIRST_COPY_DAMAGED}


def test_entries_that_do_not_match_their_checksum_are_not_believed(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", GPT)
    whole = table(disk)
    assert table(changed(disk, 1024 + 32, b"\x01\x02")).entries == whole.entries
    both = table(changed(disk, 16 * MIB - 512 - 32 * 512 + 32, b"\x01\x02"))
    assert both.kind is PartitionTable.GPT
    assert both.flaws == {TableFlaw.UNREADABLE}


def test_a_gpt_that_was_cut_says_what_is_beyond_the_end(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", GPT)
    with disk.open("r+b") as file:
        file.truncate(6 * MIB)
    found = table(disk)
    assert [each.size_bytes for each in found.entries] == [MIB, 3 * MIB, MIB]
    assert found.flaws == {TableFlaw.BEYOND_END}
    with disk.open("r+b") as file:
        file.truncate(3 * MIB)
    assert [each.number for each in table(disk).entries] == [1, 2]


def _rewritten(disk: Path, entries: bytes) -> Path:
    """A GPT with other entries and right checksums."""
    raw = bytearray(disk.read_bytes()[512 : 512 + 92])
    struct.pack_into("<I", raw, 88, zlib.crc32(entries))
    struct.pack_into("<I", raw, 16, 0)
    struct.pack_into("<I", raw, 16, zlib.crc32(bytes(raw)))
    return changed(changed(disk, 512, bytes(raw)), 1024, entries)


def _entry(first: int, last: int) -> bytes:
    return struct.pack("<16s16sQQQ72s", b"T" * 16, b"U" * 16, first, last, 0, b"")


@pytest.mark.parametrize(
    "entries, flaws, count",
    [
        ((_entry(2048, 4095), _entry(4000, 5000)), {TableFlaw.OVERLAPPING}, 2),
        ((_entry(2048, 2**64 - 1),), {TableFlaw.BEYOND_END}, 1),
        ((_entry(2**64 - 1, 2**64 - 1),), {TableFlaw.BEYOND_END}, 0),
        ((_entry(4096, 2048),), {TableFlaw.BEYOND_END}, 0),
        (tuple(_entry(2048, 4095) for _ in range(128)), {TableFlaw.OVERLAPPING}, 128),
    ],
)
def test_numbers_of_a_stranger_stay_on_the_disk(
    entries: tuple[bytes, ...], flaws: set[TableFlaw], count: int, tmp_path: Path
) -> None:
    disk = _rewritten(made(tmp_path / "disk", GPT), b"".join(entries).ljust(128 * 128, b"\0"))
    found = table(disk)
    assert len(found.entries) == count
    assert found.flaws == flaws
    assert all(each.size_bytes > 0 and each.start_bytes + each.size_bytes <= 16 * MIB for each in found.entries)


def test_linux_takes_a_gpt_only_where_the_first_sector_says_so(tmp_path: Path) -> None:
    disk = changed(made(tmp_path / "disk", GPT), 510, b"\0\0")
    assert table(disk).kind is PartitionTable.NONE


def _link(path: Path, sector: int, *, first: int, following: int) -> None:
    raw = struct.pack("<B3xB3xII", 0, 0x83, first, 8) + struct.pack("<B3xB3xII", 0, 5, following, 64)
    changed(path, sector * 512 + 446, raw.ljust(64, b"\0") + b"\x55\xaa")


def test_a_chain_that_leads_in_a_circle_ends(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "label: dos\nstart=2048, size=8M, type=5\n")
    _link(disk, 2048, first=8, following=64)
    _link(disk, 2048 + 64, first=8, following=64)
    found = table(disk)
    assert TableFlaw.CHAIN_BROKEN in found.flaws
    assert [each.number for each in found.entries] == [1, 5, 6]


def test_a_chain_that_leads_out_of_the_disk_ends(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "label: dos\nstart=2048, size=8M, type=5\n")
    _link(disk, 2048, first=8, following=2**32 - 4000)
    assert table(disk).flaws == {TableFlaw.CHAIN_BROKEN}


def test_a_chain_of_thousands_is_not_followed_to_its_end(tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", "label: dos\nstart=2048, size=8M, type=5\n")
    for place in range(200):
        _link(disk, 2048 + 32 * place, first=8, following=32 * (place + 1))
    found = table(disk)
    assert TableFlaw.TOO_MANY in found.flaws
    assert len(found.entries) == 101


def test_a_file_system_on_the_whole_disk_is_no_table(tmp_path: Path) -> None:
    assert table(vfat(tmp_path / "fat", None)).kind is PartitionTable.NONE
    assert table(empty(tmp_path / "none", MIB)).kind is PartitionTable.NONE
    assert table(empty(tmp_path / "nothing", 0)) == Table()


@pytest.mark.parametrize("script", [GPT, MBR])
def test_a_program_in_the_first_sector_is_seen(script: str, tmp_path: Path) -> None:
    disk = made(tmp_path / "disk", script)
    assert not table(disk).has_boot_code
    assert table(changed(disk, 0, b"\xeb\x63\x90")).has_boot_code
