from __future__ import annotations

import os
import subprocess

import pytest

from models.guest.files import PackageState, Questions, SystemFile
from tests.guest.probe.running import probe
from tests.guest.probe.test_packages import needs_dpkg, needs_rpm
from tests.guest.probe.trees import needs_root, new_tree, tree
from tests.guest.trees.building import put
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

ASKED = (
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/hosts.deny",
    "/etc/resolv.conf",
    "/etc/shadow",
    "/etc/ssh/",
    "/etc/nowhere",
)


def files(root, *asked: str, **how) -> dict[str, SystemFile]:
    questions = Questions(system_files=asked or ASKED)
    fact = probe("system_files", root=root, questions=questions, **how).system_files
    assert fact.value is not None, fact.unknown_because
    return {each.path: each for each in fact.value}


@needs_rpm
@pytest.mark.parametrize("kind", ["centos-7", "rocky-8", "rocky-9"])
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_rpm_tells_which_files_were_changed(kind, shell):
    found = files(tree(kind), shell=shell)
    assert found["/etc/hosts"].package_state is PackageState.CHANGED
    assert found["/etc/host.conf"].package_state is PackageState.UNCHANGED
    assert found["/etc/ssh/sshd_config"].package_state is PackageState.CHANGED
    assert found["/etc/ssh"].package_state is PackageState.CHANGED
    assert found["/etc/hosts.deny"].package_state is PackageState.UNOWNED


@needs_dpkg
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_dpkg_tells_which_files_were_changed(shell):
    found = files(tree("ubuntu-24.04"), shell=shell)
    assert found["/etc/hosts"].package_state is PackageState.UNOWNED
    assert found["/etc/host.conf"].package_state is PackageState.UNCHANGED
    assert found["/etc/ssh/sshd_config"].package_state is PackageState.CHANGED


@needs_dpkg
def test_a_file_that_ucf_keeps_is_compared_with_what_ucf_knows():
    root = new_tree("debian-12")
    put(root, "etc/ucf-kept.conf", "as delivered\n")
    put(root, "var/lib/ucf/hashfile", "2ed7d5d1aa1f1e3ab6f2c4d7bd6dc7f1  /etc/ucf-kept.conf\n")
    assert files(root, "/etc/ucf-kept.conf")["/etc/ucf-kept.conf"].package_state is PackageState.CHANGED


def test_without_a_package_manager_the_state_is_unknown():
    root = new_tree("debian-12")
    (root / "var/lib/dpkg/status").unlink()
    assert files(root)["/etc/hosts"].package_state is PackageState.UNKNOWN


def test_what_is_not_there_is_told_as_such():
    found = files(tree("debian-12"))["/etc/nowhere"]
    assert not found.there
    assert found.readable


def test_a_link_tells_where_it_leads():
    assert files(tree("ubuntu-24.04"))["/etc/resolv.conf"].target == "../run/systemd/resolve/stub-resolv.conf"
    assert files(tree("debian-12"))["/etc/resolv.conf"].kind == "file"


def test_lines_of_small_files_are_told_without_comments_and_those_of_secret_files_never():
    found = files(tree("debian-12"))
    assert found["/etc/hosts.deny"].lines == ("ALL: PARANOID",)
    assert found["/etc/resolv.conf"].lines == ("nameserver 10.0.0.2", "search survey.internal")
    assert found["/etc/shadow"].lines == ()
    assert found["/etc/ssh/sshd_config"].lines == ()


@pytest.mark.parametrize(
    "path, line, shown",
    [
        ("etc/nslcd.conf", "bindpw swordfish", "bindpw ***"),
        ("etc/sssd/sssd.conf", "ldap_default_authtok = swordfish", "ldap_default_authtok = ***"),
        ("etc/ldap.conf", "\tbindPW   swordfish and more", " bindPW   ***"),
        ("etc/ldap.conf", "uri ldap://admin:swordfish@ldap.internal", "uri ldap://admin:***@ldap.internal"),
    ],
)
def test_passwords_in_lines_are_masked(path, line, shown):
    root = new_tree("debian-12")
    put(root, path, f"# secret\n{line}\n")
    found = files(root, f"/{path}")[f"/{path}"]
    assert found.lines == (shown,)


def test_only_fifty_lines_are_told():
    root = new_tree("debian-12")
    put(root, "etc/hosts", "".join(f"10.0.0.{number} host-{number}\n" for number in range(200)))
    assert len(files(root)["/etc/hosts"].lines) == 50


@needs_root
def test_what_may_not_be_read_is_unreadable_not_empty():
    root = new_tree("debian-12")
    (root / "etc/host.conf").chmod(0o600)
    (root / "etc/ssh").chmod(0o700)
    found = files(root, as_user=True)
    assert not found["/etc/host.conf"].readable
    assert found["/etc/host.conf"].package_state is PackageState.UNKNOWN
    assert not found["/etc/ssh"].readable
    assert found["/etc/hosts"].readable


@needs("root", "chattr")
def test_a_file_that_nobody_can_change_is_told():
    root = new_tree("debian-12")
    if subprocess.run(["chattr", "+i", root / "etc/hosts"], capture_output=True, check=False).returncode:
        pytest.skip("this file system knows no immutable files")
    try:
        assert files(root)["/etc/hosts"].immutable
    finally:
        subprocess.run(["chattr", "-i", root / "etc/hosts"], check=True)
    assert not files(root)["/etc/hosts"].immutable


def test_files_in_a_folder_that_was_asked_for_are_told_one_by_one():
    root = new_tree("debian-12")
    put(root, "etc/ldap/ldap.conf", "BASE dc=survey\n")
    put(root, "etc/ldap/odd\nname \x1b[2J", "x\n")
    found = files(root, "/etc/ldap")
    assert found["/etc/ldap"].kind == "directory"
    assert found["/etc/ldap/ldap.conf"].lines == ("BASE dc=survey",)
    assert len(found) == 3
    assert not any(ord(letter) < 32 for path in found for letter in path)


def test_a_fifo_in_place_of_a_file_stops_nothing():
    root = new_tree("debian-12")
    (root / "etc/hosts").unlink()
    os.mkfifo(root / "etc/hosts")
    found = files(root)
    assert found["/etc/nowhere"].kind == ""
