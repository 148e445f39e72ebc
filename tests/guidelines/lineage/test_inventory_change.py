"""How what is installed on two images differs; what is not known of both is never *no difference*."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.lineage.inventory_change import inventory_change
from models.works.inventory import InstalledPackage, Inventory, InventoryChange, PackageManager

DPKG, CONDA = PackageManager.DPKG, PackageManager.CONDA


def package(name: str, version: str = "1", **fields: Any) -> InstalledPackage:
    return InstalledPackage(**{"manager": DPKG, "name": name, "version": version, "architecture": "amd64", **fields})


def change(before: list[InstalledPackage], after: list[InstalledPackage]) -> InventoryChange:
    return inventory_change(Inventory(packages=tuple(before)), Inventory(packages=tuple(after)))


def names(packages: tuple[InstalledPackage, ...]) -> list[str]:
    return [f"{each.name} {each.version}" for each in packages]


@pytest.mark.parametrize("before, after", [(None, Inventory(packages=())), (Inventory(packages=()), None)])
def test_a_list_that_is_not_there_makes_the_difference_unknown_with_its_reason(before, after):
    found = inventory_change(before, after, base_id="b", unknown_because="the base image is gone")
    assert found.unknown_because == "the base image is gone"
    assert found.not_compared == tuple(PackageManager)


def test_a_list_that_could_not_be_read_says_why():
    found = inventory_change(Inventory(packages=(), unread=()), Inventory(packages=None, unread=("dpkg: damaged",)))
    assert found.unknown_because == "what is installed on the image is not known: dpkg: damaged"


def test_what_was_added_removed_and_changed_is_told():
    found = change([package("a"), package("b"), package("c", "1")], [package("a"), package("c", "2"), package("d")])
    assert names(found.added) == ["d 1"]
    assert names(found.removed) == ["b 1"]
    assert [(each.name, each.before, each.after) for each in found.changed] == [("c", "1", "2")]
    assert (found.not_compared, found.unknown_because) == ((), "")


def test_an_added_kernel_beside_the_old_one_is_added_and_no_change():
    old, new = package("kernel", "5.1"), package("kernel", "5.2")
    found = change([old], [old, new])
    assert (names(found.added), found.changed) == (["kernel 5.2"], ())
    found = change([old, new], [new, package("kernel", "5.3")])
    assert (names(found.added), names(found.removed)) == (["kernel 5.3"], ["kernel 5.1"])


def test_the_same_package_in_another_environment_is_another_one():
    here, there = (package("numpy", manager=CONDA, place=place) for place in ("/opt/a", "/opt/b"))
    found = change([here], [here, there])
    assert [each.place for each in found.added] == ["/opt/b"]


def test_another_build_of_the_same_version_is_a_change_and_says_which():
    old, new = (package("numpy", manager=CONDA, build=build, architecture="") for build in ("py311_0", "py312_0"))
    assert [(each.before, each.after) for each in change([old], [new]).changed] == [("1 py311_0", "1 py312_0")]


class TestIncompleteLists:
    def test_what_the_base_may_have_unseen_is_not_called_added(self):
        before = Inventory(packages=(package("a"),), incomplete=(CONDA,))
        after = Inventory(packages=(package("a"), package("numpy", manager=CONDA), package("d")))
        found = inventory_change(before, after)
        assert names(found.added) == ["d 1"]
        assert found.not_compared == (CONDA,)

    def test_what_the_image_may_have_unseen_is_not_called_removed(self):
        before = Inventory(packages=(package("a"), package("b", manager=CONDA), package("c", "1", manager=CONDA)))
        after = Inventory(packages=(package("c", "2", manager=CONDA),), incomplete=(CONDA,))
        found = inventory_change(before, after)
        assert names(found.removed) == ["a 1"]
        assert [each.name for each in found.changed] == ["c"], "both were seen"

    def test_where_no_list_is_whole_on_both_nothing_is_said_to_be_the_same(self):
        before = Inventory(packages=(package("a"),), incomplete=(DPKG, PackageManager.RPM))
        after = Inventory(packages=(package("a"),), incomplete=(CONDA, PackageManager.PYTHON))
        assert inventory_change(before, after).unknown_because
