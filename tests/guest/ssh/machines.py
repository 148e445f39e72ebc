"""Trees of machines, with the files that tell by which ids they go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ASKED = "6b1f2d0e-3c4a-4d5e-8f60-718293a4b5c6"
OTHER = "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f"
SWAPPED = "0e2d1f6b-4a3c-5e4d-8f60-718293a4b5c6"
"""The first one, as a kernel shows it that takes the firmware's first fields the wrong way round."""
EC2 = "i-0000a1b2"


class Machine:
    """The tree of a machine, with the files that tell its ids."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def cloud_init(self, instance_id: str, *, now: bool = True, kept: bool = False) -> None:
        """As cloud-init writes it; `now` at this boot, `kept` where it was told to keep the id that it has."""
        self.write("var/lib/cloud/data/instance-id", f"{instance_id}\n")
        if now:
            v1 = {"cloud_id": "openstack", "instance-id": instance_id, "instance_id": instance_id}
            data = {"base64_encoded_keys": [], "ds": {"meta_data": {"project_id": "x"}}, "v1": v1}
            self.write("run/cloud-init/instance-data.json", json.dumps(data, indent=1, separators=(",", ": ")))
        if kept:
            self.write("var/lib/cloud/instance/manual-clean", "")

    def firmware(self, uuid: str) -> None:
        self.write("sys/class/dmi/id/product_uuid", f"{uuid}\n")

    def config_drive(self, uuid: str) -> None:
        self.write("proc/self/mounts", "sysfs /sys sysfs rw 0 0\n/dev/sr0 /mnt/config iso9660 ro,relatime 0 0\n")
        meta = {"availability_zone": "nova", "hostname": "db-07", "uuid": uuid, "meta": {"note": 'a "uuid" of mine'}}
        self.write("mnt/config/openstack/latest/meta_data.json", json.dumps(meta))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "root"
    made = Machine(root)
    made.write("etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n')
    return made
