"""Reads how the guest boots."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from imaging.guest.report.boot_loader import next_entry
from imaging.guest.report.boot_loader.entries import by_numbers
from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, whole
from imaging.guest.report.selinux_settings import missing_policy, selinux_mode
from models.guest.boot import Boot

_GENERIC = frozenset({"modules-most", "hostonly-no"})
_HOST_ONLY = frozenset({"modules-dep", "hostonly-yes"})
_TOOLS = frozenset({"dracut", "initramfs-tools"})


def read_boot(rows: Rows) -> Boot:
    """Kernel lines, drivers, SELinux, kernels and the guest agent."""
    kinds = set(rows.texts("initramfs"))
    coming = next_entry(rows)
    if coming.unknown:
        rows.doubt(coming.unknown)
    return Boot(
        command_line=masked(rows.text("now")),
        default_command_line=masked(coming.line or _line_in_the_making(rows)),
        next=coming.boot,
        next_unknown=coming.unknown,
        initramfs_tool=_only(kinds & _TOOLS),
        initramfs_words=masked(" ".join(each.strip("\"' ") for each in rows.texts("built"))),
        resume_from=rows.texts("resume"),
        systemd_version=_first_number(rows, "systemd"),
        firmware=rows.text("firmware"),
        virtio_modules=_virtio(rows, kinds),
        host_only_initramfs=True if kinds & _HOST_ONLY else False if kinds & _GENERIC else None,
        selinux=rows.text("selinux") or selinux_mode(rows),
        selinux_policy_missing=missing_policy(rows),
        autorelabel=rows.has("autorelabel"),
        huge_pages=_first_number(rows, "pages"),
        kdump_enabled=rows.has("kdump"),
        crash_dumps_kib=_first_number(rows, "crash"),
        guest_agent=rows.text("agent"),
        old_kernels=_old_kernels(rows),
    )


def _first_number(rows: Rows, kind: str) -> int:
    return next(iter(rows.read(kind, whole, fields=1)), 0)


def _only(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _line_in_the_making(rows: Rows) -> str:
    """What the next kernel's line is made from, where the boot loader's own configuration does not tell."""
    settings = dict(rows.read("default", _setting, fields=2))
    names = ("GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT")
    return " ".join(settings[name] for name in names if settings.get(name))


def _setting(name: str, value: str) -> tuple[str, str]:
    return name, " ".join(shlex.split(value, comments=True))


def _virtio(rows: Rows, kinds: set[str]) -> tuple[str, ...] | None:
    """Drivers that the kernel has at hand before the root disk.

    A generic initramfs holds all that there are; one made for this host at least those that are loaded here.
    """
    if "known" not in kinds and not rows.has("builtin"):
        return None
    in_initramfs = rows.texts("module") if kinds & _GENERIC else rows.texts("loaded")
    return tuple(sorted({*rows.texts("builtin"), *in_initramfs}))


def _old_kernels(rows: Rows) -> tuple[str, ...]:
    """Those that are neither the running nor the newest one."""
    versions = sorted({version for version in rows.texts("kernel") if "rescue" not in version}, key=by_numbers)
    running = rows.text("running")
    return tuple(version for version in versions[:-1] if version != running)
