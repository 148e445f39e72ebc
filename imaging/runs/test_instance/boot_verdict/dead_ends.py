"""Texts after which nothing more comes by itself, by the program that prints them, and what each is called.

A dead end counts only while nothing later follows: people leave a shell, machines restart, firmware tries the next
device. What decides stands where its program prints it, see `console_patterns`.

A serial line loses letters: what begins a prompt is looked for without its first one (seen: `[ive root password`).
"""

from __future__ import annotations

import re

from imaging.runs.test_instance.boot_verdict.console_patterns import AT_START, BY_KERNEL_LOG, BY_SYSTEMD, UNLOGGED
from models.verdict import DeadEnd

DEAD_ENDS: tuple[tuple[re.Pattern[str], DeadEnd], ...] = (
    # systemd, and sulogin in all its forms
    (re.compile(rf"{AT_START}(?:Y?ou are in|W?elcome to) emergency mode"), DeadEnd.EMERGENCY),
    (re.compile(rf"{AT_START}(?:Y?ou are in|W?elcome to) rescue mode"), DeadEnd.RESCUE),
    # V33: cloud images have no root password, so emergency mode ends here.
    (re.compile(rf"{UNLOGGED}root account is locked)"), DeadEnd.EMERGENCY_LOCKED),
    (
        re.compile(rf"{AT_START}(?:G?ive root password|P?ress Enter|E?nter root password) for maintenance"),
        DeadEnd.MAINTENANCE,
    ),
    (re.compile(rf"{AT_START}or (?:press|type) Control-D to continue"), DeadEnd.MAINTENANCE),
    (re.compile(rf"{BY_SYSTEMD}Failed to load SELinux policy"), DeadEnd.SELINUX),
    (re.compile(rf"{BY_SYSTEMD}Freezing execution"), DeadEnd.FROZEN),
    # What it prints with six of these is the last that it says.
    (re.compile(rf"{BY_KERNEL_LOG}\[!!!!!!\] "), DeadEnd.FROZEN),
    (re.compile(rf"{BY_SYSTEMD}(?>Failed to [^,.\n]{{1,200}})(?:, freezing|\. Freezing)"), DeadEnd.FROZEN),
    # the single-user shells of FreeBSD and illumos
    (re.compile(r"^Enter (?:full )?pathname of shell or RETURN "), DeadEnd.MAINTENANCE),
    # Fedora CoreOS and Flatcar
    (re.compile(rf"{AT_START}P?ress Enter for emergency shell"), DeadEnd.MAINTENANCE),
    (
        re.compile(r"^(?:Requesting System Maintenance Mode|Enter user name for system maintenance)"),
        DeadEnd.MAINTENANCE,
    ),
    # the initramfs of dracut, of Debian, Alpine, Arch and SUSE
    (re.compile(rf"{AT_START}E?ntering emergency mode\. Exit the shell"), DeadEnd.INITRAMFS_EMERGENCY),
    (re.compile(rf"{UNLOGGED}dropped into an emergency shell)"), DeadEnd.INITRAMFS_EMERGENCY),
    (re.compile(rf"{UNLOGGED}initramfs emergency recovery shell launched)"), DeadEnd.INITRAMFS_EMERGENCY),
    (re.compile(r"^(?>.*?dracut: )(?:FATAL: |Refusing to continue)"), DeadEnd.INITRAMFS_EMERGENCY),
    (re.compile(r"^(?:ALERT!(?>.*?Dropping to a shell!)|Rebooting automatically due to panic=)"), DeadEnd.INITRAMFS),
    (re.compile(r"^\s*\(initramfs\)"), DeadEnd.INITRAMFS),
    (re.compile(r"^\s*(?:dracut|switch_root|initramfs):/?[^\s#]{0,80}[#$]"), DeadEnd.INITRAMFS),
    (re.compile(r"^\s*\[rootfs [^\]]{0,80}\][#$]"), DeadEnd.INITRAMFS),
    # NixOS
    (re.compile(rf"{AT_START}A?n error occurred in stage 1 of the boot process"), DeadEnd.INITRAMFS),
    # an encrypted disk: systemd, the initramfs of Debian and Alpine, GRUB
    (re.compile(rf"{AT_START}P?lease (?:enter passphrase for|unlock) disk "), DeadEnd.LOCKED_DISK),
    (re.compile(rf"{AT_START}E?nter (?:LUKS passphrase:|passphrase for (?:hd\d|/dev/))"), DeadEnd.LOCKED_DISK),
    # kernels
    (re.compile(rf"{UNLOGGED}Kernel panic - not syncing)"), DeadEnd.KERNEL_PANIC),
    (re.compile(r"^(?:panic: (?!runtime error|\S{1,80}Error\b)|Fatal trap \d{1,3}: )"), DeadEnd.KERNEL_PANIC),
    (re.compile(r"^(?:ddb\{\d{1,4}\}|db)> ?$"), DeadEnd.KERNEL_PANIC),
    (re.compile(r"^\s*mountroot>"), DeadEnd.NO_ROOT),
    (re.compile(rf"{BY_KERNEL_LOG}reboot: (?:System halted|Power down)"), DeadEnd.HALTED),
    # boot loaders: their prompts, and a menu without a countdown
    (re.compile(r"^\s*grub(?: rescue)?>"), DeadEnd.BOOT_LOADER),
    (re.compile(r"^(?:(?:ELILO |LILO )?boot:|=>) ?$"), DeadEnd.BOOT_LOADER),
    (re.compile(r"^Type '\?' for a list of commands"), DeadEnd.BOOT_LOADER),
    (re.compile(r"^Failed to boot both default and fallback entries"), DeadEnd.BOOT_LOADER),
    (re.compile(rf"{UNLOGGED}No DEFAULT or UI configuration directive found)"), DeadEnd.BOOT_LOADER),
    (re.compile(r"^\s*Use the (?:\S{1,8}) and (?:\S{1,8}) keys to (?:select|change)"), DeadEnd.BOOT_MENU),
    # firmware
    (re.compile(rf"{UNLOGGED}No bootable (?:device|option|medium|media|disk))"), DeadEnd.FIRMWARE),
    (re.compile(r"^(?:FATAL: No bootable medium found|Reboot and Select proper Boot device)"), DeadEnd.FIRMWARE),
    (re.compile(r"^\s*BdsDxe: No bootable option"), DeadEnd.FIRMWARE),
    (re.compile(rf"(?i){UNLOGGED}(?:issing operating system|perating system not found))"), DeadEnd.FIRMWARE),
    (re.compile(r"^\s*(?:UEFI Interactive Shell v|Shell> ?)"), DeadEnd.FIRMWARE_SHELL),
)
"""The first that fits a line decides."""

