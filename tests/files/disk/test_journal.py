"""The journal of ext4, carried out in memory: beside debugfs, which writes and runs journals, and beside Linux."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imaging.files.disk.ext.ext_file_system import ExtFileSystem
from imaging.files.disk.ext.journal.checksums import crc32_be, crc32c
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError
from tests.files.disk.making import MIB, changed, empty, ext, opened, run
from tests.guest.probe.running import plant
from tests.support.known import present
from tests.support.needs import ROOT, needs, tool
from tests.support.sparse import copy_sparse

STEP = 1024
MARK = b"\xc0\x3b\x39\x98"
FORMS = {
    "version 1": (("-O", "^metadata_csum,^64bit"), ""),
    "version 1, 64 bits": (("-O", "^metadata_csum,64bit"), ""),
    "version 2": (("-O", "^64bit"), "-c -v 2"),
    "version 2, 64 bits": (("-O", "64bit"), "-c -v 2"),
    "version 3": (("-O", "^64bit"), "-c -v 3"),
    "version 3, 64 bits": (("-O", "64bit"), "-c -v 3"),
    "ext3": (("-O", "^extents,^64bit,^metadata_csum"), ""),
}
BEFORE, AFTER = b"before" * 100, b"after " * 100


def test_the_checksums_are_those_of_linux() -> None:
    assert crc32c(b"123456789") ^ 0xFFFFFFFF == 0xE3069283  # the check value of CRC-32C
    assert crc32_be(b"123456789") ^ 0xFFFFFFFF == 0xFC891918  # that of CRC-32/BZIP2, the same with its end inverted
    assert crc32_be(b"6789", crc32_be(b"12345")) == crc32_be(b"123456789")


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(folder: Path, form: str, *options: str) -> Path:
    """A file system of three files, each of which has one block."""
    top = plant(folder / "tree", dict.fromkeys(("one", "two", "three"), BEFORE))
    return ext(folder / "disk", top, "-b", str(STEP), *FORMS[form][0], *options, size=8 * MIB)


def block_of(disk: Path, name: str) -> int:
    return int(run("debugfs", "-R", f"blocks /{name}", disk).split()[0])


def journalled(disk: Path, form: str, *lines: str) -> Path:
    """Transactions that debugfs writes and does not carry out."""
    script = disk.with_suffix(".commands")
    script.write_text("".join(f"{line}\n" for line in (f"jo {FORMS[form][1]}", *lines, "jc")))
    done = run("debugfs", "-w", "-f", script, disk)
    assert "error" not in done.lower(), done
    return disk


def of_blocks(disk: Path, name: str, raw: bytes) -> Path:
    path = disk.with_name(f"{name}.block")
    path.write_bytes(raw.ljust(STEP, b"\0"))
    return path


def written(disk: Path, names: str, raw: bytes, *, revoked: str = "") -> str:
    """The line that writes files' blocks in one transaction."""
    source = of_blocks(disk, names.replace(",", "-") + str(abs(hash(raw))), raw * names.count(",") + raw)
    source.write_bytes(raw.ljust(STEP, b"\0") * (names.count(",") + 1))
    blocks = ",".join(str(block_of(disk, name)) for name in names.split(","))
    gone = "-r " + ",".join(str(block_of(disk, name)) for name in revoked.split(",")) if revoked else ""
    return f"jw -b {blocks} {gone} {source}"


def contents(disk: Path) -> dict[str, bytes]:
    with opened(disk) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        return {name: tree.read(f"/{name}", limit_bytes=600) for name in ("one", "two", "three")}


def is_replayed(disk: Path) -> bool:
    with opened(disk) as blocks:
        return ExtFileSystem(blocks).replayed


def carried_out(disk: Path) -> Path:
    """A copy, on which e2fsprogs have run the journal."""
    copy = copy_sparse(disk, disk.with_name("run"))
    run("debugfs", "-w", "-R", "jr", copy)
    return copy


