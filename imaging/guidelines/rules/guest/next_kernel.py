"""Chapter *Boot*: whether the next kernel is there, with what it starts from."""

from __future__ import annotations

import re

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import package_manager, root_commands, without_kernel_words
from imaging.guidelines.guest.facts import (
    all_disks_shown,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    unless_incomplete,
    unless_root_unplaced,
)
from imaging.guidelines.guest.next_boot.kernel_line import Asks, asked_for, next_line
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.boot import Boot, NextBoot
from models.guest.disks import Disks
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_LONG_SECONDS = 60
_NEEDS_INITRAMFS = re.compile(
    r"(?:^|\s)root=(?:UUID=|LABEL=|/dev/mapper/|/dev/disk/|/dev/[^/\s]+/[^/\s]+)", re.IGNORECASE
)
"""Names of a root disk that only an initramfs can look up: the kernel alone knows partitions and letters."""
_INSPECT = "sudo lsinitramfs /boot/initrd.img-$(uname -r) | grep virtio || sudo lsinitrd | grep virtio"


@rule(
    "BOOT-INITRAMFS",
    Chapter.BOOT,
    "Next kernel, its initramfs and its drivers",
    Severity.BLOCK,
    by_hand=f"ls -l /boot; {_INSPECT}",
)
def boot_initramfs(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot, disks = inside(facts, parts.boot), inside(facts, parts.disks)
    coming = boot.next
    broken = _broken(boot, coming, disks, complete=all_disks_shown(facts))
    if broken:
        return _stops(facts, broken)
    if coming is None:
        why = cut(boot.next_unknown, 80) or "no boot loader's configuration was read"
        return guest_unknown(f"Which kernel is started next could not be told ({why}).", "In the guest:", command=_SHOW)
    untold = [each.path for each in (*coming.kernels, *coming.initrds) if each.there is None]
    if untold or not coming.initrds:
        said = f"Not found: {fitting([cut(each, _SHOWN) for each in untold])}" if untold else "It has no initramfs"
        return guest_unknown(f"{said}; whether the next kernel starts could not be told.", command=_SHOW)
    if coming.seconds is not None and coming.seconds > _LONG_SECONDS:
        return guest_failed(
            f"The boot loader waits {coming.seconds:g} s before it starts the kernel.",
            "Shorten it: a test launch and every user wait as long.",
            facts,
            parts.boot,
            severity=Severity.WARN,
            command="grep -rs -i timeout /etc/default/grub /etc/default/grub.d",
        )
    answer = _drivers(facts, boot, disks) if coming.is_running else _not_tried(facts, boot, coming)
    return unless_root_unplaced(unless_incomplete(answer, facts, parts.boot), facts)


_SHOW = "ls -l /boot; cat /proc/cmdline"


def _broken(boot: Boot, coming: NextBoot | None, disks: Disks, *, complete: bool) -> list[str]:
    """What keeps the next kernel from starting, or ends its boot in a shell."""
    asked = asked_for(boot, disks, complete=complete)
    found = [f"{cut(each.text, _SHOWN)} ends in a shell" for each in asked if each.asks is Asks.SHELL]
    if coming is None:
        return found
    files = (*coming.kernels, *coming.initrds)
    found += [f"{cut(each.path, _SHOWN)} is not there, or empty" for each in files if each.there is False]
    if not coming.initrds and _NEEDS_INITRAMFS.search(next_line(boot)):
        named = cut(coming.kernels[0].path, _SHOWN) if coming.kernels else "the next kernel"
        found.append(f"{named} has no initramfs, which its root= needs")
    if coming.waits:
        found.append(f"{coming.loader} waits until somebody chooses")
    return found


def _stops(facts: InstanceFacts, broken: list[str]) -> Answer:
    rebuild = "update-initramfs -c -k all" if package_manager(facts) == "apt" else "dracut --regenerate-all -f"
    words = [each.partition(" ends in a shell")[0] for each in broken if each.endswith(" ends in a shell")]
    remedy = without_kernel_words(facts, tuple(words)) if words else root_commands(rebuild)
    return guest_failed(
        f"The next boot does not come up: {fitting(broken, 110)}.",
        "Fix the boot loader's entry: this instance itself starts that way, too.",
        facts,
        parts.boot,
        command=remedy.shown if remedy else None,
    )


def _not_tried(facts: InstanceFacts, boot: Boot, coming: NextBoot) -> Answer:
    """A kernel that has not run here: it is known how its initramfs was made, not what is in it."""
    if coming.has_modules is not True or not boot.initramfs_tool:
        return guest_unknown(
            f"The next kernel is {cut(coming.version or coming.kernels[0].path, _SHOWN)}, which has not run here.",
            "Reboot, and inspect again.",
            command="sudo reboot",
        )
    made = "for any machine" if boot.host_only_initramfs is False else "for a machine such as this"
    return guest_passed(
        f"The next kernel, {cut(coming.version, _SHOWN)}, and its initramfs are there, made {made}.", facts, parts.boot
    )


def _drivers(facts: InstanceFacts, boot: Boot, disks: Disks) -> Answer:
    """Whether the kernel that runs finds its disk again, on this kind of disk or on another."""
    disk = min(disks.root_disks, default="")
    if disk.startswith("/dev/vd"):
        return guest_passed(f"It booted from {cut(disk, _SHOWN)}, a virtio disk.", facts, parts.disks)
    modules = boot.virtio_modules
    if modules is None:
        return guest_unknown("The initramfs could not be read.", "In the guest:", command=_INSPECT)
    missing = [each for each in ("virtio_blk", "virtio_scsi") if each not in modules]
    if not missing:
        return guest_passed("virtio_blk and virtio_scsi are in it, or built in.", facts, parts.boot)
    rebuild = "update-initramfs -u" if package_manager(facts) == "apt" else "dracut -f --no-hostonly"
    return guest_failed(
        f"Without {' and '.join(missing)}; it boots here from {cut(disk, _SHOWN) or 'another disk'}.",
        "Rebuild it for any machine if the image is to boot from other kinds of disks, too.",
        facts,
        parts.boot,
        severity=Severity.INFO,
        command=root_commands(rebuild).shown,
    )
