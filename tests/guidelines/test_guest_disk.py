"""Chapters *Disk*, *Operating system*, *Instance status* and *Image properties* by what the guest shows."""

from __future__ import annotations

import pytest

from models.cloud.image import Image
from models.findings import Outcome, Severity, Source
from models.guest.boot import Boot
from models.guest.directories import Cache, Directories
from models.guest.disks import BlockDevice, Disks, FileSystemHealth
from models.guest.facts import InspectionMethod
from models.guest.mounts import BootMounts
from models.guest.services import Services, Unit
from models.guest.system import GuestSystem
from models.steps import StepName
from tests.guidelines.building import image, instance, profile, unread
from tests.guidelines.guest_building import HEALTHY, READ_AT, ROOT, VDA, VDA1, guest_finding, healthy, partly, untold
from tests.support.known import command_of

PLAIN = BootMounts()
"""A table without the mount option discard."""


@pytest.mark.parametrize("rule", ["DISK-FREE", "DISK-SLACK", "DISK-GROW", "DISK-DIRTY"])
def test_unread_disks_are_unknown(rule):
    assert guest_finding(rule, disks=untold(Disks)).outcome is Outcome.UNKNOWN


def disk(rule: str, *, boot_mounts: BootMounts = PLAIN, **root):
    disks = healthy(Disks, root=ROOT.model_copy(update=root))
    return guest_finding(rule, disks=disks, boot_mounts=boot_mounts)


@pytest.mark.parametrize(
    "used, free, outcome, severity",
    [
        (80, 20, Outcome.PASS, Severity.BLOCK),
        (89, 11, Outcome.PASS, Severity.BLOCK),
        (90, 10, Outcome.FAIL, Severity.WARN),
        (96, 4, Outcome.FAIL, Severity.WARN),
        (97, 3, Outcome.FAIL, Severity.BLOCK),
    ],
)
def test_a_full_disk_is_warned_of_from_90_percent_and_blocks_from_97(used, free, outcome, severity):
    found = disk("DISK-FREE", used_kib=used * 1000, free_kib=free * 1000)
    assert (found.outcome, found.severity) == (outcome, severity)
    assert f"{used} %" in found.evidence


def test_inodes_count_as_space_does_where_the_file_system_has_a_fixed_number():
    assert disk("DISK-FREE", inodes=1000, inodes_free=20).blocks
    assert disk("DISK-FREE", inodes=0, inodes_free=0).outcome is Outcome.PASS
    assert disk("DISK-FREE", used_kib=None).outcome is Outcome.UNKNOWN
    assert disk("DISK-FREE", used_kib=0, free_kib=0).outcome is Outcome.UNKNOWN


def test_free_space_that_nobody_gives_back_may_fill_the_image():
    found = disk("DISK-SLACK")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert found.remedy.actions[0].command == "fstrim -av"


def test_free_space_that_is_given_back_passes():
    assert disk("DISK-SLACK", boot_mounts=HEALTHY["boot_mounts"]).outcome is Outcome.PASS
    weekly = Services(units=(Unit(name="fstrim.timer", enabled="enabled"),))
    assert guest_finding("DISK-SLACK", boot_mounts=PLAIN, services=weekly).outcome is Outcome.PASS
    assert disk("DISK-SLACK", free_kib=1000).outcome is Outcome.PASS


def caches(*found: Cache, **parts):
    return guest_finding("DISK-CACHE", directories=Directories(caches=found), **parts)


def test_large_caches_are_summed_by_kind_and_cleaned_by_the_systems_own_command():
    halves = [Cache(path=f"/var/cache/apt/{each}", kind="apt", size_kib=40_000) for each in "ab"]
    found = caches(*halves, Cache(path="/home/a/.conda/pkgs", kind="conda", size_kib=900_000))
    assert found.evidence == "Can be made again: conda 879 MiB, apt 78 MiB."
    assert found.remedy.command == "sudo apt-get clean"


def test_small_caches_pass_and_old_kernels_count():
    small = Cache(path="/var/cache/apt", kind="apt", size_kib=2000)
    assert caches(small).outcome is Outcome.PASS
    old = caches(small, boot=Boot(old_kernels=("6.8.0-41-generic",)))
    assert "old kernels (1)" in old.evidence
    assert "autoremove" in old.remedy.command
    assert guest_finding("DISK-CACHE", directories=untold(Directories)).outcome is Outcome.UNKNOWN
    half = partly(Directories, Directories())
    assert guest_finding("DISK-CACHE", directories=half).outcome is Outcome.UNKNOWN


def test_a_root_that_nothing_grows_is_warned_of():
    still = healthy(Disks, grow_tool="")
    found = guest_finding("DISK-GROW", disks=still)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "cloud-guest-utils" in command_of(found)
    assert guest_finding("DISK-GROW").outcome is Outcome.PASS
    assert guest_finding("DISK-GROW", disks=partly(Disks, still)).outcome is Outcome.UNKNOWN


def test_a_root_on_lvm_needs_more_than_growpart():
    lv = BlockDevice(name="/dev/mapper/rl-root", parents=("/dev/vda1",), kind="lvm")
    root = ROOT.model_copy(update={"device": lv.name})
    found = guest_finding("DISK-GROW", disks=Disks(devices=(VDA, VDA1, lv), root=root, grow_tool="growpart"))
    assert "LVM" in found.evidence


