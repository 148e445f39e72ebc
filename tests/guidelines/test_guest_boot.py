"""Chapters *Boot* and *Identity*: whether a new instance comes up, and as itself."""

from __future__ import annotations

import pytest

from models.cloud.image import Image
from models.fact import Fact, UnknownCode
from models.findings import Outcome, Severity, Source
from models.guest.accounts import Account, Accounts
from models.guest.boot import Boot, Identity
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import InspectionMethod
from models.guest.mounts import BootMounts, FstabEntry, Mounts, SwapArea
from models.guest.services import Services, Unit
from models.guest.system import GuestSystem
from tests.guidelines.building import image, profile, unread
from tests.guidelines.guest_building import (
    HEALTHY,
    ROOT,
    ROOT_LINE,
    VDA,
    VDA1,
    VDB,
    guest_finding,
    healthy,
    partly,
    untold,
)
from tests.support.known import command_of, remedy_of

ROCKY = GuestSystem(id="rocky", version="9.6", package_manager="dnf", architecture="x86_64")
PARTS = {
    "BOOT-ROOTREF": ("boot", Boot),
    "BOOT-CONSOLE": ("boot", Boot),
    "BOOT-INITRAMFS": ("boot", Boot),
    "BOOT-FIRMWARE": ("boot", Boot),
    "BOOT-ARCH": ("system", GuestSystem),
    "BOOT-SELINUX": ("boot", Boot),
    "BOOT-MEMORY": ("boot", Boot),
    "BOOT-KDUMP": ("boot", Boot),
    "BOOT-SWAP": ("mounts", Mounts),
    "QGA-PRESENT": ("boot", Boot),
    "SVC-FAILED": ("services", Services),
    "USERS-AUTOLOGIN": ("accounts", Accounts),
    "ID-MACHINEID": ("identity", Identity),
    "ID-RANDOMSEED": ("identity", Identity),
    "ID-LVM": ("boot_mounts", BootMounts),
}


@pytest.mark.parametrize("rule", PARTS)
def test_an_unread_part_is_unknown_with_the_command_that_finds_out(rule):
    part, kind = PARTS[rule]
    found = guest_finding(rule, **{part: untold(kind)})
    assert found.outcome is Outcome.UNKNOWN
    assert command_of(found)


@pytest.mark.parametrize("rule", ["BOOT-SELINUX", "BOOT-MEMORY", "BOOT-KDUMP", "BOOT-SWAP", "SVC-FAILED", "ID-LVM"])
def test_nothing_found_in_a_part_that_was_read_in_part_is_no_pass(rule):
    part, kind = PARTS[rule]
    assert guest_finding(rule, **{part: partly(kind, HEALTHY[part])}).outcome is Outcome.UNKNOWN


def boot(**changed) -> Boot:
    return healthy(Boot, **changed)


def line(rule: str, words: str, **parts):
    """A rule's finding where both kernel lines are this."""
    return guest_finding(rule, boot=boot(command_line=words, default_command_line=words), **parts)


# ---- BOOT-ROOTREF


@pytest.mark.parametrize("root", ["UUID=root-uuid", "LABEL=cloudimg-rootfs", "/dev/mapper/vg-root", "/dev/vg/root"])
def test_a_root_by_a_lasting_name_passes(root):
    lv = BlockDevice(name="/dev/mapper/vg-root", parents=("/dev/vda1",), kind="lvm")
    disks = Disks(devices=(VDA, VDA1, lv), root=ROOT)
    assert line("BOOT-ROOTREF", f"root={root} ro", disks=disks).outcome is Outcome.PASS


@pytest.mark.parametrize("root", ["/dev/vda1", "/dev/sda1", "/dev/nvme0n1p1", "/dev/xvda1"])
def test_a_root_by_letter_works_while_the_bus_stays_the_same(root):
    own = VDA1.model_copy(update={"name": root})
    disks = Disks(devices=(VDA, own), root=ROOT.model_copy(update={"device": root}))
    found = line("BOOT-ROOTREF", f"root={root} ro", disks=disks)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_a_root_line_of_fstab_by_letter_is_warned_of():
    entry = ROOT_LINE.model_copy(update={"source": "/dev/vda1"})
    assert "line 1 of fstab" in guest_finding("BOOT-ROOTREF", boot_mounts=BootMounts(fstab=(entry,))).evidence


