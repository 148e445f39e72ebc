"""Boots that end, in the words of each program that can end one; and healthy boots that say something alike."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.console_reader import read_console
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from models.verdict import DeadEnd, Stage, Verdict, VerdictWord

KERNEL = "[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian)\n"
WELCOME = "Welcome to Debian GNU/Linux 12 (bookworm)!\n"
PANIC = "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n"
LOGIN = "\nchild login: "
FINISHED = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"
UEFI = 'BdsDxe: loading Boot0001 "disk"\nBdsDxe: starting Boot0001 "disk"\nWelcome to GRUB!\n'
PROGRESS = "[***   ] A start job is running for Execute cloud user/final scripts (5s / no limit)[K"
"""As Nova gives it, which takes the carriage returns out: each update stands behind the one before."""


def verdict_of(text: str, ending: Ending = Ending.LOG) -> Verdict:
    return read_console(text, None).verdict(ending)


@pytest.mark.parametrize(
    "text, dead_end",
    [
        ("BdsDxe: No bootable option or device was found.\n", DeadEnd.FIRMWARE),
        ("BdsDxe: No bootable option or device was found.\nBdsDxe: Press any key to enter the menu.", DeadEnd.FIRMWARE),
        ("Boot failed: not a bootable disk\nNo bootable device.\n", DeadEnd.FIRMWARE),
        ("Missing operating system\n", DeadEnd.FIRMWARE),
        ("FATAL: No bootable medium found! System halted.\n", DeadEnd.FIRMWARE),
        ("Reboot and Select proper Boot device\n", DeadEnd.FIRMWARE),
        ("Operating System not found\n", DeadEnd.FIRMWARE),
        (">>Start PXE over IPv4.\n  PXE-E16: No valid offer received.\n" * 2, DeadEnd.FIRMWARE),
        ("UEFI Interactive Shell v2.2\nEDK II\nShell> ", DeadEnd.FIRMWARE_SHELL),
        ("Shell> ", DeadEnd.FIRMWARE_SHELL),
    ],
)
def test_firmware_that_finds_nothing_is_a_dead_end(text: str, dead_end: DeadEnd) -> None:
    verdict = verdict_of(text)
    assert (verdict.word, verdict.dead_end, verdict.stage) == (VerdictWord.FAILED, dead_end, Stage.FIRMWARE)


@pytest.mark.parametrize(
    "text, dead_end",
    [
        ("GRUB loading.\nerror: no such device\ngrub rescue> ", DeadEnd.BOOT_LOADER),
        ("GRUB loading.\nMinimal BASH-like line editing is supported.\ngrub> ", DeadEnd.BOOT_LOADER),
        ("SYSLINUX 6.04\nboot: ", DeadEnd.BOOT_LOADER),
        ("U-Boot 2024.01\nHit any key to stop autoboot:  0\n=> ", DeadEnd.BOOT_LOADER),
        ("No DEFAULT or UI configuration directive found!\nboot: ", DeadEnd.BOOT_LOADER),
        (
            "can't load 'kernel'\n\nType '?' for a list of commands, 'help' for more detailed help.\nOK ",
            DeadEnd.BOOT_LOADER,
        ),
        (
            " GNU GRUB  version 2.06\n *Debian\n Use the ^ and v keys to select which entry is highlighted.\n",
            DeadEnd.BOOT_MENU,
        ),
    ],
)
def test_boot_loaders_that_wait_for_somebody(text: str, dead_end: DeadEnd) -> None:
    assert verdict_of(text).dead_end is dead_end


@pytest.mark.parametrize(
    "text, dead_end",
    [
        (PANIC, DeadEnd.KERNEL_PANIC),
        ("[   12.1] reboot: System halted\n", DeadEnd.HALTED),
        ("ALERT!  UUID=1111 does not exist.  Dropping to a shell!\n(initramfs) ", DeadEnd.INITRAMFS),
        ("ALERT!  UUID=1111 does not exist.  Dropping to a shell!\n", DeadEnd.INITRAMFS),
        ("Entering emergency mode. Exit the shell to continue.\ndracut:/# ", DeadEnd.INITRAMFS_EMERGENCY),
        ("[   99.1] dracut: FATAL: No or empty root= argument\n", DeadEnd.INITRAMFS_EMERGENCY),
        ("You are now being dropped into an emergency shell.\n[rootfs ]# ", DeadEnd.INITRAMFS_EMERGENCY),
        (
            "Mounting root failed.\ninitramfs emergency recovery shell launched. Type 'exit'.\n",
            DeadEnd.INITRAMFS_EMERGENCY,
        ),
        ("dracut:/etc# ", DeadEnd.INITRAMFS),
    ],
)
def test_kernels_and_initramfs_of_every_maker(text: str, dead_end: DeadEnd) -> None:
    assert verdict_of(KERNEL + text).dead_end is dead_end


@pytest.mark.parametrize(
    "text, dead_end",
    [
        ("panic: mountroot: unable to (re-)mount root.\n", DeadEnd.KERNEL_PANIC),
        ("Fatal trap 12: page fault while in kernel mode\n", DeadEnd.KERNEL_PANIC),
        ("Mounting from ufs:/dev/vtbd0p2 failed with error 19.\nmountroot> ", DeadEnd.NO_ROOT),
        ("Stopped at panic+0x15a\nddb{0}> ", DeadEnd.KERNEL_PANIC),
    ],
)
def test_kernels_of_the_bsds(text: str, dead_end: DeadEnd) -> None:
    assert verdict_of("FreeBSD 14.1-RELEASE GENERIC amd64\n" + text).dead_end is dead_end


@pytest.mark.parametrize(
    "text, dead_end",
    [
        ('Welcome to emergency mode! After logging in, type "journalctl -xb"\n', DeadEnd.EMERGENCY),
        ("You are in rescue mode. After logging in,\n", DeadEnd.RESCUE),
        ("Give root password for maintenance\n(or press Control-D to continue): ", DeadEnd.MAINTENANCE),
        (
            "[ive root password for maintenance\n(or press Control-D to continue): [  159.7] block nbd0",
            DeadEnd.MAINTENANCE,
        ),
        ("Press Enter for maintenance\n(or press Control-D to continue): ", DeadEnd.MAINTENANCE),
        ("ress Enter for maintenance\n", DeadEnd.MAINTENANCE),
        ("[    3.1] systemd[1]: Failed to load SELinux policy. Freezing.\n", DeadEnd.SELINUX),
        ("[!!!!!!] Failed to load SELinux policy.\n", DeadEnd.SELINUX),
        ("[    3.1] systemd[1]: Freezing execution.\n", DeadEnd.FROZEN),
        ("[    3.1] systemd[1]: Failed to mount API filesystems, freezing.\n", DeadEnd.FROZEN),
        ("[!!!!!!] Failed to mount API filesystems.\n", DeadEnd.FROZEN),
        ("Enter full pathname of shell or RETURN for /bin/sh: ", DeadEnd.MAINTENANCE),
        ("Enter user name for system maintenance (control-d to bypass): ", DeadEnd.MAINTENANCE),
    ],
)
def test_a_system_that_gives_up(text: str, dead_end: DeadEnd) -> None:
    verdict = verdict_of(KERNEL + WELCOME + text)
    assert (verdict.word, verdict.dead_end) == (VerdictWord.FAILED, dead_end)


def test_panics_again_and_again_are_a_failure_though_a_new_boot_has_begun() -> None:
    loop = f"Booting from Hard Disk...\n{KERNEL}{PANIC}[    1.3] Rebooting in 1 seconds..\n"
    verdict = verdict_of(loop * 2 + f"Booting from Hard Disk...\n{KERNEL}")
    assert (verdict.word, verdict.dead_end) == (VerdictWord.FAILED, DeadEnd.KERNEL_PANIC)
    assert verdict.reason.endswith("its kernel panicked, again and again.")


def test_what_ended_otherwise_before_did_not_end_so_again() -> None:
    verdict = verdict_of(KERNEL + PANIC + KERNEL + "You are in emergency mode.\n")
    assert verdict.reason.endswith("it ended in emergency mode.")


MENU = " Use the ^ and v keys to select which entry is highlighted.\n"


@pytest.mark.parametrize(
    "text, dead_end",
    [("grub rescue> ", DeadEnd.BOOT_LOADER), (MENU, DeadEnd.BOOT_MENU), ("iPXE initialising devices\n", None)],
)
def test_a_machine_that_starts_again_is_read_as_if_it_had_just_begun(text: str, dead_end: DeadEnd | None) -> None:
    before = "Automatic boot in 5 seconds\niPXE initialising devices\n" + KERNEL
    assert verdict_of(f"{before}SeaBIOS (version 1.16)\n{text}").dead_end is dead_end


def test_a_menu_that_counts_down_is_no_end_however_often_it_is_shown() -> None:
    assert verdict_of("Automatic boot in 5 seconds\n" + MENU * 2).dead_end is None


def test_a_loop_is_decided_before_the_time_is_up() -> None:
    assert read_console(f"{KERNEL}{PANIC}" * 4 + KERNEL, None).is_decided
    assert not read_console(f"{KERNEL}{PANIC}" + KERNEL, None).is_decided


def test_restarts_without_a_word_of_why_are_a_failure_from_the_third_on() -> None:
    once = KERNEL + WELCOME
    assert verdict_of(once * 3).word is VerdictWord.INCONCLUSIVE
    verdict = verdict_of(once * 4)
    assert (verdict.word, verdict.dead_end) == (VerdictWord.FAILED, DeadEnd.RESTARTS)


def test_a_start_job_without_a_limit_is_a_failure_only_when_time_is_up() -> None:
    text = KERNEL + WELCOME + "[ ***  ] A start job is running for Wait for Network (18min 3s / no limit)"
    assert verdict_of(text).word is VerdictWord.INCONCLUSIVE
    assert verdict_of(text, Ending.TIME_UP).dead_end is DeadEnd.START_JOB
    assert verdict_of(f"{text}\n[  OK  ] Reached target Network.\n", Ending.TIME_UP).dead_end is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{KERNEL}{PANIC}{KERNEL}{WELCOME}{LOGIN}", id="fallback after one panic"),
        pytest.param(
            f"{KERNEL}*** Warning -- SELinux targeted policy relabel is required.\n{KERNEL}{LOGIN}", id="relabel"
        ),
        pytest.param(
            f">>Start PXE over IPv4.\n>>Start PXE over IPv6.\n{KERNEL}{LOGIN}", id="network boot before the disk"
        ),
        pytest.param(f"No bootable device.\nBooting from Hard Disk...\n{KERNEL}{LOGIN}", id="the second disk boots"),
        pytest.param(
            " Use the ^ and v keys to select which entry is highlighted.\n"
            f"   The highlighted entry will be executed automatically in 5s.\n{KERNEL}{LOGIN}",
            id="menu with a countdown",
        ),
        pytest.param(
            f"{KERNEL}[  1.0] Freezing user space processes ... (elapsed 0.001 seconds) done.\n{LOGIN}", id="freezing"
        ),
        pytest.param(f"{KERNEL}(initramfs) exit\n{WELCOME}{LOGIN}", id="somebody left the initramfs"),
        pytest.param(
            f"{UEFI}{KERNEL}{WELCOME}[60.1] reboot: Restarting system\n{UEFI}{KERNEL}{LOGIN}",
            id="GRUB restarts once",
        ),
        pytest.param(f"{UEFI}{KERNEL}{PANIC}{UEFI}{KERNEL}{WELCOME}{LOGIN}", id="UEFI and a fallback without initrd"),
        pytest.param(f"{KERNEL}{WELCOME}{LOGIN}\npanic: runtime error: index out of range [3]\n", id="a program of Go"),
        pytest.param(f"{KERNEL}{WELCOME}{LOGIN}\nIf you are in emergency mode call us\n", id="a text for people"),
        pytest.param(f"{KERNEL}{WELCOME}{LOGIN}\n[   60.1] reboot: Power down\n", id="shut down after it came up"),
        pytest.param(f"{KERNEL}{WELCOME}{LOGIN}\n=> \ndb> \n", id="a program with a prompt of its own"),
        pytest.param("FreeBSD/amd64 (web-01) (ttyu0)\n\nlogin: ", id="FreeBSD"),
        pytest.param("OmniOS r151046 64-bit\nchild console login: ", id="illumos"),
        pytest.param(f"{KERNEL}\nWelcome to Alpine Linux 3.20\n\nalpine login: ", id="Alpine"),
    ],
)
def test_what_later_came_up_has_booted(text: str) -> None:
    assert verdict_of(text).word is VerdictWord.BOOTED


@pytest.mark.parametrize(
    "ending, said",
    [
        (Ending.LOG, "The console log ends at the stage: system start."),
        (Ending.SILENCE, "The console fell silent at the stage: system start."),
        (Ending.TIME_UP, "Time was up at the stage: system start. The console was not silent."),
    ],
)
def test_only_a_silent_console_is_said_to_have_fallen_silent(ending: Ending, said: str) -> None:
    assert verdict_of(KERNEL + WELCOME, ending).reason == said


def test_the_last_lines_are_evidence_whatever_they_say() -> None:
    text = KERNEL + WELCOME + "nobody knows this text\nnor this one\n\nand this is the last\n"
    assert verdict_of(text).evidence[-3:] == ("nobody knows this text", "nor this one", "and this is the last")


def test_a_line_that_a_daemon_logged_is_no_dead_end() -> None:
    said = "Nov 22 21:00:41 child sshd[311]: Invalid user Press Enter for maintenance from 10.0.0.9\n"
    assert verdict_of(KERNEL + WELCOME + said).dead_end is None


@pytest.mark.parametrize("updates", [3, 60, 400])
def test_what_follows_systemds_progress_is_read_however_often_that_was_written(updates: int) -> None:
    before = KERNEL + WELCOME + PROGRESS * updates
    assert verdict_of(f"{before}You are in emergency mode. After logging in\n").dead_end is DeadEnd.EMERGENCY
    assert verdict_of(f"{before}{PANIC}").dead_end is DeadEnd.KERNEL_PANIC
    assert verdict_of(before, Ending.TIME_UP).dead_end is DeadEnd.START_JOB


def test_the_last_of_several_start_jobs_counts() -> None:
    limited = "[***   ] (1 of 2) A start job is running for Network (5s / 2min)[K"
    assert verdict_of(KERNEL + PROGRESS + limited, Ending.TIME_UP).dead_end is None
    assert verdict_of(KERNEL + limited + PROGRESS, Ending.TIME_UP).dead_end is DeadEnd.START_JOB


@pytest.mark.parametrize(
    "text",
    [
        "ISOLINUX 6.04\nboot: \nLoading vmlinuz... ok\nLoading initrd.img...ok\n",
        " Use the ^ and v keys to select which entry\n  Booting `Debian GNU/Linux'\nLoading Linux 6.1 ...\n",
        " Use the ^ and v keys to select. The highlighted entry will be executed automatically in 5s.\n",
        "The highlighted entry will be executed automatically in 5s.\n Use the ^ and v keys to select which entry\n",
        ">>Start PXE over IPv4.\n>>Start PXE over IPv4.\nBdsDxe: starting Boot0003 disk\n",
    ],
)
def test_a_boot_loader_that_goes_on_in_silence_is_no_dead_end(text: str) -> None:
    assert verdict_of(text).word is VerdictWord.INCONCLUSIVE


def test_a_failed_login_that_a_program_tells_is_no_prompt() -> None:
    assert verdict_of(KERNEL + WELCOME + "Failed login: admin from 10.0.0.9\n").word is VerdictWord.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [
        ">>Start PXE over IPv4.\n",
        "iPXE initialising devices\nBooting from Hard Disk...\n" * 2,
        "iPXE initialising devices\nBooting from Hard Disk...\niPXE initialising devices\n",
    ],
)
def test_asking_the_network_once_before_the_disk_is_usual(text: str) -> None:
    assert verdict_of(text).dead_end is None


@pytest.mark.parametrize("end", ["No bootable device.\n", "grub rescue> \n", "(initramfs) \n"])
@pytest.mark.parametrize("later", [KERNEL, KERNEL + WELCOME])
def test_a_kernel_that_starts_makes_an_end_a_thing_of_the_past(end: str, later: str) -> None:
    assert verdict_of(end).dead_end is not None
    assert verdict_of(end + later).dead_end is None


def test_the_next_device_of_the_firmware_is_another_try() -> None:
    assert verdict_of("No bootable device.\nBooting from DVD/CD...\n").dead_end is None


def test_a_shell_that_somebody_left_is_no_end() -> None:
    assert verdict_of(KERNEL + "(initramfs) \n" + WELCOME).dead_end is None
    assert verdict_of(KERNEL + LOGIN + "\nYou are in emergency mode.\n" + LOGIN).word is VerdictWord.BOOTED


def test_behind_a_second_kernel_a_program_may_say_panic_as_well() -> None:
    assert verdict_of(KERNEL * 2 + "panic: in some program\n").dead_end is None


def test_once_it_came_up_the_boots_before_are_not_counted() -> None:
    up = KERNEL + FINISHED
    assert verdict_of(up + KERNEL * 2).dead_end is None
    assert verdict_of(up + KERNEL + PANIC + KERNEL).dead_end is None


def test_a_machine_that_resets_behind_its_prompt_again_and_again_has_not_booted() -> None:
    loop = (KERNEL + WELCOME + LOGIN + "\n") * 4
    assert verdict_of(loop).word is VerdictWord.FAILED
    assert verdict_of((KERNEL + WELCOME + LOGIN + "\n") * 2).word is VerdictWord.BOOTED


def test_a_machine_that_powers_itself_off_has_not_booted() -> None:
    assert verdict_of(KERNEL + WELCOME + "[   12.3][    T1] reboot: Power down\n").dead_end is DeadEnd.HALTED


@pytest.mark.parametrize(
    "line",
    [
        "Please enter passphrase for disk QEMU_HARDDISK (luks-1234): (press TAB for no echo) ",
        "\N{CLOSED LOCK WITH KEY} Please enter passphrase for disk luks-1234:",
        "lease enter passphrase for disk vda3 (cryptroot)!",
        "Please unlock disk vda5_crypt: ",
        "Enter passphrase for hd0,gpt2 (d3e1): ",
        "Enter passphrase for /dev/vda3: ",
        "Enter LUKS passphrase: ",
    ],
)
def test_an_encrypted_disk_that_waits_for_its_passphrase_is_an_end_until_somebody_gives_it(line: str) -> None:
    verdict = verdict_of(KERNEL + line)
    assert (verdict.word, verdict.dead_end) == (VerdictWord.FAILED, DeadEnd.LOCKED_DISK)
    assert "passphrase of an encrypted disk" in verdict.reason
    assert verdict_of(f"{KERNEL}{line}\n{WELCOME}{LOGIN}").word is VerdictWord.BOOTED
    assert verdict_of(f"{line}\n{KERNEL}{WELCOME}").dead_end is None


@pytest.mark.parametrize(
    "line",
    [
        "sshd[311]: Invalid user Please unlock disk x from 192.0.2.7",
        "web-01 app[9]: Enter passphrase for /dev/vda3: ",
        "Broadcast: Password entry required",
    ],
)
def test_a_passphrase_that_a_daemon_speaks_of_is_no_end(line: str) -> None:
    assert verdict_of(f"{KERNEL}{WELCOME}{line}\n").dead_end is None


def test_the_first_stage_of_nixos_that_found_no_root_is_an_end() -> None:
    text = (
        "<<< NixOS Stage 1 >>>\n\n  An error occurred in stage 1 of the boot process, which must mount the\n"
        "  root filesystem on `/mnt-root' and then start stage 2.  Press one\n  of the following keys:\n"
    )
    assert verdict_of(KERNEL + text).dead_end is DeadEnd.INITRAMFS


def test_ignition_that_failed_is_named_beside_the_shell_that_it_ends_in() -> None:
    text = "Ignition has failed. Please ensure your config is valid. Note that only\n"
    verdict = verdict_of(f"{KERNEL}{text}Press Enter for emergency shell or wait\n")
    assert verdict.dead_end is DeadEnd.MAINTENANCE
    assert any("Ignition failed" in hint for hint in verdict.hints)


def test_the_emergency_console_of_windows_proves_nothing_and_is_said() -> None:
    text = '\nComputer is booting, SAC started and initialized.\n\nUse the "ch -?" command\n\nSAC>'
    verdict = verdict_of(text)
    assert verdict.word is VerdictWord.INCONCLUSIVE
    assert any("SAC" in hint for hint in verdict.hints)