def health(**said):
    disks = healthy(Disks, health=(FileSystemHealth(device="/dev/vda1", **said),))
    return guest_finding("DISK-DIRTY", disks=disks)


def test_errors_that_the_file_system_noted_block():
    assert health(state="not clean with errors", has_errors=True).blocks
    assert health(state="clean", has_errors=False).outcome is Outcome.PASS


def test_a_journal_to_be_replayed_is_normal_and_an_unread_superblock_unknown():
    assert health(state="not clean", has_errors=False).outcome is Outcome.PASS
    assert health().outcome is Outcome.UNKNOWN


def test_xfs_keeps_no_note_of_errors():
    assert disk("DISK-DIRTY", fs_type="xfs").outcome is Outcome.NOT_APPLICABLE


# ---- Operating system


def system(rule: str, kind: str, version: str, **other):
    return guest_finding(rule, system=GuestSystem(id=kind, version=version), **other)


@pytest.mark.parametrize("rule", ["OS-FAMILY", "OS-VERSION", "OS-RECOMMENDED", "OS-EOL"])
def test_the_guests_own_word_goes_before_the_images_properties(rule):
    found = system(rule, "rocky", "9.6", of=profile("jetstream2"))
    assert "rocky 9.6" in found.evidence
    assert "(os-release)" in found.evidence
    assert "weak" not in found.evidence
    assert (found.source, found.read_at) == (Source.GUEST, READ_AT)


def test_an_upgrade_in_place_is_seen_though_the_properties_are_stale():
    stale = {"base_image": image(properties={"os_distro": "centos", "os_version": "6"})}
    assert system("OS-VERSION", "ubuntu", "24.04", around=stale).outcome is Outcome.PASS
    assert system("OS-VERSION", "centos", "6.10").blocks


@pytest.mark.parametrize("part", [untold(GuestSystem), GuestSystem()])
def test_without_os_release_the_properties_are_asked_and_called_weak(part):
    assert "weak" in guest_finding("OS-FAMILY", system=part).evidence


# ---- PROP-STALE


def test_properties_that_name_another_system_are_stale_with_the_command_that_sets_them():
    found = system("PROP-STALE", "ubuntu", "26.04")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "ubuntu 24.04, os-release ubuntu 26.04" in found.evidence
    assert found.remedy.command.startswith("openstack image set --property os_distro=ubuntu")


@pytest.mark.parametrize(
    "properties",
    [
        {"os_distro": "rocky", "os_version": "9"},
        {"os_distro": "RockyLinux", "os_version": "9.6"},
        {"os_distro": "rocky", "os_version": "blue-onyx"},
        {"os_distro": "rocky"},
    ],
)
def test_another_spelling_a_shorter_version_or_a_code_name_is_not_stale(properties):
    around = {"base_image": image(properties=properties)}
    assert system("PROP-STALE", "rocky", "9.6", around=around).outcome is Outcome.PASS


def test_without_properties_or_image_nothing_is_stale_and_unread_ones_are_unknown():
    for around in ({"base_image": image(properties={})}, {"base_image": None}):
        assert guest_finding("PROP-STALE", around=around).outcome is Outcome.NOT_APPLICABLE
    assert guest_finding("PROP-STALE", around={"base_image": unread(Image)}).outcome is Outcome.UNKNOWN
    assert guest_finding("PROP-STALE", system=untold(GuestSystem)).outcome is Outcome.UNKNOWN
    assert guest_finding("PROP-STALE", system=GuestSystem()).outcome is Outcome.UNKNOWN


# ---- STATE-QUIESCE, STATE-CONSISTENT

ASKED = {"os_require_quiesce": "yes", "hw_qemu_guest_agent": "yes"}


def quiescing(agent: str, *, volume_backed: bool = False, properties=None):
    around = {
        "base_image": image(properties=ASKED if properties is None else properties),
        "instance": instance(volume_backed=volume_backed),
    }
    return guest_finding("STATE-QUIESCE", boot=Boot(guest_agent=agent), around=around)


@pytest.mark.parametrize("volume_backed", [False, True])
def test_an_agent_that_is_seen_to_run_can_quiesce(volume_backed):
    assert quiescing("active", volume_backed=volume_backed).outcome is Outcome.PASS


def test_a_dead_agent_is_refused_for_a_volume_and_skipped_for_an_image():
    refused = quiescing("installed", volume_backed=True)
    assert (refused.severity, refused.fixed_by) == (Severity.BLOCK, StepName.STOP)
    assert "its agent is not active" in refused.evidence
    assert quiescing("").severity is Severity.WARN


def test_an_agent_that_a_deep_check_does_not_run_is_not_called_dead():
    around = {"base_image": image(properties=ASKED)}
    found = guest_finding(
        "STATE-QUIESCE", boot=Boot(guest_agent="enabled"), method=InspectionMethod.DEEP_CHECK, around=around
    )
    assert "its agent" not in found.evidence


def test_an_agent_that_the_image_does_not_promise_is_not_asked():
    found = quiescing("active", properties={"os_require_quiesce": "yes"})
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.BLOCK)


def test_a_running_instance_is_told_whether_its_agent_can_quiesce_it():
    assert "agent can quiesce" in guest_finding("STATE-CONSISTENT").evidence
    assert "agent" not in guest_finding("STATE-CONSISTENT", boot=Boot()).evidence
