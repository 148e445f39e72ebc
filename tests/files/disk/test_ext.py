"""ext2, ext3 and ext4, read beside the directory that mke2fs copied into them."""

from __future__ import annotations

import os
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.files.disk.ext.ext_file_system import ExtFileSystem
from imaging.files.disk.file_system import FileSystem, Node, NodeKind
from imaging.files.disk.tree import Tree
from models.errors import DiskFault, DiskUnreadableError
from tests.files.disk.making import MIB, changed, ext, opened, run
from tests.support.directory_file_system import DirectoryFileSystem

_NAMES = (
    b"plain", b"na\xefve", b"tab\tname", b"new\nline", b"\xff\xfe", b"ctl\x01\x7f", b"a:b", b"back\\slash",
    b"\xed\xa0\x80", b"x" * 255, b" ", b"...",
)  # fmt: skip
_FORMS = {
    "as usual": (),
    "small blocks": ("-b", "1024"),
    "large blocks": ("-b", "4096", "-I", "512"),
    "small inodes": ("-I", "128", "-O", "^metadata_csum,^64bit"),
    "content in inodes": ("-O", "inline_data"),
    "no extents": ("-O", "^extents,^64bit"),
    "groups of groups": ("-O", "meta_bg,^resize_inode", "-b", "1024", "-g", "256"),
    "two copies": ("-O", "sparse_super2"),
    "large directories": ("-O", "large_dir"),
    "clusters": ("-O", "bigalloc", "-C", "16384"),
    "quota": ("-O", "quota,project"),
    "no journal": ("-O", "^has_journal"),
}


def populate(top: Path) -> Path:
    """Names of all kinds, content of all lengths, and every kind of file that needs no root."""
    folder = top / "names"
    folder.mkdir()
    for name in _NAMES:
        (folder / os.fsdecode(name)).write_bytes(name)
    chooser = random.Random(1)
    content = top / "content"
    content.mkdir()
    for size in (0, 1, 59, 60, 61, 150, 1023, 1024, 1025, 12 * 1024, 12 * 1024 + 1, 300_000, 1_500_000):
        (content / f"of-{size}").write_bytes(chooser.randbytes(size))
    with (content / "holes").open("wb") as file:
        for place in (0, 40_960, 900_000, 5_000_000):
            file.seek(place)
            file.write(chooser.randbytes(5000))
    (folder / "link").symlink_to(os.fsdecode(b"target-\xff"))
    for length in (1, 59, 60, 61, 1000):
        (content / f"link-{length}").symlink_to("y" * length)
    os.mkfifo(top / "fifo")
    (top / "hard").hardlink_to(folder / "plain")
    os.utime(content / "of-60", (1, -5))
    (content / "of-1").chmod(0o4751)
    for count in (3, 60, 700):
        (top / f"many-{count}").mkdir()
        for number in range(count):
            (top / f"many-{count}" / f"entry-with-a-rather-long-name-{number}").touch()
    return top


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return populate(tmp_path_factory.mktemp("tree"))


def everything(file_system: FileSystem) -> Iterator[tuple[object, ...]]:
    """Each file with all that is known of it, and its content."""
    for found in Tree(file_system).walk("/"):
        node = found.node
        if found.path.startswith("/lost+found") or found.path == "/":
            continue
        size = node.size_bytes if node.kind in {NodeKind.FILE, NodeKind.LINK} else 0
        content = (
            b"".join(file_system.read(node, at, 77_777) for at in range(0, size, 77_777)) if found.is_file else b""
        )
        target = file_system.target(node) if found.is_link else ""
        yield (
            found.path,
            node.kind,
            node.permissions,
            node.uid,
            node.gid,
            size,
            node.links,
            node.modified_at,
            target,
            content,
        )


