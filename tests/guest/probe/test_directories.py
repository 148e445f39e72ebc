from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.guest.directories import Directories
from tests.guest.probe.running import probe
from tests.guest.probe.trees import needs_root, new_tree, tree
from tests.guest.trees.building import CHANGED, IMAGE_BUILT, KINDS, put, put_tool
from tests.support.known import present
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL


def directories(root, **how) -> Directories:
    fact = probe("directories", root=root, **how).directories
    assert fact.value is not None, fact.unknown_because
    return fact.value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_homes_are_summed_up_and_the_skeleton_is_nobodys(kind, shell):
    found = directories(tree(kind), shell=shell)
    alice = present(found.at("/home/alice"))
    assert alice.own_files == 11
    assert alice.files == 17
    assert alice.size_kib > 480
    assert alice.biggest[0].name == "survey"
    assert alice.newest_at == datetime.fromtimestamp(CHANGED, UTC)
    assert alice.incomplete == ""
    user = next(home for home in found.homes if home.path not in {"/home/alice", "/home/bruno"})
    assert user.own_files == 0


@needs_root
def test_a_directory_tells_whose_it_is_by_the_guests_own_passwd():
    assert present(directories(tree("rocky-9")).at("/home/alice")).owner == "alice"


def test_the_directories_of_the_guidelines_are_told_where_they_are():
    found = {each.path for each in directories(tree("debian-12")).others}
    assert found == {"/root", "/mnt", "/srv", "/tmp", "/var/tmp", "/opt", "/usr/local", "/var/log"}


def test_a_changed_file_of_the_skeleton_counts():
    root = new_tree("debian-12")
    put(root, "home/bruno/.bashrc", "export PATH=/opt/mine:$PATH\n")
    assert (
        present(directories(root).at("/home/bruno")).own_files
        == present(directories(tree("debian-12")).at("/home/bruno")).own_files + 1
    )


def test_in_the_root_directory_what_the_system_puts_there_does_not_count():
    assert present(directories(tree("centos-7")).at("/root")).own_files == 1


def test_sockets_of_the_desktop_in_tmp_do_not_count():
    root = new_tree("debian-12")
    put(root, "tmp/.X11-unix/X0")
    put(root, "tmp/systemd-private-0123-ntp/tmp/file")
    assert present(directories(root).at("/tmp")).own_files == 1


def test_installed_is_what_came_after_the_first_boot():
    root = new_tree("debian-12")
    put(root, "opt/vendor/tool", bytes(100_000), at=IMAGE_BUILT)
    put(root, "usr/local/lib/python3/site.py", bytes(10_000))
    found = directories(root)
    names = [entry.name for entry in found.installed]
    assert names[0] == "/opt/matlab"
    assert {"/opt/notes", "/usr/local/bin/fetch-catalogue", "/usr/local/lib/python3"} <= set(names)
    assert "/opt/vendor" not in names
    assert present(found.at("/opt")).own_files == present(found.at("/opt")).files - 1


def test_the_desktop_has_the_name_that_its_owners_language_gives_it():
    found = {each.path: each.names for each in directories(tree("ubuntu-24.04")).desktops}
    assert found["/home/bruno/Schreibtisch"] == ("Messung übersicht.ods",)
    assert set(found["/home/alice/Desktop"]) == {"README.txt", "Survey viewer.desktop"}


def test_a_desktop_that_is_the_home_itself_is_no_desktop():
    root = new_tree("debian-12")
    put(root, "home/bruno/.config/user-dirs.dirs", 'XDG_DESKTOP_DIR="$HOME/"\n')
    assert "/home/bruno/" not in {each.path for each in directories(root).desktops}


