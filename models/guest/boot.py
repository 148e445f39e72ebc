"""How the guest boots."""

from __future__ import annotations

from models.base import Frozen
from models.text import CleanText


class Identity(Frozen):
    """What tells this machine from others."""

    machine_id: CleanText = ""
    """empty, uninitialized, filled, missing."""
    machine_id_digest: CleanText = ""
    """A few digits of a hash, to compare by; never the id itself."""
    dbus_machine_id: CleanText = ""
    """/var/lib/dbus/machine-id: missing, empty, filled, or link, which systemd does not follow; empty if unread.

    systemd fills an empty /etc/machine-id from it: where it is filled, every new instance has the old id again.
    """
    random_seed: bool = False
    """Whether a saved random seed lies on the disk."""


class Boot(Frozen):
    """Kernel line, initramfs, and what else decides if an instance launched from the image boots."""

    command_line: CleanText = ""
    """Of the running kernel (/proc/cmdline)."""
    default_command_line: CleanText = ""
    """What the boot loader's configuration gives to the next one, where it could be read."""
    firmware: CleanText = ""
    """uefi or bios: how this boot was done."""
    virtio_modules: tuple[CleanText, ...] | None = None
    """Those of virtio_blk, virtio_scsi, virtio_net, virtio_pci that are built in or in the initramfs; None: unread."""
    host_only_initramfs: bool | None = None
    selinux: CleanText = ""
    """enforcing, permissive, disabled; empty without SELinux."""
    autorelabel: bool = False
    huge_pages: int = 0
    kdump_enabled: bool = False
    crash_dumps_kib: int = 0
    guest_agent: CleanText = ""
    """qemu-guest-agent: active, enabled, installed; empty if it is not there."""
    old_kernels: tuple[CleanText, ...] = ()
