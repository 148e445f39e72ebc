"""XFS, read beside the directory that mkfs.xfs copied into it, and beside what Linux itself shows."""

from __future__ import annotations

import os
import random
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imaging.files.disk.file_system import FileSystem, Node, NodeKind
from imaging.files.disk.tree import Tree
from imaging.files.disk.xfs.xfs_file_system import XfsFileSystem
from models.errors import DiskFault, DiskUnreadableError
from tests.files.disk.making import MIB, changed, empty, opened, run, xfs
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.needs import give_up, needs, tool

pytestmark = needs("mkfs.xfs")
SIZE = 320 * MIB
_FORMS = {
    "as usual": (),
    "version 4": ("-m", "crc=0"),
    "version 4 without types": ("-m", "crc=0", "-n", "ftype=0"),
    "small blocks": ("-b", "size=1024"),
    "large directories": ("-n", "size=16384"),
    "large inodes": ("-i", "size=2048"),
    "large counters": ("-i", "nrext64=1"),
    "short times": ("-m", "bigtime=0"),
    "reverse map": ("-m", "rmapbt=1"),
}


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a list for mkfs.xfs can name: no blanks, no holes, no second names."""
    top = tmp_path_factory.mktemp("tree")
    chooser = random.Random(1)
    for name in (b"na\xefve", b"\xff\xfe", b"ctl\x01\x7f", b"a:b", b"back\\slash", b"\xed\xa0\x80", b"x" * 255):
        (top / "names").mkdir(exist_ok=True)
        (top / "names" / os.fsdecode(name)).write_bytes(name)
    for size in (0, 1, 511, 4096, 4097, 300_000, 2_500_000):
        (top / f"of-{size}").write_bytes(chooser.randbytes(size))
    (top / "of-1").chmod(0o4751)
    for length in (1, 100, 400, 1000):
        (top / f"link-{length}").symlink_to(("a/" * length)[: length - 1] + "z")
    os.mkfifo(top / "fifo")
    for count in (0, 3, 40, 500):
        (top / f"many-{count}").mkdir()
        for number in range(count):
            (top / f"many-{count}" / f"entry-with-a-rather-long-name-{number}").touch()
    return top


def everything(file_system: FileSystem, *, with_times: bool = True) -> Iterator[tuple[object, ...]]:
    for found in Tree(file_system).walk("/"):
        node = found.node
        if found.path == "/":
            continue
        size = node.size_bytes if node.kind in {NodeKind.FILE, NodeKind.LINK} else 0
        content = (
            b"".join(file_system.read(node, at, 77_777) for at in range(0, size, 77_777)) if found.is_file else b""
        )
        target = file_system.target(node) if found.is_link else ""
        times = (node.modified_at, node.allocated_bytes, node.links, node.inode) if with_times else ()
        yield found.path, node.kind, node.permissions, node.uid, node.gid, size, target, content, times


@pytest.mark.parametrize("form", _FORMS)
def test_every_file_is_what_it_was(form: str, top: Path, tmp_path: Path) -> None:
    disk = xfs(tmp_path / "disk", top, *_FORMS[form])
    with opened(disk) as blocks:
        found = XfsFileSystem(blocks)
        assert list(everything(found, with_times=False)) == list(everything(DirectoryFileSystem(top), with_times=False))
        assert found.lost_names == 0


@contextmanager
def mounted(disk: Path, point: Path, *options: str) -> Iterator[Path]:
    """What Linux shows; skipped where it may not mount."""
    point.mkdir(exist_ok=True)
    words = (tool("mount"), "-o", ",".join(("loop", *options)), str(disk), str(point))
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        give_up("this kernel mounts no XFS from a file")
    try:
        yield point
    finally:
        run("umount", point)


def _populate(top: Path) -> None:
    """What only a kernel can make: holes, second names, pieces of a file all over the disk, large directories."""
    (top / "plain").write_bytes(b"x")
    (top / "hard").hardlink_to(top / "plain")
    (top / "tab\tand\nline").touch()
    with (top / "pieces").open("wb") as file:
        for number in range(1500):
            file.seek(number * 8192)
            file.write(b"%04096d" % number)
        file.truncate(30_000_000)
    for count in (1200, 5000):
        (top / f"many-{count}").mkdir()
        for number in range(count):
            (top / f"many-{count}" / f"entry-with-a-rather-long-name-{number}").touch()
    os.utime(top / "plain", (1, -5))
    os.utime(top / "pieces", (1, 5_000_000_000))
    (top / "device").unlink(missing_ok=True)
    os.mknod(top / "device", 0o020666, os.makedev(1, 3))


_FURTHER = [pytest.param(form, marks=pytest.mark.slow) for form in ("large counters", "large directories")]


@needs("root", "mount", "umount")
@pytest.mark.parametrize("form", ["as usual", "small blocks", *_FURTHER])
def test_what_linux_wrote_is_what_linux_shows(form: str, tmp_path: Path) -> None:
    disk = empty(tmp_path / "disk", SIZE)
    run("mkfs.xfs", "-q", *_FORMS[form], disk)
    with mounted(disk, tmp_path / "point") as point:
        _populate(point)
    with mounted(disk, tmp_path / "point", "ro") as point, opened(disk) as blocks:
        assert list(everything(XfsFileSystem(blocks))) == list(everything(DirectoryFileSystem(point)))


@pytest.fixture
def disk(top: Path, tmp_path: Path) -> Path:
    return xfs(tmp_path / "disk", top)


def _inode_of(disk: Path, name: str) -> int:
    """Where an inode lies in the file."""
    with opened(disk) as blocks:
        file_system = XfsFileSystem(blocks)
        found = Tree(file_system).find_itself(name)
        assert found is not None
        return file_system._layout.inode_at(found.node.inode)


def test_a_file_that_nobody_may_change_is_known(disk: Path) -> None:
    changed(disk, _inode_of(disk, "/of-1") + 90, struct.pack(">H", 8))
    with opened(disk) as blocks:
        assert [found.name for found in Tree(XfsFileSystem(blocks)).walk("/") if found.node.immutable] == ["of-1"]


def test_names_that_lead_to_nothing_are_counted_and_the_others_are_there(disk: Path) -> None:
    at = _inode_of(disk, "/many-3/entry-with-a-rather-long-name-1")
    with opened(changed(disk, at, b"\0\0")) as blocks:
        found = XfsFileSystem(blocks)
        assert len(Tree(found).below("/many-3")) == 2
        assert found.lost_names == 1


@pytest.mark.parametrize(
    "at, raw, fault",
    [
        (0, b"XFSC", DiskFault.DAMAGED),
        (4, bytes(4), DiskFault.DAMAGED),
        (84, bytes(4), DiskFault.DAMAGED),
        (100, b"\0\6", DiskFault.DAMAGED),
        (104, b"\xff\xff", DiskFault.DAMAGED),
        (124, b"\xff", DiskFault.DAMAGED),
        (192, b"\xff", DiskFault.DAMAGED),
        (56, b"\xff" * 8, DiskFault.DAMAGED),
        (216, b"\x80\0\0\0", DiskFault.UNKNOWN_FORM),
        (216, b"\0\0\0\x11", DiskFault.UNKNOWN_FORM),
    ],
)
def test_a_superblock_that_makes_no_sense_is_refused(at: int, raw: bytes, fault: DiskFault, disk: Path) -> None:
    with opened(changed(disk, at, raw)) as blocks, pytest.raises(DiskUnreadableError) as told:
        XfsFileSystem(blocks)
    assert told.value.fault is fault


@pytest.mark.parametrize("name", ["many-3", "many-40", "many-500"])
@pytest.mark.parametrize("at, raw", [(5, b"\x07"), (176, b"\xff" * 40), (176, bytes(40))])
def test_a_damaged_directory_is_unreadable_and_not_empty(name: str, at: int, raw: bytes, disk: Path) -> None:
    changed(disk, _inode_of(disk, f"/{name}") + at, raw)
    with opened(disk) as blocks:
        tree = Tree(XfsFileSystem(blocks))
        try:
            below = tree.below(f"/{name}")
        except DiskUnreadableError:
            below = ()
        else:
            assert (name, raw) == ("many-3", bytes(40)), "only a count of none can be told from damage by nobody"
        assert below == ()
        assert len(tree.below("/names")) == 7


@pytest.mark.parametrize("seed", range(12))
def test_noise_anywhere_ends_in_an_answer_or_an_imaging_error(seed: int, disk: Path) -> None:
    chooser = random.Random(seed)
    with disk.open("r+b") as file:
        for _ in range(400):
            file.seek(chooser.choice((chooser.randrange(0, 400_000), chooser.randrange(0, 256))))
            file.write(chooser.randbytes(chooser.choice((1, 2, 4, 64))))
    checks = iter(range(100_000))

    def check() -> None:
        if next(checks, None) is None:
            raise DiskUnreadableError("Time is up.")

    unread: list[object] = []
    with opened(disk) as blocks:
        try:
            file_system = XfsFileSystem(blocks)
            for found in Tree(file_system, check=check).walk("/", unreadable=unread.append):
                _touch(file_system, found.node)
        except DiskUnreadableError:
            pass


def _touch(file_system: FileSystem, node: Node) -> None:
    try:
        if node.kind is NodeKind.FILE:
            file_system.read(node, 0, 5000)
            file_system.read(node, max(0, node.size_bytes - 5000), 5000)
        elif node.kind is NodeKind.LINK:
            file_system.target(node)
    except DiskUnreadableError:
        pass


@pytest.mark.parametrize("keep", [0.9, 0.3, 0.01, 0.001, 0.0001])
def test_a_file_system_that_was_cut_tells_what_is_left_or_that_it_cannot(keep: float, disk: Path, top: Path) -> None:
    whole = {
        f"/{path.relative_to(top)}": path.read_bytes()
        for path in top.rglob("*")
        if not path.is_symlink() and path.is_file()
    }
    with disk.open("r+b") as file:
        file.truncate(int(SIZE * keep))
    with opened(disk) as blocks:
        try:
            file_system = XfsFileSystem(blocks)
            for found in Tree(file_system).walk("/", unreadable=lambda _: None):
                if found.is_file:
                    told = file_system.read(found.node, 0, 3_000_000)
                    assert told == whole[os.fsdecode(found.path.encode("latin-1"))]
        except DiskUnreadableError:
            pass
