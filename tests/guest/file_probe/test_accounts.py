"""The part `accounts`, from a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_accounts import part_accounts
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.report.envelope import PartReport
from models.guest.accounts import PasswordState
from tests.guest.file_probe.comparing import Row, by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged, no_file_there
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.trees import needs_root, new_tree

ODD = {
    "/etc/login.defs": "UID_MIN 500\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nold:$6$x:500:500::/home/old:/bin/sh\nopen::501:501::/o:\n"
    "star:*:502:502::/home/star:/bin/sh:more\nghost:x:503:503::/home/ghost:/bin/sh\nshort:x:504:504:\n"
    "+::::::\nbroken\n\nt\tab:x:505:505:\tg:/home/t\tab:/bin/sh\nhigh:x:70000:1::/home/high:/bin/sh\n"
    "\xe9:x:506:506::/home/\xff:/bin/sh\nlow:x:499:499::/home/low:/bin/sh\nlate:x:507:507::/data/late/:/bin/sh\n",
    "/etc/shadow": "root:!locked:1:\nt\tab:x\nlate\n\nt ab::1:\nlate:$6$secret:1:\nlate:$y$secret2:1:\n",
    "/etc/group": "root:x:0:\nold:x:500:\nteam:x:9:star,nobody\nnone:x:8:\nshort:x\nt\tab:x:505:open\nopen:x:7:x,open",
    "/etc/cloud/cloud.cfg": "users:\n - name: nobody\nsystem_info:\n  default_user:\n    # c\n    name: 'first'\n"
    '    passwd: hunter2\ndefault_user:\n name: "second"\nname: end\n name: outside\n',
    "/etc/cloud/cloud.cfg.d/90.cfg": "default_user:\n  x: y\n",
    "/etc/cloud/cloud.cfg.d/91.cfg": "  default_user: {name: flow}\n  name: third user\n",
    "/etc/sudoers": "# x NOPASSWD\nDefaults:alice !authenticate\nDefaults !syslog\nCmnd_Alias NOPASSWD = x\n"
    "bob ALL = \\\n  NOPASSWD: ALL\n  carol ALL=NOPASSWD: ALL\nend ALL=NOPASSWD: ALL \\",
    "/etc/sudoers.d/ok": '"%domain admins" ALL=(ALL) NOPASSWD: ALL\n"open ALL NOPASSWD\n\nNOPASSWD\n'
    "User_Alias NOPASSWD=x",
    "/etc/sudoers.d/old.bak": "mallory ALL=NOPASSWD: ALL\n",
    "/etc/sudoers.d/off~": "mallory ALL=NOPASSWD: ALL\n",
    "/etc/sudoers.d/folder/x": "mallory ALL=NOPASSWD: ALL\n",
    "/home/old/.ssh/authorized_keys": "# ssh-rsa AAAAB3 nobody\n\n \t# no\nssh-rsa AAAAB3Nza\n"
    'command="echo AAAA b",no-pty ssh-rsa AAAAB3Nza eve at\thome\nssh-rsa AAAAC3 \n  ssh-rsa  AAAAC3\t frank@work \r\n'
    "x AAAA y AAAA z\n" + "ssh-rsa AAAA many@times\n" * 50,
    "/home/star/.ssh/authorized_keys2": "no line end",
    "/home/ghost": "-> ../data/late",
    "/data/late/.ssh/authorized_keys": "-> ../keys",
    "/data/late/keys": "ssh-rsa AAAA linked",
    "/etc/ssh/authorized_keys.d/dave": "ssh-ed25519 AAAA dave\n",
    "/etc/ssh/authorized_keys/line\nend": "ssh-ed25519 AAAA x\n",
    "/etc/gdm3/custom.conf": "[daemon]\nAutomaticLoginEnable = true\n",
    "/etc/gdm/custom.conf": "[daemon]\n#AutomaticLoginEnable=True\nTimedLoginEnable=0\n",
    "/etc/lightdm/lightdm.conf.d/50-auto.conf": "autologin-user=alice",
    "/etc/lightdm/lightdm.conf": "#autologin-user=alice\nautologin-user= \n",
    "/etc/sddm.conf": "User= \n",
    "/etc/sddm.conf.d/x.conf": " User=alice\n",
    "/etc/systemd/system/serial-getty@ttyS0.service.d/a.conf": "ExecStart=-/sbin/agetty -a root %I\n",
    "/etc/systemd/system/serial-getty@ttyS0.service.d/b.conf": "ExecStart=-/sbin/agetty %I\n",
    "/etc/systemd/system/getty@tty1.service": "ExecStart=/sbin/agetty --autologin\xe9",
}  # fmt: skip


def without_examples(report: PartReport) -> list[Row]:
    """Which file is told as the example depends on the order in which a directory happens to name its files."""
    return [row[:4] if row[0] == "orphans" else row for row in rows_of(report)]


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("accounts", awake(name)), by_shell("accounts", awake(name))
    assert without_examples(told) == without_examples(expected)
    assert told.incomplete == expected.incomplete == ""
    for row in told.rows:
        if row[0] == "orphans":
            assert (awake(name) / row[4].lstrip("/")).lstat().st_uid == int(row[1])


def test_odd_lines_mean_what_they_mean_to_the_script(tmp_path: Path) -> None:
    told, expected = by_file("accounts", plant(tmp_path, ODD)), by_shell("accounts", tmp_path)
    assert without_examples(told) == without_examples(expected)
    assert facts_of("accounts", told) == facts_of("accounts", expected)
    kinds = {row[0] for row in told.rows}
    assert {"account", "group", "sudo", "keys", "key-comment", "autologin", "default_user", "sudo_read"} <= kinds


def test_no_secret_is_in_a_row(tmp_path: Path) -> None:
    told = str(by_file("accounts", plant(tmp_path, ODD)).rows)
    assert not [secret for secret in ("secret", "hunter2", "$6$", "AAAA") if secret in told]


@needs_root
def test_files_of_people_outside_their_homes_are_counted() -> None:
    root = new_tree("debian-12")
    with (root / "etc/passwd").open("a") as file:
        file.write("carol:x:1010:1010::/data/carol/:/bin/bash\nnova:x:64060:1::/opt/nova:/bin/sh\n")
    plant(root, dict.fromkeys(("/opt/line\nend", "/opt/nova/x", "/data/carol/x", "/var/mail/alice", "/srv/x"), ""))
    (root / "opt/link").symlink_to("/srv/x")
    for path in ("opt/line\nend", "opt/nova/x", "data/carol/x", "var/mail/alice", "opt/link"):
        os.chown(root / path, 1077, 1077, follow_symlinks=False)
    told, expected = by_file("accounts", root), by_shell("accounts", root)
    assert without_examples(told) == without_examples(expected)
    assert ["orphans", "1077", "-", "2", "/opt/line\x01end"] in told.rows


def of_damaged(root: Path, *paths: str) -> PartReport:
    rows = PartRows()
    part_accounts(Disk(Tree(Damaged(root, paths))), rows)
    return rows.report()


@pytest.mark.parametrize(
    "path, kind, more",
    [
        ("/etc/passwd", "account", {"group", "orphans"}),
        ("/etc/sudoers", "sudo_read", set()),
        ("/etc/sudoers.d", "sudo_read", set()),
        ("/etc/sudoers.d/ok", "sudo_read", set()),
        ("/etc/cloud/cloud.cfg.d", "", set()),
        ("/etc/ssh/authorized_keys.d", "", set()),
        ("/home/old/.ssh", "", set()),
        ("/srv", "", set()),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_told(tmp_path: Path, path: str, kind: str, more: set[str]) -> None:
    plant(tmp_path, {**ODD, "/srv/x": ""})
    whole, told = by_file("accounts", tmp_path), of_damaged(tmp_path, path)
    assert told.incomplete
    assert {row[0] for row in whole.rows} - {row[0] for row in told.rows} <= {kind, *more} - {""}
    assert kind not in {row[0] for row in told.rows}


def test_passwords_that_cannot_be_read_are_unread_not_locked(tmp_path: Path) -> None:
    told = of_damaged(plant(tmp_path, ODD), "/etc/shadow")
    states = {each.name: each.password for each in facts_of("accounts", told).accounts}
    assert states["root"] is states["late"] is PasswordState.UNREAD
    assert states["open"] is PasswordState.NONE
    assert "which passwords are set" in told.incomplete


@pytest.mark.parametrize("path", [path for path in ODD if not path.startswith("/home/ghost")])
def test_what_is_no_file_is_never_opened(tmp_path: Path, path: str) -> None:
    no_file_there(plant(tmp_path, ODD), path)
    assert by_file("accounts", tmp_path).rows


def test_a_long_line_takes_no_time(tmp_path: Path) -> None:
    long = {
        "/etc/passwd": "x:" * 900_000,
        "/etc/sudoers": ' "' * 500_000 + "NOPASSWD",
        "/root/.ssh/authorized_keys": " AAAA" * 300_000,
        "/etc/cloud/cloud.cfg": "default_user:" + " " * 900_000 + "\n" + " " * 900_000,
        "/etc/systemd/system/getty.service": "ExecStart=" + "agetty" * 150_000,
    }
    assert by_file("accounts", plant(tmp_path, long)).rows
