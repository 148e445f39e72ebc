"""Chapters *File system*, *Volumes* and *Mounts* by what the guest shows."""

from __future__ import annotations

import time

import pytest

from models.findings import Outcome, Severity
from models.guest.boot import Boot
from models.guest.directories import Directories, Directory
from models.guest.disks import BlockDevice, Disks, FileSystemUse
from models.guest.facts import Way
from models.guest.mounts import (
    BootMounts,
    CryptEntry,
    FstabEntry,
    Mount,
    Mounts,
    MountUnit,
    MountUser,
    PhysicalVolume,
    RaidArray,
    SwapArea,
)
from models.guest.services import PathUse
from models.instance import InstanceFlavor
from models.remedy_action import ActionKind
from models.steps import StepName
from tests.guidelines.building import PGDATA, SCRATCH, attached, instance, profile
from tests.guidelines.guest_building import (
    HEALTHY,
    ROOT,
    ROOT_LINE,
    VDA,
    VDA1,
    VDB,
    guest_finding,
    partly,
    path_use,
    untold,
)

ROOT_MOUNT = Mount(point="/", source="/dev/vda1", fs_type="ext4")
DATA = Mount(point="/data", source="/dev/vdb", fs_type="ext4")
WITH_VOLUME = Disks(devices=(VDA, VDA1, VDB), root=ROOT, file_systems=(ROOT,), grow_tool="growpart")
ONE = {"attachments": (attached(PGDATA, "/dev/vdb"),), "volumes": (PGDATA,)}


def mounted(*mounts: Mount, **other) -> Mounts:
    return Mounts(mounts=(ROOT_MOUNT, *mounts), users_complete=True, **other)


def disks(*devices: BlockDevice, root: FileSystemUse = ROOT) -> Disks:
    return Disks(devices=(VDA, VDA1, *devices), root=root, file_systems=(root,))


def fstab(*entries: FstabEntry, **other) -> BootMounts:
    return BootMounts(fstab=(ROOT_LINE, *entries), **other)


def entry(point: str, fs_type: str, *options: str, source: str = "server:/x") -> FstabEntry:
    return FstabEntry(line=2, source=source, point=point, fs_type=fs_type, options=options, text=f"{source} {point}")


# ---- FS-ROOT, FS-OTHER


@pytest.mark.parametrize("kind, outcome", [("ext4", Outcome.PASS), ("xfs", Outcome.PASS), ("ext3", Outcome.FAIL)])
def test_the_root_file_system_is_one_that_the_profile_names(kind, outcome):
    root = ROOT.model_copy(update={"fs_type": kind})
    found = guest_finding("FS-ROOT", disks=disks(root=root))
    assert (found.outcome, found.severity) == (outcome, Severity.BLOCK)
    assert f"{kind} on /dev/vda1, 19.1 GiB" in found.evidence


def test_a_profile_without_file_systems_asks_for_none():
    assert guest_finding("FS-ROOT", of=profile("openstack")).outcome is Outcome.NOT_APPLICABLE


def test_below_a_writable_layer_the_real_root_counts():
    layered = ROOT.model_copy(update={"fs_type": "overlay", "device": "overlayroot"})
    below = ROOT.model_copy(update={"mount_point": "/media/root-ro", "fs_type": "btrfs"})
    shown = Disks(devices=(VDA, VDA1), root=layered, file_systems=(layered, below))
    assert guest_finding("FS-ROOT", disks=shown).blocks
    by_mount = mounted(Mount(point="/media/root-ro", source="/dev/vda1", fs_type="ext4"))
    assert guest_finding("FS-ROOT", disks=disks(root=layered), mounts=by_mount).outcome is Outcome.PASS
    assert guest_finding("FS-ROOT", disks=disks(root=layered)).outcome is Outcome.UNKNOWN


