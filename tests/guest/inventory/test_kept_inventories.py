"""What is installed on an image is kept under the image's id, and of nobody else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from imaging.guest import kept_inventories
from imaging.guest.kept_inventories import InventoryStore
from imaging.runtime.paths import Paths
from models.works.inventory import InstalledPackage, Inventory, PackageManager

WHOLE = Inventory(packages=(InstalledPackage(manager=PackageManager.DPKG, name="bash", version="5"),))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(config=tmp_path / "config", state=tmp_path / "state", cache=tmp_path / "cache")


@pytest.fixture
def store(paths: Paths) -> InventoryStore:
    return InventoryStore(paths.state)


def test_what_was_never_kept_is_unknown(store):
    assert store.read("i-1") is None


def test_what_was_kept_is_there_and_says_whose_it_is(store):
    store.write("i-1", WHOLE)
    assert store.read("i-1") == WHOLE.model_copy(update={"about_image_id": "i-1"})
    assert store.read("i-2") is None


def test_nobody_else_can_read_it(store, paths):
    store.write("i-1", WHOLE)
    folder = paths.state / "inventories"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("odd", ["../../escape", "a/b", "", ".", "x" * 5000, "i-1\0"])
def test_an_id_that_is_no_plain_word_leads_nowhere_else(store, paths, odd):
    store.write(odd, WHOLE)
    assert store.read(odd) is not None
    assert len(list((paths.state / "inventories").iterdir())) == 1


@pytest.mark.parametrize("content", ["", "{", '{"version": 2}', '{"image": "i-1"}', "[" * 5000])
def test_a_damaged_file_is_as_good_as_none(store, paths, content):
    store.write("i-1", WHOLE)
    (paths.state / "inventories" / "i-1.json").write_text(content)
    assert store.read("i-1") is None


def test_a_list_that_was_put_under_another_images_name_is_none_of_it(store, paths):
    store.write("i-1", WHOLE)
    (paths.state / "inventories" / "i-1.json").rename(paths.state / "inventories" / "i-2.json")
    assert store.read("i-2") is None


def test_a_list_with_less_in_it_does_not_replace_a_whole_one(store):
    store.write("i-1", WHOLE)
    store.write("i-1", WHOLE.model_copy(update={"packages": (), "incomplete": (PackageManager.CONDA,)}))
    assert (store.read("i-1") or Inventory()).packages == WHOLE.packages


def test_the_oldest_lists_go_when_there_are_too_many(store, paths, monkeypatch):
    monkeypatch.setattr(kept_inventories, "_MOST", 2)
    for number in range(3):
        store.write(f"i-{number}", WHOLE)
        os.utime(paths.state / "inventories" / f"i-{number}.json", (number, number))
    store.write("i-9", WHOLE)
    assert [store.read(f"i-{number}") is not None for number in (0, 1, 2, 9)] == [False, False, True, True]
