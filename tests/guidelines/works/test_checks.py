"""Single checks: what is excused, what is only told, and why something was skipped."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from models.guest.network import HostKey, Sshd
from models.guest.services import Services, Unit
from models.seal.plan import OperationId, SealOperation, SealPlan, SealTarget, TargetAction
from models.works.outcome import CheckId, Outcome
from models.works.report import MountSeen, NameServerSeen
from models.works.verdict import WorksWord
from tests.guidelines.guest_building import guest, healthy
from tests.guidelines.works.reports import ALICE, BOOT, GIB, UNITS, check, told, told_twice

FAILED = {"failed_units": ("survey.service",)}


def services(*units: Unit, runs: bool = True) -> Any:
    return guest(services=Services(units=units, runs=runs))


def enabled(name: str, active: str = "active") -> Unit:
    return Unit(name=name, enabled="enabled", active=active)


class TestFailedUnits:
    def test_that_failed_on_the_source_too_are_told_and_block_nothing(self) -> None:
        verdict = told(FAILED, FAILED, source=services(enabled("survey.service", "failed"), enabled("ssh.service")))
        found = check(verdict, CheckId.FAILED_UNITS)
        assert found.outcome is Outcome.PASS
        assert found.evidence == ("survey.service",)

    def test_that_need_a_missing_mount_block_nothing(self) -> None:
        facts = {**FAILED, "failed_because_of_mount": ("survey.service",)}
        assert check(told_twice(**facts), CheckId.FAILED_UNITS).outcome is Outcome.PASS

    def test_of_the_first_boot_alone_are_a_warning(self) -> None:
        found = check(told(FAILED, {}), CheckId.FAILED_UNITS)
        assert found.outcome is Outcome.WARN
        assert found.evidence == ("survey.service failed at the first boot alone",)

    def test_of_the_second_boot_are_not_compared_with_a_first_that_was_never_told(self) -> None:
        found = check(told({"failed_units": None}, FAILED), CheckId.FAILED_UNITS)
        assert found.outcome is Outcome.UNKNOWN

    def test_say_in_which_boots_they_failed(self) -> None:
        assert check(told(FAILED, FAILED), CheckId.FAILED_UNITS).evidence == ("survey.service failed in both boots",)
        assert check(told({}, FAILED), CheckId.FAILED_UNITS).evidence == ("survey.service failed at the second boot",)


class TestServicesOfTheFirstBootAlone:
    GONE = {"running_units": ("cron.service", "ssh.service")}  # noqa: RUF012  # never changed

    def test_do_not_work_where_they_run_on_the_source(self) -> None:
        found = check(told({}, self.GONE), CheckId.FAILED_UNITS)
        assert found.outcome is Outcome.FAIL
        assert found.evidence == ("survey.service runs after the first boot alone",)

    @pytest.mark.parametrize(
        "source", [None, services(*(enabled(name) for name in UNITS), runs=False)], ids=["not inspected", "deep check"]
    )
    def test_are_a_warning_where_nobody_knows_if_the_source_runs_them(self, source: Any) -> None:
        found = check(told({}, self.GONE, source=source), CheckId.FAILED_UNITS)
        assert found.outcome is Outcome.WARN

    def test_are_left_out_where_the_source_does_not_run_them_either(self) -> None:
        source = services(enabled("survey.service", "inactive"), enabled("ssh.service"), enabled("cron.service"))
        assert check(told({}, self.GONE, source=source), CheckId.FAILED_UNITS).outcome is Outcome.PASS

    def test_are_left_out_where_something_else_starts_them(self) -> None:
        """Only an enabled unit is to run; D-Bus and timers start others, which then end."""
        facts = {"running_units": UNITS}
        assert check(told({}, facts), CheckId.FAILED_UNITS).outcome is Outcome.PASS


class TestLostUnits:
    def test_that_were_agreed_to_go_are_not_lost(self) -> None:
        target = SealTarget(action=TargetAction.REMOVE, name="/etc/systemd/system/survey.service")
        plan = SealPlan(operations=(SealOperation(id=OperationId.AGENTS, title="Agents", targets=(target,)),))
        without = {"enabled_units": ("cron.service", "ssh.service")}
        assert told(without, without, seal=plan).word is WorksWord.YES
        assert told(without, without).failed == ("lost-units",)

    def test_that_come_back_at_the_second_boot_are_not_lost(self) -> None:
        assert told({"enabled_units": ()}, {}).word is WorksWord.YES

    def test_are_judged_by_the_kinds_that_a_test_instance_tells(self) -> None:
        source = services(*(enabled(name) for name in UNITS), enabled("data.mount"))
        assert told(source=source).word is WorksWord.YES


class TestRootSize:
    def test_of_a_disk_that_other_partitions_share_is_measured_by_what_is_left(self) -> None:
        facts = {"root_bytes": 9 * GIB, "root_taken_bytes": 10 * GIB}
        assert check(told_twice(**facts), CheckId.ROOT_SIZE).outcome is Outcome.PASS

    def test_that_a_partition_behind_it_keeps_small_did_not_grow(self) -> None:
        facts = {"root_bytes": 3 * GIB, "root_taken_bytes": GIB}
        assert told(facts, facts).failed == ("root-size",)

    def test_on_lvm_that_did_not_grow_is_a_warning(self) -> None:
        found = check(told_twice(root_bytes=3 * GIB, root_on_lvm=True), CheckId.ROOT_SIZE)
        assert found.outcome is Outcome.WARN

    def test_on_lvm_whose_disk_nobody_told_is_a_warning(self) -> None:
        found = check(told_twice(root_disk_bytes=None, root_on_lvm=True), CheckId.ROOT_SIZE)
        assert found.outcome is Outcome.WARN

    def test_on_lvm_that_grew_passes(self) -> None:
        assert check(told_twice(root_on_lvm=True), CheckId.ROOT_SIZE).outcome is Outcome.PASS

    def test_without_the_size_of_the_image_it_has_to_fill_the_disk(self) -> None:
        assert told({"root_bytes": 3 * GIB}, {"root_bytes": 3 * GIB}, image_disk_bytes=None).failed == ("root-size",)


class TestNameServers:
    DEAD = NameServerSeen(address="192.0.2.1", by_image=True, answers=False)

    def test_that_the_network_names_may_be_dead(self) -> None:
        servers = (self.DEAD.model_copy(update={"by_image": False}),)
        assert check(told_twice(name_servers=servers), CheckId.NAME_SERVERS).outcome is Outcome.PASS

    def test_that_cannot_be_reached_from_a_network_without_a_way_out_are_skipped(self) -> None:
        facts = {"name_servers": (self.DEAD,), "has_default_route": False}
        verdict = told_twice(**facts)
        assert check(verdict, CheckId.NAME_SERVERS).outcome is Outcome.SKIPPED
        assert verdict.word is WorksWord.YES

    def test_on_the_instance_itself_need_no_way_out(self) -> None:
        facts = {"name_servers": (self.DEAD.model_copy(update={"address": "127.0.0.53"}),), "has_default_route": False}
        assert check(told_twice(**facts), CheckId.NAME_SERVERS).outcome is Outcome.FAIL


class TestIdentity:
    def test_a_host_key_of_the_source_blocks(self) -> None:
        digest = hashlib.sha256(b"key")
        fingerprint = "SHA256:" + base64.b64encode(digest.digest()).decode().rstrip("=")
        key = HostKey(path="/etc/ssh/k", algorithm="x", fingerprint=fingerprint)
        facts = {"host_key_digests": (digest.hexdigest(),)}
        assert told(facts, facts, source=guest(sshd=healthy(Sshd, host_keys=(key,)))).failed[0] == "identity"

    def test_a_machine_id_of_the_image_is_a_warning_where_its_owner_wanted_the_plain_disk(self) -> None:
        facts = {"machine_id_own": False, "machine_id_digest": "11111111"}
        plain = told(facts, facts, keeps_machine_id=True)
        assert plain.word is WorksWord.YES
        assert [each.check for each in plain.warnings] == [CheckId.IDENTITY]
        assert told(facts, facts).failed == ("identity",)

    def test_a_host_key_of_the_image_blocks_in_a_plain_disk_as_well(self) -> None:
        assert told({"host_keys_own": False}, keeps_machine_id=True).failed == ("identity",)

    def test_no_machine_id_blocks_in_a_plain_disk_as_well(self) -> None:
        assert told({"machine_id_digest": ""}, keeps_machine_id=True).failed == ("identity",)

    def test_without_an_ssh_server_no_host_keys_are_asked_for(self) -> None:
        facts = {"host_key_digests": (), "host_keys_own": None}
        source = guest(sshd=Sshd(installed=False))
        assert check(told(facts, facts, source=source), CheckId.IDENTITY).outcome is Outcome.PASS
        assert check(told_twice(**facts), CheckId.IDENTITY).outcome is Outcome.UNKNOWN


class TestKeys:
    def test_in_homes_that_are_kept_are_expected(self) -> None:
        keys = (*(BOOT.keys or ()), ALICE.model_copy(update={"account": "alice"}))
        facts = {"keys": keys}
        assert told(facts, facts, sealed=True, kept_homes=frozenset({"alice"})).word is WorksWord.YES
        assert told(facts, facts, sealed=True).failed == ("other-keys",)


def test_a_mount_that_may_be_absent_is_told_and_blocks_nothing() -> None:
    swap = MountSeen(source="UUID=2", target="none", mounted=False, optional=True)
    found = check(told_twice(mounts=(*(BOOT.mounts or ()), swap)), CheckId.MOUNTS)
    assert found.outcome is Outcome.PASS
    assert found.evidence == ("boot 1: none (UUID=2)", "boot 2: none (UUID=2)")


def test_what_cloud_init_recovered_from_is_told() -> None:
    found = check(told({"cloud_init_recoverable": ("a deprecated key",)}), CheckId.CLOUD_INIT)
    assert found.outcome is Outcome.PASS
    assert found.evidence == ("boot 1, recovered: a deprecated key",)


def test_listeners_are_told_and_never_judged() -> None:
    found = check(told(), CheckId.LISTENERS)
    assert found.outcome is Outcome.PASS
    assert found.evidence == ("tcp 0.0.0.0:22 sshd",)


def test_where_no_address_outside_is_known_none_is_missed() -> None:
    found = check(told_twice(outside_answered=None, outside=None), CheckId.OUTSIDE)
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "No address outside is known that could be asked.")


def test_a_network_without_a_way_out_is_no_fault_of_the_image() -> None:
    found = check(told_twice(outside_answered=None, outside=None, has_default_route=False), CheckId.OUTSIDE)
    assert found.outcome is Outcome.SKIPPED


def test_the_boot_time_is_compared_with_the_sources_alone() -> None:
    assert check(told(source_boot_seconds=None), CheckId.BOOT_TIME).outcome is Outcome.SKIPPED
    slow = check(told({}, {"power_on_to_prompt_seconds": 60.0}), CheckId.BOOT_TIME)
    assert slow.reason == "It boots in 1 min, the source in 12 s."


def test_a_name_that_the_cloud_did_not_give_is_no_finding() -> None:
    assert check(told_twice(metadata_host_name=None), CheckId.HOST_NAME).outcome is Outcome.SKIPPED


def test_evidence_of_a_hostile_report_is_bounded() -> None:
    facts = {"cloud_init_errors": tuple("x" * 4_000 for _ in range(3_000))}
    evidence = check(told_twice(**facts), CheckId.CLOUD_INIT).evidence
    assert len(evidence) == 21
    assert max(map(len, evidence)) == 200
