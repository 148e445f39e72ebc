"""VOL-FSTAB: which lines of fstab stop a new instance, which only delay it, and which are harmless."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imaging.guidelines.guest.next_boot.fstab import Need, Table, device_timeout, need_of
from imaging.guidelines.guest.storage import Where
from models.fact import Fact
from models.findings import Outcome, Severity, Source
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.mounts import BootMounts, FstabEntry, Mounts, MountUnit
from models.remedy_action import ActionKind
from models.verdict import DeadEnd, Verdict, VerdictWord
from tests.guidelines.building import finding
from tests.guidelines.guest_building import (
    HEALTHY,
    READ_AT,
    ROOT,
    ROOT_LINE,
    VDA,
    VDA1,
    VDB,
    guest,
    guest_finding,
    partly,
    untold,
)
from tests.support.known import command_of
from tests.support.needs import needs, tool

DISKS = Disks(devices=(VDA, VDA1, VDB), root=ROOT, file_systems=(ROOT,), grow_tool="growpart")


def line(text: str, number: int = 2) -> FstabEntry:
    """A line of fstab as the probe's reader takes it apart."""
    source, point, fs_type, *rest = text.split()
    options = tuple(rest[0].split(",")) if rest else ()
    return FstabEntry(line=number, source=source, point=point, fs_type=fs_type, options=options, text=text)


def fstab(*texts: str, units: tuple[MountUnit, ...] = ()) -> BootMounts:
    lines = (line(text, number) for number, text in enumerate(texts, start=2))
    return BootMounts(fstab=(ROOT_LINE, *lines), units=units)


def judged(*texts: str, disks: Disks = DISKS, **other):
    return guest_finding("VOL-FSTAB", boot_mounts=fstab(*texts), disks=disks, **other)


@pytest.mark.parametrize(
    "source",
    [
        "UUID=data-uuid",
        'UUID="data-uuid"',
        "/dev/vdb",
        "/dev/disk/by-uuid/data-uuid",
        "/dev/disk/by-id/virtio-pgdata-id",
    ],
)
def test_a_plain_line_of_another_disk_blocks_however_the_disk_is_named(source):
    found = judged(f"{source} /data ext4 defaults 0 2")
    assert found.blocks
    assert "line 2: /data" in found.evidence
    assert "/dev/vdb" in found.evidence
    assert "emergency mode" in found.remedy.text
    assert "so does this one if started while detached" in found.remedy.text


def test_a_line_of_a_disk_that_is_not_here_any_more_blocks_too():
    found = judged("UUID=gone /data ext4 defaults 0 2", disks=HEALTHY["disks"])
    assert found.blocks
    assert "UUID=gone (not here)" in found.evidence


def test_a_deep_check_in_emergency_mode_is_the_proof():
    fell = Verdict(word=VerdictWord.FAILED, dead_end=DeadEnd.EMERGENCY_LOCKED, reason="said in other words")
    deep = guest(
        boot_mounts=fstab("UUID=gone /data ext4 defaults 0 2"), disks=DISKS, method=InspectionMethod.DEEP_CHECK
    )
    known = Fact[GuestFacts](value=deep.model_copy(update={"boot_verdict": fell}), source=Source.GUEST, read_at=READ_AT)
    assert finding("VOL-FSTAB", guest=known).evidence.endswith("A test instance stopped in emergency mode.")
    assert "emergency" not in judged("UUID=gone /data ext4 defaults 0 2").evidence


def test_adding_nofail_is_offered_first_then_commenting_the_line_out():
    found = judged("UUID=data-uuid /data ext4 defaults 0 2")
    assert [each.kind for each in found.remedy.actions] == [ActionKind.ADD_NOFAIL, ActionKind.COMMENT_LINE]
    mild = found.remedy.actions[0]
    assert (mild.file, mild.line, mild.line_text) == ("/etc/fstab", 2, "UUID=data-uuid /data ext4 defaults 0 2")
    assert "boot_mounts" in mild.touches


def test_the_command_adds_nofail_to_the_very_line(tmp_path):
    found = judged("UUID=data-uuid /data ext4 defaults 0 2", "UUID=data-uuid /more ext4")
    file = tmp_path / "fstab"
    file.write_text("# comment\nUUID=data-uuid /data ext4 defaults 0 2\nUUID=data-uuid /more ext4\n")
    command = found.remedy.command.partition(" && ")[0].replace("sudo ", "").replace("/etc/fstab", str(file))
    subprocess.run(["sh", "-c", command], check=True)
    assert file.read_text().splitlines()[1:] == [
        "UUID=data-uuid /data ext4 defaults,nofail 0 2",
        "UUID=data-uuid /more ext4 defaults,nofail",
    ]
    assert Path(f"{file}.bak").exists()