def test_a_root_that_is_on_no_disk_blocks_and_a_lost_resume_is_warned_of():
    assert line("BOOT-ROOTREF", "root=UUID=gone ro").blocks
    found = line("BOOT-ROOTREF", "root=UUID=root-uuid resume=UUID=gone")
    assert (found.severity, "resume=UUID=gone" in found.evidence) == (Severity.WARN, True)


ENDLESS = {"initramfs_tool": "dracut", "systemd_version": 256}


@pytest.mark.parametrize("more, severity", [
    (ENDLESS, Severity.BLOCK),
    ({**ENDLESS, "systemd_version": 255}, Severity.BLOCK),
    ({**ENDLESS, "systemd_version": 254}, Severity.WARN),
    ({**ENDLESS, "systemd_version": 0}, Severity.WARN),
    ({**ENDLESS, "initramfs_tool": "initramfs-tools"}, Severity.WARN),
    ({**ENDLESS, "initramfs_tool": ""}, Severity.WARN),
])  # fmt: skip
@pytest.mark.parametrize("device", ["UUID=gone", "/dev/mapper/gone-swap", "LABEL=gone"])
def test_a_lost_resume_blocks_where_the_initramfs_waits_for_it_without_end(device, more, severity):
    words = f"root=UUID=root-uuid resume={device}"
    found = guest_finding("BOOT-ROOTREF", boot=boot(command_line=words, default_command_line=words, **more))
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)
    assert ("without end" in found.evidence) is (severity is Severity.BLOCK)
    assert f"resume={device}" in (command_of(found) or "")


def test_noresume_takes_a_lost_resume_back():
    words = "root=UUID=root-uuid resume=UUID=gone noresume"
    lost = boot(command_line=words, default_command_line=words, **ENDLESS)
    assert guest_finding("BOOT-ROOTREF", boot=lost).outcome is Outcome.PASS


def test_a_boot_directory_on_a_volume_blocks():
    entry = FstabEntry(line=2, source="UUID=data-uuid", point="/boot", fs_type="ext4")
    disks = Disks(devices=(VDA, VDA1, VDB), root=ROOT)
    found = guest_finding("BOOT-ROOTREF", boot_mounts=BootMounts(fstab=(ROOT_LINE, entry)), disks=disks)
    assert found.blocks


def test_without_any_kernel_line_it_is_unknown():
    assert line("BOOT-ROOTREF", "").outcome is Outcome.UNKNOWN
    assert line("BOOT-CONSOLE", "").outcome is Outcome.UNKNOWN


# ---- BOOT-CONSOLE, -INITRAMFS, -FIRMWARE


@pytest.mark.parametrize(
    "words", ["console=tty1 console=ttyS0", "console=ttyS0,115200n8", "console=ttyAMA0", "console=hvc0"]
)
def test_a_console_that_the_cloud_records_passes(words):
    assert line("BOOT-CONSOLE", f"ro {words} quiet").outcome is Outcome.PASS


def test_without_a_serial_console_the_systems_own_command_adds_it():
    found = line("BOOT-CONSOLE", "root=UUID=root-uuid console=tty1")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "update-grub" in found.remedy.command
    assert "grubby" in line("BOOT-CONSOLE", "console=tty1", system=ROCKY).remedy.command
    arm = ROCKY.model_copy(update={"architecture": "aarch64"})
    assert "ttyAMA0" in line("BOOT-CONSOLE", "console=tty1", system=arm).remedy.command


def test_the_next_kernel_line_counts_not_this_one():
    later = boot(command_line="console=ttyS0", default_command_line="console=tty1")
    assert guest_finding("BOOT-CONSOLE", boot=later).outcome is Outcome.FAIL


def test_what_already_boots_from_a_virtio_disk_passes_whatever_the_initramfs_shows():
    assert guest_finding("BOOT-INITRAMFS", boot=boot(virtio_modules=None)).outcome is Outcome.PASS


def scsi(**changed):
    sda, sda1 = VDA.model_copy(update={"name": "/dev/sda"}), VDA1.model_copy(update={"name": "/dev/sda1"})
    sda1 = sda1.model_copy(update={"parents": ("/dev/sda",)})
    root = ROOT.model_copy(update={"device": "/dev/sda1"})
    return guest_finding("BOOT-INITRAMFS", boot=boot(**changed), disks=Disks(devices=(sda, sda1), root=root))


