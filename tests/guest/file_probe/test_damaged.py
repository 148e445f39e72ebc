"""A disk that is damaged anywhere: each part continues with the rest, and says that something is missing."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.partition import Partition
from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.parts import FILE_PARTS
from imaging.guest.report.envelope import PartReport
from imaging.runtime.deadline import TimeUpError
from models.errors import DiskUnreadableError
from tests.guest.file_probe import test_boot, test_boot_mounts, test_cloud_init, test_firewall, test_path_uses
from tests.guest.file_probe.stories import STORIES
from tests.guest.probe.running import plant
from tests.guest.trees.building import remove_tree
from tests.support.directory_file_system import DirectoryFileSystem

Access = tuple[str, int]
PARTS = (
    *("system", "disks", "boot_mounts", "services", "identity", "boot", "cloud_init", "network", "sshd"),
    *("firewall", "path_uses"),
)


class DamagedFileSystem(DirectoryFileSystem):
    """Cannot do one thing with one node; it notes all that was asked of it."""

    def __init__(self, top: Path, damaged: Access | None = None) -> None:
        super().__init__(top)
        self._damaged = damaged
        self.asked: dict[Access, None] = {}

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        self._ask("entries", directory)
        return super().entries(directory)

    def read(self, file: Node, offset: int, size: int) -> bytes:
        self._ask("read", file)
        return super().read(file, offset, size)

    def target(self, link: Node) -> str:
        self._ask("target", link)
        return super().target(link)

    def _ask(self, what: str, node: Node) -> None:
        self.asked[what, node.inode] = None
        if (what, node.inode) == self._damaged:
            raise DiskUnreadableError("damaged")


@cache
def crowded() -> Path:
    """A disk with something for every part."""
    folder = Path(tempfile.mkdtemp(prefix="imaging-damaged-"))
    atexit.register(remove_tree, folder)
    files = {**test_boot_mounts.TABLES, **test_boot_mounts.UNITS, **test_cloud_init.FILES, **test_firewall.FILES}
    files |= {**test_boot.FILES, **test_path_uses.FILES, **STORIES["sshd"], **STORIES["networks"], **STORIES["healthy"]}
    return plant(folder, {path: text for path, text in files.items() if path not in {"/lib", "/srv", "/home/ann"}})


def told(part: str, file_system: DamagedFileSystem) -> PartReport:
    rows = PartRows()
    partition = Partition(name="vda1", size_bytes=10**9, file_system="ext4", mount_point="/")
    FILE_PARTS[part](Disk(Tree(file_system), partitions=(partition,)), rows)
    return rows.report()


@pytest.mark.parametrize("part", PARTS)
def test_whatever_cannot_be_read_leaves_a_part_incomplete_and_never_ends_it(part: str) -> None:
    whole = DamagedFileSystem(crowded())
    expected = told(part, whole)
    assert whole.asked
    silent = [
        damaged
        for damaged in whole.asked
        if told(part, DamagedFileSystem(crowded(), damaged)).incomplete in {"", expected.incomplete}
    ]
    assert silent == []


@pytest.mark.parametrize("part", PARTS)
def test_a_root_that_cannot_be_read_says_nothing_and_claims_nothing(part: str) -> None:
    file_system = DamagedFileSystem(crowded())
    nothing = told(part, DamagedFileSystem(crowded(), ("entries", file_system.root.inode)))
    of_the_disk = {"runs", "device", "mounted"}
    assert {row[0] for row in nothing.rows} <= of_the_disk
    assert nothing.incomplete


@pytest.mark.parametrize("part", PARTS)
def test_time_that_is_up_ends_a_part(part: str) -> None:
    """Nothing that a part guards itself against holds that up."""

    def check() -> None:
        raise TimeUpError

    with pytest.raises(TimeUpError):
        FILE_PARTS[part](Disk(Tree(DirectoryFileSystem(crowded()), check=check)), PartRows())
