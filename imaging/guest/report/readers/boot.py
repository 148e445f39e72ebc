"""Reads how the guest boots."""

from __future__ import annotations

import re
import shlex

from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, whole
from models import foreign
from models.guest.boot import Boot

_GENERIC = frozenset({"modules-most", "hostonly-no"})
_HOST_ONLY = frozenset({"modules-dep", "hostonly-yes"})
_LONGEST_LINE = 4_096
"""Characters; the kernel takes 2,048, and 4,096 on some architectures."""
_MOST_OPTIONS = 4
"""How often a line may name the options that stand elsewhere: each time it becomes longer by all of them."""
_NUMBER = re.compile(r"([0-9]{1,15})")


def read_boot(rows: Rows) -> Boot:
    """Kernel lines, drivers, SELinux, kernels and the guest agent."""
    kinds = set(rows.texts("initramfs"))
    return Boot(
        command_line=masked(rows.text("now")),
        default_command_line=masked(_default_line(rows)),
        firmware=rows.text("firmware"),
        virtio_modules=_virtio(rows, kinds),
        host_only_initramfs=True if kinds & _HOST_ONLY else False if kinds & _GENERIC else None,
        selinux=rows.text("selinux"),
        autorelabel=rows.has("autorelabel"),
        huge_pages=_first_number(rows, "pages"),
        kdump_enabled=rows.has("kdump"),
        crash_dumps_kib=_first_number(rows, "crash"),
        guest_agent=rows.text("agent"),
        old_kernels=_old_kernels(rows),
    )


def _first_number(rows: Rows, kind: str) -> int:
    return next(iter(rows.read(kind, whole, fields=1)), 0)


def _default_line(rows: Rows) -> str:
    """What the next kernel gets: grub.cfg says it best, then the newest entry, then what grub.cfg is made from."""
    if rows.has("grub") and (line := rows.text("grub").strip()):
        return line
    if entries := rows.texts("bls"):
        options = rows.text("kernelopts")[:_LONGEST_LINE]
        line = entries[-1][:_LONGEST_LINE].replace("$kernelopts", options, _MOST_OPTIONS)
        return line.replace("$tuned_params", "").strip()
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
    versions = sorted({version for version in rows.texts("kernel") if "rescue" not in version}, key=_by_numbers)
    running = rows.text("running")
    return tuple(version for version in versions[:-1] if version != running)


def _by_numbers(version: str) -> tuple[tuple[int, int, str], ...]:
    """So that 5.15.0-100 comes after 5.15.0-99."""
    pieces = _NUMBER.split(version)
    return tuple((1, foreign.whole(piece), "") if at % 2 else (0, 0, piece) for at, piece in enumerate(pieces))
