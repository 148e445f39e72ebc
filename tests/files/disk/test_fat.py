"""FAT12, FAT16 and FAT32, read beside the directory that mcopy copied into them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from imaging.files.disk.fat.fat_file_system import FatFileSystem
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError
from tests.files.disk.making import MIB, changed, opened, vfat
from tests.support.needs import needs

pytestmark = needs("mkfs.vfat", "mcopy")
_SIZES = {"12": 4, "16": 32, "32": 70}


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short names, long ones, names beyond ASCII, content over many clusters, a directory of several clusters."""
    top = tmp_path_factory.mktemp("tree")
    chooser = random.Random(1)
    for name, size in {
        "EFI/BOOT/BOOTX64.EFI": 1_234_567,
        "EFI/debian/grub.cfg": 150,
        "loader/entries/a long name with blanks and a dot.conf": 1,
        "loader/entries/na\u00efve \u66f4\u591a.conf": 700,
        "lower.txt": 2048,
        "MiXed.Txt": 2049,
        "empty": 0,
        "empty too": 0,
    }.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chooser.randbytes(size))
    for number in range(150):
        (top / "EFI" / "debian" / f"entry number {number}.conf").write_text(str(number))
    return top


def contents(tree: Tree) -> dict[str, bytes]:
    return {
        found.path.encode("latin-1").decode(): tree.read_found(found, limit_bytes=2_000_000)
        for found in tree.walk("/")
        if found.is_file
    }


@pytest.mark.parametrize("kind", _SIZES)
def test_every_file_is_what_it_was(kind: str, top: Path, tmp_path: Path) -> None:
    disk = vfat(tmp_path / "disk", top, "-F", kind, size=_SIZES[kind] * MIB)
    with opened(disk) as blocks:
        told = contents(Tree(FatFileSystem(blocks)))
    assert told == {f"/{path.relative_to(top)}": path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_a_part_of_a_file_is_read_from_where_it_lies(top: Path, tmp_path: Path) -> None:
    with opened(vfat(tmp_path / "disk", top)) as blocks:
        tree = Tree(FatFileSystem(blocks))
        found = tree.find("/EFI/BOOT/BOOTX64.EFI")
        assert found is not None
        whole = (top / "EFI/BOOT/BOOTX64.EFI").read_bytes()
        for at, size in ((0, 1), (2047, 2), (1_000_000, 300_000), (1_234_566, 5), (1_234_567, 5)):
            assert found.file_system.read(found.node, at, size) == whole[at : at + size]


def test_a_chain_that_leads_in_a_circle_ends(tmp_path: Path, top: Path) -> None:
    disk = vfat(tmp_path / "disk", top, "-F", "16", size=32 * MIB)
    raw = disk.read_bytes()
    table_at = int.from_bytes(raw[14:16], "little") * 512
    circle = b"".join((number + 1).to_bytes(2, "little") for number in range(2, 900)) + (2).to_bytes(2, "little")
    with opened(changed(disk, table_at + 4, circle)) as blocks:
        tree = Tree(FatFileSystem(blocks))
        with pytest.raises(DiskUnreadableError):
            list(tree.walk("/"))


@pytest.mark.parametrize("seed", range(10))
def test_noise_anywhere_ends_in_an_answer_or_an_imaging_error(seed: int, top: Path, tmp_path: Path) -> None:
    disk = vfat(tmp_path / "disk", top)
    chooser = random.Random(seed)
    for _ in range(60):
        changed(disk, chooser.randrange(0, 60_000), chooser.randbytes(chooser.choice((1, 4, 40))))
    with opened(disk) as blocks:
        try:
            tree = Tree(FatFileSystem(blocks))
            for number, found in enumerate(tree.walk("/", unreadable=lambda _: None)):
                if number > 3000:
                    break
                if found.is_file:
                    try:
                        tree.read_found(found, limit_bytes=100_000)
                    except DiskUnreadableError:
                        continue
        except DiskUnreadableError:
            pass
