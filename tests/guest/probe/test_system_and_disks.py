"""Which system it is, and its disks, as tools of different ages tell them."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from models.guest.disks import FileSystemHealth
from tests.guest.probe.running import plant, probe
from tests.support.known import known, present

RELEASES = {
    "ubuntu": ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu"\n', "24.04", ("debian",)),
    "rocky": ('NAME="Rocky"\nID="rocky"\nID_LIKE="rhel centos"\nVERSION_ID="9.6"\n', "9.6", ("rhel", "centos")),
    "odd": ("ID=odd\nVERSION_ID='7\nPRETTY_NAME=a b\n", "", ()),
}


@pytest.mark.parametrize("system", RELEASES)
def test_os_release_is_read_through_its_link(tmp_path, system):
    text, version, like = RELEASES[system]
    tree = plant(tmp_path, {"/usr/lib/os-release": text, "/etc/os-release": "-> ../usr/lib/os-release"})
    found = probe("system", root=tree)
    assert (known(found.system).id, known(found.system).version, known(found.system).like) == (system, version, like)
    assert (found.system.incomplete_because is None) == (system != "odd")


def test_kernel_host_and_boot_are_those_of_the_tree(tmp_path):
    tree = plant(
        tmp_path,
        {
            "/proc/sys/kernel/osrelease": "5.15.0-1\n",
            "/proc/sys/kernel/hostname": "db-07\n",
            "/proc/1/comm": "systemd\n",
            "/proc/stat": "cpu 1 2\nintr 5 6\nbtime 1700000000\n",
            "/usr/bin/apt-get": "#!/bin/sh\n",
        },
    )
    system = known(probe("system", root=tree).system)
    assert (system.kernel, system.host_name, system.init, system.package_manager) == (
        "5.15.0-1",
        "db-07",
        "systemd",
        "apt",
    )
    assert system.booted_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


INSTANCE_DATA = """{
 "ds": {
  "meta_data": {
   "instance-id": "11111111-2222-3333-4444-555555555555",
   "name": "say \\"instance-id\\": \\"no\\"",
  }
 },
 "v1": {
  "instance_id": "i-00000001"
 }
}
"""
PRODUCT = "/sys/class/dmi/id/product_uuid"


def test_the_machine_says_by_which_ids_it_goes(tmp_path):
    tree = plant(tmp_path, {"/run/cloud-init/instance-data.json": INSTANCE_DATA, PRODUCT: "ABCD\n"})
    found = known(probe("system", root=tree).system).own_ids
    assert [(each.source, each.text) for each in found] == [
        ("cloud-init", "11111111-2222-3333-4444-555555555555"),
        ("cloud-init", "i-00000001"),
        ("dmi", "ABCD"),
    ]


def test_an_id_that_cloud_init_keeps_on_the_disk_is_not_its_own(tmp_path):
    kept = {"/run/cloud-init/instance-data.json": INSTANCE_DATA, "/var/lib/cloud/instance/manual-clean": ""}
    assert known(probe("system", root=plant(tmp_path, kept)).system).own_ids == ()


def test_the_first_boot_is_when_cloud_init_was_through_with_this_instance(tmp_path):
    marks = {
        "old/sem/config_ssh": 1_500_000_000,
        "new/sem/config_ssh": 1_600_000_000,
        "new/sem/config_scripts_user": 1_600_000_030,
        "new/sem/config_added_later": 1_600_900_000,
    }
    tree = plant(tmp_path, {f"/var/lib/cloud/instances/{name}": "" for name in marks})
    plant(tree, {"/var/lib/cloud/data/instance-id": "new\n"})
    for name, when in marks.items():
        os.utime(tree / "var/lib/cloud/instances" / name, (when, when))
    assert known(probe("system", root=tree).system).first_boot_at == datetime.fromtimestamp(1_600_000_030, UTC)


OLD_LSBLK = """#!/bin/sh
# util-linux 2.23 of CentOS 7: an unknown column is an error.
case "$*" in *PARTTYPE*) echo "lsblk: unknown column: PARTTYPE" >&2; exit 1 ;; esac
cat "$(dirname "$0")/lsblk.txt"
"""
LSBLK = r"""NAME="/dev/vda" KNAME="/dev/vda" MAJ:MIN="252:0" TYPE="disk" FSTYPE="" UUID="" LABEL="" SIZE="21474836480" MOUNTPOINT="" PKNAME="" SERIAL="" PARTUUID="" PARTLABEL=""
NAME="/dev/vda1" KNAME="/dev/vda1" MAJ:MIN="252:1" TYPE="part" FSTYPE="ext4" UUID="root-uuid" LABEL="a\x20b\x22\xc3\xa9" SIZE="21474000000" MOUNTPOINT="/" PKNAME="/dev/vda" SERIAL="" PARTUUID="p-1" PARTLABEL=""
NAME="/dev/vdb" KNAME="/dev/vdb" MAJ:MIN="252:16" TYPE="disk" FSTYPE="LVM2_member" UUID="" LABEL="" SIZE="1073741824" MOUNTPOINT="" PKNAME="" SERIAL="12345678-abcd-ef01-2" PARTUUID="" PARTLABEL=""
NAME="/dev/mapper/vg-data" KNAME="/dev/dm-0" MAJ:MIN="253:0" TYPE="lvm" FSTYPE="xfs" UUID="" LABEL="" SIZE="2147483648" MOUNTPOINT="/data" PKNAME="/dev/vdb" SERIAL="" PARTUUID="" PARTLABEL=""
NAME="/dev/vdc" KNAME="/dev/vdc" MAJ:MIN="252:32" TYPE="disk" FSTYPE="LVM2_member" UUID="" LABEL="" SIZE="junk" MOUNTPOINT="" PKNAME="" SERIAL="" PARTUUID="" PARTLABEL=""
NAME="/dev/mapper/vg-data" KNAME="/dev/dm-0" MAJ:MIN="253:0" TYPE="lvm" FSTYPE="xfs" UUID="" LABEL="" SIZE="2147483648" MOUNTPOINT="/data" PKNAME="/dev/vdc" SERIAL="" PARTUUID="" PARTLABEL=""
"""  # noqa: E501  # as lsblk prints it
DF = """#!/bin/sh
case "$*" in *--output*) cat "$(dirname "$0")/df.txt" ;; *) exit 1 ;; esac
"""
DF_TEXT = """Filesystem Type 1K-blocks Used Avail Inodes IFree Mounted on
/dev/root ext4 20000 8000 11000 1000 900 /
tmpfs tmpfs 100 0 100 9 9 /tmp
my drive fuseblk 5 1 4 - - /mnt/a b
"""
MOUNTINFO = "25 1 252:1 / / rw - ext4 /dev/root rw\n40 25 253:0 / /data rw - xfs /dev/mapper/vg-data rw\n"
TREE = {
    "/.tools/lsblk": OLD_LSBLK,
    "/.tools/lsblk.txt": LSBLK,
    "/.tools/df": DF,
    "/.tools/df.txt": DF_TEXT,
    "/proc/self/mountinfo": MOUNTINFO,
    "/sys/class/block/dm-0/slaves/vdb": "",
    "/sys/class/block/dm-0/slaves/vdc": "",
    "/sys/fs/ext4/vda1/errors_count": "3\n",
    "/sys/fs/ext4/features/lazy": "",
    "/usr/bin/growpart": "#!/bin/sh\n",
}


@pytest.fixture(scope="module")
def disks(tmp_path_factory):
    return probe("disks", root=plant(tmp_path_factory.mktemp("disks"), TREE)).disks.value


def test_an_old_lsblk_is_asked_for_fewer_columns(disks):
    assert [device.name for device in disks.devices] == [
        "/dev/vda", "/dev/vda1", "/dev/vdb", "/dev/mapper/vg-data", "/dev/vdc"
    ]  # fmt: skip
    root = disks.device("/dev/vda1")
    assert (root.label, root.uuid, root.size_bytes, root.parents) == ('a b"é', "root-uuid", 21474000000, ("/dev/vda",))
    assert disks.device("/dev/vdc").size_bytes is None


def test_a_device_on_two_disks_is_one_device_with_both(disks):
    assert disks.device("/dev/mapper/vg-data").parents == ("/dev/vdb", "/dev/vdc")
    assert disks.disks_below("/dev/mapper/vg-data") == {"/dev/vdb", "/dev/vdc"}


def test_the_root_file_system_is_named_by_its_device_and_not_by_an_alias(disks):
    assert disks.root.device == "/dev/vda1"
    assert (disks.root.used_kib, disks.root.free_kib, disks.root.inodes_free) == (8000, 11000, 900)
    assert disks.root_disks == {"/dev/vda"}


def test_file_systems_in_memory_are_left_out_and_odd_names_are_read(disks):
    assert [(use.mount_point, use.device, use.inodes) for use in disks.file_systems] == [
        ("/", "/dev/root", 1000),
        ("/mnt/a b", "my drive", None),
    ]


def test_errors_that_the_kernel_counted_are_told(disks):
    assert disks.health == (FileSystemHealth(device="/dev/vda1", fs_type="ext4", has_errors=True),)
    assert disks.grow_tool == "growpart"


def test_the_file_system_below_an_overlay_counts(tmp_path):
    mountinfo = (
        "25 1 0:30 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/u,workdir=/w\n"
        "26 25 252:1 / /media/root-ro ro - ext4 /dev/vda1 ro\n"
    )
    df = "x\noverlayroot overlay 1 1 1 1 1 /\n/dev/vda1 ext4 20000 8000 11000 1000 900 /media/root-ro\n"
    tree = plant(tmp_path, {**TREE, "/proc/self/mountinfo": mountinfo, "/.tools/df.txt": df})
    root = present(known(probe("disks", root=tree).disks).root)
    assert (root.mount_point, root.device, root.fs_type, root.used_kib) == ("/", "/dev/vda1", "ext4", 8000)


def test_a_df_without_output_columns_is_understood(tmp_path):
    df = '#!/bin/sh\ncase "$*" in -PkT) echo head; echo "/dev/vda1 ext4 9 8 1 89% /" ;; *) exit 1 ;; esac\n'
    root = present(known(probe("disks", root=plant(tmp_path, {**TREE, "/.tools/df": df})).disks).root)
    assert (root.size_kib, root.inodes) == (9, None)


def test_tools_that_are_missing_leave_it_incomplete(tmp_path):
    found = probe("disks", root=plant(tmp_path, {"/proc/self/mountinfo": MOUNTINFO})).disks
    assert found.incomplete_because == "lsblk is missing; df is missing"
    root = present(known(found).root)
    assert (root.device, root.fs_type, root.used_kib) == ("/dev/root", "ext4", None)
