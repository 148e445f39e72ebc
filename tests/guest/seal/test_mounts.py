"""A disk with mounts in it: what is bound from elsewhere stays, what a mount hides goes."""

from __future__ import annotations

import pytest

from models.seal.plan import KeptThing, OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.probe.trees import needs_root
from tests.guest.seal.disks import mounted, small_disk
from tests.guest.seal.plans import EMPTY_ALICE, plan_of
from tests.guest.seal.sealing import seal
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL


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
