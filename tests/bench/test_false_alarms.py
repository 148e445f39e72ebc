"""The measurement of false alarms: stock systems have none, and it would see one."""

from __future__ import annotations

import pytest

from bench.false_alarms import alarms, expected
from bench.stock import trees
from bench.stock.inspecting import open_findings
from imaging.guidelines.catalogue import RULES
from tests.support.needs import needs

pytestmark = needs("root", "rpm")


@pytest.mark.parametrize("name", ["ubuntu-26.04", pytest.param("rocky-9", marks=pytest.mark.slow)])
def test_a_stock_system_gives_no_false_alarm_and_a_broken_line_is_seen(tmp_path, name):
    root = trees.build(name, tmp_path / "root")
    assert alarms(name, open_findings(root)) == []
    fstab = root / "etc/fstab"
    fstab.write_text(fstab.read_text() + "UUID=gone /data ext4 defaults 0 2\n")
    assert any(each.startswith("VOL-FSTAB fail") for each in alarms(name, open_findings(root)))


def test_what_is_expected_names_rules_and_systems_that_there_are_and_says_why():
    systems = (*trees.STOCK, "debian-11", "debian-12", "debian-13", "debian-sid")
    for row in expected():
        assert row["rule"] in {rule.id for rule in RULES}
        assert all(any(name.startswith(each) for name in systems) for each in row["on"])
        assert row["why"]
