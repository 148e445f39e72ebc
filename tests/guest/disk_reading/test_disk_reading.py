"""The disk in an image file, read by a process of its own, told as the facts of a guest."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imaging.files.content import Extent
from imaging.files.disk.assembly.assembled import assemble
from imaging.files.disk.tree import Tree
from imaging.guest.disk_reading.client import read_disk_confined
from imaging.guest.disk_reading.messages import DiskReading, DiskRequest
from imaging.guest.disk_reading.parts_reading import read_parts
from imaging.guest.disk_reading.reading import read_disk
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.parts import FILE_PARTS
from imaging.guest.report.envelope import PartReport
from imaging.runtime.confined import process as confined_process
from models.errors import DiskFault, DiskUnreadableError
from models.fact import UnknownCode
from models.findings import InspectionMethod
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.image_file.image_format import ImageFormat
from tests.files.disk.making import MIB, ROOT_X86_64, changed, converted, divided, empty, ext, opened, run
from tests.guest.probe.running import plant
from tests.guest.probe.trees import tree
from tests.guest.trees.building import KINDS
from tests.support import warm_readers
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.needs import needs, tool

pytestmark = needs("sfdisk", "qemu-img")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def in_process(disk: Path, kind: ImageFormat = ImageFormat.RAW, seconds: float = 60.0) -> DiskReading:
    request = DiskRequest(pieces=(), format=kind, questions=Questions(), now=NOW, seconds=seconds)
    with opened(disk) as blocks:
        return read_disk(blocks, request, monotonic=time.monotonic)


async def confined(disk: Path, kind: ImageFormat = ImageFormat.RAW, *parts: tuple[int, int]) -> DiskReading:
    with held(disk) as descriptor:
        whole = (0, os.fstat(descriptor).st_size)
        extents = [Extent(descriptor, at, size) for at, size in parts or (whole,)]
        return await read_disk_confined(extents, kind, Questions(), now=NOW)


@contextmanager
def held(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def facts_of(reading: DiskReading) -> GuestFacts:
    assert reading.facts is not None
    return reading.facts


@pytest.fixture(scope="module", params=KINDS)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One of the tests' trees, and a disk with it."""
    top = tree(request.param)
    folder = tmp_path_factory.mktemp("disk")
    root = ext(folder / "root", top, "-b", "4096", size=64 * MIB)
    return top, divided(folder / "disk", "gpt", [(root, ROOT_X86_64)])


SMALLEST: dict[str, str | bytes] = {
    "etc/os-release": "ID=debian\n",
    "var/lib/dpkg/status": "Package: base-files\nStatus: install ok installed\nVersion: 12\n\n",
}
"""A system of which every part can tell something."""
SIZES = {"directory": 3, "cache": 2, "installed": 1}
"""Where rows of directories tell what something takes: a copy has holes where the tree has zeros."""


def without_sizes(part: PartReport) -> list[list[str]]:
    """Which things in a directory are the largest depends on what they take, too."""
    rows = [row[:2] if row[0] == "entry" else list(row) for row in part.rows]
    for row in rows:
        if row[0] in SIZES:
            row[SIZES[row[0]]] = "some"
    return sorted(rows)


def test_a_disk_tells_the_same_as_the_directory_that_was_copied_to_it(system: tuple[Path, Path]) -> None:
    top, disk = system
    from_directory = read_parts(Disk(Tree(DirectoryFileSystem(top))), tuple, seconds=300)
    with opened(disk) as blocks:
        found = assemble(blocks)
        assert found.tree is not None
        from_disk = read_parts(Disk(found.tree), tuple, seconds=300)
    assert from_directory.keys() == from_disk.keys()
    for name, part in from_directory.items():
        assert without_sizes(from_disk[name]) == without_sizes(part), name


def begun(kind: str, *, fresh: bool) -> object:
    """As parameters. A fresh process loads all that it reads with, whatever it reads: one shows it quickly."""
    start, name = (warm_readers.fresh, "fresh") if fresh else (warm_readers.start, "forked")
    marks = (pytest.mark.slow,) if fresh and kind != "debian-12" else ()
    return pytest.param(kind, start, id=f"{kind}-{name}", marks=marks)


