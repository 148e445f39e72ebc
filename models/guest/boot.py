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


class BootFile(Frozen):
    """A kernel or an initramfs that a boot loader is told to load."""

    path: CleanText
    """As the boot loader names it: from the root of the file system or of the one at /boot."""
    there: bool | None = None
    """False: missing or empty; None: where it lies could not be told."""


class NextBoot(Frozen):
    """What the boot loader starts next, on this machine or on one made from its image."""

    loader: CleanText = ""
    """grub, extlinux, systemd-boot."""
    file: CleanText = ""
    """Its configuration, from which this was read to its end."""
    title: CleanText = ""
    kernels: tuple[BootFile, ...] = ()
    """One; several where an entry tries one way after another."""
    initrds: tuple[BootFile, ...] = ()
    version: CleanText = ""
    """The kernel's, as its file says; empty where the name does not tell."""
    is_running: bool = False
    """Whether it is the kernel that runs."""
    has_modules: bool | None = None
    """Whether the kernel's modules are on the disk; None where its version is not known."""
    seconds: float | None = None
    """How long the boot loader waits before it starts it; None where it does not say."""
    waits: bool = False
    """Whether it waits until somebody chooses."""


class Boot(Frozen):
    """Kernel line, initramfs, and what else decides if an instance launched from the image boots."""

    command_line: CleanText = ""
    """Of the running kernel (/proc/cmdline)."""
    default_command_line: CleanText = ""
    """What the boot loader gives to the next one; where that could not be told, what its configuration is made from."""
    next: NextBoot | None = None
    """None: which kernel is started next was not found out."""
    next_unknown: CleanText = ""
    """What of the boot loader's configuration was not understood; empty if it was read to its end."""
    initramfs_tool: CleanText = ""
    """dracut or initramfs-tools; empty if neither or both have their settings here."""
    initramfs_words: CleanText = ""
    """What dracut puts into its initramfs as if it stood on the kernel line."""
    resume_from: tuple[CleanText, ...] = ()
    """RESUME of initramfs-tools: devices, `none` or `auto`."""
    systemd_version: int = 0
    """By the name of systemd's own library; 0 where there is none."""
    firmware: CleanText = ""
    """uefi or bios: how this boot was done."""
    virtio_modules: tuple[CleanText, ...] | None = None
    """Those of virtio_blk, virtio_scsi, virtio_net, virtio_pci that are built in or in the initramfs; None: unread."""
    host_only_initramfs: bool | None = None
    selinux: CleanText = ""
    """enforcing, permissive, disabled; empty without SELinux."""
    selinux_policy_missing: CleanText = ""
    """The folder of the policy that the next boot has to load, where it holds none; empty if nothing is missing."""
    autorelabel: bool = False
    huge_pages: int = 0
    kdump_enabled: bool = False
    crash_dumps_kib: int = 0
    guest_agent: CleanText = ""
    """qemu-guest-agent: active, enabled, installed; empty if it is not there."""
    old_kernels: tuple[CleanText, ...] = ()