HOSTILE = [
    b"line\nend",
    b"\x1b[2J\x1b]0;title\x07",
    b"\xff\xfe",
    b"a\ttab",
    b"-rf",
    b" blank ",
    b'it\'s "quoted" $(reboot) `x`',
    b"*",
]


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_hostile_names_are_counted_and_shown_without_harm(shell):
    root = new_tree("debian-12")
    before = present(directories(root).at("/home/alice"))
    for name in HOSTILE:
        folder = Path(os.fsdecode(os.fsencode(root / "home/alice") + b"/" + name))
        folder.mkdir()
        (folder / folder.name).write_bytes(bytes(2_000_000))
    found = present(directories(root, shell=shell).at("/home/alice"))
    assert found.own_files == before.own_files + len(HOSTILE)
    assert len(found.biggest) == 5
    assert all(entry.size_kib > 1900 for entry in found.biggest)
    assert not any(ord(letter) < 32 for entry in found.biggest for letter in entry.name)


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_homes_with_hostile_names_are_read(shell):
    root = new_tree("debian-12")
    for name in HOSTILE:
        home = Path(os.fsdecode(os.fsencode(root / "home") + b"/" + name))
        (home / "Desktop" / home.name).mkdir(parents=True)
        (home / "file").write_text("x")
    found = directories(root, shell=shell)
    odd = [each for each in found.homes if each.path.removeprefix("/home/") not in {"alice", "bruno", "debian"}]
    assert [(each.files, each.own_files) for each in odd] == [(1, 1)] * len(HOSTILE)
    assert len(found.desktops) == 2 + len(HOSTILE)


@needs_root
def test_a_home_that_may_not_be_read_is_incomplete_not_empty():
    root = new_tree("debian-12")
    (root / "home/alice").chmod(0o700)
    found = directories(root, as_user=True)
    assert present(found.at("/home/alice")).incomplete == "not all of it may be read"
    assert present(found.at("/home/bruno")).incomplete == ""


def test_a_directory_of_its_own_is_told_as_separate():
    root = new_tree("debian-12")
    with (root / "proc/self/mountinfo").open("a") as file:
        file.write("50 28 253:32 / /srv rw shared:40 - ext4 /dev/vdc rw\n")
        file.write("51 28 253:48 / /home/my\\040files rw - xfs /dev/vdd rw\n")
    put(root, "home/my files/data.csv", "1\n")
    found = directories(root)
    assert present(found.at("/srv")).separate
    assert present(found.at("/home/my files")).separate
    assert not present(found.at("/home/alice")).separate


def test_what_another_machine_serves_is_not_walked_through():
    root = new_tree("debian-12")
    with (root / "proc/self/mountinfo").open("a") as file:
        file.write("50 28 0:60 / /srv rw shared:40 - nfs4 server:/export rw\n")
    served = present(directories(root).at("/srv"))
    assert served.separate
    assert served.files == 0
    assert "another machine" in served.incomplete


def test_a_link_is_not_followed():
    root = new_tree("debian-12")
    (root / "home/carol").symlink_to("/etc")
    found = present(directories(root).at("/home/carol"))
    assert found.files == 0
    assert "link" in found.incomplete


def test_a_find_that_takes_too_long_leaves_sums_that_say_so():
    root = new_tree("debian-12")
    slow = 'in *home/alice*-xdev*) one=$1; two=$2; shift 3; /usr/bin/find "$one" "$two" "$@"; sleep 100 ;;'
    put_tool(root, "find", f'case "$*" {slow} *) exec /usr/bin/find "$@" ;; esac')
    short = 'in *home/alice*-xdev*) exec /usr/bin/timeout 1 "$@" ;;'
    put_tool(root, "timeout", f'shift 3; case "$*" {short} *) exec "$@" ;; esac')
    found = directories(root)
    assert present(found.at("/home/debian")).incomplete == ""
    assert present(found.at("/home/alice")).incomplete == "time was up"
    assert present(found.at("/home/alice")).files == 17
    assert present(found.at("/home/bruno")).incomplete == "time was up"
    assert present(found.at("/root")).incomplete == ""


@needs("busybox")
def test_a_find_that_cannot_print_makes_it_unknown():
    root = new_tree("debian-12")
    put_tool(root, "find", 'exec busybox find "$@"')
    fact = probe("directories", root=root).directories
    assert fact.value is None
    assert fact.unknown_because == "find cannot print sizes here"


def test_caches_are_measured():
    found = {(cache.kind, cache.path) for cache in directories(tree("debian-12")).caches}
    assert {("apt", "/var/cache/apt/archives"), ("pip", "/home/alice/.cache/pip")} <= found


def test_modules_of_a_kernel_that_neither_runs_nor_is_the_newest_are_old():
    root = new_tree("debian-12")
    for version in ("6.1.0-9", "6.1.0-25-cloud-amd64", "6.1.0-30"):
        put(root, f"lib/modules/{version}/kernel/fs/ext4.ko", bytes(10_000))
    assert [cache.path for cache in directories(root).caches if cache.kind == "old kernels"] == ["/lib/modules/6.1.0-9"]
