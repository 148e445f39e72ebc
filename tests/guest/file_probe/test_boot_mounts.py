"""The part `boot_mounts`, from a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.files.disk.partition import Partition
from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, asleep, awake
from tests.guest.next_boot.test_mount_units import ETC, LIB, unit
from tests.guest.probe.running import plant

_RUNNING = ("pv",)
TABLES: dict[str, str | bytes] = {
    "/etc/fstab": b"# x\n\n  \t\r\n \r# y\nLABEL=a / ext4 defaults 0 1\n\t/dev/vdb  /data\txfs noauto\r\n"
    b"/images/a.img /a ext4 loop 0 0\n/images/there.img /b ext4 loop\n/images/gone /c none rbind\n//nas/x /n cifs "
    b"password=hunter2,user=ada%hunter2\n/odd\\040name /d\n/caf\xe9 /e\xff ext4\n/last/line /f",
    "/images/there.img": "x",
    "/etc/crypttab": "# c\nsecret UUID=1-2\thunter2 luks,nofail\nplain /dev/vdb /etc/key\nshort\n two words\n",
    "/etc/mdadm/mdadm.conf": "ARRAY <ignore> UUID=1\nARRAY /dev/md0 x\n  array\t/dev/md/x name=x\n#ARRAY /no\n",
    "/etc/mdadm.conf": "DEVICE partitions\nARRAY /dev/md1 UUID=2\n",
    "/etc/lvm/devices/system.devices": "VERSION=1\n",
}
UNITS: dict[str, str | bytes] = {
    f"{ETC}/data.mount": unit(),
    f"{ETC}/data.automount": "[Automount]\n",
    f"{ETC}/remote-fs.target.wants/data.mount": "-> ../data.mount",
    f"{LIB}/required.mount": unit("LABEL=x", "/x"),
    f"{LIB}/local-fs.target.requires/required.mount": "-> ../required.mount",
    f"{LIB}/woken.mount": unit("/dev/vdc", "/woken"),
    f"{LIB}/woken.automount": "[Automount]\n",
    f"{ETC}/multi-user.target.wants/woken.automount": "-> nowhere",
    f"{LIB}/made.mount": unit().replace("[Unit]\n", "[Unit]\n \tSourcePath=/etc/fstab\n"),
    f"{LIB}/dev-hugepages.mount": "[Mount]\nWhat=hugetlbfs\nWhere=/dev/hugepages\n",
    f"{LIB}/tmp.mount": "[Mount]\nWhat=tmpfs\nWhere=/tmp\nType=tmpfs\n",
    f"{LIB}/proc-fs-nfsd.mount": "[Mount]\nWhat=nfsd\nWhere=/proc/fs/nfsd\n",
    f"{LIB}/masked.mount": unit(),
    f"{ETC}/masked.mount": "-> /dev/null",
    f"{ETC}/odd.mount": b"What=/no\n[Mount]\r\n\tWhat \t=\t/dev/a\tb\t \r\nwhere=/no\n[Swap]x\nWhere=\xe9\nType\n"
    b"= y\nOptions=\n[Other]\nWhat=/other\n[Mount]\nOptions=pass=x,credentials=/y",
    f"{ETC}/linked.mount": "-> ../../../data.unit",
    "/data.unit": unit("/srv/x", "/y"),
    f"{ETC}/dangling.mount": "-> nowhere",
    f"{ETC}/folder.mount/x": "",
    f"{ETC}/tab\there.mount": unit("LABEL=t", "/t"),
    f"{ETC}/swap.swap": "[Swap]\nWhat=/swapfile\n",
    f"{LIB}/data.mount.d/50-disk.conf": "[Mount]\nWhat=LABEL=data\n",
    f"{ETC}/local-fs.target.d/10.conf": "[Unit]\nRequires=x.mount data.mount\nBindsTo=y.service\nWants=z.mount\n",
    f"{LIB}/rescue.target": "[Unit]\nRequisite=rescue.mount\n",
    "/lib/systemd/system/old.mount": unit("/dev/vdd", "/old"),
    "/usr/local/lib/systemd/system/local.mount": unit("/dev/vde", "/local"),
}
EMPTY: dict[str, str | bytes] = {"/etc/hostname": "x\n"}
TURNED: dict[str, str | bytes] = {**UNITS, "/lib": "-> usr/lib"}
del TURNED["/lib/systemd/system/old.mount"]


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_tables_as_the_script_in_a_guest(name: str) -> None:
    told = by_file("boot_mounts", awake(name))
    assert rows_of(told) == rows_of(by_shell("boot_mounts", awake(name)), without=_RUNNING)
    assert facts_of("boot_mounts", told) == facts_of("boot_mounts", by_shell("boot_mounts", asleep(name)))
    assert any(row[0] == "fstab" for row in told.rows)


@pytest.mark.parametrize("files", [TABLES, UNITS, TURNED, {**TABLES, **UNITS}, EMPTY])
def test_tables_and_units_of_every_form(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    told, expected = by_file("boot_mounts", plant(tmp_path, files)), by_shell("boot_mounts", tmp_path)
    last_line = [row for row in told.rows if row == ["absent", "/last/line"]]
    assert rows_of(told) == sorted([*rows_of(expected), *map(tuple, last_line)])
    assert told.incomplete == expected.incomplete == ""
    if not last_line:
        assert facts_of("boot_mounts", told) == facts_of("boot_mounts", expected)


def test_a_unit_may_have_a_line_end_in_its_name(tmp_path: Path) -> None:
    """The script's awk prints it as two rows."""
    told = by_file("boot_mounts", plant(tmp_path, {f"{ETC}/a\nb.mount": unit()}))
    assert ["unit-state", "no", "no", "no", f"{ETC}/a\x01b.mount"] in told.rows
    assert {row[-1] for row in told.rows} == {f"{ETC}/a\x01b.mount"}


def test_units_in_memory_are_not_there_when_the_machine_starts(tmp_path: Path) -> None:
    plant(tmp_path, {"/run/systemd/generator/data.mount": unit(), "/etc/fstab": "x /y\n"})
    assert rows_of(by_file("boot_mounts", tmp_path)) == [("fstab", "1", "x /y")]


@pytest.mark.parametrize(
    "kind, said",
    [("LVM2_member", "LVM on /dev/vda2 was not read"), ("linux_raid_member", "RAID on /dev/vda2 was not read")],
)
def test_volumes_that_are_put_together_of_partitions_are_unknown(tmp_path: Path, kind: str, said: str) -> None:
    partition = Partition(name="vda2", size_bytes=10**9, file_system=kind)
    assert by_file("boot_mounts", plant(tmp_path, EMPTY), partitions=(partition,)).incomplete == said
