"""Every word of the next kernel's line that asks for a disk or a shell counts; of this boot's line none does."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from tests.guest.next_boot.guests import (
    HEALTHY,
    LINE,
    ROOT_DISK,
    VOLUME,
    Files,
    findings,
    grub_cfg,
    grub_entry,
    printing,
)

DRACUT = {"/etc/initramfs-tools/initramfs.conf": None, "/usr/lib/dracut/dracut.conf.d/01.conf": 'hostonly="yes"\n'}


def device(*said: str) -> str:
    name, kind, fs_type, uuid, parent, number = said
    return (
        f'NAME="/dev/{name}" KNAME="/dev/{name}" MAJ:MIN="{number}" TYPE="{kind}" FSTYPE="{fs_type}" UUID="{uuid}" '
        f'LABEL="" SIZE="1" MOUNTPOINT="" PKNAME="{parent}" SERIAL="" PARTUUID="" PARTLABEL="" PARTTYPE=""\n'
    )


OWN = (
    device("mapper/rl-root", "lvm", "xfs", "lv-uuid", "/dev/vda1", "253:0")
    + device("mapper/rl-swap", "lvm", "swap", "sw-uuid", "/dev/vda1", "253:1")
    + device("vda2", "part", "crypto_LUKS", "aaaa-1111", "/dev/vda", "252:2")
    + device("vda3", "part", "linux_raid_member", "0a0b0c0d-0102-0304-0506-070809000102", "/dev/vda", "252:3")
)
OTHER = (
    VOLUME
    + device("mapper/swapvg-swap", "lvm", "swap", "os-uuid", "/dev/vdb", "253:2")
    + device("vdb1", "part", "crypto_LUKS", "bbbb-2222", "/dev/vdb", "252:17")
    + device("vdb2", "part", "linux_raid_member", "deadbeef-0102-0304-0506-070809000102", "/dev/vdb", "252:18")
)
GUEST = {**HEALTHY, "/.tools/lsblk": printing(ROOT_DISK + OWN + OTHER)}
RULES = ("BOOT-ROOTREF", "VOL-CRYPT-LVM", "BOOT-INITRAMFS")
READ = ("system", "disks", "mounts", "boot")
"""What they read."""


def judged(tmp_path, words: str, more: Files = DRACUT, line: str = LINE) -> dict[str, Outcome]:
    cfg = grub_cfg(grub_entry("Linux", line=f"{line} {words}"))
    found = findings(tmp_path, {"/boot/grub/grub.cfg": cfg, **more}, of=GUEST, parts=READ)
    return {rule: found[rule].outcome for rule in RULES if found[rule].outcome is not Outcome.PASS}


FAILS = Outcome.FAIL


@pytest.mark.parametrize(
    "word",
    [
        "rd.lvm.lv=swapvg/swap", "rd.lvm.lv=rl/gone", "rd.lvm.lv=gone/root", "rd.luks.uuid=luks-bbbb-2222",
        "rd.luks.uuid=BBBB-2222", "rd.luks.uuid=luks-cccc", "rd.luks.name=bbbb-2222=data", "rd.luks.partuuid=gone",
        "rd.md.uuid=deadbeef:01020304:05060708:09000102", "rd.md.uuid=11111111:01020304:05060708:09000102",
        "rd_LVM_LV=rl/gone",
    ],
)  # fmt: skip
def test_what_dracut_waits_for_must_lie_on_the_root_disk(tmp_path, word):
    assert judged(tmp_path, f"{word} quiet") == {"VOL-CRYPT-LVM": FAILS}


@pytest.mark.parametrize(
    "word",
    [
        "rd.lvm.lv=rl/root rd.lvm.lv=rl/swap", "rd.luks.uuid=luks-aaaa-1111", "rd.luks.uuid=luks-aaaa",
        "rd.md.uuid=0a0b0c0d:01020304:05060708:09000102", "rd.luks=0 rd.md=0 rd.dm=0", "rd.udev.log_level=3",
        "rd.driver.blacklist=nouveau", "systemd.unit=multi-user.target", "init=/usr/lib/systemd/systemd", "rd.shell=0",
        "rd.break=0", "quiet splash -- single", "net.ifnames=0 biosdevname=0 crashkernel=auto",
    ],
)  # fmt: skip
def test_what_lies_there_or_asks_for_nothing_passes(tmp_path, word):
    assert judged(tmp_path, word) == {}


@pytest.mark.parametrize(
    "word",
    [
        "rd.break", "rd.break=pre-mount", "break=premount", "break", "single", "1", "S", "emergency", "rescue",
        "systemd.unit=rescue.target", "systemd.unit=emergency.target", "init=/bin/sh", "init=/bin/bash",
        "rdinit=/bin/sh",
    ],
)  # fmt: skip
def test_a_word_that_ends_in_a_shell_stops_the_boot(tmp_path, word):
    assert judged(tmp_path, f"{word} quiet").get("BOOT-INITRAMFS") is FAILS


@pytest.mark.parametrize(
    "word",
    [
        "rd.iscsi.initiator=iqn.x", "rd.nvmf.nonbft", "rd.zfcp=0.0.4000", "rd.own.invention=1", "rd.live.image",
        "systemd.unit=own.target", "init=/opt/own/init", "netroot=iscsi:@10.0.0.1::3260::iqn", "roothash=abc",
    ],
)  # fmt: skip
def test_a_word_that_is_not_understood_passes_nothing(tmp_path, word):
    assert judged(tmp_path, word).get("BOOT-ROOTREF") is Outcome.UNKNOWN


@pytest.mark.parametrize("word", ["rd.luks.serial=abc", "rd.luks.uuid="])
def test_a_container_that_cannot_be_looked_up_passes_nothing(tmp_path, word):
    assert judged(tmp_path, word) == {"VOL-CRYPT-LVM": Outcome.UNKNOWN}


@pytest.mark.parametrize("root", ["UUID=data-uuid", "UUID=gone", "/dev/gone/root", "/dev/mapper/gone", "LABEL=gone"])
def test_a_root_that_is_elsewhere_stops_the_boot(tmp_path, root):
    assert judged(tmp_path, "", line=f"root={root} ro console=ttyS0").get("BOOT-ROOTREF") is FAILS


@pytest.mark.parametrize("root", ["ZFS=rpool/root", "/dev/root", "/dev/nfs", "live:CDLABEL=x", "/dev/md/root", "zfs:x"])
def test_a_root_of_an_unknown_form_passes_nothing(tmp_path, root):
    assert judged(tmp_path, "", line=f"root={root} ro console=ttyS0").get("BOOT-ROOTREF") is Outcome.UNKNOWN


def test_a_line_without_a_root_passes_nothing(tmp_path):
    assert judged(tmp_path, "", line="ro console=ttyS0").get("BOOT-ROOTREF") is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "word", ["mount.usr=UUID=data-uuid", "boot=UUID=gone", "systemd.mount-extra=LABEL=data:/data:ext4"]
)
def test_other_words_that_mount_a_disk_count(tmp_path, word):
    assert judged(tmp_path, word).get("BOOT-ROOTREF") is FAILS


def test_initramfs_tools_reads_no_word_of_dracut(tmp_path):
    assert judged(tmp_path, "rd.lvm.lv=rl/gone rd.own=1", {}) == {}


NO_TOOL: Files = {"/etc/initramfs-tools/initramfs.conf": None}
BOTH_TOOLS: Files = {**DRACUT, "/etc/initramfs-tools/initramfs.conf": "MODULES=most\n"}


@pytest.mark.parametrize("tools", [NO_TOOL, BOTH_TOOLS], ids=["none", "both"])
def test_where_it_is_not_known_who_reads_them_they_pass_nothing(tmp_path, tools):
    assert judged(tmp_path, "rd.lvm.lv=rl/gone", tools)["VOL-CRYPT-LVM"] is Outcome.UNKNOWN


def test_the_words_that_dracut_keeps_in_its_initramfs_count(tmp_path):
    own = {**DRACUT, "/etc/dracut.conf.d/x.conf": 'kernel_cmdline="rd.lvm.lv=swapvg/swap"\n'}
    assert judged(tmp_path, "", own) == {"VOL-CRYPT-LVM": FAILS}


def test_a_word_of_this_boot_alone_says_nothing_of_the_next(tmp_path):
    now = {**DRACUT, "/proc/cmdline": f"{LINE} rd.lvm.lv=rl/gone root=UUID=gone rd.break\n"}
    assert judged(tmp_path, "", now) == {}


@pytest.mark.parametrize("device", ["/dev/loop0p2", "/dev/mapper/loop0p1", "/dev/nbd0p1"])
def test_a_root_on_the_machine_that_built_the_image_blocks(tmp_path, device):
    """elbe#431, grml-debootstrap#87: update-grub in a chroot names the loop device that the disk had there."""
    cfg = grub_cfg(grub_entry("Linux", line=f"root={device} ro console=ttyS0"))
    assert findings(tmp_path, {"/boot/grub/grub.cfg": cfg})["BOOT-ROOTREF"].blocks


