"""A tree of files: links lead nowhere but into it, and what is mounted is found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.files.disk.file_system import Node
from imaging.files.disk.tree import Tree
from models.errors import DiskUnreadableError
from tests.guest.probe.running import plant
from tests.support.directory_file_system import DirectoryFileSystem


def tree_of(root: Path, files: dict[str, str | bytes]) -> Tree:
    return Tree(DirectoryFileSystem(plant(root, files)))


def test_an_absolute_link_leads_into_the_tree(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"etc/hostname": "->/data/name", "data/name": "db-07\n"})
    assert tree.text("/etc/hostname") == "db-07\n"
    assert tree.target("/etc/hostname") == "/data/name"


def test_a_link_that_climbs_beyond_the_root_stays_in_the_tree(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the machine that reads")
    tree = tree_of(tmp_path / "disk", {"etc/passwd": "->../../../../secret", "other": ""})
    assert tree.find("/etc/passwd") is None
    assert tree.find("/../../secret") is None


def test_a_link_in_the_middle_of_a_path_is_followed_before_what_climbs_from_it(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a/b/c/file": "deep", "short": "->a/b/c", "a/b/up": "near"})
    assert tree.text("/short/../up") == "near"


def test_links_in_a_circle_lead_nowhere(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"one": "->two", "two": "->one"})
    assert tree.find("/one") is None
    assert tree.find_itself("/one") is not None


def test_a_file_has_nothing_below_it(tmp_path: Path) -> None:
    assert tree_of(tmp_path, {"file": "x"}).find("/file/more") is None


def test_a_pattern_takes_names_that_begin_with_a_dot_only_by_a_dot(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"home/ada/.profile": "", "home/ada/notes": "", "home/.hidden/x": ""})
    assert [each.path for each in tree.glob("/home/*/*")] == ["/home/ada/notes"]
    assert [each.path for each in tree.glob("/home/ada/.p*")] == ["/home/ada/.profile"]


def test_a_walk_follows_no_link_and_enters_only_what_it_may(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"home/ada/a": "", "home/bob/b": "", "home/loop": "->/home"})
    walked = [each.path for each in tree.walk("/home", enter=lambda each: each.name != "bob")]
    assert walked == ["/home", "/home/ada", "/home/ada/a", "/home/bob", "/home/loop"]


def test_what_is_mounted_hides_what_lies_below(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "root", {"boot/hidden": "", "etc/fstab": ""})
    tree.mount("/boot", DirectoryFileSystem(plant(tmp_path / "boot", {"vmlinuz": "k"})))
    assert [each.path for each in tree.below("/boot")] == ["/boot/vmlinuz"]
    assert tree.text("/boot/vmlinuz") == "k"
    assert [each.path for each in tree.walk("/")] == ["/", "/boot", "/etc", "/etc/fstab"]
    assert "/boot/vmlinuz" in [each.path for each in tree.walk("/", other_mounts=True)]


def test_names_that_are_no_text_are_kept_byte_by_byte(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"na\xefve\n")).write_text("x")
    assert [each.name for each in Tree(DirectoryFileSystem(tmp_path)).below("/")] == ["na\xefve\n"]


class Lying(DirectoryFileSystem):
    """A file system whose directories hold the name it is given."""

    def __init__(self, top: Path, name: str) -> None:
        super().__init__(top)
        self._name = name

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        yield self._name, directory


@pytest.mark.parametrize("name", ["a/b", "", "nul\0"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DiskUnreadableError):
        Tree(Lying(tmp_path, name)).below("/")


def test_the_directory_that_names_itself_is_not_walked_for_ever(tmp_path: Path) -> None:
    class TimeIsUpError(Exception):
        pass

    calls = iter(range(100))

    def check() -> None:
        if next(calls, None) is None:
            raise TimeIsUpError

    with pytest.raises(TimeIsUpError):
        list(Tree(Lying(tmp_path, "again"), check=check).walk("/"))
