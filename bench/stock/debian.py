"""Debian's cloud images as debootstrap makes them, with the packages and settings of the published ones.

They are not booted: what a first boot writes, and what tools say about the hardware, is laid over the installed one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stock import first_boot
from tests.guest.recordings.hardware import Disks

RELEASES = {"debian-11": "bullseye", "debian-12": "bookworm", "debian-13": "trixie", "debian-sid": "sid"}
_TOOLS = ("debootstrap", "sfdisk", "mkfs.ext4", "mkfs.vfat", "losetup", "unshare")
_HERE = Path(__file__).parent
_SECONDS = 3600
_ROOT_OFFSET = 512 * 262144


def missing() -> list[str]:
    """What is needed and not here."""
    return [*(tool for tool in _TOOLS if shutil.which(tool) is None), *(["root"] if os.geteuid() else [])]


def disk_of(name: str, folder: Path) -> Path:
    """The disk of a release, made unless it lies in the folder already."""
    disk = folder / f"{RELEASES[name]}.raw"
    if not disk.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = disk.with_suffix(".part")
        with disk.with_suffix(".log").open("w") as log:
            command = [
                "sh",
                str(_HERE / "debian.sh"),
                RELEASES[name],
                _mirror(),
                str(made),
            ]
            subprocess.run(command, stdout=log, stderr=log, check=True, timeout=_SECONDS)
        made.rename(disk)
    return disk


def _mirror() -> str:
    """The mirror of Debian that this machine's own apt is set to, unless BENCH_DEBIAN names one."""
    if named := os.environ.get("BENCH_DEBIAN"):
        return named
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN) $(COMPONENT)", "Created-By: Packages"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    sites = [line.split(" ")[0] for line in told.splitlines() if line.endswith(" Debian main")]
    if not sites:
        raise RuntimeError("apt is set to no mirror of Debian; name one with BENCH_DEBIAN")
    return sites[0]


@contextmanager
def launched(disk: Path) -> Iterator[Path]:
    """Its files, as on a machine that was just launched from it."""
    root = Path(tempfile.mkdtemp(prefix="bench-stock-"))
    subprocess.run(["mount", "-o", f"loop,offset={_ROOT_OFFSET}", str(disk), str(root)], check=True)
    try:
        found = re.search(r"root=UUID=(\S+)", (root / "boot/grub/grub.cfg").read_text())
        if found is None:
            raise RuntimeError(f"{disk}: grub.cfg names no root file system")
        first_boot.name_partitions(root)
        first_boot.boot(root, disk.stem, "Debian", "debian", Disks(uuid=found[1], label="", used=0.1))
        yield root
    finally:
        subprocess.run(["umount", str(root)], check=True)
        root.rmdir()