def test_an_initramfs_without_virtio_is_worth_a_word_where_it_boots_from_another_bus():
    assert scsi().outcome is Outcome.PASS
    found = scsi(virtio_modules=("virtio_scsi",))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "virtio_blk" in found.evidence
    assert scsi(virtio_modules=None).outcome is Outcome.UNKNOWN


def firmware(kind: str, wanted: str, *types: str):
    devices = [
        BlockDevice(name=f"/dev/vda{number}", parents=("/dev/vda",), kind="part", partition_type=each)
        for number, each in enumerate(types, start=14)
    ]
    around = {"base_image": image(properties={"hw_firmware_type": wanted} if wanted else {})}
    disks = Disks(devices=(VDA, VDA1, *devices), root=ROOT)
    return guest_finding("BOOT-FIRMWARE", boot=boot(firmware=kind), disks=disks, around=around)


ESP, BIOS_BOOT = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "21686148-6449-6e6f-744e-656564454649"


def test_new_instances_boot_as_this_instance_did_unless_the_image_says_otherwise():
    assert firmware("bios", "").outcome is Outcome.PASS
    assert firmware("uefi", "uefi", ESP).outcome is Outcome.PASS
    assert firmware("bios", "uefi", BIOS_BOOT).blocks
    assert firmware("uefi", "bios", ESP).blocks


def test_a_hybrid_disk_suits_both():
    assert firmware("bios", "uefi", ESP, BIOS_BOOT).outcome is Outcome.PASS
    assert firmware("uefi", "bios", ESP, BIOS_BOOT).outcome is Outcome.PASS
    assert firmware("uefi", "bios", "0xef", "0x83").outcome is Outcome.PASS


def test_an_unread_image_or_an_untold_firmware_is_unknown():
    around = {"base_image": unread(Image)}
    assert guest_finding("BOOT-FIRMWARE", around=around).outcome is Outcome.UNKNOWN
    assert guest_finding("BOOT-FIRMWARE", boot=boot(firmware="")).outcome is Outcome.UNKNOWN
    assert guest_finding("BOOT-FIRMWARE", around={"base_image": None}).outcome is Outcome.PASS


# ---- BOOT-SELINUX, -MEMORY, -KDUMP, -SWAP


def test_a_relabelling_that_is_due_costs_an_extra_boot():
    found = guest_finding("BOOT-SELINUX", boot=boot(selinux="enforcing", autorelabel=True))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "enforcing" in guest_finding("BOOT-SELINUX", boot=boot(selinux="enforcing")).evidence


@pytest.mark.parametrize(
    "system, words, outcome",
    [
        (ROCKY, "ro quiet", Outcome.FAIL),
        (ROCKY, "ro enforcing=0", Outcome.PASS),
        (ROCKY, "ro selinux=0", Outcome.PASS),
        (HEALTHY["system"], "ro quiet", Outcome.PASS),
        (HEALTHY["system"], "ro selinux=1 security=selinux", Outcome.FAIL),
        (HEALTHY["system"], "ro lsm=landlock,yama,selinux", Outcome.FAIL),
        (HEALTHY["system"], "ro lsm=landlock,yama,apparmor", Outcome.PASS),
    ],
)
def test_a_policy_that_is_not_there_blocks_where_the_next_kernel_enforces_it(system, words, outcome):
    changed = boot(command_line=words, default_command_line=words, selinux_policy_missing="/etc/selinux/targted")
    found = guest_finding("BOOT-SELINUX", boot=changed, system=system)
    assert found.outcome is outcome
    if outcome is Outcome.FAIL:
        assert found.severity is Severity.BLOCK
        assert "/etc/selinux/targted" in found.evidence


@pytest.mark.parametrize("word", ["hugepages=1024", "mem=2G", "isolcpus=2-7", "crashkernel=512M"])
def test_reserved_memory_and_cpus_are_warned_of(word):
    found = line("BOOT-MEMORY", f"root=UUID=root-uuid {word} quiet")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert word in found.evidence
    assert word in found.remedy.command


@pytest.mark.parametrize("word", ["crashkernel=auto", "crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M", "memtest=1"])
def test_what_scales_with_the_machine_is_none(word):
    assert line("BOOT-MEMORY", word).outcome is Outcome.PASS


def test_huge_pages_are_warned_of_though_the_kernel_line_has_none():
    assert "512 huge pages" in guest_finding("BOOT-MEMORY", boot=boot(huge_pages=512)).evidence


