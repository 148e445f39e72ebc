"""What the report is taken for: facts of the source, without what is the temporary instance's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from imaging.guest.deep_check import read_console_report
from imaging.guest.deep_check.source_facts import SelfReport, of_the_source
from models.errors import BadProbeError
from models.fact import Fact
from models.guest.boot import Boot, Identity
from models.guest.disks import Disks
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.first_boot import CloudInit, UserData
from models.guest.mounts import BootMounts, PhysicalVolume
from models.guest.network import Firewall, HostKey, Network, NetworkSetting, Sshd
from models.guest.packages import Updates
from models.guest.services import Listener, Process, Services, Unit
from models.guest.system import GuestSystem
from tests.guest.deep_check.reports import NONCE, OWN_ID, SOURCE, console, part, pieces, report
from tests.support.known import known

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def of_source(*, machine_id: str = "kept", **parts: object) -> GuestFacts:
    facts: dict[str, Any] = {name: Fact(value=value) for name, value in parts.items()}
    facts_of_it = GuestFacts(method=InspectionMethod.DEEP_CHECK, read_at=NOW, clock_off_seconds=90, **facts)
    return of_the_source(facts_of_it, SelfReport(instance_id=OWN_ID, machine_id=machine_id))


def read(parts: dict[str, object], **options: str) -> GuestFacts:
    lines = pieces(report(parts, **options))
    return read_console_report(console(*lines), nonce=NONCE, now=NOW)


class TestHidden:
    def test_mounts_need_ssh(self):
        assert "needs SSH" in (of_source().mounts.unknown_because or "")

    def test_what_runs_and_listens_is_its_own(self):
        services = Services(
            units=(Unit(name="survey.service", enabled="enabled", active="active"),),
            listeners=(Listener(protocol="tcp", address="0.0.0.0", port=22),),
            processes=(Process(pid=1, name="systemd"),),
        )
        found = of_source(services=services).services.value
        assert found == Services(units=(Unit(name="survey.service", enabled="enabled"),), runs=False)

    def test_other_volumes_are_not_there(self):
        assert "needs SSH" in (of_source(disks=Disks()).disks.incomplete_because or "")

    def test_volume_groups_may_lie_on_other_volumes(self):
        lvm = BootMounts(physical_volumes=(PhysicalVolume(device="/dev/vda2", group="vg"),))
        assert "needs SSH" in (of_source(boot_mounts=lvm).boot_mounts.incomplete_because or "")
        assert of_source(boot_mounts=BootMounts()).boot_mounts.incomplete_because is None

    def test_a_firewall_that_is_not_loaded_yet_says_nothing(self):
        found = known(of_source(firewall=Firewall(tools=("nftables",), rules=0, ssh_open=True)).firewall)
        assert (found.tools, found.rules, found.ssh_open) == (("nftables",), None, None)

    def test_host_keys_host_name_and_the_time_of_boot_are_its_own(self):
        found = of_source(
            sshd=Sshd(host_keys=(HostKey(path="/etc/ssh/x"),)), system=GuestSystem(host_name="c", booted_at=NOW)
        )
        assert known(found.sshd).host_keys == ()
        assert (known(found.system).host_name, known(found.system).booted_at) == ("", None)
        assert found.clock_off_seconds is None

    def test_whether_to_reboot_is_forgotten_by_its_own_boot(self):
        found = known(of_source(updates=Updates(reboot_required=False, reboot_packages=("x",))).updates)
        assert (found.reboot_required, found.reboot_packages) == (None, ())

    def test_what_cloud_init_wrote_for_the_temporary_instance_is_left_out(self):
        theirs, ours = (
            NetworkSetting(file="/etc/netplan/x", kind="mac", value="m", by_cloud_init=by) for by in (True, False)
        )
        found = of_source(
            network=Network(settings=(theirs, ours)),
            cloud_init=CloudInit(
                status="running",
                user_data=tuple(
                    UserData(path=f"/var/lib/cloud/{place}/user-data.txt")
                    for place in ("instance", f"instances/{OWN_ID}", f"instances/{SOURCE}")
                ),
            ),
        )
        assert known(found.network).settings == (ours,)
        assert known(found.cloud_init).status == ""
        assert [each.path for each in known(found.cloud_init).user_data] == [
            f"/var/lib/cloud/instances/{SOURCE}/user-data.txt"
        ]

    def test_a_guest_agent_that_runs_is_enabled(self):
        assert known(of_source(boot=Boot(guest_agent="active")).boot).guest_agent == "enabled"

    def test_what_was_unknown_stays_unknown_with_its_reason(self):
        facts = GuestFacts(read_at=NOW, services=Fact(unknown_because="time was up"))
        assert of_the_source(facts, SelfReport()).services.unknown_because == "time was up"


class TestMachineId:
    @pytest.mark.parametrize(
        "said,state,digest", [("kept", "filled", "c0ffee"), ("own", "empty", ""), ("missing", "missing", "")]
    )
    def test_its_own_tells_what_the_disk_brought_along(self, said, state, digest):
        identity = Identity(machine_id="filled", machine_id_digest="c0ffee", random_seed=True)
        found = of_source(machine_id=said, identity=identity).identity.value
        assert found == Identity(machine_id=state, machine_id_digest=digest, random_seed=True)

    @pytest.mark.parametrize("said", ["unknown", "", "\x1b[2J"])
    def test_where_it_cannot_tell_it_is_unknown(self, said):
        assert "needs SSH" in (of_source(machine_id=said, identity=Identity()).identity.unknown_because or "")


class TestReading:
    def test_a_report_becomes_facts_of_a_deep_check(self):
        facts = read({"system": part(["kernel", "6.1.0"])})
        assert (facts.method, facts.as_root, facts.read_at, facts.seconds) == (
            InspectionMethod.DEEP_CHECK,
            True,
            NOW,
            12.0,
        )
        assert known(facts.system).kernel == "6.1.0"

    def test_the_first_boot_is_that_of_the_source(self):
        rows = [
            ["instance", OWN_ID],
            ["semaphore", "1795396000", SOURCE, "config_ssh"],
            ["semaphore", "1795399600", OWN_ID, "config_ssh"],
        ]
        found = known(read({"system": part(*rows)}).system)
        assert found.first_boot_at == datetime.fromtimestamp(1795396000, UTC)

    def test_a_lie_about_its_own_id_hides_no_rows(self):
        facts = read({"system": part(["kernel", "6.1.0"])}, own_id="6")
        assert known(facts.system).kernel == "6.1.0"

    @pytest.mark.parametrize(
        "parts",
        [
            {"system": []},
            {"system": {"rows": 3}},
            {"system": {"rows": [[3]], "state": "ok"}},
            {"system": "x"},
            {"system": None},
        ],
    )
    def test_a_guest_that_lies_about_the_form_is_refused(self, parts):
        with pytest.raises(BadProbeError):
            read(parts)

    @pytest.mark.parametrize("content", [b"", b"\x00" * 900, b"{}", b"[" * 100_000, b"\n{" + b'{"a":' * 50_000])
    def test_what_is_no_report_at_all_is_refused(self, content):
        with pytest.raises(BadProbeError):
            read_console_report(console(*pieces(content)), nonce=NONCE, now=NOW)

    def test_escape_codes_of_a_guest_reach_nobody(self):
        found = known(read({"system": part(["kernel", "\x1b]0;owned\x07\x1b[2J6.1\u202e"])}).system)
        assert not any(character in found.kernel for character in "\x1b\x07\u202e")
