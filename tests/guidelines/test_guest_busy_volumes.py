"""Chapter *Volumes* by what the guest shows: who uses a volume, and how it is released."""

from __future__ import annotations

import time

from models.findings import Outcome, Severity
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import InspectionMethod
from models.guest.mounts import (
    Mount,
    Mounts,
    MountUser,
    SwapArea,
)
from models.remedy_action import ActionKind
from models.steps import StepName
from tests.guidelines.building import PGDATA, SCRATCH, attached, instance
from tests.guidelines.guest_building import (
    VDB,
    guest_finding,
    partly,
    untold,
)
from tests.guidelines.volume_building import DATA, ONE, WITH_VOLUME, disks, mounted
from tests.support.known import remedy_of


def busy(mounts: Mounts, *, shown: Disks = WITH_VOLUME, **around):
    return guest_finding("VOL-BUSY", disks=shown, mounts=mounts, around={**ONE, **around})


def test_a_mounted_volume_is_busy_and_says_by_whom_and_a_stop_fixes_it():
    user = MountUser(point="/data", pid=812, process="postgres", user="postgres", uses="cwd")
    found = busy(mounted(DATA, users=(user,)))
    assert (found.outcome, found.severity, found.fixed_by) == (Outcome.FAIL, Severity.BLOCK, StepName.STOP)
    assert found.evidence == "pgdata at /data, used by postgres (812, postgres)."
    assert found.remedy.command == "sudo umount /data"


def test_nested_mounts_are_let_go_from_the_inside_whatever_they_lie_on():
    nested = Mount(point="/data/in/ner", source="server:/x", fs_type="nfs")
    found = busy(mounted(DATA, nested))
    (action,) = found.remedy.actions
    assert (action.kind, action.mount_points) == (ActionKind.UNMOUNT, ("/data/in/ner", "/data"))
    assert "mounts" in action.touches


def test_swap_and_lvm_keep_a_volume_busy_too():
    assert "swapped to" in busy(mounted(swaps=(SwapArea(path="/dev/vdb", kind="partition"),))).evidence
    assert busy(mounted(swaps=(SwapArea(path="/dev/vdb"),))).remedy.command == "sudo swapoff /dev/vdb"
    lv = BlockDevice(name="/dev/mapper/vg-lv", parents=("/dev/vdb",), kind="lvm")
    held = busy(mounted(), shown=disks(VDB, lv))
    assert "held by /dev/mapper/vg-lv" in held.evidence
    assert held.remedy.actions == ()


def test_a_swap_file_is_let_go_before_the_volume_that_it_lies_on():
    found = busy(mounted(DATA, swaps=(SwapArea(path="/data/swap", kind="file"), SwapArea(path="/swap", kind="file"))))
    assert found.remedy.actions[0].mount_points == ("/data/swap", "/data")
    assert found.remedy.command.splitlines() == ["sudo swapoff /data/swap", "sudo umount /data"]


def test_a_volume_that_nothing_uses_passes_and_names_its_disk():
    found = busy(mounted())
    assert found.outcome is Outcome.PASS
    assert "pgdata (/dev/vdb)" in found.evidence


def test_a_volume_is_told_by_its_serial_not_by_the_letter_that_nova_gave():
    elsewhere = VDB.model_copy(update={"name": "/dev/vdc"})
    found = busy(mounted(DATA.model_copy(update={"source": "/dev/vdc"})), shown=disks(elsewhere))
    assert found.outcome is Outcome.FAIL


def test_a_serial_is_the_first_twenty_characters_of_the_volumes_id():
    long = "0123456789-0123456789-abcdef"
    disk = VDB.model_copy(update={"serial": long[:20]})
    found = busy(mounted(), shown=disks(disk), attachments=(attached(long, "/dev/vdx"),), volumes=())
    assert found.outcome is Outcome.PASS


def test_a_volume_that_the_guest_does_not_show_is_unknown():
    other = VDB.model_copy(update={"serial": "somebody-elses"})
    assert busy(mounted(), shown=disks(other)).outcome is Outcome.UNKNOWN


def test_without_volumes_or_stopped_there_is_nothing_to_be_busy():
    assert guest_finding("VOL-BUSY").outcome is Outcome.NOT_APPLICABLE
    assert busy(mounted(DATA), instance=instance(status="SHUTOFF")).outcome is Outcome.NOT_APPLICABLE


def test_the_root_volume_is_never_busy():
    backed = instance(volume_backed=True, image_id=None)
    assert busy(mounted(), instance=backed, attachments=(attached("r", "/dev/vda"),)).outcome is Outcome.NOT_APPLICABLE


def test_what_a_deep_check_cannot_see_needs_ssh():
    found = guest_finding(
        "VOL-BUSY",
        method=InspectionMethod.DEEP_CHECK,
        mounts=untold(Mounts, "a temporary instance has no volumes"),
        around=ONE,
    )
    assert "needs SSH" in found.evidence


def test_mounts_that_were_read_in_part_are_no_pass():
    partial = partly(Mounts, mounted())
    assert guest_finding("VOL-BUSY", disks=WITH_VOLUME, mounts=partial, around=ONE).outcome is Outcome.UNKNOWN


def test_an_unmounted_volume_may_be_detached_and_a_mounted_one_after_unmounting():
    vdc = BlockDevice(name="/dev/vdc", kind="disk", serial="scratch-id")
    both = {"attachments": (attached(PGDATA, "/dev/vdb"), attached(SCRATCH, "/dev/vdc")), "volumes": (PGDATA, SCRATCH)}
    found = guest_finding("VOL-DETACHED", disks=disks(VDB, vdc), mounts=mounted(DATA), around=both)
    first, second = remedy_of(found).actions
    assert (first.kind, first.volume_id, first.mount_points) == (ActionKind.UNMOUNT_AND_DETACH, "scratch-id", ())
    assert (second.volume_id, second.mount_points) == ("pgdata-id", ("/data",))
    assert found.fixed_by is StepName.DETACH


def test_nothing_is_offered_for_detaching_that_was_not_seen_whole_or_is_held_or_does_not_run():
    held = VDB.model_copy(update={"fs_type": "LVM2_member"})
    partial = partly(Mounts, mounted())
    stopped = {**ONE, "instance": instance(status="SHUTOFF")}
    for parts, around in (
        ({"disks": disks(held), "mounts": mounted()}, ONE),
        ({"disks": WITH_VOLUME, "mounts": partial}, ONE),
        ({"disks": WITH_VOLUME, "mounts": untold(Mounts)}, ONE),
        ({"disks": WITH_VOLUME, "mounts": mounted()}, stopped),
    ):
        assert remedy_of(guest_finding("VOL-DETACHED", around=around, **parts)).actions == ()


def test_thousands_of_devices_on_each_other_are_followed_in_no_time():
    chain = [BlockDevice(name=f"/dev/d{at}", parents=(f"/dev/d{at + 1}",)) for at in range(2_500)]
    disks = Disks(devices=(*chain, BlockDevice(name="/dev/d2500")))
    begun = time.monotonic()
    assert all(disks.disks_below(device.name) == {"/dev/d2500"} for device in chain[:200])
    assert time.monotonic() - begun < 3
