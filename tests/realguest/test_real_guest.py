"""A spoilt guest on a real cloud: everything is found with its evidence, fixed, and gone at the next inspection.

The tests build on one another, in their order: one guest takes minutes under emulation.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.instance_facts import gather_facts
from imaging.cloud.login.resolution import resolve_cloud
from imaging.guest.interface import GuestAccess, LoginRoute, Nobody
from imaging.guest.service import GuestService
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from imaging.runtime.clock import SystemClock
from imaging.runtime.paths import Paths
from models.errors import GuestError
from models.findings import Checklist, Finding, Outcome
from models.remedy_action import ActionKind
from tests.realguest.machine import Machine
from tests.realguest.repository import Repository
from tests.realguest.spoiling import spoil
from tests.support.known import command_of, remedy_of

pytestmark = pytest.mark.timeout(1500)
PROFILE = load_profile("jetstream")

FOUND = {
    "DATA-HOME": r"/home/ada",
    "DATA-DESKTOP": r"/home/ada/Desktop",
    "SEC-PRIVKEY": r"/home/ada/\.ssh/id_ed25519",
    "SW-LICFILES": r"/home/ada/fit\.lic \(PeriodFit\)",
    "VOL-FSTAB": r"/data",
    "SYS-HOSTS": r"10\.1\.2\.3 catalogue\.internal",
    "SW-DEPENDS-ON-LOST": r"ada-worker\.service needs /home/ada",
    "FS-OTHER": r"/dev/vdc",
    "UPD-PENDING": r"2 updates.*imaging-probe-one",
}
"""What was put in, by the rule that must find it, and its evidence."""
ON_THE_DISK = set(FOUND) - {"FS-OTHER", "UPD-PENDING"}
"""What a deep check must find, too: it sees the root disk alone, at the very beginning of a boot."""

LOGIN_WRITES = re.compile(
    r"/var/log/(journal/.*|wtmp|lastlog|btmp|auth\.log|syslog|daemon\.log|kern\.log)$"
    r"|/var/log$|/var/lib/systemd/(timers|timesync)/.*|/var/lib/dhcp/.*|/var/lib/private/.*"
)
"""What a bare login, sudo and the passing of time write by themselves, probe or not."""
SSH_CLOSED_SECONDS = 600
"""How long the guest rejects logins while a deep check reads its disk."""
LISTING = (
    "find / /data -xdev -path /proc -prune -o -path /sys -prune -o -path /run -prune -o -path /tmp -prune -o "
    r"-printf '%p\t%y\t%s\t%T@\t%C@\t%m\t%U:%G\n' | sort; "
    "find /etc /home /root -xdev -type f -exec sha256sum {} + | sort"
)


@pytest.fixture(scope="module")
def spoilt(machine: Machine, repository: Repository) -> Machine:
    spoil(machine, repository)
    return machine


def failing(document: dict[str, Any], rule: str) -> str:
    finding = next(one for one in document["findings"] if one["rule"] == rule)
    assert finding["outcome"] == "fail", finding
    return str(finding["evidence"])


def unseen(document: dict[str, Any], rules: Iterable[str]) -> dict[str, str]:
    """The evidence of the rules that did not find what was put in."""
    said = {rule: failing(document, rule) for rule in rules}
    return {rule: evidence for rule, evidence in said.items() if not re.search(FOUND[rule], evidence)}


def test_a_probe_changes_nothing_in_the_guest(spoilt: Machine):
    before = spoilt.ssh(LISTING, seconds=300).splitlines()
    status, document, messages = spoilt.imaging("probe", spoilt.id, *spoilt.login_route)
    assert status == 0, messages
    after = spoilt.ssh(LISTING, seconds=300).splitlines()
    changed = {line.split("\t")[0] for line in set(before) ^ set(after)}
    assert sorted(path for path in changed if not LOGIN_WRITES.match(path)) == []
    assert document["facts"]["as_root"] is True
    sys.stdout.write(f"probe: {document['facts']['seconds']} s in the guest\n")


def test_everything_that_was_put_in_is_found_with_its_evidence(spoilt: Machine):
    status, document, messages = spoilt.imaging("check", spoilt.id, "--probe", *spoilt.login_route)
    assert status == 1, messages
    assert unseen(document, FOUND) == {}
    guest = [one for one in document["findings"] if one["source"] == "guest"]
    unknown = [one for one in document["findings"] if one["outcome"] == "unknown"]
    sys.stdout.write(f"{len(guest)} findings from the guest, {len(unknown)} of {len(document['findings'])} unknown\n")
    assert len(guest) >= 60
    assert len(unknown) * 100 <= 15 * len(document["findings"])


def test_a_deep_check_finds_what_the_root_disk_holds_and_leaves_nothing_behind(spoilt: Machine):
    cloud = spoilt.cloud
    before = {kind: {one.id for one in things()} for kind, things in _things(cloud).items()}
    spoilt.ssh(f"systemd-run -q --on-active={SSH_CLOSED_SECONDS} systemctl start ssh; systemctl stop ssh; sync")
    assert not spoilt.answers()
    status, document, messages = spoilt.imaging("check", spoilt.id, "--deep", "--yes", seconds=1400)
    assert status == 1, messages
    assert document is not None, messages
    assert unseen(document, ON_THE_DISK) == {}
    assert "emergency" in failing(document, "VOL-FSTAB") or "emergency" in messages
    assert {kind: {one.id for one in things()} for kind, things in _things(cloud).items()} == before
    spoilt.wait(SSH_CLOSED_SECONDS)


def _things(cloud):
    return {
        "instances": cloud.list_servers, "images": lambda: cloud.list_images(filter_deleted=True),
        "volumes": lambda: cloud.list_volumes(cache=False), "snapshots": cloud.list_volume_snapshots,
    }  # fmt: skip


@pytest.fixture
async def console(machine: Machine, own_state: Path):
    cloud = await connect(await resolve_cloud(machine.place.cloud, ask=None), SystemClock())
    yield Visitor(machine, cloud, own_state)
    await cloud.close()


class Visitor:
    """What the console does with a finding: inspect, carry out, inspect again."""

    def __init__(self, machine: Machine, cloud, home: Path) -> None:
        self._machine, self._cloud = machine, cloud
        self._service = GuestService(Paths.below(home).prepared(), SystemClock())
        self._questions = questions_for(PROFILE)

    async def inspect(self) -> Checklist:
        return await self._judged(await self._service.probe(await self._route(), self._questions))

    async def carry_out(self, finding: Finding, kind: ActionKind) -> Checklist:
        action = next(one for one in remedy_of(finding).actions if one.kind is kind)
        fixed, guest = await self._service.carry_out(await self._route(), self._questions, action=action)
        sys.stdout.write(f"{finding.rule}: {fixed.done} / {fixed.undo}\n")
        return await self._judged(guest)

    async def _judged(self, guest) -> Checklist:
        facts = await gather_facts(self._cloud, self._machine.id, SystemClock())
        return judge(facts.model_copy(update={"guest": guest}), PROFILE)

    async def _route(self) -> LoginRoute:
        instance = await self._cloud.compute.instance(self._machine.id)
        key = await asyncio.to_thread(self._machine.host_key)
        access = GuestAccess(user=self._machine.place.user, key_file=self._machine.place.key, host_key=key)
        return LoginRoute(instance, None, access, Nobody(), lambda progress: None)


async def test_nofail_is_added_to_the_line_and_the_rest_of_fstab_stays(spoilt: Machine, console: Visitor):
    before = spoilt.ssh("cat /etc/fstab").splitlines()
    finding = (await console.inspect()).of("VOL-FSTAB")
    after = await console.carry_out(finding, ActionKind.ADD_NOFAIL)
    assert after.of("VOL-FSTAB").outcome is Outcome.PASS
    now = spoilt.ssh("cat /etc/fstab").splitlines()
    assert now[:-1] == before[:-1]
    assert "nofail" in now[-1]
    assert spoilt.ssh("cat /etc/fstab.*").splitlines() == before


async def test_a_busy_volume_is_not_unmounted_and_says_by_whom_it_is_used(spoilt: Machine, console: Visitor):
    spoilt.ssh("cd /data && setsid sleep 900 >/dev/null 2>&1 </dev/null & sleep 1")
    finding = (await console.inspect()).of("VOL-BUSY")
    assert "sleep" in finding.evidence
    with pytest.raises(GuestError, match="sleep"):
        await console.carry_out(finding, ActionKind.UNMOUNT)
    assert "/data" in spoilt.ssh("findmnt -no TARGET /data")
    spoilt.ssh("pkill -x sleep || true")


async def test_an_unused_volume_is_unmounted_and_its_files_are_kept(spoilt: Machine, console: Visitor):
    finding = (await console.inspect()).of("VOL-BUSY")
    after = await console.carry_out(finding, ActionKind.UNMOUNT)
    assert after.of("VOL-BUSY").outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert spoilt.ssh("mount /data && cat /data/kept && umount /data").strip() == "kept"


async def test_the_pending_updates_are_installed(spoilt: Machine, console: Visitor):
    finding = (await console.inspect()).of("UPD-PENDING")
    after = await console.carry_out(finding, ActionKind.RUN)
    assert after.of("UPD-PENDING").outcome is Outcome.PASS
    assert spoilt.ssh("dpkg-query -Wf '${Version}' imaging-probe-one") == "1.1"


def test_directories_are_saved_before_they_are_removed(spoilt: Machine, tmp_path: Path):
    status, _, messages = _save(spoilt, tmp_path)
    assert status == 1, messages
    assert [line for line in messages.splitlines() if line.startswith("Not copied")] == [
        "Not copied: /home/ada/.ssh/id_ed25519: not readable for this user"
    ]
    copied = next(tmp_path.rglob("catalogue.csv"))
    assert copied.read_text().splitlines()[-1] == "50000"


def _save(spoilt: Machine, target: Path):
    done = subprocess.run(
        [sys.executable, "-m", "imaging.commands", "--os-cloud", spoilt.place.cloud, "save", spoilt.id, "/home/ada",
         "--to", str(target), *spoilt.login_route], capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


async def test_what_the_remedies_say_by_command_puts_the_rest_right(spoilt: Machine, console: Visitor):
    checklist = await console.inspect()
    for rule in ("SEC-PRIVKEY", "SW-LICFILES"):
        command = command_of(checklist.of(rule))
        assert command.startswith("sudo rm -- /home/ada/")
        spoilt.ssh(command)
    spoilt.ssh("sed -i '/catalogue.internal/d' /etc/hosts")
    spoilt.ssh("systemctl disable -q --now ada-worker; rm /etc/systemd/system/ada-worker.service")
    spoilt.ssh("systemctl daemon-reload")
    spoilt.ssh("userdel -r ada 2>/dev/null; wipefs -qa /dev/vdc")
    after = await console.inspect()
    still = {rule: after.of(rule).evidence for rule in FOUND if after.of(rule).outcome is Outcome.FAIL}
    still.pop("DATA-HOME", None)  # the image's own user keeps a home
    assert still == {}
    assert "/home/ada" not in after.of("DATA-HOME").evidence