def test_what_a_transaction_wrote_is_read_as_if_it_had_been_carried_out(form: str, tmp_path: Path) -> None:
    disk = made(tmp_path, form)
    journalled(disk, form, written(disk, "one,three", AFTER))
    assert contents(disk) == {"one": AFTER, "two": BEFORE, "three": AFTER} == contents(carried_out(disk))
    assert is_replayed(disk)
    raw = disk.read_bytes()
    assert raw[block_of(disk, "one") * STEP :].startswith(BEFORE), "the file itself is only read"


def test_of_several_transactions_the_last_counts(form: str, tmp_path: Path) -> None:
    disk = made(tmp_path, form)
    journalled(disk, form, written(disk, "one,two", b"middle" * 100), written(disk, "one", AFTER))
    assert contents(disk) == {"one": AFTER, "two": b"middle" * 100, "three": BEFORE} == contents(carried_out(disk))


def test_a_block_that_begins_like_one_of_the_journal_is_escaped_there(form: str, tmp_path: Path) -> None:
    disk = made(tmp_path, form)
    raw = (MARK + bytes((0, 0, 0, 2, 0, 0, 0, 1))).ljust(600, b"x")
    journalled(disk, form, written(disk, "two", raw))
    assert contents(disk)["two"] == raw == contents(carried_out(disk))["two"]


def test_what_was_revoked_later_is_not_carried_out(form: str, tmp_path: Path) -> None:
    disk = made(tmp_path, form)
    journalled(
        disk,
        form,
        written(disk, "one,two", AFTER),
        f"jw -r {block_of(disk, 'one')},{block_of(disk, 'three')} /dev/null",
        written(disk, "three", AFTER),
    )
    assert contents(disk) == {"one": BEFORE, "two": AFTER, "three": AFTER} == contents(carried_out(disk))


def journal_of(disk: Path) -> list[int]:
    """Where each block of the journal lies in the file."""
    script = disk.with_suffix(".places")
    script.write_text("".join(f"bmap <8> {number}\n" for number in range(1024)))
    told = run("debugfs", "-f", script, disk).splitlines()
    return [int(line) * STEP for line in told if line.isdigit()]


def log_of(disk: Path) -> bytes:
    """The journal, as one piece."""
    raw = disk.read_bytes()
    return b"".join(raw[at : at + STEP] for at in journal_of(disk))


def with_log(disk: Path, log: bytes | bytearray) -> Path:
    """Write a journal in the place of another."""
    for number, at in enumerate(journal_of(disk)):
        changed(disk, at, bytes(log[number * STEP :][:STEP]))
    return disk


def with_superblock_sum(log: bytearray) -> bytearray:
    """With the checksum of its superblock made again."""
    log[0xFC:0x100] = bytes(4)
    log[0xFC:0x100] = crc32c(bytes(log[:STEP])).to_bytes(4, "big")
    return log


