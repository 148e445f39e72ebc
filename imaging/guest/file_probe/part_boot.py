"""How a disk boots: what the next kernel is, what it starts from, and what else decides about a start."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.boot_settings import tell_boot_settings
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.disk_use import used_kib
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.sysctl_files import sysctl
from imaging.guest.file_probe.units import Units

_CRASHES: Final = "/var/crash"
_AGENTS: Final = ("/usr/sbin/qemu-ga", "/usr/bin/qemu-ga")
_SYSTEMD: Final = (
    "/usr/lib/systemd/libsystemd-shared-[0-9]*.so",
    "/usr/lib/*/systemd/libsystemd-shared-[0-9]*.so",
    "/lib/systemd/libsystemd-shared-[0-9]*.so",
)
_VERSION: Final = re.compile(r"libsystemd-shared-([0-9]+)")
_HUGE_PAGES: Final = "vm.nr_hugepages"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_KERNEL: Final = "/boot/vmlinuz-"
_POLICIES: Final = "/etc/selinux/*/policy/policy.*"
_IMAGES: Final = ("/vmlinu*", "/initr*", "/boot/*", "/boot/[!g]*/*", "/boot/[!g]*/*/*", "/boot/[!g]*/*/*/*")
"""What a boot loader could load; folders of GRUB hold its own modules alone."""
_LIBRARIES: Final = ("/lib/modules/*", "/usr/lib/modules/*")


def part_boot(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `boot`; the running kernel, its line and its drivers belong to a running system."""
    files = GuestFiles(disk.tree, rows)
    tell_boot_settings(files, rows)
    if files.exists("/.autorelabel"):
        rows.row("autorelabel")
    _tell_services(files, rows)
    crashes = [each.path for each in files.matching(f"{_CRASHES}/*")]
    if any(files.exists(path) for path in crashes[:1]):
        rows.row("crash", used_kib(files, [_CRASHES]))
    for each in [each for each in files.matching(*_SYSTEMD) if files.exists(each.path)][:1]:
        rows.row("systemd", *_VERSION.findall(each.name)[:1])
    pages = sysctl(files, _HUGE_PAGES)
    if _NUMBER.fullmatch(pages):
        rows.row("pages", pages)
    _tell_kernels(files, rows)
    _tell_images(files.matching(*_IMAGES), files, rows)


def _tell_services(files: GuestFiles, rows: PartRows) -> None:
    units = Units(files)
    for unit in ("kdump.service", "kdump-tools.service"):
        if units.state(unit) == "enabled":
            rows.row("kdump", "enabled")
    if any(files.exists(path) for path in _AGENTS):
        is_on = units.state("qemu-guest-agent.service") == "enabled"
        rows.row("agent", "enabled" if is_on else "installed")


def _tell_kernels(files: GuestFiles, rows: PartRows) -> None:
    for each in files.matching(f"{_KERNEL}*"):
        if files.exists(each.path):
            rows.row("kernel", each.path.removeprefix(_KERNEL))
    for each in files.matching(*_LIBRARIES):
        if files.exists(f"{each.path}/modules.dep"):
            rows.row("library", each.name)
    for found in files.files(_POLICIES):
        if found.node.size_bytes:
            rows.row("policy", found.path.split("/")[3])
    for found in files.files("/boot/grub*/custom.cfg"):
        if found.node.size_bytes:
            rows.incomplete(f"{found.path} is not understood")


def _tell_images(candidates: Iterable[Found], files: GuestFiles, rows: PartRows) -> None:
    for each in candidates:
        if each.is_link:
            rows.row("link", files.target(each.path), each.path)
        found = files.find(each.path) if each.is_link else each
        if found is not None and found.is_file:
            rows.row("image" if found.node.size_bytes else "empty", each.path)
