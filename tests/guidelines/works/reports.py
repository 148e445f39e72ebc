"""What a test instance of a good image tells about its two boots, changed piece by piece."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from imaging.guidelines.works.judge import judge
from imaging.guidelines.works.tested import Tested
from models.guest.boot import Identity
from models.guest.network import HostKey, Sshd
from models.guest.services import Services, Unit
from models.verdict import Strength, Verdict, VerdictWord
from models.works.outcome import CheckId, CheckResult, TestOrigin
from models.works.report import KeySeen, MountSeen, NameServerSeen, SocketSeen, TestSaid, WorksBoot, WorksReport
from models.works.test_file import TestFile, WorkTests
from models.works.verdict import WorksVerdict
from tests.guidelines.guest_building import guest, healthy

GIB = 1024**3

OURS = KeySeen(account="debian", fingerprint="SHA256:ours", is_run_key=True)
STUB = KeySeen(account="root", fingerprint="SHA256:ours", is_run_key=True, is_stub=True)
ALICE = KeySeen(account="debian", fingerprint="SHA256:alice", comment="alice@laptop")
TEST = TestFile(name="check.sh", text="#!/bin/sh\nexit 0\n")
UNITS = ("cron.service", "ssh.service", "survey.service")

BOOT = WorksBoot(
    number=1,
    settled=True,
    checked=True,
    power_on_to_prompt_seconds=20.0,
    mounts=(MountSeen(source="LABEL=root", target="/", mounted=True),),
    machine_id_digest="22222222",
    machine_id_own=True,
    host_key_digests=("ab", "cd"),
    host_keys_own=True,
    cloud_init_errors=(),
    cloud_init_source="DataSourceOpenStack",
    failed_units=(),
    enabled_units=UNITS,
    running_units=(*UNITS, "dbus.service"),
    root_bytes=19 * GIB,
    root_disk_bytes=20 * GIB,
    root_taken_bytes=GIB // 8,
    name_servers=(NameServerSeen(address="10.0.0.2", by_image=False, answers=True),),
    keys=(OURS, STUB),
    outside=("cloud.test answered",),
    outside_answered=True,
    has_default_route=True,
    clock_synchronised=True,
    host_name="test-1",
    metadata_host_name="test-1.novalocal",
    sockets=(SocketSeen(protocol="tcp", address="0.0.0.0", port=22, process="sshd"),),  # an address seen
    dhcp_ids=("duid 1", "card 1"),
    tests=(TestSaid(name="check.sh", origin=TestOrigin.GIVEN, status=0, seconds=1),),
    tests_ended=True,
)
SECOND = BOOT.model_copy(update={"number": 2, "power_on_to_prompt_seconds": 12.0})
SOURCE = guest(
    identity=Identity(machine_id="filled", machine_id_digest="11111111", dbus_machine_id="link"),
    sshd=healthy(Sshd, host_keys=(HostKey(path="/etc/ssh/k", algorithm="x", fingerprint="SHA256:7777"),)),
    services=Services(units=tuple(Unit(name=name, enabled="enabled", active="active") for name in UNITS)),
)
GOOD = Tested(
    report=WorksReport(boots=(BOOT, SECOND)),
    boot=Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG),
    source=SOURCE,
    source_boot_seconds=12.0,
    flavor_disk_bytes=20 * GIB,
    image_disk_bytes=3 * GIB,
    tests=WorkTests(files=(TEST,)),
)


def reported(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None) -> WorksReport:
    """What was told about both boots, with other facts in the first or the second."""
    return WorksReport(boots=(BOOT.model_copy(update=first or {}), SECOND.model_copy(update=second or {})))


def told(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, **changed: Any) -> WorksVerdict:
    """The verdict where the boots told other facts, or something else is known."""
    return judge(replace(GOOD, report=reported(first, second), **changed))


def told_twice(**facts: Any) -> WorksVerdict:
    """The verdict where both boots told other facts."""
    return told(facts, facts)


def check(verdict: WorksVerdict, wanted: CheckId) -> CheckResult:
    """One check of a verdict."""
    return next(each for each in verdict.checks if each.check is wanted)