def test_a_log_goes_on_at_the_begin_of_its_ring(form: str, tmp_path: Path) -> None:
    """Everything is moved so that the log begins two blocks before the end."""
    disk = made(tmp_path, form)
    journalled(disk, form, written(disk, "one,three", AFTER), written(disk, "two", AFTER))
    log = log_of(disk)
    turned = bytearray(log[:STEP] + log[3 * STEP :] + log[STEP : 3 * STEP])
    struct.pack_into(">I", turned, 0x1C, len(log) // STEP - 2)
    with_log(disk, with_superblock_sum(turned) if FORMS[form][1] else turned)
    assert contents(disk) == dict.fromkeys(("one", "two", "three"), AFTER)


def test_an_unfinished_transaction_is_left_out(form: str, tmp_path: Path) -> None:
    disk = made(tmp_path, form)
    journalled(disk, form, written(disk, "one", AFTER), written(disk, "two", AFTER))
    places, log = journal_of(disk), log_of(disk)
    commits = [place for place in range(1, 20) if log[place * STEP :].startswith(MARK + b"\0\0\0\2")]
    assert len(commits) == 2
    changed(disk, places[commits[1]], bytes(STEP))
    assert contents(disk) == {"one": AFTER, "two": BEFORE, "three": BEFORE}
    assert is_replayed(disk)


@pytest.fixture
def third(tmp_path: Path) -> Path:
    """Two transactions in a journal of the third version; descriptor, copy, commit, descriptor, copy, commit."""
    disk = made(tmp_path, "version 3, 64 bits")
    return journalled(disk, "version 3, 64 bits", written(disk, "one", AFTER), written(disk, "two", AFTER))


@pytest.mark.parametrize(
    "damage, place",
    {
        "superblock without its mark": (0, 0), "its checksum": (0, 0x58), "a block size": (0, 0xC),
        "the number of blocks": (0, 0x10), "where it begins": (0, 0x1C), "a feature": (0, 0x28),
        "a descriptor": (1, 100), "a commit": (3, 100), "the last descriptor": (4, 20),
    }.items(),
)  # fmt: skip
def test_a_damaged_journal_is_not_carried_out_at_all(damage: str, place: tuple[int, int], third: Path) -> None:
    at = journal_of(third)[place[0]] + place[1]
    changed(third, at, bytes((third.read_bytes()[at] ^ 0x41,)))
    assert not is_replayed(third), damage
    assert contents(third)["one"] == BEFORE


def test_a_damaged_copy_is_unreadable_and_not_old(third: Path) -> None:
    changed(third, journal_of(third)[2] + 9, b"?")
    with opened(third) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        with pytest.raises(DiskUnreadableError):
            tree.read("/one", limit_bytes=600)
        assert tree.read("/two", limit_bytes=600) == AFTER


@pytest.mark.parametrize("feature", [0x20, 0x40, 0x8000])
def test_a_journal_with_a_feature_that_is_not_known_is_not_carried_out(feature: int, third: Path) -> None:
    log = bytearray(log_of(third))
    log[0x28:0x2C] = (int.from_bytes(log[0x28:0x2C], "big") | feature).to_bytes(4, "big")
    with_log(third, with_superblock_sum(log))
    assert not is_replayed(third)


def test_a_journal_on_another_disk_is_not_carried_out(third: Path) -> None:
    changed(third, 1024 + 0xE0, bytes(4))
    assert not is_replayed(third)


def test_a_log_that_never_finishes_ends(tmp_path: Path) -> None:
    """A ring of descriptors that all belong to one transaction."""
    disk = made(tmp_path, "version 1")
    journalled(disk, "version 1", written(disk, "one", AFTER))
    log = log_of(disk)
    revocations = MARK + struct.pack(">III", 5, struct.unpack_from(">I", log, 0x18)[0], 16)
    with_log(disk, log[:STEP] + revocations.ljust(STEP, b"\0") * (len(log) // STEP - 1))
    assert not is_replayed(disk)


def _with_sum(log: bytearray, place: int, count: int) -> None:
    """Make a transaction one of those with a checksum of their own."""
    found = crc32_be(bytes(log[place * STEP : (place + count) * STEP]))
    struct.pack_into(">BB2xI", log, (place + count) * STEP + 12, 1, 4, found)


def test_a_transaction_with_a_checksum_of_its_own_counts_where_it_fits(tmp_path: Path) -> None:
    disk = made(tmp_path, "version 1")
    journalled(disk, "version 1", written(disk, "one", AFTER), written(disk, "two", AFTER))
    log = bytearray(log_of(disk))
    struct.pack_into(">I", log, 0x24, 1)
    _with_sum(log, 1, 2)
    _with_sum(log, 4, 2)
    with_log(disk, log)
    assert contents(disk) == {"one": AFTER, "two": AFTER, "three": BEFORE} == contents(carried_out(disk))
    log[2 * STEP + 20] ^= 1
    assert not is_replayed(with_log(disk, log))
    log[0x28:0x2C] = struct.pack(">I", 4)  # commits may have been written before what they finish
    assert contents(with_log(disk, log)) == dict.fromkeys(("one", "two", "three"), BEFORE)
    assert is_replayed(disk)


@pytest.mark.parametrize("seed", range(30))
def test_noise_in_a_journal_ends_in_an_answer_or_an_imaging_error(seed: int, third: Path) -> None:
    chooser, places = random.Random(seed), journal_of(third)
    for _ in range(20):
        place = places[chooser.choice((0, 0, 1, 3, 4, 6))] + chooser.randrange(128)
        changed(third, place, chooser.randbytes(chooser.choice((1, 4))))
    with opened(third) as blocks:
        try:
            for each in Tree(ExtFileSystem(blocks)).walk("/"):
                each.file_system.read(each.node, 0, 10) if each.is_file else None
        except DiskUnreadableError:
            pass


@contextmanager
def _mounted(disk: Path, point: Path, *options: str) -> Iterator[Path]:
    point.mkdir(exist_ok=True)
    done = subprocess.run(
        [tool("mount"), "-o", ",".join(("loop", *options)), disk, point],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield point
    finally:
        run("umount", point)


def _everything(top: Path) -> dict[str, bytes | None]:
    return {
        str(each.relative_to(top)): each.read_bytes() if each.is_file() else None
        for each in sorted(top.rglob("*"))
        if each.name != "lost+found"
    }


def _as_read(disk: Path) -> dict[str, bytes | None]:
    with opened(disk) as blocks:
        file_system = ExtFileSystem(blocks)
        assert file_system.replayed
        return {
            each.path.removeprefix("/"): file_system.read(each.node, 0, each.node.size_bytes) if each.is_file else None
            for each in Tree(file_system).walk("/")
            if each.path not in {"/", "/lost+found"}
        }


def _lived(top: Path, flush: Callable[[], None]) -> None:
    """Files made, renamed, shortened and removed, over several transactions."""
    chooser = random.Random(5)
    for turn in range(6):
        for number in range(40):
            (top / f"folder-{turn}").mkdir(exist_ok=True)
            (top / f"folder-{turn}" / f"file-{number}").write_bytes(chooser.randbytes(chooser.randrange(1, 20_000)))
        for number in range(0, 40, 3):
            (top / f"folder-{turn}" / f"file-{number}").rename(top / f"moved-{turn}-{number}")
        if turn:
            shutil.rmtree(top / f"folder-{turn - 1}")
        flush()


def _flushed(top: Path) -> None:
    """All that was written so far is in the journal, or in its place."""
    descriptor = os.open(top, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


@needs(ROOT)
@pytest.mark.parametrize(
    "options",
    [
        ("-O", "metadata_csum,64bit"),
        ("-O", "^metadata_csum,^64bit"),
        ("-O", "^metadata_csum,64bit", "-b", "4096"),
        ("-b", "4096", "-E", "lazy_itable_init=0"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "more", [(), ("data=journal",), ("journal_checksum",), ("journal_async_commit", "data=writeback")], ids=str
)
def test_a_copy_of_a_mounted_disk_is_read_as_linux_reads_it(
    options: tuple[str, ...], more: tuple[str, ...], tmp_path: Path
) -> None:
    disk = empty(tmp_path / "disk", 48 * MIB)
    run("mkfs.ext4", "-q", "-F", *options, disk)
    copy = tmp_path / "copy"
    with _mounted(disk, tmp_path / "point", *more) as top:
        _lived(top, lambda: _flushed(top))
        (top / "never-flushed").write_bytes(b"x" * 100)
        copy_sparse(disk, copy)
    found = _as_read(copy)
    with opened(copy) as blocks:
        told = present(ExtFileSystem(blocks).superblock())
    with _mounted(copy, tmp_path / "second") as top:
        assert found == _everything(top)
        df = os.statvfs(top)
    assert (told.free_bytes, told.inodes_free) == (df.f_bavail * df.f_frsize, df.f_ffree)
    assert told.used_bytes == (df.f_blocks - df.f_bfree) * df.f_frsize
    assert "moved-5-0" in found
