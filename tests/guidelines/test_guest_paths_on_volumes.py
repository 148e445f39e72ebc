"""Chapter *Volumes* by what the guest shows: what leads to a volume that a new instance lacks."""

from __future__ import annotations

from models.findings import Outcome, Severity
from models.guest.disks import BlockDevice
from models.guest.facts import InspectionMethod
from models.guest.mounts import (
    BootMounts,
    Mount,
    Mounts,
)
from models.guest.services import PathUse
from tests.guidelines.guest_building import (
    guest_finding,
    partly,
    path_use,
    untold,
)
from tests.guidelines.volume_building import DATA, ONE, WITH_VOLUME, disks, entry, fstab, mounted


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


def test_a_mount_point_that_vol_busy_names_is_not_named_twice():
    home = mounted(Mount(point="/home", source="/dev/vdb", fs_type="ext4"))
    assert "at /home" in guest_finding("VOL-BUSY", disks=WITH_VOLUME, mounts=home, around=ONE).evidence
    found = guest_finding("VOL-SYMLINK", disks=WITH_VOLUME, mounts=home, path_uses=(), around=ONE)
    assert "is a volume" not in found.evidence
    used = path_use("/etc/systemd/system/a.service", "ExecStart", "/home/alice/a", enabled=True)
    assert guest_finding("VOL-SYMLINK", disks=WITH_VOLUME, mounts=home, path_uses=(used,), around=ONE).blocks


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
        "VOL-SYMLINK",
        mounts=untold(Mounts),
        boot_mounts=fstab(line),
        path_uses=(used,),
        method=InspectionMethod.DEEP_CHECK,
    )
    assert found.blocks
    nothing = guest_finding("VOL-SYMLINK", mounts=untold(Mounts), boot_mounts=untold(BootMounts))
    assert nothing.outcome is Outcome.UNKNOWN


def test_uses_that_were_read_in_part_are_no_pass():
    assert leading_partly().outcome is Outcome.UNKNOWN


def leading_partly():
    uses = partly(tuple[PathUse, ...], ())
    return guest_finding("VOL-SYMLINK", disks=WITH_VOLUME, mounts=mounted(DATA), path_uses=uses)
