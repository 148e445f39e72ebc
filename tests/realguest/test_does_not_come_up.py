"""A source whose next boot is broken on purpose: said before by rule, and told loudly where the run is made anyway.

The tests build on one another, in their order.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.realguest.machine import Machine
from tests.realguest.runs import create, finding, outcome

pytestmark = pytest.mark.timeout(2400)

BREAK = "echo 'UUID=0badc0de-0bad-4bad-8bad-0badc0de0bad /mnt/gone ext4 defaults 0 2' >>/etc/fstab; sync"


@pytest.fixture(scope="module")
def broken(source: Machine) -> Machine:
    """Its fstab wants a disk that is not there, and has no nofail."""
    source.ssh(BREAK)
    return source


def test_it_is_said_before_by_rule(broken: Machine):
    status, document, messages = broken.imaging(
        "check", broken.id, "--probe", "--profile", "openstack", *broken.login_route
    )
    assert status == 1, messages
    told = {rule: finding(document, rule) for rule in ("VOL-FSTAB", "STOP-UNTRIED")}
    sys.stdout.write("\n".join(f"{rule}: {one['severity']}: {one['evidence']}" for rule, one in told.items()) + "\n")
    assert (told["VOL-FSTAB"]["outcome"], told["VOL-FSTAB"]["severity"]) == ("fail", "block")
    assert "/mnt/gone" in told["VOL-FSTAB"]["evidence"]
    assert "/etc/fstab" in told["STOP-UNTRIED"]["evidence"]
    assert document["readiness"] == "blocked"


def test_without_a_waiver_no_run_is_made(broken: Machine):
    status, document, messages = broken.imaging(
        "create", broken.id, "--name", "imaging-realguest-broken", "--description", "not to be made", "--profile",
        "openstack", "--yes",
    )  # fmt: skip
    assert (status, document) == (1, None)
    assert "VOL-FSTAB" in messages
    assert broken.answers()


def test_the_run_ends_with_does_not_come_up_its_console_and_the_way_back(broken: Machine):
    began = time.monotonic()
    status, run, messages = create(broken, "imaging-realguest-broken", "--no-test", waived=("VOL-FSTAB",))
    sys.stdout.write(f"run of {time.monotonic() - began:.0f} s, status {status}: {outcome(run)}\n{messages}\n")
    sys.stdout.write(f"{run['trouble']}\n{Path(run['report']).read_text()}\n")
    assert status == 1
    assert (run["state"], run["instance_seen"], run["instance_restored"]) == ("failed", "does not come up", True)
    assert "does not come up" in run["trouble"]["what"]
    assert "emergency mode" in run["trouble"]["meaning"]
    assert "openstack server rescue" in run["trouble"]["remedy"]
    assert "does not come up" in Path(run["report"]).read_text()


def test_its_volumes_are_back_and_no_claim_is_left(broken: Machine):
    server = broken.cloud.get_server_by_id(broken.id)
    assert server.status == "ACTIVE"
    assert {each["id"] for each in server.attached_volumes} == set(broken.volumes)
    assert not any("imaging" in key for key in server.metadata)