@pytest.mark.parametrize(
    "options",
    [
        "nofail",
        "noauto",
        "defaults,nofail,x-systemd.device-timeout=90s",
        "x-systemd.automount",
        "nofail,x-systemd.automount,x-systemd.device-timeout=1s",
        "comment=systemd.automount",
        "_netdev",
        "x-systemd.wanted-by=survey.service",
    ],
)
def test_what_a_boot_does_not_wait_for_passes(options):
    assert judged(f"UUID=data-uuid /data ext4 {options} 0 2").outcome is Outcome.PASS


def test_the_ten_automount_lines_of_older_exosphere_and_the_software_mount_of_jetstream2_pass():
    letters = [f"/dev/sd{letter} /media/volume/sd{letter} ext4 x-systemd.automount,nofail" for letter in "bcdefghijk"]
    assert judged(*letters, "10.0.0.1:/software /software nfs ro,_netdev").outcome is Outcome.PASS


@pytest.mark.parametrize("fs_type", ["nfs", "nfs4", "ceph", "cifs", "fuse.sshfs", "glusterfs"])
def test_network_types_wait_for_the_network_and_stop_nothing(fs_type):
    assert judged(f"server:/x /x {fs_type} defaults 0 0").outcome is Outcome.PASS


def test_a_program_that_systemd_does_not_know_as_network_stops_the_boot():
    assert judged("bucket /s3 fuse.s3fs defaults 0 0").blocks
    assert judged("bucket /s3 fuse.s3fs _netdev 0 0").outcome is Outcome.PASS


def test_the_last_of_two_opposite_words_counts():
    assert judged("UUID=data-uuid /data ext4 nofail,fail").blocks
    assert judged("UUID=data-uuid /data ext4 noauto,auto").blocks


def test_a_bind_mount_of_a_place_that_will_be_missing_blocks_even_where_that_place_may_be_missing():
    found = judged("UUID=data-uuid /data ext4 nofail", "/data/home /home none bind")
    assert found.blocks
    assert "line 3: /home from /data/home" in found.evidence
    assert "line 2" not in found.evidence


def test_what_is_mounted_below_a_missing_place_or_made_of_it_blocks():
    volume = "UUID=data-uuid /data ext4 nofail"
    assert judged(volume, "tmpfs /data/tmp tmpfs defaults").blocks
    assert judged(volume, "/data/disk.img /loop iso9660 loop").blocks
    assert judged(volume, "overlay /o overlay lowerdir=/opt,upperdir=/data/u,workdir=/data/w").blocks
    assert judged(volume, "/opt:/data/pool /pool fuse.mergerfs defaults").blocks


def test_the_same_on_the_root_disk_is_harmless():
    found = judged(
        "tmpfs /tmp tmpfs defaults", "/srv/a /opt/a none bind", "/srv/x.iso /x iso9660 loop", "proc /proc proc"
    )
    assert found.outcome is Outcome.PASS


def test_a_partition_of_the_root_disk_a_swap_file_and_an_ephemeral_disk_of_cloud_init_are_harmless():
    boot = BlockDevice(
        name="/dev/vda15", parents=("/dev/vda",), kind="part", fs_type="vfat", label="UEFI", uuid="AB-CD"
    )
    disks = DISKS.model_copy(update={"devices": (*DISKS.devices, boot)})
    ephemeral = "/dev/vdb /mnt auto defaults,nofail,x-systemd.after=cloud-init.service,_netdev,comment=cloudconfig 0 2"
    found = judged("LABEL=UEFI /boot/efi vfat umask=0077", "/swap.img none swap sw", ephemeral, disks=disks)
    assert found.outcome is Outcome.PASS


def test_lvm_is_found_under_both_of_its_names():
    lv = BlockDevice(name="/dev/mapper/data--vg-lv", parents=("/dev/vdb",), kind="lvm", fs_type="xfs", uuid="lv-uuid")
    disks = DISKS.model_copy(update={"devices": (*DISKS.devices, lv)})
    assert judged("/dev/data-vg/lv /data xfs defaults", disks=disks).blocks
    assert judged("/dev/mapper/data--vg-lv /data xfs defaults", disks=disks).blocks


