"""The disks of the doors are good before they are spoiled: else the doors would try nothing."""

from __future__ import annotations

import pytest

from imaging.files.disk.assembly.assembled import assemble
from imaging.files.disk.containers.opening import open_container
from imaging.files.formats import read_header
from models.image_file.image_format import ImageFormat
from tests.fuzz.recorded_disks import recorded
from tests.support.known import present


@pytest.mark.parametrize("name, release", [("ext4", "ID=debian"), ("xfs", "ID=debian"), ("a journal", "ID=later")])
def test_a_recorded_file_system_is_read(name: str, release: str) -> None:
    disk = recorded()[name]
    tree = present(assemble(disk.with_data(disk.data)).tree)
    assert tree.lines("/etc/os-release")[0] == release
    assert len(tree.below("/many")) == 60


@pytest.mark.parametrize("name", ["gpt", "mbr"])
def test_a_recorded_table_leads_to_a_root(name: str) -> None:
    disk = recorded()[name]
    assert [bool(each.file_system) for each in assemble(disk.with_data(disk.data)).partitions] == [True, True]


@pytest.mark.parametrize("name", ["qcow2", "vmdk", "vpc", "vhdx"])
def test_a_recorded_image_file_holds_that_disk(name: str) -> None:
    disk, gpt = recorded()[name], recorded()["gpt"]
    content = disk.with_data(disk.data)
    kind = ImageFormat("vhd" if name == "vpc" else name)
    assert read_header(content.read, content.size_bytes).format is kind
    assert open_container(content, kind).read(0, 2**20) == gpt.with_data(gpt.data).read(0, 2**20)