def test_an_unread_root_is_unknown():
    assert guest_finding("FS-ROOT", disks=untold(Disks)).outcome is Outcome.UNKNOWN
    assert guest_finding("FS-ROOT", disks=Disks()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "kind, word", [("btrfs", "btrfs"), ("zfs_member", "zfs"), ("crypto_LUKS", "LUKS"), ("linux_raid_member", "md")]
)
def test_other_file_systems_on_the_root_disk_are_warned_of(kind, word):
    found = guest_finding("FS-OTHER", disks=disks(BlockDevice(name="/dev/vda3", parents=("/dev/vda",), fs_type=kind)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert f"{word} on /dev/vda3" in found.evidence


def test_what_every_disk_has_is_no_other_file_system():
    esp = BlockDevice(name="/dev/vda15", parents=("/dev/vda",), fs_type="vfat")
    swap = BlockDevice(name="/dev/vda3", parents=("/dev/vda",), fs_type="swap")
    volume = VDB.model_copy(update={"fs_type": "xfs"})
    assert guest_finding("FS-OTHER", disks=disks(esp, swap, volume)).outcome is Outcome.PASS


@pytest.mark.parametrize("kind", ["btrfs", "minix", "crypto_LUKS"])
def test_another_file_system_on_another_disk_is_noted_for_no_child_will_have_it(kind):
    second = BlockDevice(name="/dev/vdc", kind="disk", fs_type=kind)
    found = guest_finding("FS-OTHER", disks=disks(second))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert f"{kind} on /dev/vdc" in found.evidence
    assert guest_finding("FS-OTHER", of=profile("openstack"), disks=disks(second)).outcome is Outcome.PASS


def test_other_file_systems_are_unknown_where_not_all_was_read():
    assert guest_finding("FS-OTHER", disks=partly(Disks, HEALTHY["disks"])).outcome is Outcome.UNKNOWN
    assert guest_finding("FS-OTHER", disks=Disks(devices=(VDA,))).outcome is Outcome.UNKNOWN


def test_a_deep_checks_child_shows_all_of_the_root_disk():
    child = partly(Disks, HEALTHY["disks"], "volumes other than the root disk: needs SSH")
    assert guest_finding("FS-OTHER", disks=child, way=Way.DEEP_CHECK).outcome is Outcome.PASS
    assert guest_finding("VOL-CRYPT-LVM", disks=child, way=Way.DEEP_CHECK).outcome is Outcome.PASS


# ---- VOL-BUSY, VOL-DETACHED


def busy(mounts: Mounts, *, shown: Disks = WITH_VOLUME, **around):
    return guest_finding("VOL-BUSY", disks=shown, mounts=mounts, around={**ONE, **around})


def test_a_mounted_volume_is_busy_and_says_by_whom_and_a_stop_mends_it():
    user = MountUser(point="/data", pid=812, process="postgres", user="postgres", uses="cwd")
    found = busy(mounted(DATA, users=(user,)))
    assert (found.outcome, found.severity, found.mended_by) == (Outcome.FAIL, Severity.BLOCK, StepName.STOP)
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
    found = guest_finding("VOL-BUSY", way=Way.DEEP_CHECK, mounts=untold(Mounts, "a child has no volumes"), around=ONE)
    assert "needs SSH" in found.evidence


def test_mounts_that_were_read_in_part_are_no_pass():
    partial = partly(Mounts, mounted())
    assert guest_finding("VOL-BUSY", disks=WITH_VOLUME, mounts=partial, around=ONE).outcome is Outcome.UNKNOWN


def test_an_unmounted_volume_may_be_detached_and_a_mounted_one_after_unmounting():
    vdc = BlockDevice(name="/dev/vdc", kind="disk", serial="scratch-id")
    both = {"attachments": (attached(PGDATA, "/dev/vdb"), attached(SCRATCH, "/dev/vdc")), "volumes": (PGDATA, SCRATCH)}
    found = guest_finding("VOL-DETACHED", disks=disks(VDB, vdc), mounts=mounted(DATA), around=both)
    first, second = found.remedy.actions
    assert (first.kind, first.volume_id, first.mount_points) == (ActionKind.UNMOUNT_AND_DETACH, "scratch-id", ())
    assert (second.volume_id, second.mount_points) == ("pgdata-id", ("/data",))
    assert found.mended_by is StepName.DETACH


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
        assert guest_finding("VOL-DETACHED", around=around, **parts).remedy.actions == ()


# ---- VOL-CRYPT-LVM


def needing(boot_mounts: BootMounts, shown: Disks = WITH_VOLUME, **parts):
    return guest_finding("VOL-CRYPT-LVM", boot_mounts=boot_mounts, disks=shown, **parts)


SECRET = CryptEntry(line=1, name="secret", source="UUID=data-uuid", text="secret UUID=data-uuid none luks")


def test_a_crypttab_line_of_a_volume_delays_and_blocks_where_fstab_needs_it():
    found = needing(fstab(crypttab=(SECRET,)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert [each.kind for each in found.remedy.actions] == [ActionKind.ADD_NOFAIL, ActionKind.COMMENT_LINE]
    assert found.remedy.actions[0].file == "/etc/crypttab"
    needed = entry("/secret", "ext4", "defaults", source="/dev/mapper/secret")
    assert needing(fstab(needed, crypttab=(SECRET,))).blocks


def test_a_crypttab_line_that_may_fail_or_is_on_the_root_disk_passes():
    patient = SECRET.model_copy(update={"options": ("luks", "nofail")})
    own = SECRET.model_copy(update={"source": "UUID=root-uuid"})
    assert needing(fstab(crypttab=(patient, own))).outcome is Outcome.PASS


def test_a_volume_group_on_root_disk_and_volume_blocks_but_not_one_on_either_alone():
    both = (PhysicalVolume(device="/dev/vda1", group="vg"), PhysicalVolume(device="/dev/vdb", group="vg"))
    found = needing(fstab(physical_volumes=both))
    assert found.blocks
    assert "LVM group vg on /dev/vda and /dev/vdb" in found.evidence
    apart = (both[0], both[1].model_copy(update={"group": "data"}))
    assert needing(fstab(physical_volumes=apart)).outcome is Outcome.PASS


def test_physical_volumes_that_nothing_uses_belong_to_no_group_together():
    unused = (PhysicalVolume(device="/dev/vda1"), PhysicalVolume(device="/dev/vdb"))
    assert needing(fstab(physical_volumes=unused)).outcome is Outcome.PASS


def test_an_array_across_root_disk_and_volume_blocks_and_so_does_a_root_on_two_disks():
    assert needing(fstab(arrays=(RaidArray(name="md0", members=("/dev/vda1", "/dev/vdb")),))).blocks
    assert needing(fstab(arrays=(RaidArray(name="md0", members=("/dev/vdb",)),))).outcome is Outcome.PASS
    lv = BlockDevice(name="/dev/mapper/vg-root", parents=("/dev/vda1", "/dev/vdb"), kind="lvm")
    spread = disks(VDB, lv, root=ROOT.model_copy(update={"device": lv.name}))
    assert "/ lies on /dev/vda and /dev/vdb" in needing(fstab(), spread).evidence


def test_resuming_from_a_volume_is_warned_of():
    resuming = Boot(command_line="root=UUID=root-uuid resume=UUID=data-uuid")
    assert needing(fstab(), boot=resuming).severity is Severity.WARN
    own = Boot(command_line="root=UUID=root-uuid resume=UUID=root-uuid")
    assert needing(fstab(), boot=own).outcome is Outcome.PASS


def test_unread_tables_are_unknown():
    assert needing(untold(BootMounts)).outcome is Outcome.UNKNOWN
    assert needing(partly(BootMounts, fstab())).outcome is Outcome.UNKNOWN


# ---- VOL-SYMLINK


def leading(*uses: PathUse, mounts: Mounts | None = None, **parts):
    shown = mounted(DATA) if mounts is None else mounts
    return guest_finding("VOL-SYMLINK", disks=WITH_VOLUME, mounts=shown, path_uses=uses, **parts)


def test_an_enabled_service_that_needs_a_volume_blocks_and_others_are_warned_of():
    used = path_use("/etc/systemd/system/survey.service", "ExecStart", "/data/bin/survey", enabled=True)
    found = leading(used)
    assert found.blocks
    assert "survey.service (ExecStart) → /data/bin/survey" in found.evidence
    assert found.remedy.command == "sudo systemctl disable survey.service"
    link = path_use("/var/lib/docker", "link", "/data/docker")
    assert leading(link).severity is Severity.WARN


def test_a_volume_in_a_place_of_the_system_is_warned_of():
    home = mounted(Mount(point="/home", source="/dev/vdb", fs_type="ext4"))
    assert "/home is a volume" in leading(mounts=home).evidence


def test_what_leads_elsewhere_or_to_a_snap_passes():
    snap = Mount(point="/snap/core/1", source="/dev/loop0", fs_type="squashfs")
    loop = BlockDevice(name="/dev/loop0", kind="loop")
    used = path_use("/usr/local/bin/tool", "link", "/opt/tool")
    beside = path_use("/usr/local/bin/other", "link", "/database/bin")
    assert leading(used, beside).outcome is Outcome.PASS
    found = guest_finding("VOL-SYMLINK", disks=disks(loop), mounts=mounted(snap), path_uses=(used,))
    assert found.outcome is Outcome.PASS


def test_without_mounts_fstab_tells_which_places_will_be_missing():
    line = entry("/data", "ext4", "nofail", source="UUID=gone")
    used = path_use("/etc/systemd/system/a.service", "ExecStart", "/data/a", enabled=True)
    found = guest_finding(
        "VOL-SYMLINK", mounts=untold(Mounts), boot_mounts=fstab(line), path_uses=(used,), way=Way.DEEP_CHECK
    )
    assert found.blocks
    nothing = guest_finding("VOL-SYMLINK", mounts=untold(Mounts), boot_mounts=untold(BootMounts))
    assert nothing.outcome is Outcome.UNKNOWN


def test_uses_that_were_read_in_part_are_no_pass():
    assert leading_partly().outcome is Outcome.UNKNOWN


def leading_partly():
    uses = partly(tuple[PathUse, ...], ())
    return guest_finding("VOL-SYMLINK", disks=WITH_VOLUME, mounts=mounted(DATA), path_uses=uses)


# ---- MNT-FUSE


def remote(*mounts: Mount, boot_mounts: BootMounts | None = None, **parts):
    return guest_finding("MNT-FUSE", mounts=mounted(*mounts), boot_mounts=boot_mounts or fstab(), **parts)


@pytest.mark.parametrize(
    "kind", ["fuse.irodsfs", "fuse.sshfs", "fuse.rclone", "nfs4", "cifs", "ceph", "davfs", "lustre"]
)
def test_a_remote_mount_is_not_in_the_image(kind):
    found = remote(Mount(point="/work", source="server:/x", fs_type=kind))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert f"/work ({kind})" in found.evidence


@pytest.mark.parametrize("kind", ["fuse.snapfuse", "fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "fusectl", "autofs"])
def test_fuse_mounts_of_snaps_containers_and_desktops_are_nothing_remote(kind):
    assert remote(Mount(point="/x", source="x", fs_type=kind)).outcome is Outcome.PASS


def test_a_line_that_a_boot_waits_for_is_warned_of_with_nofail_as_remedy():
    found = remote(boot_mounts=fstab(entry("/work", "nfs", "defaults")))
    assert found.severity is Severity.WARN
    assert [each.kind for each in found.remedy.actions] == [ActionKind.ADD_NOFAIL, ActionKind.COMMENT_LINE]


@pytest.mark.parametrize("options", [("nofail",), ("noauto",), ("x-systemd.automount",)])
def test_a_line_that_no_boot_waits_for_is_worth_a_word_only(options):
    assert remote(boot_mounts=fstab(entry("/work", "nfs", *options))).severity is Severity.INFO


def test_the_software_mount_of_jetstream2_is_the_clouds_own():
    assert remote(boot_mounts=fstab(entry("/software", "nfs", "ro", "_netdev"))).severity is Severity.INFO


@pytest.mark.parametrize(
    "line",
    [
        entry("/w", "cifs", "credentials=/root/smb", "nofail"),
        entry("/w", "cifs", "username=a", "password=***"),
        entry("/w", "ceph", "name=x", "secretfile=/etc/ceph/secret"),
        entry("/w", "davfs", "nofail", source="https://alice:***@dav.example.org/"),
    ],
)
def test_credentials_beside_a_mount_block(line):
    assert remote(boot_mounts=fstab(line)).blocks


def test_a_unit_of_ones_own_counts_like_a_line():
    unit = MountUnit(file="/etc/systemd/system/w.mount", source="s:/x", point="/w", fs_type="nfs", enabled=True)
    assert "w.mount" in remote(boot_mounts=fstab(units=(unit,))).evidence


def test_in_a_deep_check_fstab_can_fail_it_but_nothing_can_pass_it():
    unseen = untold(Mounts, "a child mounts nothing")
    failing = guest_finding("MNT-FUSE", mounts=unseen, boot_mounts=fstab(entry("/w", "nfs")), way=Way.DEEP_CHECK)
    assert failing.outcome is Outcome.FAIL
    assert guest_finding("MNT-FUSE", mounts=unseen, way=Way.DEEP_CHECK).outcome is Outcome.UNKNOWN


# ---- EPH-NOTCOPIED

EPHEMERAL = instance(flavor=InstanceFlavor(name="x", disk_gib=20, ephemeral_gib=40, swap_mib=0))
EPH_DISK = BlockDevice(name="/dev/vdb", kind="disk", fs_type="ext4", label="ephemeral0")
EPH_MOUNT = Mount(point="/mnt", source="/dev/vdb", fs_type="ext4")


def ephemeral(used_kib: int, *mounts: Mount, files: int = 5, shown: BlockDevice = EPH_DISK, **around):
    use = FileSystemUse(mount_point="/mnt", device="/dev/vdb", used_kib=used_kib)
    table = Disks(devices=(VDA, VDA1, shown), root=ROOT, file_systems=(ROOT, use))
    directories = Directories(others=(Directory(path="/mnt", files=files, separate=True),))
    parts = {"disks": table, "mounts": mounted(*mounts), "directories": directories}
    return guest_finding("EPH-NOTCOPIED", around={"instance": EPHEMERAL, **around}, **parts)


def test_an_ephemeral_disk_that_is_used_is_warned_of_with_place_and_size():
    found = ephemeral(12 * 1024**2, EPH_MOUNT)
    assert found.severity is Severity.WARN
    assert "/mnt (12.0 GiB)" in found.evidence


def test_an_empty_or_unmounted_ephemeral_disk_is_worth_a_word_only():
    assert ephemeral(24, EPH_MOUNT).severity is Severity.INFO
    assert ephemeral(300_000, EPH_MOUNT, files=0).severity is Severity.INFO
    assert ephemeral(300_000).severity is Severity.INFO


def test_an_attached_volume_is_no_ephemeral_disk():
    found = ephemeral(12 * 1024**2, EPH_MOUNT, shown=VDB, attachments=(attached(PGDATA, "/dev/vdb"),))
    assert found.severity is Severity.INFO


def test_without_a_look_inside_an_ephemeral_disk_counts_as_used():
    unseen = guest_finding("EPH-NOTCOPIED", mounts=untold(Mounts), around={"instance": EPHEMERAL})
    assert unseen.severity is Severity.WARN


def test_thousands_of_devices_on_each_other_are_followed_in_no_time():
    chain = [BlockDevice(name=f"/dev/d{at}", parents=(f"/dev/d{at + 1}",)) for at in range(2_500)]
    disks = Disks(devices=(*chain, BlockDevice(name="/dev/d2500")))
    begun = time.monotonic()
    assert all(disks.disks_below(device.name) == {"/dev/d2500"} for device in chain[:200])
    assert time.monotonic() - begun < 3
