"""What a test instance of the demonstration cloud tells about itself is what lies on the disk of its image."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from imaging.democloud.guests.inventory import inventory_lines
from imaging.democloud.records.disk import Disk
from imaging.guest.inventory import read_inventory
from tests.guest.inventory.telling import NONCE, NOW
from tests.guest.recordings.disks import NAMES
from tests.guest.recordings.inventories import TARGET, inventory_of, rows_of

LISTS = json.loads(TARGET.read_text("ascii"))


def test_every_disk_has_its_list():
    assert sorted(LISTS) == sorted(NAMES)


@pytest.mark.parametrize("name", ["db-07", "rocky-9", "hostile"])
def test_a_list_is_what_the_disk_holds(name):
    assert LISTS[name] == rows_of(inventory_of(name))


def test_what_the_cloud_prints_is_read_as_what_lies_on_the_disk():
    server = SimpleNamespace(disk=Disk(guest="db-07", system="Ubuntu 24.04.3 LTS"))
    text = "\n".join(inventory_lines(server, NONCE)) + "\n"  # type: ignore[arg-type]  # all that it asks of a server
    told, lies = read_inventory(text, nonce=NONCE, now=NOW), inventory_of("db-07")
    assert (told.packages, told.incomplete) == (lies.packages, lies.incomplete)