EACH_WAY = [begun(kind, fresh=fresh) for kind in KINDS for fresh in (True, False)]


@pytest.mark.parametrize("system, start", EACH_WAY, indirect=["system"])
async def test_the_facts_come_from_a_process_without_a_network(
    system: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, start: object
) -> None:
    _, disk = system
    monkeypatch.setattr(confined_process, "_start", start)
    reading = await confined(disk)
    facts = facts_of(reading)
    assert facts.method is InspectionMethod.IMAGE_FILE
    assert facts.system.value is not None
    assert facts.system.value.id
    assert facts.mounts.unknown_code is facts.running.unknown_code is UnknownCode.NOT_RUNNING
    assert reading.disk is not None
    assert reading.disk.without_network is _kernel_allows_it()
    assert 0 < reading.disk.bytes_read < reading.disk.size_bytes
    assert [(each.name, each.file_system, each.mount_point) for each in reading.disk.partitions] == [
        ("vda1", "ext4", "/")
    ]
    here = facts_of(in_process(disk))
    assert here.model_copy(update={"since_run": None}) == facts


def _kernel_allows_it() -> bool:
    return subprocess.run([tool("unshare"), "-rn", "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {"etc/os-release": 'ID=debian\nVERSION_ID="12"\n', "etc/fstab": "", "usr/x": ""}
    root = ext(tmp_path / "root", plant(tmp_path / "tree", files), size=8 * MIB)
    return divided(tmp_path / "disk", "gpt", [(root, ROOT_X86_64)])


async def test_a_disk_in_a_qcow2_is_told_alike(small: Path, tmp_path: Path) -> None:
    image = converted(small, tmp_path / "image", "qcow2", "-c")
    raw, packed = await confined(small), await confined(image, ImageFormat.QCOW2)
    assert facts_of(raw) == facts_of(packed)


def _swapped(disk: Path, target: Path) -> tuple[int, int]:
    """A file with its second part before its first one."""
    raw, half = disk.read_bytes(), 5 * MIB + 17
    target.write_bytes(raw[half:] + bytes(100) + raw[:half])
    return len(raw), half


async def test_a_file_in_pieces_is_read_as_one(small: Path, tmp_path: Path) -> None:
    size, half = _swapped(small, tmp_path / "padded")
    padded = tmp_path / "padded"
    pieces = ((size - half + 100, half), (0, size - half))
    assert facts_of(await confined(padded, ImageFormat.RAW, *pieces)) == facts_of(await confined(small))


def test_what_a_guest_wrote_on_its_raw_disk_is_not_believed(small: Path, tmp_path: Path) -> None:
    image = converted(small, tmp_path / "image", "qcow2")
    reading = in_process(image, ImageFormat.RAW)
    assert reading.facts is None
    assert reading.disk is not None
    assert reading.disk.root_fault is DiskFault.NO_SYSTEM


@pytest.mark.parametrize("kind", [ImageFormat.VDI, ImageFormat.QED])
def test_what_no_reader_knows_is_to_be_converted_first(kind: ImageFormat, small: Path) -> None:
    assert in_process(small, kind) == DiskReading(fault=DiskFault.CONVERT_FIRST)


def test_a_root_that_cannot_be_read_leaves_what_the_table_says(tmp_path: Path) -> None:
    locked = changed(empty(tmp_path / "locked", 2 * MIB), 0, b"LUKS\xba\xbe\0\2")
    reading = in_process(divided(tmp_path / "disk", "gpt", [(locked, ROOT_X86_64)]))
    assert reading.facts is None
    assert reading.disk is not None
    assert (reading.disk.root_fault, reading.disk.architecture) == (DiskFault.ENCRYPTED, "x86_64")
    assert reading.disk.root_unread_because == "It is encrypted."
    assert [each.file_system for each in reading.disk.partitions] == ["crypto_LUKS"]


def test_a_root_that_was_not_unmounted_is_read_with_what_its_journal_holds(tmp_path: Path) -> None:
    root = ext(tmp_path / "root", plant(tmp_path / "tree", {**SMALLEST, "usr/x": ""}), "-b", "1024")
    told = run("debugfs", "-R", "blocks /etc/os-release", root).split()
    later, script = tmp_path / "later", tmp_path / "commands"
    later.write_bytes(b"ID=fedora\n".ljust(1024, b"\0"))
    script.write_text(f"jo -c -v 3\njw -b {told[0]} {later}\njc\n")
    run("debugfs", "-w", "-f", script, root)
    reading = in_process(root)
    facts = facts_of(reading)
    assert facts.system.value is not None
    assert facts.system.value.id == "fedora"
    assert {name for name in FILE_PARTS if "unmounted" in (getattr(facts, name).incomplete_because or "")} == set()
    assert reading.disk is not None
    assert (reading.disk.partitions[0].needs_recovery, reading.disk.partitions[0].replayed) == (True, True)


def test_a_root_whose_journal_cannot_be_read_makes_every_part_incomplete(tmp_path: Path) -> None:
    root = ext(tmp_path / "root", plant(tmp_path / "tree", {**SMALLEST, "usr/x": ""}), "-b", "1024")
    run("debugfs", "-w", "-R", "feature needs_recovery", root)
    changed(root, int(run("debugfs", "-R", "bmap <8> 0", root)) * 1024, b"?")
    reading = in_process(root)
    facts = facts_of(reading)
    for name in FILE_PARTS:
        assert "was not unmounted" in (getattr(facts, name).incomplete_because or ""), name
    assert reading.disk is not None
    assert (reading.disk.partitions[0].needs_recovery, reading.disk.partitions[0].replayed) == (True, False)


def test_names_that_lead_to_nothing_are_said(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"etc/os-release": "ID=debian\n", "usr/x": "", "etc/gone": ""}
    root = ext(tmp_path / "root", plant(tmp_path / "tree", files))
    run("debugfs", "-w", "-R", "clri /etc/gone", root)
    reading = in_process(root)
    assert reading.disk is not None
    assert reading.disk.lost_names > 0
    assert "lead to nothing" in (facts_of(reading).system.incomplete_because or "")


def _disk(tmp_path: Path) -> Disk:
    return Disk(Tree(DirectoryFileSystem(plant(tmp_path / "tree", SMALLEST))))


def test_a_part_that_stumbles_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stumbles(_disk: Disk, _rows: PartRows) -> None:
        raise ZeroDivisionError

    def lies_on_damage(_disk: Disk, _rows: PartRows) -> None:
        raise DiskUnreadableError("A directory of the disk is damaged.")

    changed_parts = {**FILE_PARTS, "identity": stumbles, "services": lies_on_damage}
    monkeypatch.setattr("imaging.guest.disk_reading.parts_reading.FILE_PARTS", changed_parts)
    told = read_parts(_disk(tmp_path), tuple, seconds=60)
    assert {name: part.state for name, part in told.items() if part.state != "ok"} == {
        "identity": "unknown",
        "services": "unknown",
    }
    assert told["system"].rows == [["release", "ID=debian"]]


def test_a_part_whose_time_is_up_keeps_what_it_has(tmp_path: Path) -> None:
    ticks = iter(range(10**9))
    told = read_parts(_disk(tmp_path), tuple, seconds=60, monotonic=lambda: float(next(ticks) * 5))
    assert any(part.cut and "time was up" in part.incomplete for part in told.values())


def test_a_disk_that_takes_too_long_is_given_up(small: Path) -> None:
    assert in_process(small, seconds=-1).fault is DiskFault.TOO_LARGE


async def test_a_process_that_fails_ends_in_an_imaging_error(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.guest.disk_reading.client._MODULE", "imaging.guest.disk_reading.none")
    with pytest.raises(DiskUnreadableError) as told:
        await confined(small)
    assert told.value.fault is DiskFault.TOO_LARGE
