"""Guests as trees of files, judged through the real probe: what of them decides about the next boot."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.fact import Fact
from models.findings import Finding, Outcome, Source
from models.guest.facts import GuestFacts
from tests.guest.probe.running import plant, probe
from tests.guidelines.building import finding
from tests.guidelines.guest_building import READ_AT, guest

PARTS = ("system", "disks", "mounts", "boot_mounts", "identity", "boot", "cloud_init", "network")
"""The parts that tell about the next boot; the others are those of a healthy guest."""

_LOOKS_AT: Mapping[str, tuple[str, ...]] = {
    "system": (
        "/.tools/",
        "/proc/",
        "/sys/",
        "/etc/os-release",
        "/usr/lib/os-release",
        "/usr/bin/",
        "/run/",
        "/var/lib/cloud/",
    ),
    "disks": ("/.tools/", "/proc/", "/sys/", "/dev/", "/bin/", "/usr/bin/", "/usr/share/initramfs-tools/"),
    "mounts": ("/.tools/", "/proc/", "/sys/", "/dev/"),
}
"""Where some parts look: of guests that are alike there, one is asked, and in the gate each."""
_told: dict[object, Any] = {}

Files = Mapping[str, str | bytes | None]
"""Of a guest, by path; None takes one away."""

IN_THE_GATE = bool(os.environ.get("IMAGING_TEST_SLOW"))
KERNEL = "6.8.0-45-generic"
LINE = "root=UUID=root-uuid ro console=tty1 console=ttyS0"
ROOT_DISK = (
    'NAME="/dev/vda" KNAME="/dev/vda" MAJ:MIN="252:0" TYPE="disk" FSTYPE="" UUID="" LABEL="" SIZE="21474836480" '
    'MOUNTPOINT="" PKNAME="" SERIAL="" PARTUUID="" PARTLABEL="" PARTTYPE=""\n'
    'NAME="/dev/vda1" KNAME="/dev/vda1" MAJ:MIN="252:1" TYPE="part" FSTYPE="ext4" UUID="root-uuid" '
    'LABEL="cloudimg-rootfs" SIZE="21474836480" MOUNTPOINT="/" PKNAME="/dev/vda" SERIAL="" PARTUUID="root-part" '
    'PARTLABEL="" PARTTYPE=""\n'
)
VOLUME = (
    'NAME="/dev/vdb" KNAME="/dev/vdb" MAJ:MIN="252:16" TYPE="disk" FSTYPE="ext4" UUID="data-uuid" LABEL="data" '
    'SIZE="10737418240" MOUNTPOINT="" PKNAME="" SERIAL="vol" PARTUUID="" PARTLABEL="" PARTTYPE=""\n'
)


def grub_cfg(*entries: str, default: str = "0") -> str:
    """As update-grub writes it."""
    head = (
        "if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\n"
        'if [ "${next_entry}" ] ; then\n   set default="${next_entry}"\n   set next_entry=\n   save_env next_entry\n'
        f'   set boot_once=true\nelse\n   set default="{default}"\nfi\n'
        "if [ x$feature_timeout_style = xy ] ; then\n  set timeout_style=hidden\n  set timeout=0\nfi\n"
    )
    return head + "".join(entries)


def grub_entry(title: str, kernel: str = KERNEL, line: str = LINE, initrd: str | None = "", *, indent: str = "") -> str:
    """One of its entries; `initrd` is that of the kernel by default, None for none."""
    loaded = "" if initrd is None else f"{indent}\tinitrd\t{initrd or f'/boot/initrd.img-{kernel}'}\n"
    return (
        f"{indent}menuentry '{title}' --class gnu-linux $menuentry_id_option 'gnulinux-{title}' {{\n"
        f"{indent}\trecordfail\n{indent}\tinsmod ext2\n{indent}\tsearch --no-floppy --fs-uuid --set=root root-uuid\n"
        f"{indent}\tlinux\t/boot/vmlinuz-{kernel} {line}\n{loaded}{indent}}}\n"
    )


def printing(text: str) -> str:
    """A tool that prints it."""
    return f"#!/bin/sh\ncat <<'E'\n{text}E\n"


HEALTHY: dict[str, str | bytes | None] = {
    "/.tools/lsblk": printing(ROOT_DISK),
    "/.tools/df": printing("Filesystem\n/dev/vda1 ext4 20000000 4000000 15000000 1000000 900000 /\n"),
    "/proc/self/mountinfo": "25 1 252:1 / / rw shared:1 - ext4 /dev/vda1 rw\n",
    "/proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
    "/proc/cmdline": f"BOOT_IMAGE=/boot/vmlinuz-{KERNEL} {LINE}\n",
    "/proc/sys/kernel/osrelease": f"{KERNEL}\n",
    "/proc/sys/kernel/hostname": "db-07\n",
    "/proc/modules": "virtio_blk 1 0\nvirtio_scsi 1 0\nvirtio_net 1 0\n",
    "/sys/firmware/x": "",
    "/etc/os-release": "ID=ubuntu\nVERSION_ID=24.04\nID_LIKE=debian\nPRETTY_NAME=Ubuntu\n",
    "/usr/bin/apt-get": "#!/bin/sh\n",
    "/etc/fstab": "UUID=root-uuid / ext4 discard,errors=remount-ro 0 1\n",
    "/etc/machine-id": "",
    "/var/lib/dbus/machine-id": "-> /etc/machine-id",
    "/etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT=""\nGRUB_CMDLINE_LINUX="console=tty1 console=ttyS0"\n',
    "/etc/initramfs-tools/initramfs.conf": "MODULES=most\n",
    "/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu")),
    f"/boot/vmlinuz-{KERNEL}": "kernel",
    f"/boot/initrd.img-{KERNEL}": "initrd",
    f"/lib/modules/{KERNEL}/modules.builtin": "kernel/drivers/virtio/virtio_pci.ko\n",
    f"/lib/modules/{KERNEL}/modules.dep": "a/virtio_blk.ko:\na/virtio_scsi.ko:\na/virtio_net.ko:\n",
    "/usr/bin/cloud-init": "#!/bin/sh\n",
    "/usr/lib/python3/dist-packages/cloudinit/version.py": '_PACKAGED_VERSION = "24.4"\n',
    "/usr/lib/systemd/system-generators/cloud-init-generator": "#!/bin/sh\n",
    "/usr/lib/systemd/system/cloud-init.service": "[Service]\n",
    "/etc/systemd/system/cloud-init.target.wants/cloud-init-local.service": "-> /usr/lib/systemd/system/x",
    "/etc/systemd/system/cloud-init.target.wants/cloud-init.service": "-> /usr/lib/systemd/system/x",
    "/etc/systemd/system/cloud-init.target.wants/cloud-config.service": "-> /usr/lib/systemd/system/x",
    "/etc/systemd/system/cloud-init.target.wants/cloud-final.service": "-> /usr/lib/systemd/system/x",
    "/etc/cloud/cloud.cfg": "users:\n  - default\ndisable_root: true\npreserve_hostname: false\n",
    "/etc/netplan/50-cloud-init.yaml": "network:\n  version: 2\n  ethernets:\n    ens3:\n      dhcp4: true\n",
}
"""An Ubuntu of which every rule that tells about the next boot says *pass*."""


def inspect(
    root: Path, files: Files, *, of: Files = HEALTHY, shell: str = "dash", parts: Sequence[str] = PARTS
) -> GuestFacts:
    """What the probe finds in a guest that has these files beside its own.

    Args:
        root: where the guest's files are put.
        files: what it has beside its own.
        of: its own.
        shell: one of `SHELLS`.
        parts: those that are read; where a test is about one rule, those that it reads.
    """
    whole = {path: text for path, text in {**of, **files}.items() if text is not None}
    known = {part: (part, shell, _seen_by(part, whole)) for part in parts if part in _LOOKS_AT}
    asked = [part for part in parts if part not in known or known[part] not in _told]
    found = probe(*asked, root=plant(root, whole), shell=shell)
    read = {part: getattr(found, part).model_copy(update={"read_at": READ_AT}) for part in asked}
    _told.update({} if IN_THE_GATE else {key: read[part] for part, key in known.items() if part in read})
    return guest(**read, **{part: _told[key] for part, key in known.items() if part not in read})


def _seen_by(part: str, files: Mapping[str, str | bytes]) -> frozenset[tuple[str, str | bytes]]:
    return frozenset(each for each in files.items() if each[0].startswith(_LOOKS_AT[part]))


class _Findings(dict[str, Finding]):
    """A rule is asked when its finding is looked up: a test wants one of a hundred."""

    def __init__(self, inspected: Fact[GuestFacts]) -> None:
        super().__init__()
        self._inspected = inspected

    def __missing__(self, rule: str) -> Finding:
        self[rule] = finding(rule, guest=self._inspected)
        return self[rule]


def findings(root: Path, files: Files, **how: Any) -> dict[str, Finding]:
    """What the rules say about it, by their ids; how it is inspected, as in `inspect`."""
    return _Findings(Fact[GuestFacts](value=inspect(root, files, **how), source=Source.GUEST, read_at=READ_AT))


def outcomes(root: Path, files: Files, *rules: str, of: Files = HEALTHY) -> dict[str, Outcome]:
    """Of these rules alone."""
    found = findings(root, files, of=of)
    return {rule: found[rule].outcome for rule in rules}
