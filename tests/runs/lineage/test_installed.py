"""What is installed on images of the demonstration cloud: kept lists first, then the image's own parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.democloud.seed import names
from imaging.democloud.web.faults import Fault
from imaging.guest.kept_inventories import InventoryStore
from imaging.runs.lineage.installed import InstalledReader
from imaging.runtime.paths import Paths
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.runs.steps.held_world import BASE
from tests.support.demo_here import DemoHere, TurnedClock
from tests.support.known import present

OURS = names.image_id("astro-base/2")
BASH = InstalledPackage(manager=PackageManager.DPKG, name="bash", version="5")
GONE = "0f0e0d0c-0b0a-4a09-8807-060504030201"


@pytest.fixture
def store(tmp_path: Path) -> InventoryStore:
    return InventoryStore(Paths.below(tmp_path).state)


@pytest.fixture
def clock(served_here: DemoHere) -> TurnedClock:
    return served_here.begin_again()


@pytest.fixture
def reader(served_here: DemoHere, clock: TurnedClock, store: InventoryStore) -> InstalledReader:
    return InstalledReader(served_here.services(clock), store, clock)


def parts_sent(here: DemoHere) -> int:
    return sum(line["path"].endswith("/file") for line in here.front.calls)


async def test_an_image_that_is_gone_is_said_and_is_no_error(reader):
    found = await reader.read(GONE)
    assert found.inventory is None
    assert found.because == "the image is gone, and no list of its packages is kept here"


async def test_an_image_that_is_gone_is_known_where_its_list_is_kept(reader, store):
    store.write(GONE, Inventory(packages=(BASH,)))
    assert present((await reader.read(GONE)).inventory).packages == (BASH,)


async def test_an_image_is_read_by_its_parts_once_and_kept(reader, store, served_here):
    found = present((await reader.read(BASE)).inventory)
    assert PackageManager.DPKG not in found.incomplete
    assert found.packages
    sent = parts_sent(served_here)
    assert sent > 0
    assert (await reader.read(BASE)).inventory == store.read(BASE)
    assert parts_sent(served_here) == sent


async def test_an_image_whose_bytes_the_cloud_does_not_give_is_unknown_with_its_reason(reader, served_here):
    served_here.front.faults.append(Fault("GET", r"/images/.*/file", status=403, times=-1))
    found = await reader.read(BASE)
    assert found.inventory is None
    assert found.because


async def test_an_image_that_takes_too_long_is_unknown_with_its_reason(served_here, clock, store):
    found = await InstalledReader(served_here.services(clock), store, clock, seconds=0.05).read(BASE)
    assert found.because == "it was not read within 0 seconds"
    assert store.read(BASE) is None


async def test_what_one_image_has_beyond_its_base_is_told(reader):
    change = await reader.change(BASE, OURS)
    assert (change.base_name, change.unknown_because) == ("Featured-Ubuntu24", "")


async def test_a_base_that_is_gone_makes_the_difference_unknown_and_says_so(reader):
    change = await reader.change(GONE, OURS)
    assert "is gone" in change.unknown_because
    assert change.added == ()
