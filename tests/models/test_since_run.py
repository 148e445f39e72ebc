"""What an inspection after a run shows to be missing, against the one that the run was made on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.findings import InspectionMethod, Source
from models.guest.comparison import before_run, since_run
from models.guest.facts import GuestFacts
from models.guest.mounts import BootMounts, FstabEntry, Mount, Mounts, SwapArea
from models.guest.running import Container, PersonsProgram, Running
from models.guest.services import Listener, Process, Services, Unit
from models.guest.since_run import DifferenceCode, SinceRun
from models.guest.system import GuestSystem
from tests.guidelines.building import NOW
from tests.guidelines.guest_building import FIRST_BOOT, guest, healthy, partly, untold
from tests.support.known import fact_of, present

ROOT = Mount(point="/", source="/dev/vda1", fs_type="ext4")
SCRATCH = Mount(point="/mnt/scratch", source="/dev/vdb1", fs_type="ext4")
WEB = Listener(protocol="tcp", address="0.0.0.0", port=8080, process="gunicorn")


def restarted(**parts: Any) -> GuestFacts:
    """The guest after its next boot."""
    return guest(system=healthy(GuestSystem, booted_at=NOW - timedelta(minutes=5)), **parts)


def compared(before: dict[str, Any], after: dict[str, Any] | None = None) -> SinceRun:
    return present(since_run(before_run("0abc", guest(**before), NOW), restarted(**(after or {}))))


def lines(before: dict[str, Any], after: dict[str, Any] | None = None) -> list[str]:
    return [each.text for each in compared(before, after).differences]


def mounted(*more: Mount, swaps: tuple[SwapArea, ...] = ()) -> dict[str, Any]:
    return {"mounts": Mounts(mounts=(ROOT, *more), swaps=swaps, users_complete=True)}


def serving(**fields: Any) -> dict[str, Any]:
    return {"services": healthy(Services, **fields)}


def test_where_all_is_there_again_nothing_is_told():
    assert compared({}).differences == ()
    assert compared({}).not_compared == ()


def test_a_mount_made_by_hand_is_missing_with_its_device():
    assert lines(mounted(SCRATCH)) == ["Not mounted any more: /mnt/scratch (/dev/vdb1, mounted by hand before the run)"]


def test_a_missing_mount_of_fstab_is_not_said_to_be_made_by_hand():
    line = FstabEntry(line=2, source="UUID=x", point="/mnt/scratch", fs_type="ext4", options=("nofail",))
    assert lines(mounted(SCRATCH) | {"boot_mounts": BootMounts(fstab=(line,))}) == [
        "Not mounted any more: /mnt/scratch (/dev/vdb1, which /etc/fstab or a unit names)"
    ]


def test_a_mount_that_waits_for_its_first_use_is_not_missing():
    line = FstabEntry(line=2, source="UUID=x", point="/mnt/scratch", options=("noauto", "x-systemd.automount"))
    assert lines(mounted(SCRATCH) | {"boot_mounts": BootMounts(fstab=(line,))}) == []


def test_a_volume_under_another_letter_is_there():
    assert lines(mounted(SCRATCH), mounted(SCRATCH.model_copy(update={"source": "/dev/vdc1"}))) == []


def test_what_the_system_mounts_by_itself_is_not_compared():
    assert lines(mounted(Mount(point="/run/user/1000", source="tmpfs", fs_type="tmpfs"))) == []


def test_a_mount_that_was_not_there_before_is_told_but_is_no_loss():
    found = compared({}, mounted(SCRATCH))
    assert [each.code for each in found.differences] == [DifferenceCode.MOUNT_NEW]
    assert found.losses == ()


def test_swap_set_by_hand_is_missing():
    area = SwapArea(path="/swapfile", kind="file")
    assert lines(mounted(swaps=(area,))) == ["Swap not in use any more: /swapfile (set by hand before the run)"]


def test_a_unit_that_failed_since_is_told_and_one_that_had_failed_before_is_not():
    failed = Unit(name="survey.service", enabled="enabled", active="failed")
    ran = failed.model_copy(update={"active": "active"})
    assert lines(serving(units=(ran,)), serving(units=(failed,))) == [
        "Failed since: survey.service (active before the run)"
    ]
    assert lines(serving(units=(failed,)), serving(units=(failed,))) == []


def test_an_enabled_unit_that_does_not_run_is_told():
    ran = Unit(name="survey.service", enabled="enabled", active="active")
    stopped = ran.model_copy(update={"active": "inactive"})
    assert lines(serving(units=(ran,)), serving(units=(stopped,))) == ["Not running any more: survey.service (enabled)"]


def test_a_port_on_which_nothing_listens_any_more_is_told():
    assert lines(serving(listeners=(WEB,))) == ["Not listening any more: tcp 8080 (gunicorn)"]
    assert lines({}, serving(listeners=(WEB,))) == ["Listening now, not before: tcp 8080 (gunicorn)"]


def test_ports_that_the_kernel_chooses_are_another_one_at_each_start():
    before = Listener(protocol="tcp", address="::", port=41234, process="rpc.statd")
    after = before.model_copy(update={"port": 50321})
    assert lines(serving(listeners=(before,)), serving(listeners=(after,))) == []
    assert lines(serving(listeners=(before,))) == ["Not listening any more: tcp 41234 (rpc.statd)"]


def test_the_display_of_a_login_is_no_service():
    display = Listener(protocol="tcp", address="127.0.0.1", port=6010, process="sshd")
    assert lines(serving(listeners=(display,))) == []


def test_a_container_that_does_not_run_any_more_is_told():
    running = Running(containers=(Container(name="web", restart_policy="no"),))
    assert lines({"running": running}) == ["Container not running any more: web (restart policy no)"]
    conmon = Process(pid=9, name="conmon", user="alice")
    assert lines(serving(processes=(conmon,))) == ["Container not running any more: 1 of Podman (of alice)"]


def test_a_users_program_that_ended_is_told_once_and_that_of_a_login_is_not():
    programs = (
        PersonsProgram(pid=1, user="alice", name="tmux: server", seconds=7200),
        PersonsProgram(pid=2, user="alice", name="tmux: server", seconds=60),
        PersonsProgram(pid=3, user="alice", name="sshd", seconds=60),
        PersonsProgram(pid=4, user="alice", name="conmon", seconds=60),  # told as a container
    )
    assert lines({"running": Running(programs=programs)}) == ["Ended: tmux: server (of alice, had run for 2 h)"]


def test_what_was_not_read_whole_is_not_said_to_be_missing():
    short = {"mounts": partly(Mounts, Mounts(mounts=(ROOT,)))}
    assert lines(mounted(SCRATCH), short) == []
    assert compared(mounted(SCRATCH), short).not_compared == ("mounts: time was up",)
    assert compared({"running": untold(Running)}).not_compared == (
        "containers: only root may read it",
        "programs: only root may read it",
    )


def test_a_part_that_was_read_before_the_start_says_nothing_of_it():
    old = fact_of(Mounts)(value=Mounts(mounts=(ROOT,)), source=Source.GUEST, read_at=NOW - timedelta(hours=1))
    assert compared(mounted(SCRATCH), {"mounts": old}).not_compared == ("mounts: read before the guest was started",)


@pytest.mark.parametrize(
    "after",
    [
        guest(),
        guest(system=healthy(GuestSystem, booted_at=FIRST_BOOT + timedelta(seconds=20))),
        guest(system=healthy(GuestSystem, booted_at=None)),
        restarted(method=InspectionMethod.DEEP_CHECK),
        restarted(method=InspectionMethod.BROUGHT),
    ],
    ids=["same boot", "same boot by a clock that was set", "no boot told", "deep check", "brought"],
)
def test_only_the_guest_itself_after_another_boot_is_compared(after):
    assert since_run(before_run("0abc", guest(**mounted(SCRATCH)), NOW), after) is None
