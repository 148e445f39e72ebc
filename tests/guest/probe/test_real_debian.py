"""The probe in a real Debian that debootstrap has just installed, against what its own tools say."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.guest.probe import script
from imaging.guest.report import read_report
from models.guest.accounts import PasswordState
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import FileSearch, PackageState, Questions
from tests.guest.debians import install
from tests.guest.probe.running import NONCE, NOW
from tests.support.needs import needs

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.slow,
    needs("root", "debootstrap"),
]
State = dict[str, tuple[object, ...]]
QUESTIONS = Questions(
    searches=(FileSearch(id="key", names=("id_*",), first_line={"private-key": "PRIVATE KEY"}),),
    system_files=("/etc/host.conf", "/etc/hosts", "/etc/passwd"),
)


@pytest.fixture(scope="module")
def debian(tmp_path_factory) -> Iterator[Path]:
    """A Debian 12 in which somebody has worked a little."""
    root = tmp_path_factory.mktemp("debian")
    install(root, "bookworm", "openssh-client")
    inside(root, "useradd --create-home --shell /bin/bash carol && passwd -d carol && useradd -m -p '$6$s$h' dave")
    inside(root, "ssh-keygen -q -t ed25519 -N '' -f /home/carol/id_ed25519 && chown carol: /home/carol/id_ed25519*")
    inside(root, "echo 'multi off' >/etc/host.conf; mkdir -p /srv/data && touch /srv/data/x && chown carol /srv/data/x")
    yield root
    shutil.rmtree(root, ignore_errors=True)


def inside(root: Path, command: str, stdin: str = "") -> str:
    """What a shell in the system prints, with a /proc of its own that goes away with it."""
    setting = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    entered = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        f"--mount-proc={root}/proc",
        "chroot",
        str(root),
        "sh",
        "-c",
        command,
    ]
    return subprocess.run(entered, input=stdin, capture_output=True, text=True, check=True, env=setting).stdout


@pytest.fixture(scope="module")
def probed(debian) -> tuple[GuestFacts, State, State]:
    """The facts, and the state of every file before the very first search and after it."""
    before = state_of(debian)
    output = inside(debian, "sh -s", script(QUESTIONS, nonce=NONCE))
    after = state_of(debian)
    return read_report(output.encode(), nonce=NONCE, method=InspectionMethod.SSH, now=NOW), before, after


@pytest.fixture(scope="module")
def facts(probed: tuple[GuestFacts, State, State]) -> GuestFacts:
    return probed[0]


def test_it_is_known_for_what_it_is(facts):
    assert (facts.system.value.id, facts.system.value.version) == ("debian", "12")
    assert facts.as_root


def test_packages_are_those_that_dpkg_lists(debian, facts):
    listed = inside(debian, "dpkg-query -W -f '${Package}\\n'").split()
    assert set(facts.packages.value.names) == set(listed)
    assert facts.packages.value.count == len(listed) > 80


def test_updates_are_those_that_apt_would_install(debian, facts):
    simulated = inside(debian, "apt-get -s upgrade").splitlines()
    expected = {line.split()[1] for line in simulated if line.startswith("Inst ")}
    assert {each.name for each in facts.updates.value.pending} == expected
    assert facts.updates.value.problems == ()
    assert facts.updates.value.lists_at is not None


def test_accounts_are_those_of_passwd_and_shadow(facts):
    assert {each.name: each.password for each in facts.accounts.value.accounts} == {
        "root": PasswordState.LOCKED,
        "carol": PasswordState.NONE,
        "dave": PasswordState.SET,
    }
    assert [(each.owner, each.example) for each in facts.accounts.value.orphans] == [("carol", "/srv/data/x")]


def test_directories_have_the_sizes_that_du_measures(debian, facts):
    for directory in (*facts.directories.value.homes, *facts.directories.value.others):
        measured = int(inside(debian, f"du -xsk {directory.path}").split()[0])
        counted = int(inside(debian, f"find {directory.path} -xdev -type f | wc -l"))
        assert (directory.size_kib, directory.files) == (measured, counted), directory.path


def test_the_skeleton_of_a_new_account_is_nobodys(facts):
    assert facts.directories.value.at("/home/dave").own_files == 0
    assert facts.directories.value.at("/home/carol").own_files == 2


def test_changed_files_are_those_that_dpkg_finds_changed(debian, facts):
    verified = inside(debian, "dpkg -V base-files || :")
    states = {each.path: each.package_state for each in facts.system_files.value}
    assert "/etc/host.conf" in verified
    assert states["/etc/host.conf"] is PackageState.CHANGED
    assert states["/etc/passwd"] is PackageState.UNOWNED


def test_a_key_is_found(facts):
    found = {each.path: each.marks for each in facts.sightings.value}
    assert found == {"/home/carol/id_ed25519": ("private-key",), "/home/carol/id_ed25519.pub": ()}


def test_every_part_is_known_or_says_why(facts):
    for name in GuestFacts.model_fields:
        fact = getattr(facts, name)
        if hasattr(fact, "unknown_because") and fact.value is None:
            assert fact.unknown_because, name


def test_nothing_is_changed_by_the_probe(probed):
    _, before, after = probed
    assert len(before) > 3000
    assert after == before


def state_of(root: Path) -> State:
    """All but the times of access."""
    found: State = {}
    for folder, _, names in os.walk(root):
        for path in (folder, *(f"{folder}/{name}" for name in names)):
            one = os.lstat(path)
            size = 0 if stat.S_ISDIR(one.st_mode) else one.st_size
            found[path] = (one.st_mode, one.st_uid, one.st_gid, size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino)
    return found