def test_an_odd_word_of_the_kernel_line_never_becomes_part_of_a_command():
    found = line("BOOT-MEMORY", "mem=2G';reboot;'")
    assert "reboot" not in found.remedy.command


def test_crash_dumps_are_memory_of_this_machine():
    assert "32 MiB" in guest_finding("BOOT-KDUMP", boot=boot(crash_dumps_kib=32768)).evidence
    assert guest_finding("BOOT-KDUMP", boot=boot(kdump_enabled=True)).outcome is Outcome.PASS


def swapping(*areas: SwapArea, devices=(VDA, VDA1, VDB)):
    mounts = healthy(Mounts, swaps=areas)
    return guest_finding("BOOT-SWAP", mounts=mounts, disks=Disks(devices=devices, root=ROOT))


def test_swap_on_a_volume_is_warned_of_and_a_big_file_is_worth_a_word():
    assert swapping(SwapArea(path="/dev/vdb", kind="partition")).severity is Severity.WARN
    big = swapping(SwapArea(path="/swap.img", kind="file", size_kib=4 * 1024**2))
    assert (big.severity, "4.0 GiB" in big.evidence) == (Severity.INFO, True)


def test_swap_in_memory_on_the_root_disk_or_in_a_small_file_passes():
    zram = SwapArea(path="/dev/zram0", kind="partition", size_kib=4 * 1024**2)
    own = SwapArea(path="/dev/vda1", kind="partition")
    small = SwapArea(path="/swap.img", kind="file", size_kib=1024)
    assert swapping(zram, own, small).outcome is Outcome.PASS


def swap_in_a_file(*sources: str, options: tuple[str, ...] = ("sw",)):
    lines = [FstabEntry(line=2, source=source, point="none", fs_type="swap", options=options) for source in sources]
    not_running = Fact[Mounts](unknown_because="x", unknown_code=UnknownCode.NOT_RUNNING, source=Source.GUEST)
    disks = Disks(devices=(VDA, VDA1), root=ROOT)
    return guest_finding(
        "BOOT-SWAP", method=InspectionMethod.IMAGE_FILE, mounts=not_running, disks=disks,
        boot_mounts=BootMounts(fstab=(ROOT_LINE, *lines)),
    )  # fmt: skip


def test_of_an_image_file_fstab_says_what_swap_its_instances_have():
    assert swap_in_a_file().outcome is Outcome.PASS
    assert swap_in_a_file("UUID=root-uuid").outcome is Outcome.PASS
    found = swap_in_a_file("UUID=gone")
    assert (found.severity, "UUID=gone" in found.evidence) == (Severity.WARN, True)
    assert swap_in_a_file("UUID=gone", options=("sw", "nofail")).outcome is Outcome.PASS
    assert swap_in_a_file("/swap.img").outcome is Outcome.UNKNOWN


# ---- QGA-PRESENT, SVC-FAILED, USERS-AUTOLOGIN

PROMISED = {"base_image": image(properties={"hw_qemu_guest_agent": "yes"})}


@pytest.mark.parametrize(
    "state, outcome",
    [("active", Outcome.PASS), ("enabled", Outcome.PASS), ("installed", Outcome.FAIL), ("", Outcome.FAIL)],
)
def test_an_agent_that_the_image_promises_must_run(state, outcome):
    assert guest_finding("QGA-PRESENT", boot=boot(guest_agent=state), around=PROMISED).outcome is outcome


def test_a_missing_agent_is_installed_and_a_sleeping_one_enabled():
    missing = guest_finding("QGA-PRESENT", boot=boot(guest_agent=""), around=PROMISED)
    assert remedy_of(missing).actions[0].command == "apt-get install -y qemu-guest-agent"
    asleep = guest_finding("QGA-PRESENT", boot=boot(guest_agent="installed"), around=PROMISED)
    assert remedy_of(asleep).actions[0].command == "systemctl enable --now qemu-guest-agent"


def test_a_deep_check_cannot_show_whether_the_agents_device_starts_it():
    found = guest_finding(
        "QGA-PRESENT", boot=boot(guest_agent="installed"), around=PROMISED, method=InspectionMethod.DEEP_CHECK
    )
    assert (found.outcome, "needs SSH" in found.evidence) == (Outcome.UNKNOWN, True)


