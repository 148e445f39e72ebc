"""A tree of files: links lead nowhere but into it, and what is mounted is found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
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


def test_the_directory_that_names_itself_is_entered_once(tmp_path: Path) -> None:
    assert [each.path for each in Tree(Lying(tmp_path, "again")).walk("/")] == ["/", "/again"]


class Endless(DirectoryFileSystem):
    """A file system in which each directory holds one that was never seen before."""

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        yield "deeper", replace(directory, inode=directory.inode + 1)


def test_a_walk_asks_again_and_again_whether_there_is_time(tmp_path: Path) -> None:
    class TimeIsUpError(Exception):
        pass

    calls = iter(range(100))

    def check() -> None:
        if next(calls, None) is None:
            raise TimeIsUpError

    with pytest.raises(TimeIsUpError):
        list(Tree(Endless(tmp_path), check=check).walk("/"))


def test_a_walk_goes_no_deeper_than_a_path_can_lead(tmp_path: Path) -> None:
    cut: list[str] = []
    walked = list(Tree(Endless(tmp_path)).walk("/", unreadable=lambda each: cut.append(each.path)))
    assert cut == [walked[-1].path]
    assert 4096 < len(cut[0]) < 4110
    with pytest.raises(DiskUnreadableError):
        list(Tree(Endless(tmp_path)).walk("/"))


class Damaged(DirectoryFileSystem):
    """A file system of which directories that only their owner may enter cannot be read."""

    def entries(self, directory: Node) -> Iterator[tuple[str, Node]]:
        if directory.permissions == 0o700:
            raise DiskUnreadableError("damaged")
        return super().entries(directory)


def test_a_walk_goes_on_behind_a_directory_that_cannot_be_read(tmp_path: Path) -> None:
    plant(tmp_path, {"a/hidden": "", "b/c": ""})
    (tmp_path / "a").chmod(0o700)
    tmp_path.chmod(0o755)
    damaged: list[str] = []
    walked = [
        each.path for each in Tree(Damaged(tmp_path)).walk("/", unreadable=lambda each: damaged.append(each.path))
    ]
    assert (walked, damaged) == (["/", "/a", "/b", "/b/c"], ["/a"])


def test_what_is_found_bears_the_path_by_which_it_was_asked_for(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"data/home/ada/.ssh/keys": "", "home": "->data/home", "var/run": "->/run", "run/x": ""})
    assert [each.path for each in tree.glob("/home/*/.ssh/*")] == ["/home/ada/.ssh/keys"]
    assert [each.path for each in tree.walk("/home/ada")][-1] == "/home/ada/.ssh/keys"
    assert [each.path for each in (tree.find("/var/run//x"), tree.find("/var/run/../run/x")) if each] == [
        "/var/run/x",
        "/run/x",
    ]


def test_a_link_to_a_directory_in_which_something_is_mounted_leads_to_it(tmp_path: Path) -> None:
    tree = tree_of(tmp_path / "root", {"srv/data/hidden": "", "data": "->srv/data"})
    tree.mount("/data", DirectoryFileSystem(plant(tmp_path / "other", {"kept": "k"})))
    assert tree.mount_points == ("/", "/srv/data")
    assert [each.path for each in tree.below("/data")] == ["/data/kept"]
    assert [each.path for each in tree.glob("/d*/*")] == ["/data/kept"]


def test_a_pattern_is_told_in_the_order_of_whole_paths_as_a_shell_tells_it(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"x/b": "", "x-1/b": ""})
    assert [each.path for each in tree.glob("/*/b")] == ["/x-1/b", "/x/b"]


def test_a_pattern_says_what_it_could_not_read_and_tells_the_rest(tmp_path: Path) -> None:
    plant(tmp_path, {"home/a/x": "", "home/b/x": "", "home/b/link": "->/home/a/x"})
    (tmp_path / "home/a").chmod(0o700)
    tmp_path.chmod(0o755)
    tree = Tree(Damaged(tmp_path))
    damaged: list[str] = []
    assert [each.path for each in tree.glob("/home/*/*", unreadable=damaged.append)] == ["/home/b/link", "/home/b/x"]
    assert [each.path for each in tree.glob("/home/*/x", unreadable=damaged.append)] == ["/home/b/x"]
    assert damaged == ["/home/a", "/home/a/x"]
    with pytest.raises(DiskUnreadableError):
        tree.glob("/home/*/*")


def test_a_pattern_that_links_to_folders_above_multiply_is_given_up(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {f"a/{number}": "->." for number in range(20)})
    with pytest.raises(DiskUnreadableError, match="too many files"):
        tree.glob("/a/*/*/*/*/*/*/*")


def test_a_link_that_is_longer_than_any_path_leads_nowhere(tmp_path: Path) -> None:
    class Long(DirectoryFileSystem):
        def target(self, link: Node) -> str:
            return "./" * 3000 + super().target(link)

    plant(tmp_path, {"file": "x", "link": "->file"})
    assert Tree(DirectoryFileSystem(tmp_path)).is_file("/link")
    assert Tree(Long(tmp_path)).find("/link") is None
