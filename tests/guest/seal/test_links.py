"""Links, symbolic and hard, lead no seal out of the tree, and to nothing that is kept."""

from __future__ import annotations

import os

import pytest

from models.seal.plan import KeptThing, OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.probe.trees import needs_root
from tests.guest.seal.plans import EMPTY_ALICE, HOMES, PEOPLE, plan_of, plan_of_all
from tests.guest.seal.sealing import plan, seal, state_of
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL


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
