"""`python -m tests.guest.recordings.inventories`: what the disks of the demonstration cloud hold, as a list to tell.

A test instance of that cloud tells it on its console; the same disk, read by its parts, comes to the same.
"""

from __future__ import annotations

import json
import lzma
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from imaging.files.disk.assembly.assembled import assemble
from imaging.files.disk.blocks import FileBlocks
from imaging.guest.inventory.disk_inventory import read_disk_inventory
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.guest.recordings.disks import DISKS, NAMES

TARGET = Path(__file__).parents[3] / "imaging" / "democloud" / "guests" / "inventories.json"


def inventory_of(name: str) -> Inventory:
    """What one of the disks holds."""
    with tempfile.TemporaryFile() as raw:
        raw.write(lzma.decompress((DISKS / f"{name}.xz").read_bytes()))
        raw.flush()
        tree = assemble(FileBlocks(raw.fileno())).tree
        assert tree is not None
        return read_disk_inventory(tree, now=datetime(2026, 12, 1, tzinfo=UTC))


def rows_of(inventory: Inventory) -> list[str]:
    """As `inventory.sh` tells it."""
    rows: list[str] = []
    packages = inventory.packages or ()
    for manager in PackageManager:
        of_manager = [each for each in packages if each.manager is manager]
        for place in dict.fromkeys(each.place for each in of_manager):
            rows.append(f"@{manager} {place}".rstrip())
            rows += [_row(each) for each in of_manager if each.place == place]
        if manager not in inventory.incomplete:
            rows.append(f"@whole {manager}")
    rows.append("@placed")
    rows += [
        f"{'-' if each.size_bytes is None else each.size_bytes // 1024}\t{each.path}"
        for each in inventory.directories or ()
    ]
    return [*rows, "@whole placed"]


def _row(package: InstalledPackage) -> str:
    match package.manager:
        case PackageManager.CONDA:
            return f"{package.name}-{package.version}-{package.build}"
        case PackageManager.PYTHON:
            return f"{package.name}-{package.version}" if package.version else package.name
        case _:
            return f"{package.name}\t{package.version}\t{package.architecture}"


def main() -> int:
    """Write all of them."""
    lists = {name: rows_of(inventory_of(name)) for name in NAMES}
    TARGET.write_text(json.dumps(lists, indent=0, ensure_ascii=True) + "\n", "ascii")
    sys.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
