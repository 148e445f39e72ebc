"""`python -m tests.guest.recordings.disks`: make the disks of the demonstration cloud's images again.

It takes root, mkfs, mtools and sfdisk. Each is a GPT disk with an EFI partition and an ext4 that holds the tree of one
guest, or of a system before anybody has lived in it.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from imaging.democloud.guests.recording import SEALED
from imaging.democloud.image_bytes import disks
from tests.files.disk.making import ESP_GPT, MIB, ROOT_X86_64, divided, ext, vfat
from tests.guest.recordings.building import build
from tests.guest.recordings.describing import Machine
from tests.guest.recordings.guests import GUESTS
from tests.guest.recordings.placing import put
from tests.guest.recordings.recording import seal_recorded

DISKS = Path(__file__).parents[3] / "imaging" / "democloud" / "image_bytes" / "disks"
GIB = 1024**3
VIRTUAL_GIB = (8, 20, 60, 100)
"""Of the seeded images, and of the usual flavors."""
_ROOT_BYTES, _ESP_BYTES = 14 * MIB, 2 * MIB
_NOBODY_YET = {"people": (), "units": {}, "processes": (), "listeners": (), "fstab": "", "story": lambda _root: None}
MACHINES: dict[str, Machine] = {
    **GUESTS,
    "ubuntu-22": replace(GUESTS["gis-lab"], host="ubuntu-22", **_NOBODY_YET),  # type: ignore[arg-type]  # its fields
    "debian-12": replace(GUESTS["web-01"], host="debian-12", **_NOBODY_YET),  # type: ignore[arg-type]  # the same
}

NAMES = (*MACHINES, *(f"{name}{SEALED}" for name in GUESTS))
"""Of the disks: each guest also after a real seal."""


def make(name: str, folder: Path) -> Path:
    """The raw disk of a guest, in a folder."""
    machine = MACHINES[name.removesuffix(SEALED)]
    root = build(machine, folder / "root")
    if name.endswith(SEALED):
        seal_recorded(root, folder)
    # XFS makes no file system of a few MiB.
    put(root, "etc/fstab", re.sub(r"(\s/\s+)xfs\b", r"\1ext4", (root / "etc/fstab").read_text()))
    (root / "boot/efi").mkdir(parents=True, exist_ok=True)
    (root / "boot/efi").mkdir(exist_ok=True)
    loader = folder / "esp"
    put(loader, "EFI/BOOT/BOOTX64.EFI", b"MZ".ljust(4096, b"\0"))
    esp = vfat(folder / "esp.img", loader, "-n", "UEFI", "-i", "5F0C9D2E", size=_ESP_BYTES)
    system = ext(
        folder / "root.img", root, "-U", machine.disks.uuid, "-L", machine.disks.label,
        "-O", "^has_journal,^resize_inode", "-N", "2048", "-m", "0", size=_ROOT_BYTES,
    )  # fmt: skip
    return divided(folder / "disk.raw", "gpt", [(esp, ESP_GPT), (system, ROOT_X86_64)], extra=2 * MIB)


def write_all(target: Path) -> None:
    """All of them, packed, and the index."""
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            disk = make(name, Path(folder))
            (target / f"{name}.xz").write_bytes(lzma.compress(disk.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    forms = [(name, "raw", None) for name in NAMES]
    forms += [(name, "qcow2", gib * GIB) for name in NAMES for gib in VIRTUAL_GIB]  # type: ignore[misc]  # or a size
    index = {disks.key_of(*form): disks.written(*form)[1] for form in forms}
    (target / "index.json").write_text(json.dumps(index, indent=1) + "\n", "ascii")


def main() -> int:
    """Make them; 1 where not root."""
    if os.geteuid() != 0:
        sys.stderr.write("Only root can give files to other users.\n")
        return 1
    DISKS.mkdir(exist_ok=True)
    write_all(DISKS)
    for path in sorted(DISKS.iterdir()):
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
