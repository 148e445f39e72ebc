"""What is mounted, who uses it, and what the next boot searches for, read from trees with the kernel's own formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.guest.mounts import CryptEntry, Mount, MountUser, PhysicalVolume, RaidArray, SwapArea
from tests.guest.probe.running import plant, probe
from tests.support.known import known
from tests.support.shells import EACH_SHELL

MOUNTINFO = r"""25 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard,errors=remount-ro
26 25 0:24 / /proc rw,nosuid shared:12 - proc proc rw
27 25 0:5 / /dev rw - devtmpfs udev rw
28 25 0:26 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=99k
29 25 0:40 / /tmp rw shared:9 - tmpfs tmpfs rw
30 25 252:15 / /boot/efi rw - vfat /dev/vda15 rw
40 25 252:16 / /data rw,relatime - xfs /dev/vdb rw
41 25 252:16 /sub /srv/a\040b\011c rw - xfs /dev/vdb rw
42 25 253:0 / /var/lib/docker rw - ext4 /dev/mapper/vg-lv rw
43 42 0:99 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/l
44 25 0:50 / /nas rw - cifs //nas/data rw,username=ann,password=hunter2
45 25 0:51 / /irods rw - fuse.irodsFs irods://ann:hunter2@irods.example/zone rw,user_id=1000
46 25 0:52 / /home/ann/.gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
"""
VOLUME = {
    "/proc/self/mountinfo": MOUNTINFO,
    "/proc/swaps": "Filename\t\t\tType\t\tSize\tUsed\tPriority\n/data/swap\\040file file\t2097148\t0\t-2\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n",
    "/sys/devices/block/vda/dev": "252:0\n",
    "/sys/class/block/vda": "-> ../../devices/block/vda",
    "/sys/devices/block/vda/vda1/dev": "252:1\n",
    "/sys/devices/block/vda/vda1/partition": "1\n",
    "/sys/class/block/vda1": "-> ../../devices/block/vda/vda1",
    "/sys/devices/block/vda/vda15/dev": "252:15\n",
    "/sys/devices/block/vda/vda15/partition": "15\n",
    "/sys/class/block/vda15": "-> ../../devices/block/vda/vda15",
    "/sys/class/block/vdb/dev": "252:16\n",
    "/sys/class/block/vdc/dev": "252:32\n",
    "/sys/class/block/dm-0/dev": "253:0\n",
    "/sys/class/block/dm-0/dm/name": "data--vg-lv\n",
    "/sys/class/block/dm-0/dm/uuid": "LVM-abc\n",
    "/sys/class/block/dm-0/slaves/vdc": "-> ../../vdc",
    "/proc/7/status": "Name:\tpython3\nUid:\t1000\t1000\t1000\t1000\n",
    "/proc/7/cwd": "-> /data/work",
    "/proc/7/root": "-> /",
    "/proc/7/exe": "-> /usr/bin/python3",
    "/proc/7/fd/3": "-> /data/work/x\ny",
    "/proc/7/fd/4": "-> /srv/a b\tc/z (deleted)",
    "/proc/8/status": "Name:\tR\nUid:\t77\t77\t77\t77\n",
    "/proc/8/exe": "-> /usr/bin/R",
    "/proc/8/fd/0": "-> /var/log/other",
    "/proc/8/maps": "7f00-7f01 r-xp 0 fd:00 9    /var/lib/docker/lib.so\n7f02-7f03 r-xp 0 fc:01 9    /usr/lib/x.so\n",
    "/proc/9/cwd": "-> /database",
    "/proc/9/status": "Name:\tcat\nUid:\t0\t0\t0\t0\n",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    return plant(tmp_path_factory.mktemp("volume"), VOLUME)


def test_mounts_are_read_without_those_of_the_kernel(tree):
    points = [mount.point for mount in known(probe("mounts", root=tree).mounts).mounts]
    shown = "/srv/a b\N{REPLACEMENT CHARACTER}c"
    assert points == ["/", "/tmp", "/boot/efi", "/data", shown, "/var/lib/docker", "/nas", "/irods", "/home/ann/.gvfs"]


def test_passwords_of_mounts_stay_in_the_guest(tree):
    mounts = {mount.point: mount for mount in known(probe("mounts", root=tree).mounts).mounts}
    assert mounts["/nas"].options == ("rw", "username=ann", "password=***")
    assert mounts["/irods"].source == "irods://ann:***@irods.example/zone"


def test_a_bind_mount_says_which_part_of_the_file_system_it_is(tree):
    mounts = known(probe("mounts", root=tree).mounts).mounts
    assert mounts[3] == Mount(point="/data", source="/dev/vdb", fs_type="xfs", options=("rw", "relatime"))
    assert mounts[4].root == "/sub"


def test_swap_areas_are_read_with_odd_names(tree):
    assert known(probe("mounts", root=tree).mounts).swaps == (
        SwapArea(path="/data/swap file", kind="file", size_kib=2097148),
    )


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_users_of_volumes_are_named_once_for_each_mount(tree, shell):
    users = known(probe("mounts", root=tree, shell=shell).mounts).users
    assert set(users) == {
        MountUser(point="/data", pid=7, process="python3", user="ann", uses="cwd"),
        MountUser(point="/srv/a b\N{REPLACEMENT CHARACTER}c", pid=7, process="python3", user="ann", uses="file"),
        MountUser(point="/var/lib/docker", pid=8, process="R", user="77", uses="file"),
        MountUser(point="/data", pid=0, process="kernel", user="", uses="file"),
    }


def test_without_mounts_elsewhere_no_process_has_to_be_read(tmp_path):
    tree = plant(tmp_path, {"/proc/self/mountinfo": MOUNTINFO.splitlines()[0] + "\n", "/etc/passwd": ""})
    assert known(probe("mounts", root=tree, as_user=True).mounts).users_complete


def test_an_ordinary_user_cannot_see_who_uses_a_mount(tree):
    tree.chmod(0o755)
    for folder in [tree, *tree.parents[:-2]]:
        folder.chmod(0o755)
    assert not known(probe("mounts", root=tree, as_user=True).mounts).users_complete


FSTAB = (
    "# a comment\n\n"
    "LABEL=cloudimg-rootfs\t/\t ext4\tdiscard,errors=remount-ro\t0 1\r\n"
    "UUID=ab-cd /data\\040dir xfs defaults,nofail,x-systemd.device-timeout=10s 0 2\n"
    "//nas/x /nas cifs password=hunter2,_netdev\n"
    "/dev/vdb none\n"
    "\x1b[2Jodd /x\x80 ext4 defaults 0 zwei\n"
).encode("latin-1")


def test_fstab_is_read_line_by_line(tmp_path):
    lines = known(probe("boot_mounts", root=plant(tmp_path, {"/etc/fstab": FSTAB})).boot_mounts).fstab
    assert [(each.line, each.source, each.point, each.fs_type, each.check_order) for each in lines] == [
        (3, "LABEL=cloudimg-rootfs", "/", "ext4", 1),
        (4, "UUID=ab-cd", "/data dir", "xfs", 2),
        (5, "//nas/x", "/nas", "cifs", None),
        (6, "/dev/vdb", "none", "", None),
        (7, "\N{REPLACEMENT CHARACTER}[2Jodd", "/x\N{REPLACEMENT CHARACTER}", "ext4", None),
    ]
    assert lines[0].text == "LABEL=cloudimg-rootfs / ext4 discard,errors=remount-ro 0 1"
    assert lines[1].options == ("defaults", "nofail", "x-systemd.device-timeout=10s")
    assert lines[2].text == "//nas/x /nas cifs password=***,_netdev"


def test_crypttab_is_read_without_keys(tmp_path):
    text = "# x\nsecret UUID=1-2\thunter2 luks,nofail\nplain /dev/vdb /etc/key\n"
    assert known(probe("boot_mounts", root=plant(tmp_path, {"/etc/crypttab": text})).boot_mounts).crypttab == (
        CryptEntry(
            line=2, name="secret", source="UUID=1-2", options=("luks", "nofail"), text="secret UUID=1-2 - luks,nofail"
        ),
        CryptEntry(line=3, name="plain", source="/dev/vdb", text="plain /dev/vdb -"),
    )


UNIT = (
    "[Unit]\nWhat=/no\n[Mount]\n What = UUID=9\nWhere=/data\nType=ext4\nOptions=noatime,password=hunter2\n[Install]\n"
)


def test_mount_units_say_who_pulls_them_in(tmp_path):
    system = "/etc/systemd/system"
    tree = plant(
        tmp_path,
        {
            f"{system}/data.mount": UNIT,
            f"{system}/local-fs.target.requires/data.mount": "-> ../data.mount",
            f"{system}/lazy.mount": UNIT,
            f"{system}/lazy.automount": "[Automount]\nWhere=/lazy\n",
            f"{system}/multi-user.target.wants/lazy.automount": "-> ../lazy.automount",
            f"{system}/idle.mount": UNIT,
            f"{system}/gone.mount": "-> /dev/null",
        },
    )
    units = {unit.file.rpartition("/")[2]: unit for unit in known(probe("boot_mounts", root=tree).boot_mounts).units}
    assert set(units) == {"data.mount", "lazy.mount", "idle.mount"}
    data, lazy, idle = units["data.mount"], units["lazy.mount"], units["idle.mount"]
    assert (data.source, data.point, data.fs_type, data.options) == (
        "UUID=9",
        "/data",
        "ext4",
        ("noatime", "password=***"),
    )
    assert (data.enabled, data.required, data.automount) == (True, True, False)
    assert (lazy.enabled, lazy.required, lazy.automount) == (True, False, True)
    assert (idle.enabled, idle.required, idle.automount) == (False, False, False)


def test_of_units_that_a_package_brings_those_are_told_that_no_kernel_mounts_by_itself(tmp_path):
    vendor = "/usr/lib/systemd/system"
    tree = plant(
        tmp_path,
        {
            f"{vendor}/tmp.mount": "[Mount]\nWhat=tmpfs\nWhere=/tmp\nType=tmpfs\n",  # as Debian 13 has it
            f"{vendor}/local-fs.target.wants/tmp.mount": "-> ../tmp.mount",
            f"{vendor}/var-lib-nfs-rpc_pipefs.mount": "[Mount]\nWhat=sunrpc\nWhere=/var/lib/nfs/rpc_pipefs\n",
            f"{vendor}/dev-mqueue.mount": "[Mount]\nWhat=mqueue\nWhere=/dev/mqueue\nType=mqueue\n",
            f"{vendor}/proc-fs-nfsd.mount": "[Mount]\nWhat=nfsd\nWhere=/proc/fs/nfsd\n",
        },
    )
    boot = known(probe("boot_mounts", root=tree).boot_mounts)
    assert boot.points == {"/tmp", "/var/lib/nfs/rpc_pipefs"}
    (tmp,) = (unit for unit in boot.units if unit.point == "/tmp")
    assert (tmp.source, tmp.enabled, tmp.required) == ("tmpfs", True, False)


def test_physical_volumes_are_told_without_asking_lvm(tmp_path):
    assert known(probe("boot_mounts", root=plant(tmp_path, VOLUME)).boot_mounts).physical_volumes == (
        PhysicalVolume(device="/dev/vdc", group="data-vg"),
    )


def test_arrays_are_told_by_the_kernel_and_by_their_file(tmp_path):
    mdstat = (
        "Personalities : [raid1]\nmd0 : active raid1 vdc[1] vdb[0]\n      1046528 blocks [2/2] [UU]\n\nunused: <none>\n"
    )
    conf = "ARRAY /dev/md0 UUID=1\nARRAY /dev/md/data metadata=1.2\nMAILADDR root\n"
    tree = plant(tmp_path, {"/proc/mdstat": mdstat, "/etc/mdadm/mdadm.conf": conf})
    assert known(probe("boot_mounts", root=tree).boot_mounts).arrays == (
        RaidArray(name="md0", members=("/dev/vdc", "/dev/vdb")),
        RaidArray(name="md/data"),
    )


def test_the_devices_file_of_lvm_is_seen(tmp_path):
    tree = plant(tmp_path, {"/etc/lvm/devices/system.devices": "x"})
    assert known(probe("boot_mounts", root=tree).boot_mounts).lvm_devices_file


def test_what_only_root_may_read_makes_it_incomplete(tmp_path):
    tree = plant(tmp_path, {"/etc/crypttab": "x y\n", "/etc/fstab": "x /y\n"})
    (tree / "etc/crypttab").chmod(0)
    for folder in [tree, *tree.parents[:-2]]:
        folder.chmod(0o755)
    facts = probe("boot_mounts", root=tree, as_user=True)
    assert facts.boot_mounts.incomplete_because == "only root may read /etc/crypttab"
    assert len(known(facts.boot_mounts).fstab) == 1
