"""Files that come back, that cannot be removed or that leave no room: the seal never says *sealed* falsely."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from models.seal.plan import KeptThing, OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.probe.trees import needs_root
from tests.guest.seal.disks import fill, small_disk
from tests.guest.seal.lived_in import lived_in
from tests.guest.seal.plans import EMPTY_ALICE, HOMES, PEOPLE, everything, plan_of, plan_of_all
from tests.guest.seal.sealing import plan, seal
from tests.guest.trees.building import put
from tests.support.needs import needs, tool
from tests.support.shells import EACH_SHELL, GUEST_PATH

HELD = {*(OperationId.ACCOUNTS, OperationId.HOMES, OperationId.SYSTEM_FILES), OperationId.LOGS, OperationId.MACHINE_ID}
OTHERS = (OperationId.BACKUPS, OperationId.CACHES, OperationId.LOGS)


def written_again(root: Path, folder: Path, name: str) -> str:
    """A PATH whose `find` writes a file of alice's again as soon as anything was removed."""
    tools = folder / "tools"
    tools.mkdir()
    file = root / "home/alice" / name
    again = f"mkdir -p '{file.parent}' && echo x >'{file}'"
    (tools / "find").write_text(f'#!/bin/sh\n{tool("find")} "$@"\nstatus=$?\n{again}\nexit $status\n')
    (tools / "find").chmod(0o700)
    return f"{tools}:{GUEST_PATH}"


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
        root, whole = lived_in("debian-12")
        made = whole.model_copy(update={"operations": tuple(each for each in whole.operations if each.id in HELD)})
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
