"""What a stop will cost is said before it, and whether the next start was ever tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.fact import Fact, UnknownCode
from models.findings import Finding, Outcome, Source
from models.guest.facts import InspectionMethod
from models.guest.mounts import BootMounts, FstabEntry, Mount, Mounts, SwapArea
from models.guest.running import BootFile, Container, MemoryFile, PersonsProgram, Running
from models.guest.services import Process, Services
from models.guest.system import GuestSystem
from tests.guidelines.building import NOW, instance
from tests.guidelines.guest_building import guest_finding, healthy, untold
from tests.support.known import remedy_of

RULES = [
    "STOP-SESSIONS",
    "STOP-MOUNTS",
    "STOP-CONTAINERS",
    "STOP-MEMORY",
    "STOP-UNTRIED",
    "STOP-SYSCTL",
    "STOP-NETWORK",
]
ROOT_MOUNT = Mount(point="/", source="/dev/vda1", fs_type="ext4")


def program(name: str, *, user: str = "alice", seconds: int = 7200) -> PersonsProgram:
    return PersonsProgram(pid=700, user=user, name=name, seconds=seconds)


def sessions(*programs: PersonsProgram) -> Finding:
    return guest_finding("STOP-SESSIONS", running=Running(programs=programs))


@pytest.mark.parametrize("rule", [*(each for each in RULES if each != "STOP-UNTRIED"), "VOL-BUSY"])
def test_of_an_image_file_nothing_runs_that_could_be_lost(rule):
    def hidden(part: type) -> Fact[Any]:
        return Fact[part](unknown_because="x", unknown_code=UnknownCode.NOT_RUNNING, source=Source.GUEST)  # type: ignore[valid-type]

    found = guest_finding(
        rule, method=InspectionMethod.IMAGE_FILE, running=hidden(Running), mounts=hidden(Mounts),
        services=hidden(Services),
    )  # fmt: skip
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "image file" in found.evidence


@pytest.mark.parametrize("rule", RULES)
def test_of_a_stopped_instance_nothing_is_lost(rule):
    found = guest_finding(rule, around={"instance": instance(status="SHUTOFF")})
    assert found.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("rule", RULES)
def test_what_was_not_read_is_never_a_pass(rule):
    found = guest_finding(rule, running=untold(Running), mounts=untold(Mounts))
    assert found.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", ["tmux: server", "screen", "jupyter-lab", "python3", "rsession", "bash"])
def test_what_a_user_left_running_is_named_with_user_and_age(name):
    found = sessions(program(name))
    assert found.outcome is Outcome.FAIL
    assert f"{name} of alice, 2 h" in found.evidence


@pytest.mark.parametrize("name", ["systemd", "(sd-pam)", "dbus-daemon", "sshd", "sshd-session", "gpg-agent"])
def test_what_every_session_has_is_no_work(name):
    assert sessions(program(name)).outcome is Outcome.PASS


def test_a_multiplexer_is_named_before_what_runs_in_it():
    found = sessions(program("python3", seconds=90_000), program("tmux: server", seconds=60))
    assert found.evidence.startswith("Ends with the stop: tmux: server of alice")


def mounts(*more: Mount, swaps: tuple[SwapArea, ...] = (), fstab: tuple[FstabEntry, ...] = ()) -> Finding:
    now = Mounts(mounts=(ROOT_MOUNT, *more), swaps=swaps, users_complete=True)
    return guest_finding("STOP-MOUNTS", mounts=now, boot_mounts=BootMounts(fstab=fstab))


def test_a_mount_made_by_hand_is_named_for_nothing_will_make_it_again():
    found = mounts(Mount(point="/data", source="/dev/vdb", fs_type="ext4"))
    assert found.outcome is Outcome.FAIL
    assert "/data (/dev/vdb)" in found.evidence


def test_a_mount_that_stands_in_fstab_comes_back():
    line = FstabEntry(line=2, source="UUID=x", point="/data", fs_type="ext4")
    assert mounts(Mount(point="/data", source="/dev/vdb", fs_type="ext4"), fstab=(line,)).outcome is Outcome.PASS


def test_a_line_of_fstab_that_mounts_nothing_by_itself_brings_nothing_back():
    line = FstabEntry(line=2, source="UUID=x", point="/data", fs_type="ext4", options=("noauto",))
    mount = Mount(point="/data", source="/dev/vdb", fs_type="ext4")
    assert mounts(mount, fstab=(line,)).outcome is Outcome.FAIL
    on_access = line.model_copy(update={"options": ("noauto", "x-systemd.automount")})
    assert mounts(mount, fstab=(on_access,)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "point, fs_type",
    [("/snap/core/1", "squashfs"), ("/var/lib/docker/overlay2/a/merged", "overlay"), ("/run/user/1000", "tmpfs")],
)
def test_what_the_system_mounts_by_itself_is_not_lost(point, fs_type):
    assert mounts(Mount(point=point, source="x", fs_type=fs_type)).outcome is Outcome.PASS


def test_a_swap_file_that_fstab_does_not_name_is_gone_after_the_next_start():
    area = SwapArea(path="/swapfile", kind="file", size_kib=1024)
    assert "swap /swapfile" in mounts(swaps=(area,)).evidence
    named = FstabEntry(line=2, source="/swapfile", point="none", fs_type="swap")
    assert mounts(swaps=(area,), fstab=(named,)).outcome is Outcome.PASS


@pytest.mark.parametrize("policy, lost", [("no", True), ("", True), ("on-failure", True), ("always", False)])
def test_a_container_comes_back_only_by_its_restart_policy(policy, lost):
    running = Running(containers=(Container(name="web", restart_policy=policy),))
    found = guest_finding("STOP-CONTAINERS", running=running)
    assert (found.outcome is Outcome.FAIL) is lost
    assert ("web" in found.evidence) is lost


def test_a_container_of_podman_comes_back_only_by_a_unit():
    found = guest_finding("STOP-CONTAINERS", services=healthy(Services, processes=(Process(pid=9, name="conmon"),)))
    assert "1 of Podman" in found.evidence


def test_a_file_in_memory_is_lost():
    running = Running(memory_files=(MemoryFile(path="/dev/shm/model.bin", user="alice", size_kib=2048),))
    assert "/dev/shm/model.bin (alice, 2.0 MiB)" in guest_finding("STOP-MEMORY", running=running).evidence


def untried(*files: BootFile, days: int = 20) -> Finding:
    system = healthy(GuestSystem, booted_at=NOW - timedelta(days=days))
    return guest_finding("STOP-UNTRIED", system=system, running=Running(boot_files=files))


def test_what_was_changed_since_the_start_was_never_tried():
    before = BootFile(path="/boot/vmlinuz-6.1.0-1", changed_at=NOW - timedelta(days=30))
    after = BootFile(path="/etc/fstab", changed_at=NOW - timedelta(days=1))
    found = untried(before, after)
    assert found.outcome is Outcome.FAIL
    assert "/etc/fstab" in found.evidence
    assert "vmlinuz" not in found.evidence
    assert "Reboot it" in remedy_of(found).text
    assert untried(before).outcome is Outcome.PASS


def test_a_guest_that_has_run_for_more_than_a_year_was_not_tried_for_as_long():
    assert "running since" in untried(days=400).evidence.lower()
