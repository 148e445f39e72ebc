"""Guests whose files were made to fool the seal: it never leaves the tree, and never says *sealed* falsely."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from models.seal.plan import KeptThing, OperationId, SealPlan, SealTarget, TargetAction
from models.seal.report import SealState
from tests.guest.probe.trees import needs_root, new_tree
from tests.guest.seal.lived_in import lived_in
from tests.guest.seal.sealing import changed, plan, seal, state_of, target
from tests.guest.trees.building import build_tree, put
from tests.support.needs import needs, tool
from tests.support.shells import EACH_SHELL

PEOPLE = ("root", "debian", "alice", "bruno")
HOMES = ("/home/debian", "/home/alice", "/home/bruno")


def plan_of(*targets: tuple[OperationId, TargetAction, str], **values: object) -> SealPlan:
    """A plan of single targets for a tree of Debian 12."""
    wanted: dict[OperationId, tuple[SealTarget, ...]] = {}
    for operation, action, name in targets:
        wanted[operation] = (*wanted.get(operation, ()), target(action, name))
    known = {"accounts": PEOPLE, "homes": HOMES, "units": ("survey.service",), **values}
    return plan(wanted, **known)


EMPTY_ALICE = plan_of((OperationId.HOMES, TargetAction.EMPTY, "/home/alice"))


@pytest.fixture
def root() -> Path:
    return new_tree("debian-12")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of the machine, which no seal may touch."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_text("1\n")
    return folder


class TestLinks:
    def test_a_link_in_what_goes_is_removed_and_not_followed(self, root, outside, tmp_path):
        (root / "home/alice/out").symlink_to(outside)
        (root / "home/alice/precious").symlink_to(outside / "precious")
        before = state_of(outside)
        assert seal(root, EMPTY_ALICE, tmp_path).report.state is SealState.SEALED
        assert not list((root / "home/alice").iterdir())
        assert state_of(outside) == before

    @needs_root
    def test_a_link_of_a_user_on_the_way_to_a_target_ends_the_seal(self, root, outside, tmp_path):
        (root / "srv/way").symlink_to(outside)
        os.chown(root / "srv/way", 1001, 1001, follow_symlinks=False)
        made = plan_of((OperationId.SECRETS, TargetAction.REMOVE, "/srv/way/precious"))
        said = seal(root, made, tmp_path)
        assert (said.report.state, said.report.why) == (
            SealState.FAILED, "a link leads away on the way to /srv/way/precious",
        )  # fmt: skip
        assert (outside / "precious").exists()

    @pytest.mark.parametrize("action", [TargetAction.EMPTY, TargetAction.RENEW])
    def test_a_home_that_became_a_link_out_of_the_tree_ends_the_seal(self, root, outside, tmp_path, action):
        (root / "home/alice").rename(root / "home/alice.old")
        (root / "home/alice").symlink_to(outside)
        made = plan_of((OperationId.HOMES, action, "/home/alice"), homes=(*HOMES, "/home/alice.old"))
        said = seal(root, made, tmp_path)
        assert said.report.state is SealState.FAILED
        assert (outside / "precious").read_text() == "1\n"
        assert [each.name for each in outside.iterdir()] == ["precious"]

    def test_a_link_of_the_system_inside_of_the_tree_is_followed(self, root, tmp_path):
        (root / "data/homes").mkdir()
        (root / "home/alice").rename(root / "data/homes/alice")
        (root / "home/alice").symlink_to("../data/homes/alice")
        assert seal(root, EMPTY_ALICE, tmp_path).report.state is SealState.SEALED
        assert (root / "home/alice").is_symlink()
        assert not list((root / "data/homes/alice").iterdir())

    def test_a_system_file_that_is_a_link_out_of_the_tree_ends_the_seal(self, root, outside, tmp_path):
        (root / "etc/hosts").unlink()
        (root / "etc/hosts").symlink_to(outside / "precious")
        (outside / "precious").write_text("10.0.0.1 site\n")
        said = seal(
            root,
            plan({OperationId.SYSTEM_FILES: ()}, accounts=PEOPLE, homes=HOMES, units=("survey.service",)),
            tmp_path,
        )
        assert (said.report.state, said.report.why) == (SealState.FAILED, "/etc/hosts is a link that leads away")
        assert (outside / "precious").read_text() == "10.0.0.1 site\n"

    def test_a_log_that_is_a_link_is_not_followed(self, root, outside, tmp_path):
        (root / "var/log/precious.log").symlink_to(outside / "precious")
        said = seal(
            root, plan({OperationId.LOGS: ()}, accounts=PEOPLE, homes=HOMES, units=("survey.service",)), tmp_path
        )
        assert said.report.state is SealState.SEALED
        assert (outside / "precious").read_text() == "1\n"

    def test_a_link_where_the_seal_writes_its_own_files_is_not_written_through(self, root, outside, tmp_path):
        for name in (".imaging-seal-control", ".imaging-seal-canary"):
            (root / "var/tmp" / name).symlink_to(outside / "precious")
        (root / "home/alice/.imaging-seal-canary").symlink_to(outside / "precious")
        seal(root, EMPTY_ALICE, tmp_path)
        assert (outside / "precious").read_text() == "1\n"


class TestNames:
    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_odd_names_go_like_all_others(self, root, tmp_path, shell):
        for name in ("-rf", "a\nb", "\n", " ", "*", "$(reboot)", "'", '"', "\\", "\x1b[2J", "[a]", "ü", "-delete", "!"):
            (root / "home/alice" / f"{name} d").mkdir()
            (root / "home/alice" / f"{name} d" / name).write_text("x")
        (Path(os.fsdecode(os.fsencode(root) + b"/home/alice/\xff\xfe"))).write_text("x")
        assert seal(root, EMPTY_ALICE, tmp_path, shell=shell).report.state is SealState.SEALED
        assert not list((root / "home/alice").iterdir())

    def test_a_target_is_a_name_and_never_a_pattern(self, root, tmp_path):
        for name in ("a*b", "aXb", "[ab]", "a", "a b", "a"):
            put(root, f"srv/{name}", "1\n")
        made = plan_of(*((OperationId.SECRETS, TargetAction.REMOVE, f"/srv/{name}") for name in ("a*b", "[ab]")))
        assert seal(root, made, tmp_path).report.state is SealState.SEALED
        assert {"aXb", "a", "a b"} <= {each.name for each in (root / "srv").iterdir()}
        assert not {"a*b", "[ab]"} & {each.name for each in (root / "srv").iterdir()}

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_names_of_all_alphabets_travel_to_the_clone(self, root, tmp_path, shell):
        names = ("Messung übersicht", "データ", 'it\'s $(odd) `x` "y" \\n & | ;', " blank ", "-rf", "#= x", "a,b")
        for name in names:
            put(root, f"srv/go/{name}/deep/1", "1\n")
            put(root, f"srv/lines/{name}", "a\nsecret\nb\n")
        wanted = {
            OperationId.SECRETS: (
                *(target(TargetAction.REMOVE, f"/srv/go/{name}") for name in names),
                *(target(TargetAction.LINES, f"/srv/lines/{name}", 2) for name in names),
            )
        }
        said = seal(root, plan(wanted, accounts=PEOPLE, homes=HOMES), tmp_path, shell=shell)
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert said.result(OperationId.SECRETS).before == 4 * len(names)
        assert not list((root / "srv/go").iterdir())
        assert {each.read_text() for each in (root / "srv/lines").iterdir()} == {"a\n\nb\n"}

    def test_what_is_kept_is_a_name_and_never_a_pattern(self, root, tmp_path):
        for name in ("k*/1", "kX/1", "k?/1", "[k]/1"):
            put(root, f"home/alice/deep/{name}", "1\n")
        kept = tuple(KeptThing(path=f"/home/alice/deep/{name}") for name in ("k*", "[k]"))
        made = plan_of((OperationId.HOMES, TargetAction.REMOVE, "/home/alice"), kept=kept)
        assert seal(root, made, tmp_path).report.state is SealState.SEALED
        assert {str(each.relative_to(root / "home/alice")) for each in (root / "home/alice").rglob("*")} == {
            "deep", "deep/k*", "deep/k*/1", "deep/[k]", "deep/[k]/1",
        }  # fmt: skip

    def test_a_binary_file_is_not_edited_by_lines(self, root, tmp_path):
        put(root, "srv/db", b"a\0b\nsecret\n")
        lines = {OperationId.SECRETS: (target(TargetAction.LINES, "/srv/db", 2),)}
        made = plan(lines, accounts=PEOPLE, homes=HOMES, units=("survey.service",))
        said = seal(root, made, tmp_path)
        assert (said.report.state, said.report.why) == (SealState.FAILED, "/srv/db is not a text")
        assert (root / "srv/db").read_bytes() == b"a\0b\nsecret\n"


class TestChanged:
    @pytest.mark.parametrize(
        "appeared, said",
        [
            ("home/eve/x", "home /home/eve"),
            ("home/a\nb/x", "home /home/a?b"),
            ("home/al\nice/x", "home /home/al?ice"),
            ("etc/systemd/system/multi-user.target.wants/evil.service", "unit evil.service"),
            ("etc/systemd/system/x.target.requires/evil.timer", "unit evil.timer"),
        ],
    )
    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_what_nobody_agreed_to_stops_it_and_nothing_is_touched(self, root, tmp_path, appeared, said, shell):
        put(root, appeared, "x")
        before = state_of(root)
        report = seal(root, EMPTY_ALICE, tmp_path, shell=shell).report
        assert (report.state, report.appeared) == (SealState.CHANGED, (said,))
        assert report.results == ()
        assert changed(before, state_of(root)) == set()

    def test_a_line_end_in_a_name_is_not_taken_for_the_mark_that_it_is_shown_as(self, root, tmp_path):
        for path in ("home/al?ice/x", "home/al\nice/x"):
            put(root, path, "1\n")
        made = plan_of((OperationId.HOMES, TargetAction.REMOVE, "/home/al?ice"), homes=(*HOMES, "/home/al?ice"))
        report = seal(root, made, tmp_path).report
        assert (report.state, report.appeared) == (SealState.CHANGED, ("home /home/al?ice",))

    def test_so_does_an_account(self, root, tmp_path):
        with (root / "etc/passwd").open("a") as accounts:
            accounts.write(
                "eve:x:1009:1009::/srv/www:/bin/sh\nservice:x:988:988::/srv:/sbin/nologin\ntoor:x:0:0::/:/bin/sh\n"
            )
        before = state_of(root)
        report = seal(root, EMPTY_ALICE, tmp_path).report
        assert (report.state, report.appeared) == (SealState.CHANGED, ("account eve", "account toor", "home /srv/www"))
        assert changed(before, state_of(root)) == set()

    def test_what_is_gone_since_is_no_change(self, root, tmp_path):
        made = plan_of(
            (OperationId.HOMES, TargetAction.EMPTY, "/home/alice"),
            homes=(*HOMES, "/home/carol"),
            accounts=(*PEOPLE, "carol"),
        )
        assert seal(root, made, tmp_path).report.state is SealState.SEALED

    def test_a_masked_unit_is_not_enabled(self, root, tmp_path):
        (root / "etc/systemd/system/multi-user.target.wants/off.service").symlink_to(
            "/usr/lib/systemd/system/off.service"
        )
        (root / "etc/systemd/system/off.service").symlink_to("/dev/null")
        assert seal(root, EMPTY_ALICE, tmp_path).report.state is SealState.SEALED


def written_again(root: Path, folder: Path, name: str) -> str:
    """A PATH whose `find` writes a file of alice's again as soon as anything was removed."""
    tools = folder / "tools"
    tools.mkdir()
    file = root / "home/alice" / name
    again = f"mkdir -p '{file.parent}' && echo x >'{file}'"
    (tools / "find").write_text(f'#!/bin/sh\n{tool("find")} "$@"\nstatus=$?\n{again}\nexit $status\n')
    (tools / "find").chmod(0o700)
    return f"{tools}:{os.environ['PATH']}"


