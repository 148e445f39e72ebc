"""Chapter *Mounts* by what the guest shows: what lies on other machines."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from models.guest.facts import InspectionMethod
from models.guest.mounts import (
    BootMounts,
    Mount,
    Mounts,
    MountUnit,
)
from models.remedy_action import ActionKind
from tests.guidelines.guest_building import (
    guest_finding,
    untold,
)
from tests.guidelines.volume_building import entry, fstab, mounted


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
    unseen = untold(Mounts, "a temporary instance mounts nothing")
    failing = guest_finding(
        "MNT-FUSE", mounts=unseen, boot_mounts=fstab(entry("/w", "nfs")), method=InspectionMethod.DEEP_CHECK
    )
    assert failing.outcome is Outcome.FAIL
    assert guest_finding("MNT-FUSE", mounts=unseen, method=InspectionMethod.DEEP_CHECK).outcome is Outcome.UNKNOWN
