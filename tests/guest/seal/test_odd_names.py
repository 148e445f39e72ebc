"""Names that were made to fool the seal are names to it, and never patterns."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.seal.plan import KeptThing, OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.seal.plans import EMPTY_ALICE, HOMES, PEOPLE, plan_of
from tests.guest.seal.sealing import plan, seal, target
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL


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