NETWORK_BOOT = re.compile(r"^\s*(?:>>\s?Start PXE over IPv4|iPXE initialising devices)")
"""The firmware asks the network for something to boot: once, before the disk, is usual; again and again is the end."""
COUNTDOWN = re.compile(r"(?:will be (?:executed|booted) automatically in|Automatic boot in|^Boot in) {1,4}\d")
"""A boot loader's menu continues by itself."""
START_JOB = re.compile(r"^\s*\[[ *]{3,6}\] (?>(?:\(\d{1,4} of \d{1,4}\) )?)(?>[^(]*)\(([^()/]{1,40})/ no limit\)")
"""systemd waits for a unit without an end, and says for how long by now. Healthy boots print it for a while."""
_SPAN = re.compile(r"([0-9]{1,6})(min|[dhs])(?![a-z])")
_UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
STILL_WAITS = re.compile(r"^(?:\[ *\d+\.\d+\] )?dracut-initqueue\[\d{1,7}\]: .*timeout, still waiting")
"""dracut, of a device that does not appear."""


def seconds_of_job(line: str) -> int | None:
    """How long systemd has waited by now for a unit without an end; None where the line is no such line."""
    found = START_JOB.search(line)
    if found is None:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in _SPAN.findall(found[1]))


DEAD_END_WORDS = {
    DeadEnd.EMERGENCY: "it ended in emergency mode",
    DeadEnd.RESCUE: "it ended in rescue mode",
    DeadEnd.EMERGENCY_LOCKED: "it ended in emergency mode, and the root account is locked",
    DeadEnd.MAINTENANCE: "it ended in a maintenance shell",
    DeadEnd.SELINUX: "its SELinux policy could not be loaded",
    DeadEnd.FROZEN: "systemd froze",
    DeadEnd.INITRAMFS_EMERGENCY: "it ended in the emergency shell of its initramfs",
    DeadEnd.INITRAMFS: "it ended in the shell of its initramfs",
    DeadEnd.KERNEL_PANIC: "its kernel panicked",
    DeadEnd.NO_ROOT: "its kernel found no root file system",
    DeadEnd.HALTED: "it halted, or powered itself off",
    DeadEnd.BOOT_LOADER: "its boot loader found nothing to boot",
    DeadEnd.BOOT_MENU: "the menu of its boot loader waits for somebody to choose",
    DeadEnd.FIRMWARE: "the firmware found nothing to boot",
    DeadEnd.FIRMWARE_SHELL: "it ended in the shell of its firmware",
    DeadEnd.START_JOB: "a start job without a time limit never ended",
    DeadEnd.LOCKED_DISK: "it waits for the passphrase of an encrypted disk",
    DeadEnd.RESTARTS: "it restarted again and again",
}

PROMPTS = frozenset({DeadEnd.MAINTENANCE, DeadEnd.INITRAMFS})
"""Shells in which another dead end stops: emergency mode asks for the root password, so that one stands for both."""

NOT_BEHIND_LINUX = frozenset({DeadEnd.BOOT_LOADER, DeadEnd.KERNEL_PANIC})
"""Texts so short that a program may print them, too: behind a kernel of Linux only its own panic counts."""
OWN_PANIC = "Kernel panic - not syncing"

BEFORE_KERNEL = frozenset({DeadEnd.BOOT_LOADER, DeadEnd.BOOT_MENU, DeadEnd.FIRMWARE, DeadEnd.FIRMWARE_SHELL})
"""A kernel that starts afterwards makes them a thing of the past."""
BEFORE_SYSTEM = BEFORE_KERNEL | {DeadEnd.INITRAMFS, DeadEnd.INITRAMFS_EMERGENCY, DeadEnd.NO_ROOT, DeadEnd.LOCKED_DISK}
"""The system's own greeting afterwards shows that somebody left the shell."""