def test_an_agent_that_nobody_promises_is_not_missed_but_by_a_profile_that_asks_for_it():
    without = boot(guest_agent="")
    assert guest_finding("QGA-PRESENT", boot=without).outcome is Outcome.PASS
    assert guest_finding("QGA-PRESENT", boot=without, of=profile("jetstream2")).outcome is Outcome.FAIL
    assert guest_finding("QGA-PRESENT", boot=without, around={"base_image": None}).outcome is Outcome.UNKNOWN


def test_failed_services_are_named():
    failed = Services(units=(Unit(name="survey.service", active="failed"), Unit(name="ok.service", active="active")))
    found = guest_finding("SVC-FAILED", services=failed)
    assert (found.outcome, found.evidence) == (Outcome.FAIL, "Failed: survey.service.")


def test_services_of_an_instance_that_has_just_begun_to_boot_need_ssh():
    asleep = Services(units=(Unit(name="x.service", active="failed"),), runs=False)
    found = guest_finding("SVC-FAILED", services=asleep, method=InspectionMethod.DEEP_CHECK)
    assert (found.outcome, "needs SSH" in found.evidence) == (Outcome.UNKNOWN, True)


def test_files_that_all_may_read_show_an_autologin_though_homes_were_not_read():
    half = partly(Accounts, Accounts(), "not every home may be read for authorized_keys")
    assert guest_finding("USERS-AUTOLOGIN", accounts=half).outcome is Outcome.PASS


def test_an_autologin_is_warned_of_but_explained_where_exosphere_made_it():
    file = "/etc/systemd/system/getty@tty1.service.d/autologin.conf"
    found = guest_finding("USERS-AUTOLOGIN", accounts=Accounts(autologins=(file,)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert file in found.evidence
    exouser = Accounts(autologins=(file,), accounts=(Account(name="exouser", uid=1001),))
    explained = guest_finding("USERS-AUTOLOGIN", accounts=exouser)
    assert (explained.severity, "Exosphere" in explained.evidence) == (Severity.INFO, True)


# ---- ID-MACHINEID, ID-RANDOMSEED, ID-LVM


@pytest.mark.parametrize(
    "state, outcome, severity",
    [
        ("empty", Outcome.PASS, Severity.BLOCK),
        ("uninitialized", Outcome.PASS, Severity.BLOCK),
        ("filled", Outcome.FAIL, Severity.WARN),
        ("missing", Outcome.FAIL, Severity.BLOCK),
        ("", Outcome.UNKNOWN, Severity.BLOCK),
    ],
)
def test_a_machine_id_is_empty_but_there(state, outcome, severity):
    found = guest_finding("ID-MACHINEID", identity=Identity(machine_id=state, dbus_machine_id="link"))
    assert (found.outcome, found.severity) == (outcome, severity)


def test_no_remedy_ever_deletes_the_machine_id():
    for state in ("filled", "missing"):
        found = guest_finding("ID-MACHINEID", identity=Identity(machine_id=state))
        assert "never delete" in remedy_of(found).text
        assert "rm " not in command_of(found)


def test_a_saved_seed_is_worth_a_word():
    found = guest_finding("ID-RANDOMSEED", identity=Identity(random_seed=True))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)


def lvm(*entries: FstabEntry, device: str, system: GuestSystem = ROCKY):
    lv = BlockDevice(name="/dev/mapper/rl-lv", parents=("/dev/vda1",), kind="lvm", uuid="lv-uuid")
    disks = Disks(devices=(VDA, VDA1, lv), root=ROOT.model_copy(update={"device": device}))
    boot_mounts = BootMounts(fstab=entries, lvm_devices_file=True)
    return guest_finding("ID-LVM", boot_mounts=boot_mounts, disks=disks, system=system)


def test_a_list_of_lvms_disks_blocks_where_a_boot_needs_lvm():
    found = lvm(device="/dev/mapper/rl-lv")
    assert found.blocks
    assert "dracut -f" in found.remedy.command
    needed = FstabEntry(line=2, source="UUID=lv-uuid", point="/var", fs_type="xfs")
    assert "/var lies on LVM" in lvm(needed, device="/dev/vda1").evidence


def test_the_list_is_harmless_where_nothing_that_a_boot_needs_lies_on_lvm():
    assert lvm(device="/dev/vda1").outcome is Outcome.PASS
    patient = FstabEntry(line=2, source="UUID=lv-uuid", point="/x", fs_type="xfs", options=("nofail",))
    assert lvm(patient, device="/dev/vda1").outcome is Outcome.PASS
