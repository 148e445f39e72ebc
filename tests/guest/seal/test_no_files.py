"""Something else lies where the seal expects a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from models.seal.plan import OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.seal.plans import HOMES, PEOPLE, everything, plan_of, plan_of_all
from tests.guest.seal.sealing import plan, seal, target
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL

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

    @pytest.mark.parametrize("kind", ["fifo", pytest.param("socket", marks=pytest.mark.slow), "directory"])
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