@pytest.mark.parametrize("form", _FORMS)
def test_every_file_is_what_it_was(form: str, top: Path, tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", top, *_FORMS[form], size=24 * MIB)
    with opened(disk) as blocks:
        found = ExtFileSystem(blocks)
        assert list(everything(found)) == list(everything(DirectoryFileSystem(top)))
        assert found.lost_names == 0


@pytest.mark.parametrize("kind", ["ext2", "ext3"])
def test_ext2_and_ext3_are_read_as_well(kind: str, top: Path, tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", top, kind=kind, size=24 * MIB)
    with opened(disk) as blocks:
        assert list(everything(ExtFileSystem(blocks))) == list(everything(DirectoryFileSystem(top)))


@pytest.fixture
def disk(top: Path, tmp_path: Path) -> Path:
    return ext(tmp_path / "disk", top, "-b", "1024", size=24 * MIB)


def test_what_a_file_takes_on_the_disk_is_told_as_stat_tells_it(disk: Path) -> None:
    with opened(disk) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        for path in ("/content/holes", "/content/of-300000", "/names/plain", "/content/link-1000"):
            told = run("debugfs", "-R", f"stat {path}", disk)
            found = tree.find_itself(path)
            assert found is not None
            assert found.node.allocated_bytes == 512 * int(told.partition("Blockcount: ")[2].split()[0])
            assert f"Inode: {found.node.inode} " in told


def test_a_file_that_nobody_may_change_is_known(disk: Path) -> None:
    run("debugfs", "-w", "-R", "set_inode_field /hard flags 0x80010", disk)
    with opened(disk) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        assert [found.name for found in tree.walk("/") if found.node.immutable] == ["hard", "plain"]


def test_times_after_2038_and_before_1970_are_those_of_linux(disk: Path) -> None:
    at = _inode_of(disk, "/hard")
    changed(changed(disk, at + 0x10, struct.pack("<i", 705_032_704)), at + 0x88, b"\x01\0\0\0")
    changed(changed(disk, at + 0x0C, struct.pack("<i", -5)), at + 0x84, bytes(4))
    with opened(disk) as blocks:
        found = Tree(ExtFileSystem(blocks)).find("/hard")
    assert found is not None
    assert (found.node.modified_at, found.node.changed_at) == (5_000_000_000, -5)


def test_devices_are_known(disk: Path) -> None:
    run("debugfs", "-w", "-R", "mknod null c 1 3", disk)
    run("debugfs", "-w", "-R", "mknod root b 253 1", disk)
    with opened(disk) as blocks:
        kinds = {found.name: found.node.kind for found in Tree(ExtFileSystem(blocks)).below("/")}
    assert (kinds["null"], kinds["root"]) == (NodeKind.CHARACTER_DEVICE, NodeKind.BLOCK_DEVICE)


def test_space_that_was_never_written_is_zeros(top: Path, tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", top, size=24 * MIB)
    run("debugfs", "-w", "-R", "fallocate /content/of-1 1 40", disk)
    run("debugfs", "-w", "-R", "set_inode_field /content/of-1 size 100000", disk)
    with opened(disk) as blocks:
        assert Tree(ExtFileSystem(blocks)).read("/content/of-1", limit_bytes=200_000)[1:] == bytes(99_999)


def test_names_that_lead_to_nothing_are_counted_and_the_others_are_there(disk: Path) -> None:
    run("debugfs", "-w", "-R", "clri <12>", disk)
    with opened(disk) as blocks:
        found = ExtFileSystem(blocks)
        names = [each.name for each in Tree(found).below("/")]
    assert found.lost_names == 1
    assert len(names) == 7


@pytest.mark.parametrize(
    "at, raw, fault",
    [
        (1024 + 0x18, b"\x07", DiskFault.DAMAGED),
        (1024 + 0x28, bytes(4), DiskFault.DAMAGED),
        (1024 + 0x58, b"\x01\x00", DiskFault.DAMAGED),
        (1024 + 0x0, b"\0\0\0\0", DiskFault.DAMAGED),
        (1024 + 0x4, bytes(4), DiskFault.DAMAGED),
        (1024 + 0xFE, b"\xff\xff", DiskFault.DAMAGED),
        (1024 + 0x60, b"\x00\x00\x00\x80", DiskFault.UNKNOWN_FORM),
        (1024 + 0x38, b"\0\0", DiskFault.DAMAGED),
    ],
)
def test_a_superblock_that_makes_no_sense_is_refused(at: int, raw: bytes, fault: DiskFault, disk: Path) -> None:
    with opened(changed(disk, at, raw)) as blocks, pytest.raises(DiskUnreadableError) as told:
        list(everything(ExtFileSystem(blocks)))
    assert told.value.fault is fault


def _inode_of(disk: Path, path: str) -> int:
    """Where an inode lies in the file."""
    block, _, offset = (
        run("debugfs", "-R", f"imap {path}", disk).partition("located at block ")[2].partition(", offset ")
    )
    return int(block) * 1024 + int(offset, 16)


@pytest.mark.parametrize(
    "at, raw",
    [
        (0x28, b"\xff\xff"),
        (0x2A, b"\xff\xff"),
        (0x2A, b"\0\0"),
        (0x04, bytes(4)),
        (0x2E, b"\x09\x00"),
        (0x28 + 12 + 6, b"\xff\xff\xff\xff\xff\xff"),
        (0x28 + 12 + 8, b"\0\0\0\0"),
        (0x6C, b"\xff\xff\xff\x7f"),
        (0x20, b"\x00\x08\x08\x00"),
    ],
)
def test_a_damaged_directory_is_unreadable_and_not_empty(at: int, raw: bytes, disk: Path) -> None:
    changed(disk, _inode_of(disk, "/content") + at, raw)
    with opened(disk) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        with pytest.raises(DiskUnreadableError):
            tree.below("/content")
        assert len(tree.below("/many-60")) == 60


@pytest.mark.parametrize("length", [0, 1, 3, 5, 7, 0x1000, 0xFFFF])
def test_entries_that_do_not_follow_each_other_are_damage(length: int, disk: Path) -> None:
    told = run("debugfs", "-R", "blocks /many-3", disk).split()
    changed(disk, int(told[0]) * 1024 + 4, struct.pack("<H", length))
    with opened(disk) as blocks, pytest.raises(DiskUnreadableError):
        Tree(ExtFileSystem(blocks)).below("/many-3")


def test_lists_of_blocks_that_hold_themselves_end(top: Path, tmp_path: Path) -> None:
    disk = ext(tmp_path / "disk", top, "-b", "1024", "-O", "^extents,^64bit", size=24 * MIB)
    told = run("debugfs", "-R", "stat /content/of-1500000", disk)
    indirect = int(told.partition("(DIND):")[2].split(",")[0])
    changed(disk, indirect * 1024, struct.pack("<I", indirect) * 256)
    with opened(disk) as blocks:
        tree = Tree(ExtFileSystem(blocks))
        begin = time.monotonic()
        tree.read("/content/of-1500000", limit_bytes=2_000_000)
        assert time.monotonic() - begin < 10


@pytest.mark.parametrize("seed", range(12))
def test_noise_anywhere_ends_in_an_answer_or_an_imaging_error(seed: int, disk: Path) -> None:
    chooser = random.Random(seed)
    with disk.open("r+b") as file:
        for _ in range(300):
            file.seek(chooser.choice((chooser.randrange(0, 600_000), 1024 + chooser.randrange(0, 300))))
            file.write(chooser.randbytes(chooser.choice((1, 2, 4, 64))))
    checks = iter(range(200_000))

    def check() -> None:
        if next(checks, None) is None:
            raise DiskUnreadableError("Time is up.")

    unread: list[object] = []
    with opened(disk) as blocks:
        try:
            file_system = ExtFileSystem(blocks)
            tree = Tree(file_system, check=check)
            for found in tree.walk("/", unreadable=unread.append):
                _touch(file_system, found.node)
        except DiskUnreadableError:
            pass


def _touch(file_system: FileSystem, node: Node) -> None:
    try:
        if node.kind is NodeKind.FILE:
            assert len(file_system.read(node, max(0, node.size_bytes - 5000), 5000)) <= 5000
            file_system.read(node, 0, 5000)
        elif node.kind is NodeKind.LINK:
            file_system.target(node)
    except DiskUnreadableError:
        pass


@pytest.mark.parametrize("keep", [0.99, 0.7, 0.3, 0.05, 0.001])
def test_a_file_system_that_was_cut_tells_what_is_left_or_that_it_cannot(keep: float, disk: Path, top: Path) -> None:
    whole = {each[0]: each for each in everything(DirectoryFileSystem(top))}
    with disk.open("r+b") as file:
        file.truncate(int(24 * MIB * keep))
    with opened(disk) as blocks:
        try:
            file_system = ExtFileSystem(blocks)
            for found in Tree(file_system).walk("/", unreadable=lambda _: None):
                if found.is_file:
                    told = file_system.read(found.node, 0, 2_000_000)
                    assert told == whole[found.path][-1][:2_000_000]  # type: ignore[index]  # its content
        except DiskUnreadableError:
            pass


def test_a_directory_of_thousands_has_them_all(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    (top / "large").mkdir(parents=True)
    for number in range(1200):
        (top / "large" / f"{number}-{'n' * 200}").touch()
    with opened(ext(tmp_path / "disk", top, "-b", "1024", size=24 * MIB)) as blocks:
        found = Tree(ExtFileSystem(blocks)).below("/large")
    assert len(found) == 1200
