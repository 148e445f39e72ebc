"""What appeared since the inspection stops the seal before anything is touched."""

from __future__ import annotations

import pytest

from models.seal.plan import OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.seal.plans import EMPTY_ALICE, HOMES, PEOPLE, plan_of
from tests.guest.seal.sealing import changed, seal, state_of
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL


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
