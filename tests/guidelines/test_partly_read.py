"""What was only read in part, and showed nothing, passes no rule that asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.checklist import judge
from models.fact import IncompleteCode
from models.findings import Outcome, Source
from models.guest.network import Firewall
from tests.guidelines.building import facts, profile
from tests.guidelines.guest_building import HEALTHY, guest_fact, guest_finding, kind_of, partly

TOLD_BY_OTHERS = {
    "disks": {
        "ID-LVM",  # there is no list of devices
        "BOOT-FIRMWARE",  # the image asks for nothing else
        "BOOT-SWAP",  # there is no swap
    },
    "path_uses": {"VOL-SYMLINK"},  # nothing is mounted that a path could lead to
    "sshd": {"SEC-HOSTKEYS"},  # cloud-init always makes new keys
}
"""Rules that another part answers while this one shows nothing, and why that is right for the healthy guest."""


def outcomes(**changed: Any) -> dict[str, Outcome]:
    return {
        each.rule: each.outcome for each in judge(facts(guest=guest_fact(**changed)), profile("jetstream2")).findings
    }


@pytest.mark.parametrize("part", sorted(HEALTHY))
def test_a_part_that_was_cut_short_passes_nothing(part):
    kind = kind_of(part)
    nothing = () if isinstance(HEALTHY[part], tuple) else type(HEALTHY[part])()
    reason = {"incomplete_because": "said in other words", "incomplete_code": IncompleteCode.CUT_SHORT}
    cut = outcomes(**{part: kind(value=nothing, source=Source.GUEST, **reason)})
    unread = outcomes(**{part: kind(unknown_because="time was up", source=Source.GUEST)})
    passing = {rule for rule, outcome in cut.items() if outcome is Outcome.PASS and unread[rule] is not Outcome.PASS}
    assert passing == TOLD_BY_OTHERS.get(part, set())


def test_a_list_of_packet_filter_rules_that_was_cut_short_does_not_open_a_port():
    cut = partly(Firewall, Firewall(rules=3, ssh_open=True, why="rule 1 accepts it"))
    assert guest_finding("SYS-FIREWALL", firewall=cut).outcome is Outcome.UNKNOWN


def test_a_setting_of_cloud_init_may_stand_in_a_file_that_only_root_may_read():
    for rule in ("CI-NETDISABLED", "CI-DATASOURCE"):
        cut = partly(
            type(HEALTHY["cloud_init"]), HEALTHY["cloud_init"], "only root may read /etc/cloud/cloud.cfg.d/99.cfg"
        )
        assert guest_finding(rule, cloud_init=cut).outcome is Outcome.UNKNOWN
