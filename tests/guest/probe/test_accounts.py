from __future__ import annotations

import os

import pytest

from imaging.guest.report.readers.accounts import read_accounts
from imaging.guest.report.rows import Rows
from models.guest.accounts import Accounts, PasswordState
from tests.guest.probe.running import probe
from tests.guest.probe.trees import needs_root, new_tree, tree
from tests.guest.trees.building import KINDS, put
from tests.support.known import known, present
from tests.support.shells import EACH_SHELL


def accounts(root, **how) -> Accounts:
    fact = probe("accounts", root=root, **how).accounts
    assert fact.value is not None, fact.unknown_because
    return fact.value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_root_and_people_are_told_with_the_kind_of_their_password(kind, shell):
    found = accounts(tree(kind), shell=shell)
    user = found.default_user
    assert {each.name: each.password for each in found.accounts} == {
        "root": PasswordState.LOCKED,
        user: PasswordState.LOCKED,
        "alice": PasswordState.SET,
        "bruno": PasswordState.NONE,
    }
    assert user in {"ubuntu", "debian", "centos", "rocky"}


def test_no_hash_leaves_the_guest():
    text = probe(root=tree("rocky-9")).model_dump_json()
    assert "$6$" not in text
    assert "c0ffee" not in text


def test_groups_of_people_are_told_and_those_of_the_system_are_not():
    found = {group.name: group.members for group in accounts(tree("ubuntu-24.04")).groups}
    assert found["sudo"] == ("ubuntu", "alice")
    assert found["survey"] == ("alice", "bruno")
    assert not found.keys() & {"root", "users", "nogroup"}


@needs_root
def test_sudo_without_a_password_is_found_across_a_line_that_is_continued():
    found = {(rule.who, rule.file) for rule in present(accounts(tree("debian-12")).sudo_without_password)}
    assert found == {("debian", "/etc/sudoers.d/90-cloud-init-users"), ("alice", "/etc/sudoers.d/alice")}


def test_files_that_sudo_does_not_read_are_not_read():
    root = new_tree("debian-12")
    put(root, "etc/sudoers.d/old.bak", "mallory ALL=(ALL) NOPASSWD: ALL\n")
    put(root, "etc/sudoers.d/backup~", "mallory ALL=(ALL) NOPASSWD: ALL\n")
    put(root, "etc/sudoers.d/off", "# mallory ALL=(ALL) NOPASSWD: ALL\n")
    assert "mallory" not in {rule.who for rule in present(accounts(root).sudo_without_password)}


def test_a_whole_group_without_passwords_is_told_as_it_stands():
    root = new_tree("debian-12")
    put(root, "etc/sudoers.d/group", '"%domain admins" ALL=(ALL) NOPASSWD: ALL\n')
    assert '"%domain admins"' in {rule.who for rule in present(accounts(root).sudo_without_password)}


@needs_root
def test_without_root_what_only_root_may_see_is_unread_not_empty():
    fact = probe("accounts", root=tree("ubuntu-24.04"), as_user=True).accounts
    assert {each.password for each in known(fact).accounts} == {PasswordState.UNREAD}
    assert known(fact).sudo_without_password is None
    assert "passwords" in present(fact.incomplete_because)
    assert "sudoers" in present(fact.incomplete_because)
    assert "authorized_keys" in present(fact.incomplete_because)


def test_keys_are_counted_and_comments_are_not():
    found = {keys.path: keys.count for keys in accounts(tree("ubuntu-24.04")).authorized_keys}
    assert found == {
        "/root/.ssh/authorized_keys": 1,
        "/home/ubuntu/.ssh/authorized_keys": 1,
        "/home/alice/.ssh/authorized_keys": 2,
    }


def test_keys_of_homes_elsewhere_and_of_the_system_are_found():
    root = new_tree("debian-12")
    with (root / "etc/passwd").open("a") as file:
        file.write("carol:x:1010:1010::/data/carol:/bin/bash\n")
    put(root, "data/carol/.ssh/authorized_keys", "ssh-ed25519 AAAA carol\n")
    put(root, "etc/ssh/authorized_keys.d/dave", "ssh-ed25519 AAAA dave\n")
    paths = {keys.path for keys in accounts(root).authorized_keys}
    assert {"/data/carol/.ssh/authorized_keys", "/etc/ssh/authorized_keys.d/dave"} <= paths