def test_a_logical_volume_across_root_disk_and_volume_is_not_on_the_root_disk():
    lv = BlockDevice(name="/dev/mapper/vg-lv", parents=("/dev/vda1", "/dev/vdb"), kind="lvm", uuid="lv-uuid")
    disks = DISKS.model_copy(update={"devices": (*DISKS.devices, lv)})
    assert judged("UUID=lv-uuid /data xfs defaults", disks=disks).blocks


def test_swap_on_a_volume_only_delays():
    found = judged("/dev/vdb none swap sw 0 0")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "90 s" in found.evidence
    assert judged("/dev/vdb none swap sw,nofail 0 0").outcome is Outcome.PASS


def test_a_mount_unit_of_ones_own_only_delays():
    unit = MountUnit(
        file="/etc/systemd/system/data.mount", source="/dev/vdb", point="/data", fs_type="ext4", enabled=True
    )
    found = guest_finding("VOL-FSTAB", boot_mounts=fstab(units=(unit,)), disks=DISKS)
    assert found.severity is Severity.WARN
    assert "data.mount" in found.evidence
    off = unit.model_copy(update={"enabled": False})
    assert guest_finding("VOL-FSTAB", boot_mounts=fstab(units=(off,)), disks=DISKS).outcome is Outcome.PASS


def test_a_mount_unit_that_something_requires_stops_the_boot():
    unit = MountUnit(
        file="/etc/systemd/system/data.mount", source="UUID=gone", point="/data", enabled=True, required=True
    )
    found = guest_finding("VOL-FSTAB", boot_mounts=fstab(units=(unit,)))
    assert found.blocks
    assert command_of(found) == "sudo systemctl disable data.mount"


def test_a_short_patience_is_warned_of_for_a_slow_guest_does_not_mount_its_volume_again():
    found = judged("UUID=data-uuid /data ext4 defaults,nofail,x-systemd.device-timeout=10s 0 2")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "line 2: /data only 10 s" in found.evidence
    assert "90 s" in found.remedy.text


def test_the_command_for_a_short_patience_changes_that_word_alone(tmp_path):
    text = "UUID=data-uuid /data ext4 x-systemd.device-timeout=10s,nofail 0 2"
    file = tmp_path / "fstab"
    file.write_text(f"#\n{text}\n")
    command = judged(text).remedy.command.replace("sudo ", "").replace("/etc/fstab", str(file))
    subprocess.run(["sh", "-c", command], check=True)
    assert file.read_text() == f"#\n{text.replace('10s', '90s')}\n"


@pytest.mark.parametrize(
    "value, seconds",
    [
        ("10", 10),
        ("10s", 10),
        ("1min", 60),
        ("1min 30s", 90),
        ("500ms", 0.5),
        ("infinity", None),
        ("0", None),
        ("", None),
    ],
)
def test_time_spans_are_read_as_systemd_does(value, seconds):
    entry = FstabEntry(line=1, source="x", point="/x", options=(f"x-systemd.device-timeout={value}",))
    assert device_timeout(entry) == seconds


def test_where_tags_cannot_be_read_nothing_is_called_missing():
    blind = Disks(devices=tuple(each.model_copy(update={"uuid": "", "label": ""}) for each in DISKS.devices), root=ROOT)
    found = judged("UUID=data-uuid /data ext4 defaults", disks=blind)
    assert found.outcome is Outcome.UNKNOWN
    assert "/data" in found.evidence


@pytest.mark.parametrize(
    "source", ["PARTUUID=abc", "PARTLABEL=data", "/dev/disk/by-partuuid/abc", "/dev/disk/by-path/x"]
)
def test_what_this_lsblk_does_not_list_is_not_called_missing(source):
    assert judged(f"{source} /data ext4 defaults").outcome is Outcome.UNKNOWN
    listed = VDA1.model_copy(update={"partition_uuid": "root-part"})
    disks = Disks(devices=(VDA, listed), root=ROOT)
    expected = Outcome.UNKNOWN if "path" in source else Outcome.FAIL
    assert judged(f"{source} /data ext4 defaults", disks=disks).outcome is expected


def test_where_the_root_disk_is_not_known_a_required_line_is_unknown():
    rootless = Disks(devices=DISKS.devices)
    assert judged("UUID=data-uuid /data ext4 defaults", disks=rootless).outcome is Outcome.UNKNOWN


def test_where_not_all_disks_were_read_a_disk_that_was_not_seen_is_not_called_missing():
    found = judged("UUID=gone /data ext4 defaults", disks=partly(Disks, DISKS))
    assert found.outcome is Outcome.UNKNOWN