@pytest.mark.parametrize(
    "library, severity",
    [
        ("usr/lib/systemd/libsystemd-shared-256.7-1.fc41.so", Severity.BLOCK),
        ("usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", Severity.BLOCK),
        ("usr/lib/systemd/libsystemd-shared-252.so", Severity.WARN),
        ("usr/lib/systemd/elsewhere.so", Severity.WARN),
    ],
)
def test_what_systemd_would_wake_up_from_it_waits_for_without_an_end_since_its_version_255(tmp_path, library, severity):
    cfg = grub_cfg(grub_entry("Linux", line=f"{LINE} resume=UUID=gone"))
    found = findings(tmp_path, {"/boot/grub/grub.cfg": cfg, f"/{library}": "x", **DRACUT}, of=GUEST)["BOOT-ROOTREF"]
    assert (found.outcome, found.severity) == (FAILS, severity)


@pytest.mark.parametrize("source, outcome", [("UUID=gone", FAILS), ("UUID=data-uuid", FAILS), ("UUID=sw-uuid", None)])
def test_what_initramfs_tools_would_wake_up_from_delays_a_boot(tmp_path, source, outcome):
    own = {"/etc/initramfs-tools/conf.d/resume": f"RESUME={source}\n"}
    cfg = {"/boot/grub/grub.cfg": grub_cfg(grub_entry("Linux"))}
    found = findings(tmp_path, {**cfg, **own}, of=GUEST)["VOL-CRYPT-LVM"]
    assert found.outcome is (outcome or Outcome.PASS)
    assert found.severity is (Severity.WARN if outcome else Severity.BLOCK)


@pytest.mark.parametrize("value", ["none", "auto", ""])
def test_a_resume_that_names_no_device_is_not_told(tmp_path, value):
    assert judged(tmp_path, "", {"/etc/initramfs-tools/conf.d/resume": f"RESUME={value}\n"}) == {}
