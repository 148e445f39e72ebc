"""The canaries of a seal are seen before it, and none of them after it, on the raw disk."""

from __future__ import annotations

import subprocess

import pytest

from models.seal.report import SealState
from tests.guest.probe.trees import needs_root
from tests.guest.seal.disks import small_disk
from tests.guest.seal.plans import EMPTY_ALICE, everything
from tests.guest.seal.sealing import seal
from tests.support.shells import EACH_SHELL


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
        said = seal(root, EMPTY_ALICE, tmp_path, disk=tmp_path / "none")
        assert {each.seen_before for each in said.report.canaries} == {None}
        assert said.report.control_seen is None
        assert not said.report.zero_filled
