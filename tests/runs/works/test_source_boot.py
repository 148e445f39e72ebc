"""How long the source took to boot, read from its console."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.works.source_boot import seconds_to_come_up

LINE = "[   48.2] cloud-init[368]: Cloud-init v. 22.4.2 finished at Sun, 22 Nov 2026 21:00:41 +0000. "
SOURCE = "Datasource DataSourceConfigDrive [net,ver=2][source=/dev/sr0].  "


def test_it_is_what_cloud_init_said_at_the_last_boot():
    boots = [f"{LINE}{SOURCE}Up {seconds} seconds\nlogin:\n" for seconds in ("48.23", "12", "0.5")]
    assert seconds_to_come_up("".join(boots)) == 0.5
    assert seconds_to_come_up("".join(boots[:2])) == 12


SILENT = ["", "login: ", LINE, f"{LINE}{SOURCE}Up soon seconds", f"{LINE}{'x' * 500}Up 1 seconds"]


@pytest.mark.parametrize("console", SILENT)
def test_a_console_that_does_not_say_it_leaves_it_unknown(console: str):
    assert seconds_to_come_up(console) is None
