"""A real Debian booted twice in a container: cloud-init starts the checks, and they restart it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.guest.inventory import read_inventory
from imaging.guest.inventory.listing import listing_user_data
from imaging.guest.works import read_works_report, unusable_public_key, works_user_data
from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker
from imaging.runs.test_instance.boot_verdict.boot_marker import user_data as marker_script
from models.works.inventory import Inventory
from models.works.report import TestSaid, WorksReport
from models.works.test_file import WorkTests
from tests.guest.debians import boot, install, suites
from tests.guest.probe.running import NOW
from tests.guest.works.instance import script
from tests.support.needs import needs

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.slow,
    needs("root", "debootstrap", "systemd-nspawn"),
]
ONCE = """[Unit]
ConditionPathExists=!/var/lib/once
[Service]
Type=oneshot
ExecStart=/bin/touch /var/lib/once
RemainAfterExit=yes
[Install]
WantedBy=multi-user.target
"""
"""A service that runs at the first boot alone."""
TESTS = (
    script("account", "id -un; pwd; echo $IMAGING_BOOT"),
    script("leaves", "(setsid sleep 500 &); echo left"),
    script("hangs", "sleep 500"),
    script("killer", "pkill -f imaging-works-; sleep 1; exit 0"),
    script("secret", "echo token=abcdefghijklmnop"),
    script("tap", "echo 1..1; echo ok 1 - it runs"),
)


@dataclass(repr=False)
class Boots:
    """Both boots of one container."""

    root: Path
    console: str
    nonce: str
    report: WorksReport
    inventory: Inventory

    def test(self, name: str, boot: int = 2) -> TestSaid:
        found = self.report.boot(boot)
        assert found is not None
        return next(each for each in found.tests if each.name == name)


@pytest.fixture(scope="module", params=suites("trixie"))
def boots(request, tmp_path_factory) -> Boots:
    root = tmp_path_factory.mktemp(request.param) / "root"
    install(root, request.param)
    (root / "etc/machine-id").write_text("")
    for key in root.glob("etc/ssh/ssh_host_*"):
        key.unlink()
    (root / "etc/systemd/system/once.service").write_text(ONCE)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    (wants / "once.service").symlink_to("/etc/systemd/system/once.service")
    shipped = root / "etc/imaging/tests.d/shipped"
    shipped.parent.mkdir(parents=True)
    shipped.write_text("#!/bin/sh\nid -un\n")
    shipped.chmod(0o755)
    nonce = secrets.token_hex(16)
    made = works_user_data(
        WorkTests(files=TESTS, user="debian", file_seconds=5, all_seconds=60),
        nonce=nonce,
        marker=marker_script(nonce),
        public_key=unusable_public_key(nonce),
    )
    seed = root / "var/lib/cloud/seed/nocloud"
    seed.mkdir(parents=True)
    (seed / "meta-data").write_text("instance-id: i-works\nlocal-hostname: i-works\n")
    (seed / "user-data").write_bytes(made)
    # What is installed is told behind the results.
    text = boot(root, f"@@imaging-works {nonce} ended", times=2)
    report = read_works_report(text, nonce=nonce, now=NOW)
    return Boots(root, text, nonce, report, read_inventory(text, nonce=nonce, now=NOW))


def test_both_boots_are_told_to_their_end(boots: Boots):
    assert [each.number for each in boots.report.boots] == [1, 2]
    assert all(each.checked and each.tests_ended for each in boots.report.boots)
    assert boots.report.trouble == ""
    assert boots.console.count(f"{boots.nonce} restarts") == 1


def test_the_marker_of_the_boot_is_shown_once(boots: Boots):
    assert sum(find_marker(line, boots.nonce) is not None for line in boots.console.split("\n")) == 1


def test_it_is_its_own_and_stays_so(boots: Boots):
    first, second = boots.report.boots
    assert (first.machine_id_own, first.host_keys_own) == (True, True)
    assert first.machine_id_digest == second.machine_id_digest
    assert set(first.host_key_digests or ()) == set(second.host_key_digests or ()) != set()


def test_the_key_of_the_user_data_arrives_and_no_other(boots: Boots):
    for each in boots.report.boots:
        assert {key.account for key in each.keys or () if key.is_run_key and not key.is_stub} == {"debian"}
        assert not [key for key in each.keys or () if not key.is_run_key]


def test_a_service_that_starts_at_the_first_boot_alone_is_seen(boots: Boots):
    first, second = boots.report.boots
    assert "once.service" in (first.enabled_units or ())
    assert "once.service" in (second.enabled_units or ())
    assert first.cloud_init_errors is not None
    assert first.failed_units is not None


def test_tests_run_as_the_user_that_cloud_init_has_made(boots: Boots):
    for number in (1, 2):
        said = boots.test("account", number)
        assert said.output[0] == "debian"
        assert said.output[1].startswith("/var/lib/imaging-tests-")
        assert said.output[2] == str(number)
    assert boots.test("shipped").output == ("debian",)


def test_what_tests_do_to_the_checks_holds_nothing_up(boots: Boots):
    assert boots.test("hangs").timed_out
    assert boots.test("leaves").output == ("left",)
    assert boots.test("killer").status is not None
    assert boots.test("secret").output == ("token=***",)
    assert "abcdefghijklmnop" not in boots.console
    assert boots.test("tap").tap == ("1..1", "ok 1 - it runs")


def test_what_is_installed_is_told_at_the_second_boot(boots: Boots):
    names = {each.name for each in boots.inventory.packages or ()}
    assert {"systemd", "cloud-init"} <= names


def test_it_lists_what_is_installed_where_it_is_asked_for_that_alone(boots: Boots):
    nonce = secrets.token_hex(16)
    seed = boots.root / "var/lib/cloud/seed/nocloud"
    (seed / "meta-data").write_text("instance-id: i-list\nlocal-hostname: i-list\n")
    (seed / "user-data").write_text(listing_user_data(nonce))
    told = read_inventory(boot(boots.root, f"@@imaging-inventory {nonce} 1/"), nonce=nonce, now=NOW)
    assert told.packages == boots.inventory.packages
    assert told.tells_system