def test_whose_the_keys_are_is_told_by_what_stands_behind_them():
    root = new_tree("debian-12")
    odd = 'command="echo hello there",no-pty ssh-rsa AAAAB3Nza eve at\thome\n'
    put(
        root,
        "root/.ssh/authorized_keys",
        f"# ssh-rsa AAAAB3 nobody\nssh-rsa AAAAB3Nza\n{odd}{odd}ssh-rsa AAAAB3 frank@work\n",
    )
    assert {"eve at home", "frank@work"} <= set(accounts(root).key_comments)
    assert "nobody" not in accounts(root).key_comments
    assert len(set(accounts(root).key_comments)) == len(accounts(root).key_comments)


@needs_root
def test_files_of_people_outside_their_homes_are_counted():
    root = new_tree("debian-12")
    lost = put(root, "opt/lost/-rf\nodd \udcff\ttab".encode(errors="surrogateescape").decode(errors="surrogateescape"))
    os.chown(lost, 1077, 1077)
    found = {each.uid: each for each in accounts(root).orphans}
    assert found[1001].owner == "alice"
    assert found[1001].count == 3
    assert found[1077].owner == ""
    assert found[1077].count == 1
    assert found[1077].example.startswith("/opt/lost/-rf")
    assert "\n" not in found[1077].example


@needs_root
def test_files_of_people_in_containers_are_theirs():
    root = new_tree("debian-12")
    os.chown(put(root, "var/lib/docker/overlay2/abc/diff/home/app/file"), 1000, 1000)
    assert 1000 not in {each.uid for each in accounts(root).orphans}


@pytest.mark.parametrize(
    "path, content, expected",
    [
        ("etc/gdm3/custom.conf", "[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin=alice\n", True),
        ("etc/gdm/custom.conf", "[daemon]\n#AutomaticLoginEnable=True\n", False),
        ("etc/lightdm/lightdm.conf.d/50-auto.conf", "[Seat:*]\nautologin-user=alice\n", True),
        ("etc/lightdm/lightdm.conf", "[Seat:*]\n#autologin-user=\n", False),
        ("etc/sddm.conf", "[Autologin]\nUser=alice\n", True),
        (
            "etc/systemd/system/serial-getty@ttyS0.service.d/a.conf",
            "[Service]\nExecStart=-/sbin/agetty -a root %I\n",
            True,
        ),
        ("etc/systemd/system/serial-getty@ttyS0.service.d/b.conf", "[Service]\nExecStart=-/sbin/agetty %I\n", False),
    ],
)
def test_an_autologin_is_found_where_it_is_switched_on(path, content, expected):
    root = new_tree("debian-12")
    put(root, path, content)
    assert (f"/{path}" in accounts(root).autologins) is expected


def test_services_with_high_numbers_are_no_people():
    root = new_tree("debian-12")
    with (root / "etc/passwd").open("a") as file:
        file.write("nova:x:64060:64060::/var/lib/nova:/bin/sh\nlow:x:999:999::/var/lib/low:/bin/sh\n")
    assert not {"nova", "low"} & {each.name for each in accounts(root).accounts}


def test_broken_lines_of_passwd_harm_nothing():
    root = new_tree("debian-12")
    with (root / "etc/passwd").open("ab") as file:
        file.write(b"\n::::::\n+::::::\nonly-a-name\nev\x1b[2Jil:x:1011:1011:\tTAB:/home/\xff:/bin/sh\n")
    names = [each.name for each in accounts(root).accounts]
    assert names[:4] == ["root", "debian", "alice", "bruno"]
    assert "ev\N{REPLACEMENT CHARACTER}[2Jil" in names
    assert all("\x1b" not in name for name in names)


def test_without_files_there_is_nobody_and_no_crash():
    root = new_tree("debian-12")
    for name in ("passwd", "shadow", "group", "login.defs"):
        (root / "etc" / name).unlink()
    assert accounts(root).accounts == ()


@pytest.mark.parametrize(
    "row",
    [
        ["account", "a", "x", "1", "set", "/bin/sh", "/home/a"],
        ["account", "a", "1000", "1", "$6$hash", "/bin/sh", "/home/a"],
        ["keys", "alice", "", "/home/a/.ssh/authorized_keys"],
        ["group", "a"],
    ],
)
def test_a_row_that_makes_no_sense_is_left_out(row):
    rows = Rows([row])
    read_accounts(rows)
    assert rows.malformed == 1
