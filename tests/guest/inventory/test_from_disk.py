"""What is installed on a disk that no machine runs: the same as a test instance of it would tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from imaging.guest.inventory.disk_inventory import read_disk_inventory
from imaging.runtime.deadline import TimeUpError
from models.errors import DiskUnreadableError
from models.works.inventory import Inventory, PackageManager
from tests.guest.inventory.telling import NOW, Machine, of
from tests.guest.probe.trees import tree
from tests.guest.trees.building import KINDS
from tests.support.directory_file_system import DirectoryFileSystem
from tests.support.needs import needs


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "disk"
    root.mkdir()
    return Machine(root, "dash")


def read(machine: Machine, system: type[DirectoryFileSystem] = DirectoryFileSystem) -> Inventory:
    return read_disk_inventory(Tree(system(machine.root)), now=NOW)


def a_lot(machine: Machine) -> None:
    machine.has_debs(("bash", "5.2.15-2+b7"), ("libc6", "2.36-9+deb12u9"))
    machine.has_debs(("nano", "2"), status="deinstall ok config-files")
    machine.put("opt/conda/pkgs/urls.txt")
    machine.put("opt/conda/pkgs/old-1-0/lib/python3.12/site-packages/old-1.dist-info/METADATA")
    machine.put("opt/conda/conda-meta/history")
    machine.put("opt/conda/conda-meta/numpy-1.26.4-py312hc5e2394_0.json")
    site = "opt/conda/lib/python3.12/site-packages"
    for name in ("numpy-1.26.4.dist-info", "My_Tool-0.3.dist-info", "Old-1.2-py3.12.egg-info", "~umpy-1.dist-info"):
        machine.put(f"{site}/{name}/METADATA")
    machine.put("home/ann/my project/.venv/lib/python3.11/site-packages/requests-2.dist-info/METADATA")
    machine.put("usr/local/lib/python3.11/dist-packages/local.egg-info/PKG-INFO")
    machine.put(f"home/{'/'.join('abcdefgh')}/site-packages/at_nine-1.dist-info/METADATA")
    machine.put(f"home/{'/'.join('bcdefghijk')}/site-packages/too_deep-1.dist-info/METADATA")
    machine.put("usr/local/bin/tool", "x")
    machine.put("opt/.hidden/file", "x" * 9000)


@needs("dash", "dpkg-query")
def test_a_disk_tells_what_a_test_instance_of_it_tells(machine):
    a_lot(machine)
    told, found = machine.told(), read(machine)
    assert told.packages is not None
    assert found.packages is not None
    assert set(found.packages) == set(told.packages)
    assert {each.name for each in found.packages} >= {"bash", "numpy", "my-tool", "old", "requests", "local", "at-nine"}
    assert (found.incomplete, found.unread) == (told.incomplete, told.unread) == ((), ())
    assert {(each.path, each.size_bytes) for each in found.directories or ()} == {
        (each.path, each.size_bytes) for each in told.directories or ()
    }


@needs("dash", "dpkg-query")
def test_homes_behind_a_link_are_searched_as_the_test_instance_does(machine):
    machine.has_debs(("bash", "1"))
    machine.put("big/homes/ann/env/lib/python3.11/site-packages/requests-2.dist-info/METADATA")
    (machine.root / "home").symlink_to("big/homes")
    told, found = machine.told(), read(machine)
    assert found.packages == told.packages
    assert [each.place for each in of(found, PackageManager.PYTHON)] == ["/home/ann/env"]


def test_a_link_whose_end_is_not_found_is_unread_and_not_empty(machine):
    machine.put("big/homes/ann/file")
    (machine.root / "second").symlink_to("big/homes")
    (machine.root / "home").symlink_to("second")
    assert PackageManager.CONDA in read(machine).incomplete


def test_a_disk_without_a_package_manager_is_unknown_and_says_so(machine):
    machine.put("opt/conda/conda-meta/a-1-0.json")
    found = read(machine)
    assert found.incomplete == (PackageManager.DPKG, PackageManager.RPM)
    assert [each.name for each in found.packages or ()] == ["a"]


def test_a_damaged_list_of_dpkg_is_incomplete_and_the_rest_is_read(machine):
    a_lot(machine)
    machine.put("var/lib/dpkg/status", "nonsense")
    found = read(machine)
    assert found.incomplete == (PackageManager.DPKG,)
    assert found.unread == ("dpkg: the disk cannot be read there",)
    assert of(found, PackageManager.CONDA)


class Broken(DirectoryFileSystem):
    """A directory of it cannot be read."""

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        if self._paths[directory.inode].name == "broken":
            raise DiskUnreadableError("It is damaged.")
        yield from super().entries(directory)


def test_a_directory_that_cannot_be_read_makes_its_managers_incomplete_and_has_no_size(machine):
    machine.has_debs(("bash", "1"))
    machine.put("opt/app/broken/file")
    found = read(machine, Broken)
    assert found.incomplete == (PackageManager.CONDA, PackageManager.PYTHON)
    assert [(each.path, each.size_bytes) for each in found.directories or ()] == [("/opt/app", None)]


def test_when_time_is_up_what_was_read_before_stays(machine):
    a_lot(machine)
    tree = Tree(DirectoryFileSystem(machine.root))
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 40:
            raise TimeUpError

    tree.check = check
    found = read_disk_inventory(tree, now=NOW)
    assert {each.name for each in of(found, PackageManager.DPKG)} == {"bash", "libc6"}
    assert found.incomplete == (PackageManager.CONDA, PackageManager.PYTHON)
    assert "conda: time was up" in found.unread


def test_what_may_be_missing_from_the_whole_disk_makes_everything_incomplete(machine):
    machine.has_debs(("bash", "1"))
    found = read_disk_inventory(Tree(DirectoryFileSystem(machine.root)), now=NOW, missing="vda1 was not unmounted")
    assert found.incomplete == tuple(PackageManager)


def test_nothing_that_could_be_read_is_unknown_and_not_an_empty_list(machine):
    found = read_disk_inventory(Tree(DirectoryFileSystem(machine.root)), now=NOW, missing="it is damaged")
    assert found.packages is None


@needs("dash", "dpkg-query", "rpm")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_database_tells_what_its_own_program_tells(kind, tmp_path):
    machine = Machine(tree(kind), "dash", work=tmp_path)
    told, found = machine.told(), read(machine)
    if told.incomplete:
        pytest.skip("rpm of this machine does not read that kind of database")
    assert found.packages
    assert set(found.packages) == set(told.packages or ())
    assert found.incomplete == ()
