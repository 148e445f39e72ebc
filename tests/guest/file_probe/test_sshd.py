"""The part `sshd`, from a disk: its files and defaults come to what the real `sshd -T` says about them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from imaging.guest.report.envelope import PartReport
from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, TREES, asleep, awake
from tests.guest.probe.running import plant
from tests.guest.probe.test_network import SSHD
from tests.support.needs import needs

CONFIG = "/etc/ssh/sshd_config"
OF_FILES = ("config", "effective")
"""The script gives one or the other: whether it could ask sshd."""
UNTOLD = ("hostkey",)
"""The keys by which a server is known without a setting depend on the files that are there."""


def effective(report: PartReport) -> set[tuple[str, str]]:
    return {(row[1], row[2]) for row in report.rows if row[0] == "effective" and row[1] not in UNTOLD}


def by_sshd(folder: Path, files: dict[str, str]) -> set[tuple[str, str]]:
    """What the script tells about a machine with these files, where sshd can be asked; `@` is where the files lie."""
    root = plant(folder, {path: text.replace("@", str(folder)) for path, text in files.items()})
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
    plant(root, {"/.tools/sshd": f'#!/bin/sh\nexec {sshd} "$@" -f {folder}{CONFIG} -h {folder}/key\n'})
    found = effective(by_shell("sshd", root))
    return {(key, value.replace(str(folder), "")) for key, value in found}


STORIES: dict[str, dict[str, str]] = {
    "nothing said": {CONFIG: "# x\n\n"},
    "as Debian delivers it": {
        CONFIG: "Include @/etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\n"
        "AcceptEnv LANG LC_*\nSubsystem\tsftp\t/usr/lib/openssh/sftp-server\n",
        "/etc/ssh/sshd_config.d/50-cloud-init.conf": "PasswordAuthentication no\n",
        "/etc/ssh/sshd_config.d/60.conf": "PasswordAuthentication yes\nPort 2222\n",
        "/etc/ssh/sshd_config.d/.hidden.conf": "PermitRootLogin yes\n",
        "/etc/ssh/sshd_config.d/off": "PermitRootLogin yes\n",
    },
    "an Include behind what it would say": {
        CONFIG: "PasswordAuthentication no\nInclude @/x/a @/x/b*\nPermitRootLogin no\n",
        "/x/a": "PasswordAuthentication yes\nPermitRootLogin yes\n",
        "/x/b1": "Include @/x/c\nPermitEmptyPasswords yes\n",
        "/x/c": "PubkeyAuthentication no\n",
    },
    "all signs": {
        CONFIG: '  port=22\nPORT\t=  2222\nAllowUsers "ann b" c # d\nAllowUsers e\nDenyGroups x y\n'
        'ChallengeResponseAuthentication no\nKbdInteractiveAuthentication yes\npermitrootlogin "yes"\t# no\n'
        "AuthorizedKeysFile .ssh/a /etc/%u 'b c'\nAuthorizedKeysCommand /opt/keys --token x\n"
        "AuthorizedKeysCommandUser root\nTrustedUserCAKeys /etc/ssh/ca.pub\nAuthorizedPrincipalsFile none\n"
        "AuthenticationMethods publickey,password publickey\n",
    },
    "addresses": {CONFIG: "Port 22\nListenAddress 10.0.0.1\nListenAddress ::\nListenAddress [::1]:2222\n"
                          "ListenAddress 0.0.0.0:23\nPort 24\nListenAddress 127.0.0.1\n"},
    "blocks for all": {CONFIG: "Match all\nPermitRootLogin no\nMatch all\nPasswordAuthentication no\n"},
}  # fmt: skip


@needs("root", "sshd", "ssh-keygen")
@pytest.mark.parametrize("story", STORIES)
def test_the_files_come_to_what_sshd_itself_says(tmp_path: Path, story: str) -> None:
    plain = {path: text.replace("@", "") for path, text in STORIES[story].items()}
    told = effective(by_file("sshd", plant(tmp_path / "disk", plain)))
    by_itself = by_sshd(tmp_path / "machine", STORIES[story])
    assert {(key, value.replace("prohibit-", "without-")) for key, value in told} == by_itself


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_server_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("sshd", awake(name)), by_shell("sshd", awake(name))
    assert rows_of(told, without=OF_FILES) == rows_of(expected, without=OF_FILES)
    assert told.incomplete == expected.incomplete


@pytest.mark.parametrize("name", EACH_TREE)
def test_what_the_files_say_counts(name: str) -> None:
    told = facts_of("sshd", by_file("sshd", asleep(name)))
    expected = facts_of("sshd", by_shell("sshd", asleep(name)))
    assert told.effective_known
    assert {key: told.effective[key] for key in expected.effective} == expected.effective


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("recorded")])
def test_a_recorded_answer_of_sshd_is_found_again(name: str) -> None:
    told, expected = (facts_of("sshd", each("sshd", awake(name))) for each in (by_file, by_shell))
    same_root = {**told.effective, "permitrootlogin": ("without-password",)}
    assert {key: sorted(same_root[key]) for key in expected.effective} == {
        key: sorted(values) for key, values in expected.effective.items()
    }


MATCHING = {
    **SSHD,
    CONFIG: "Match User ann\n  TrustedUserCAKeys /etc/ssh/ca.pub\n  AllowUsers x\n Include /x/inside\nMatch all\n"
    'Include /x/with\nPermitRootLogin no\nmatch host a\n AuthorizedKeysCommand "/opt/keys" --token hunter2\n',
    "/x/inside": "PermitRootLogin yes\nMatch all\nPermitRootLogin prohibit-password\nPort 2222\n",
    "/x/with": "PasswordAuthentication no\nMatch Group x\nPermitRootLogin forced-commands-only\n",
}


def test_what_counts_for_some_alone_is_told_apart(tmp_path: Path) -> None:
    """What is included in a block counts within it, and a block ends with its file."""
    found = facts_of("sshd", by_file("sshd", plant(tmp_path, MATCHING)))
    assert found.matched == {
        "trustedusercakeys": ("/etc/ssh/ca.pub",),
        "permitrootlogin": ("yes", "prohibit-password", "forced-commands-only"),
        "authorizedkeyscommand": ("/opt/keys",),
    }
    assert found.effective["permitrootlogin"] == ("no",)
    assert (found.effective["passwordauthentication"], found.effective["port"]) == (("no",), ("22",))
    assert "allowusers" not in found.effective


@pytest.mark.parametrize(
    "release, expected",
    [
        ('ID=centos\nVERSION_ID="7"\n', "yes"),
        ("ID=\"amzn\"\nVERSION_ID='2'\n", "yes"),
        ("ID=centos\nVERSION_ID=8\n", "prohibit-password"),
        ('ID=debian\nVERSION_ID="12"\n', "prohibit-password"),
        ("ID=debian\n", "prohibit-password"),
        ("", "prohibit-password"),
    ],
)  # fmt: skip
def test_whether_root_is_let_in_by_default_depends_on_the_system(tmp_path: Path, release: str, expected: str) -> None:
    plant(tmp_path, {CONFIG: "", "/usr/lib/os-release": release})
    found = facts_of("sshd", by_file("sshd", tmp_path))
    assert found.effective["permitrootlogin"] == (expected,)


def test_without_its_file_nothing_is_claimed(tmp_path: Path) -> None:
    plant(tmp_path, {"/usr/sbin/sshd": ""})
    assert rows_of(by_file("sshd", tmp_path)) == [("installed",)]


@pytest.mark.parametrize("include", ["sshd_config", "/etc/ssh/*", "a*\nInclude a*"])
def test_files_that_take_each_other_in_without_end_are_given_up(tmp_path: Path, include: str) -> None:
    more = {f"/etc/ssh/a{number}": "Include a*\n" for number in range(9)}
    told = by_file("sshd", plant(tmp_path, {CONFIG: f"Include {include}\n", **more}))
    assert told.incomplete == f"{CONFIG} takes in too many files"


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    plant(tmp_path, {CONFIG: "Include sshd_config.d/*\n", "/etc/ssh/sshd_config.d/x/y": "Port 1\n"})
    for name in ("sshd_config.d/fifo", "ssh_host_rsa_key", "ssh_host_rsa_key.pub"):
        os.mkfifo(tmp_path / "etc/ssh" / name)
    told = by_file("sshd", tmp_path)
    assert ["host-key", "", "", "/etc/ssh/ssh_host_rsa_key"] in told.rows
    assert told.incomplete == "/etc/ssh/ssh_host_rsa_key.pub could not be read"