class TestResistance:
    def test_what_comes_back_ends_the_seal(self, root, tmp_path):
        """Written again as soon as anything was removed: a process beside it would come too late on a busy machine."""
        said = seal(root, EMPTY_ALICE, tmp_path, path=written_again(root, tmp_path, "again"))
        assert said.report.state is SealState.FAILED
        assert said.report.why.startswith("homes: ")
        assert said.facts is None

    def test_what_comes_back_later_ends_it_too(self, root, tmp_path):
        """It is removed well, and written again while later operations are carried out."""
        made = plan(
            {**{each.id: each.targets for each in EMPTY_ALICE.operations}, **dict.fromkeys(OTHERS, ())},
            accounts=PEOPLE, homes=HOMES, units=("survey.service",),
        )  # fmt: skip
        waiting = f"until grep -q 'progress logs' {tmp_path}/console; do :; done; echo x >{root}/home/alice/again"
        writer = subprocess.Popen(["sh", "-c", waiting], stderr=subprocess.DEVNULL)
        try:
            said = seal(root, made, tmp_path)
        finally:
            writer.kill()
            writer.wait()
        assert (said.report.state, said.report.why) == (
            SealState.FAILED, "homes: 1 came back, such as /home/alice/again",
        )  # fmt: skip

    @needs_root
    @needs("chattr")
    def test_immutable_files_go_and_those_that_are_edited_stay_so(self, tmp_path):
        root, made = lived_in("debian-12")
        immutable = ("home/alice/survey/results.csv", "home/alice/survey", "etc/hosts", "etc/machine-id", "etc/passwd")
        held = [root / name for name in (*immutable, "var/log/syslog")]
        if subprocess.run(["chattr", "+i", *held[:-1]], check=False, capture_output=True).returncode:
            pytest.skip("this file system knows no immutable files")
        subprocess.run(["chattr", "+a", held[-1]], check=True)
        try:
            said = seal(root, made, tmp_path)
            flags = subprocess.run(["lsattr", "-d", *held[2:]], capture_output=True, text=True, check=True).stdout
        finally:
            subprocess.run(["chattr", "-i", "-a", *held], check=False, capture_output=True)
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert not held[0].exists()
        assert "catalogue.internal" not in held[2].read_text()
        assert held[3].read_bytes() == held[-1].read_bytes() == b""
        assert [line.split()[0].strip("-e") for line in flags.splitlines()] == ["i", "i", "i", "a"]

    @needs_root
    @needs("chattr")
    def test_an_immutable_file_that_cannot_be_loosened_ends_the_seal(self, root, tmp_path):
        held, tools = root / "home/alice/openrc.sh", tmp_path / "tools"
        if subprocess.run(["chattr", "+i", held], check=False, capture_output=True).returncode:
            pytest.skip("this file system knows no immutable files")
        tools.mkdir()
        put(tools, "chattr", "#!/bin/sh\nexit 1\n", mode=0o755)
        try:
            said = seal(root, EMPTY_ALICE, tmp_path, path=f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin")
        finally:
            subprocess.run(["chattr", "-i", held], check=True)
        assert (said.report.state, said.report.why) == (
            SealState.FAILED, "homes: 1 left of 27, such as /home/alice/openrc.sh",
        )  # fmt: skip

    @needs_root
    def test_on_a_read_only_root_nothing_is_said_to_be_gone(self, tmp_path):
        with small_disk(tmp_path, 64) as (root, _):
            subprocess.run(["mount", "-o", "remount,ro", root], check=True)
            said = seal(root, EMPTY_ALICE, tmp_path)
        assert said.report.state is SealState.FAILED
        assert said.report.why.startswith("homes: ")

    @needs_root
    def test_on_a_full_disk_it_works_and_no_canary_counts(self, tmp_path):
        with small_disk(tmp_path, 64) as (root, disk):
            fill(root / "data/full")
            said = seal(root, everything(), tmp_path, disk=disk)
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert {each.seen_before for each in said.report.canaries} == {False}

    def test_a_log_that_grows_while_it_is_emptied_ends_the_seal(self, root, tmp_path):
        writer = subprocess.Popen(["sh", "-c", f"while :; do echo x >>{root}/var/log/grows.log; done"])
        try:
            said = seal(root, plan_of_all(OperationId.LOGS), tmp_path)
        finally:
            writer.kill()
            writer.wait()
        assert said.report.state is SealState.FAILED
        assert said.report.why.startswith("logs: 1 ")
        assert said.facts is None

    @needs_root
    @needs("chattr")
    def test_what_is_kept_stays_immutable_where_its_neighbour_was(self, root, tmp_path):
        kept, other = put(root, "home/alice/kept/thesis", "1\n"), put(root, "home/alice/other", "1\n")
        if subprocess.run(["chattr", "+i", kept, other], check=False, capture_output=True).returncode:
            pytest.skip("this file system knows no immutable files")
        made = plan_of(
            (OperationId.HOMES, TargetAction.EMPTY, "/home/alice"), kept=(KeptThing(path="/home/alice/kept"),)
        )
        try:
            said = seal(root, made, tmp_path)
            flags = subprocess.run(["lsattr", "-d", kept], capture_output=True, text=True, check=True).stdout
        finally:
            subprocess.run(["chattr", "-i", kept, other], check=False, capture_output=True)
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert "i" in flags.split()[0]
        assert not other.exists()

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_what_is_left_is_named(self, root, tmp_path, shell):
        said = seal(root, EMPTY_ALICE, tmp_path, shell=shell, path=written_again(root, tmp_path, "it is/here"))
        assert "such as /home/alice/it is" in said.report.why


def plan_of_all(*operations: OperationId) -> SealPlan:
    """Operations that name nothing themselves."""
    return plan(dict.fromkeys(operations, ()), accounts=PEOPLE, homes=HOMES, units=("survey.service",))


EXPECTED_FILES = (
    "etc/hosts", "etc/hostname", "etc/mailname", "etc/resolv.conf", "etc/ldap.conf", "etc/login.defs",
    "etc/cloud/cloud.cfg.d/99-x.cfg", "etc/ssh/ssh_host_x_key.pub", "etc/iscsi/initiatorname.iscsi",
    "etc/netplan/60-x.yaml", "etc/postfix/main.cf", "etc/sudoers.d/x", "etc/popularity-contest.conf", "etc/gshadow",
    "var/lib/cloud/data/set-hostname", "var/lib/cloud/data/previous-hostname", "var/lib/snapd/state.json",
    "var/lib/dbus/machine-id", "var/log/x.log", "var/log/wtmp", "var/mail/alice", "home/alice/x", "home/debian/.bashrc",
    "etc/skel/.x", "root/x", "tmp/x", "var/tmp/.imaging-seal-control", "var/tmp/.imaging-seal-canary",
    "root/.imaging-seal-canary", "var/log/.imaging-seal-canary.log", "srv/secret", "srv/lines", "srv/emptied",
    "var/lib/systemd/random-seed", "var/cache/debconf/passwords.dat", "etc/fstab",
)  # fmt: skip
"""Where a seal reads, edits, empties or removes a file."""


class TestNoFiles:
    """Something else lies where a file is expected: it is not waited for, and what was to go is gone."""

    @pytest.mark.parametrize("kind", ["fifo", "socket", "directory"])
    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_the_seal_comes_to_its_end(self, root, tmp_path, kind, shell):
        for path in EXPECTED_FILES:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            odd(place, kind)
        wanted = {each.id: each.targets for each in everything().operations}
        wanted[OperationId.SECRETS] = (
            target(TargetAction.REMOVE, "/srv/secret"),
            target(TargetAction.LINES, "/srv/lines", 1),
            target(TargetAction.TRUNCATE, "/srv/emptied"),
        )
        made = plan(wanted, accounts=PEOPLE, homes=HOMES, units=("survey.service",))
        # What the probe waits for is bounded by itself.
        report = seal(root, made, tmp_path, shell=shell, probed=frozenset({"identity"})).report
        assert (report.state, report.why) == (SealState.SEALED, "")
        assert not list((root / "var/tmp").iterdir())
        assert not (root / "srv/secret").exists() or kind == "directory"
        assert not any(each.seen_before for each in report.canaries)

    @pytest.mark.parametrize("kind", ["fifo", "socket"])
    def test_a_machine_id_that_is_no_file_is_an_empty_one_afterwards(self, root, tmp_path, kind):
        (root / "etc/machine-id").unlink()
        odd(root / "etc/machine-id", kind)
        assert seal(root, plan_of_all(OperationId.MACHINE_ID), tmp_path).report.state is SealState.SEALED
        assert (root / "etc/machine-id").is_file()
        assert (root / "etc/machine-id").read_bytes() == b""

    def test_a_machine_id_that_is_a_folder_ends_the_seal(self, root, tmp_path):
        (root / "etc/machine-id").unlink()
        put(root, "etc/machine-id/x", "1\n")
        said = seal(root, plan_of_all(OperationId.MACHINE_ID), tmp_path)
        assert (said.report.state, said.report.why[:18]) == (SealState.FAILED, "machine-id: 1 left")

    def test_accounts_that_are_no_file_are_none(self, root, tmp_path):
        (root / "etc/passwd").unlink()
        odd(root / "etc/passwd", "fifo")
        made = plan_of((OperationId.ACCOUNTS, TargetAction.ACCOUNT, "alice"))
        said = seal(root, made, tmp_path, probed=frozenset({"identity"}))
        assert said.report.state is SealState.SEALED
        assert (root / "etc/passwd").is_fifo()
        assert said.result(OperationId.ACCOUNTS).after == 0
        assert "alice" not in (root / "etc/shadow").read_text()


def odd(place: Path, kind: str) -> None:
    """Something that is no file."""
    if kind == "directory":
        place.mkdir()
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        os.mknod(place, stat.S_IFSOCK | 0o600)


class TestHardLinks:
    def test_a_file_of_a_home_that_is_kept_elsewhere_stays_there(self, root, tmp_path):
        kept = put(root, "home/alice/shared/thesis", "1\n")
        (root / "home/alice/thesis").hardlink_to(kept)
        (root / "home/bruno/thesis").hardlink_to(kept)
        made = plan_of(
            (OperationId.HOMES, TargetAction.REMOVE, "/home/alice"),
            (OperationId.HOMES, TargetAction.EMPTY, "/home/bruno"),
            (OperationId.SECRETS, TargetAction.REMOVE, "/home/alice/thesis"),
            kept=(KeptThing(path="/home/alice/shared"),),
        )  # fmt: skip
        assert seal(root, made, tmp_path).report.state is SealState.SEALED
        assert kept.read_text() == "1\n"
        assert kept.stat().st_nlink == 1

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_a_log_that_is_kept_elsewhere_loses_its_name_only(self, root, tmp_path, shell):
        kept, log = put(root, "srv/kept/run.log", "1\n"), put(root, "var/log/own.log", "2\n")
        (root / "var/log/run.log").hardlink_to(kept)
        said = seal(root, plan_of_all(OperationId.LOGS), tmp_path, shell=shell)
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert (kept.read_text(), kept.stat().st_nlink) == ("1\n", 1)
        assert log.read_bytes() == b""


@needs_root
class TestMounts:
    """A disk of its own with mounts in it: what is bound from elsewhere stays, what a mount hides goes."""

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_what_is_bound_into_a_home_stays_where_it_lies(self, tmp_path, shell):
        with small_disk(tmp_path, 64) as (root, _):
            kept = put(root, "srv/data/thesis", "1\n")
            put(root, "home/alice/other/deep", "1\n")
            with mounted(root / "home/alice/bound place", "--bind", root / "srv/data"):
                said = seal(root, EMPTY_ALICE, tmp_path, shell=shell)
                seen = kept.read_text()
            left = {each.name for each in (root / "home/alice").iterdir()}
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert (seen, left) == ("1\n", {"bound place"})

    def test_what_is_bound_from_a_path_that_is_kept_stays(self, tmp_path):
        kept = (KeptThing(path="/srv/data"),)
        made = plan_of((OperationId.HOMES, TargetAction.REMOVE, "/home/alice"), kept=kept)
        with small_disk(tmp_path, 64) as (root, _):
            put(root, "srv/data/thesis", "1\n")
            with mounted(root / "home/alice/bound", "--bind", root / "srv/data"):
                said = seal(root, made, tmp_path)
            assert (root / "srv/data/thesis").read_text() == "1\n"
        assert said.report.state is SealState.SEALED

    def test_a_home_that_lies_elsewhere_and_is_bound_there_goes(self, tmp_path):
        with small_disk(tmp_path, 64) as (root, _):
            put(root, "data/homes/alice/secret", "1\n")
            with mounted(root / "home", "--bind", root / "data/homes"):
                said = seal(root, EMPTY_ALICE, tmp_path)
            assert not list((root / "data/homes/alice").iterdir())
        assert said.report.state is SealState.SEALED

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_what_a_mount_hides_goes_too_and_what_it_shows_stays(self, tmp_path, shell):
        with (
            small_disk(tmp_path, 64) as (root, _),
            small_disk(tmp_path / "second", 16, place=root / "data") as (second, _),
        ):
            put(root, "home/alice/hidden", "1\n")
            put(second, "alice/volume/hidden", "1\n")
            made = plan_of(
                (OperationId.HOMES, TargetAction.EMPTY, "/home/alice"),
                (OperationId.HOMES, TargetAction.EMPTY, "/data/alice"),
            )
            memory = ("-t", "tmpfs", "tmpfs")
            with mounted(root / "home/alice", *memory), mounted(second / "alice/volume", *memory):
                shown = [put(root, "home/alice/shown", "1\n"), put(second, "alice/volume/shown", "1\n")]
                said = seal(root, made, tmp_path, shell=shell)
                stayed = [each.exists() for each in shown]
            gone = [(root / "home/alice/hidden").exists(), (second / "alice/volume/hidden").exists()]
        assert (said.report.state, said.report.why) == (SealState.SEALED, "")
        assert (stayed, gone) == ([True, True], [False, False])

    def test_where_what_is_hidden_cannot_be_reached_nothing_is_said_to_be_gone(self, tmp_path):
        tools = tmp_path / "tools"
        put(tools, "mount", "#!/bin/sh\nexit 32\n", mode=0o755)
        with small_disk(tmp_path, 64) as (root, _):
            put(root, "home/alice/hidden", "1\n")
            with mounted(root / "home/alice", "-t", "tmpfs", "tmpfs"):
                said = seal(root, EMPTY_ALICE, tmp_path, path=f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin")
        assert (said.report.state, said.report.why) == (
            SealState.FAILED, "what lies below mounts of / cannot be reached",
        )  # fmt: skip


@contextmanager
def mounted(place: Path, *source: str | Path) -> Iterator[None]:
    """Something is mounted there."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *source, place], check=True)
    try:
        yield
    finally:
        unmount(place)


def unmount(place: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", place], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)


OTHERS = (OperationId.BACKUPS, OperationId.CACHES, OperationId.LOGS)


def everything() -> SealPlan:
    """All operations, on a tree of Debian 12."""
    wanted: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
    made = plan_of(
        (OperationId.HOMES, TargetAction.REMOVE, "/home/alice"),
        (OperationId.HOMES, TargetAction.RENEW, "/home/debian"),
        (OperationId.ROOT_HOME, TargetAction.RENEW, "/root"),
        (OperationId.DIRECTORIES, TargetAction.EMPTY, "/var/tmp"),
        (OperationId.ACCOUNTS, TargetAction.ACCOUNT, "alice"),
    )
    return plan(
        {**wanted, **{each.id: each.targets for each in made.operations}},
        accounts=PEOPLE,
        homes=HOMES,
        units=("survey.service",),
    )


def fill(file: Path) -> None:
    """Write until the disk is full to the last block."""
    with file.open("wb", buffering=0) as full:
        for size in (65536, 512):
            with suppress(OSError):
                while full.write(bytes(size)):
                    pass


@contextmanager
def small_disk(folder: Path, mib: int, *, place: Path | None = None) -> Iterator[tuple[Path, Path]]:
    """A tree on an ext4 of its own, and the file that is its disk; an empty one where a place is named."""
    folder.mkdir(exist_ok=True)
    disk, top = folder / "disk", place or folder / "mounted"
    with disk.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    top.mkdir(exist_ok=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", disk], check=True, capture_output=True)
    if subprocess.run(["mount", "-o", "loop", disk, top], check=False, capture_output=True).returncode:
        pytest.skip("no loop devices here")
    try:
        yield build_tree("debian-12", top) if place is None else top, disk
    finally:
        unmount(top)


@needs_root
class TestCanaries:
    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_all_are_seen_before_and_none_is_seen_after(self, tmp_path, shell):
        with small_disk(tmp_path, 64) as (root, disk):
            said = seal(root, everything(), tmp_path, disk=disk, shell=shell)
        report = said.report
        assert (report.state, report.why) == (SealState.SEALED, "")
        assert {each.kind.value: each.seen_before for each in report.canaries} == dict.fromkeys(
            ("home", "history", "root-home", "log", "deleted", "cache"), True
        )
        assert {each.seen_after for each in report.canaries} == {False}
        assert report.control_seen
        assert report.zero_filled, "nothing trims a tree, so its free space had to be overwritten"

    def test_what_stays_on_the_disk_is_seen(self, tmp_path):
        """A copy that no operation knows of, as a volume shadow would keep it."""
        with small_disk(tmp_path, 64) as (root, disk):
            waiting = f"until cp {root}/home/alice/.imaging-seal-canary {root}/opt/copy; do :; done"
            copier = subprocess.Popen(["sh", "-c", waiting], stderr=subprocess.DEVNULL)
            try:
                said = seal(root, everything(), tmp_path, disk=disk)
            finally:
                copier.kill()
                copier.wait()
        seen = {each.kind.value: each.seen_after for each in said.report.canaries}
        assert seen.pop("home") is True
        assert set(seen.values()) == {False}

    def test_a_disk_that_cannot_be_read_proves_nothing(self, root, tmp_path):
        said = seal(root, everything(), tmp_path, disk=tmp_path / "none")
        assert {each.seen_before for each in said.report.canaries} == {None}
        assert said.report.control_seen is None
        assert not said.report.zero_filled