def test_an_unread_fstab_is_unknown_and_half_of_one_no_pass():
    assert guest_finding("VOL-FSTAB", boot_mounts=untold(BootMounts)).outcome is Outcome.UNKNOWN
    assert guest_finding("VOL-FSTAB", boot_mounts=partly(BootMounts, fstab())).outcome is Outcome.UNKNOWN


def test_a_deep_check_that_failed_otherwise_proves_nothing_whatever_is_said_of_it():
    fell = Verdict(word=VerdictWord.FAILED, dead_end=DeadEnd.KERNEL_PANIC, reason="not in emergency mode")
    deep = guest(
        boot_mounts=fstab("UUID=gone /data ext4 defaults 0 2"), disks=DISKS, method=InspectionMethod.DEEP_CHECK
    )
    known = Fact[GuestFacts](value=deep.model_copy(update={"boot_verdict": fell}), source=Source.GUEST, read_at=READ_AT)
    assert "emergency" not in finding("VOL-FSTAB", guest=known).evidence


def test_a_deep_check_sees_the_line_though_its_instance_has_no_volume():
    partly_seen = partly(Disks, HEALTHY["disks"], "volumes other than the root disk: needs SSH")
    found = judged(
        "UUID=data-uuid /data ext4 defaults",
        disks=partly_seen,
        method=InspectionMethod.DEEP_CHECK,
        mounts=untold(Mounts),
    )
    assert found.blocks


def test_a_table_that_goes_round_in_circles_ends():
    circular = fstab("/b/x /a none bind", "/a/x /b none bind", "/c /c none bind")
    table = Table(circular.fstab, DISKS)
    assert {table.where(each) for each in circular.fstab} == {Where.ROOT_DISK}


def test_evidence_stays_short_however_many_lines_there_are():
    texts = [f"UUID=data-uuid /very/long/mount/point/number/{number} ext4 defaults 0 2" for number in range(30)]
    found = judged(*texts)
    assert len(found.evidence) <= 150
    assert "more" in found.evidence


SAMPLES = (
    "UUID=b /data ext4 defaults",
    "UUID=b /data ext4 nofail",
    "UUID=b /data ext4 nofail,fail",
    "UUID=b /data ext4 noauto",
    "UUID=b /data ext4 noauto,auto",
    "UUID=b /data ext4 x-systemd.automount",
    "UUID=b /data ext4 x-systemd.automount,nofail",
    "UUID=b /data ext4 comment=systemd.automount",
    "UUID=b /data ext4 _netdev",
    "UUID=b /data ext4 x-systemd.wanted-by=foo.service",
    "UUID=b /data ext4 x-systemd.required-by=foo.service",
    "/data2/x /data none bind",
    "host:/x /data nfs defaults",
    "host:/x /data fuse.sshfs defaults",
    "bucket /data fuse.s3fs defaults",
    "bucket /data fuse.s3fs _netdev",
    "//h/x /data cifs credentials=/root/c",
    "tmpfs /data tmpfs defaults",
    "pool/x /data zfs defaults",
    "proc /proc proc defaults",
    "UUID=b relative ext4 defaults",
)
PLACES = {
    Need.REQUIRED: "local-fs.target.requires/data.mount",
    Need.WANTED: "local-fs.target.wants/data.mount",
    Need.NETWORK: "remote-fs.target.requires/data.mount",
    Need.AUTOMOUNT: "data.automount",
}


def made_by_systemd(sample, folder):
    table = folder / "fstab"
    table.write_text(f"{sample} 0 0\n")
    surroundings = {"SYSTEMD_FSTAB": str(table), "SYSTEMD_PROC_CMDLINE": "", "SYSTEMD_LOG_LEVEL": "err"}
    out = folder / "units"
    out.mkdir()
    subprocess.run([tool("systemd-fstab-generator"), out, out, out], env=surroundings, check=True, timeout=20)
    return {str(path.relative_to(out)) for path in out.rglob("*.*mount")}


@pytest.fixture(scope="module")
def mounts_devices(tmp_path_factory):
    if not made_by_systemd("UUID=b /data ext4 defaults", tmp_path_factory.mktemp("fstab")):
        pytest.skip("systemd takes this machine for a container, in which it mounts no devices")


@needs("systemd-fstab-generator")
@pytest.mark.parametrize("sample", SAMPLES)
def test_systemd_itself_makes_the_same_of_each_line(sample, tmp_path, mounts_devices):
    made = made_by_systemd(sample, tmp_path)
    need = need_of(line(sample))
    if need is Need.IGNORED:
        assert made == set()
        return
    assert {place for other, place in PLACES.items() if other is not need} & made == set()
    assert PLACES.get(need, "data.mount") in made
