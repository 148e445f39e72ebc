"""Configurations of boot loaders with a running and a newer kernel, and the judgement on the next one."""

from __future__ import annotations

from pathlib import Path

from models.findings import Finding
from tests.guest.next_boot.guests import KERNEL, LINE, Files, findings, grub_cfg, grub_entry

NEW = "6.8.0-48-generic"
INSTALLED = {
    f"/boot/vmlinuz-{NEW}": "kernel",
    f"/boot/initrd.img-{NEW}": "initrd",
    f"/lib/modules/{NEW}/modules.dep": "a/virtio_blk.ko:\n",
}


def judged(tmp_path: Path, files: Files) -> Finding:
    return findings(tmp_path, files, parts=("system", "boot"))["BOOT-INITRAMFS"]


def grub(*entries: str, default: str = "0", **more: str) -> dict[str, str]:
    return {"/boot/grub/grub.cfg": grub_cfg(*entries, default=default), **more}


BOTH = (
    grub_entry("Ubuntu", NEW),
    "submenu 'Advanced options for Ubuntu' $menuentry_id_option 'gnulinux-advanced' {\n",
    grub_entry(f"Ubuntu, with Linux {NEW}", NEW, indent="\t"),
    grub_entry(f"Ubuntu, with Linux {KERNEL}", indent="\t"),
    grub_entry(f"Ubuntu, with Linux {KERNEL} (recovery mode)", line=f"{LINE} single", indent="\t"),
    "}\n",
)


def bls(version: str = KERNEL, line: str = LINE, **more: str) -> str:
    said = {"title": "Rocky", "version": version, "linux": f"/vmlinuz-{version}", "options": line, **more}
    said.setdefault("initrd", f"/initrd.img-{version} $tuned_initrd")
    return "".join(f"{key} {value}\n" for key, value in said.items() if value)


ROCKY = {
    "/boot/grub/grub.cfg": None,
    "/boot/grub2/grub.cfg": grub_cfg("insmod blscfg\nblscfg\n", default="${saved_entry}"),
    f"/boot/loader/entries/m-{KERNEL}.conf": bls(),
}


EXTLINUX = f"DEFAULT l1\nTIMEOUT 50\nLABEL l0\n  LINUX /boot/gone\nLABEL l1\n  LINUX /boot/vmlinuz-{KERNEL}\n"
