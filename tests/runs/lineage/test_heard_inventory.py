"""The list of packages on a test instance's console: waited for a while, read once whole, kept by the image's id."""

from __future__ import annotations

import pytest

from imaging.runs.lineage.heard_inventory import HeardInventory
from models.works.inventory import Inventory, PackageManager
from tests.guest.inventory.telling import NONCE
from tests.guest.inventory.test_reading import console, pieces
from tests.runs.lineage.conftest import Pair
from tests.support.known import present


@pytest.fixture
def heard(pair: Pair) -> HeardInventory:
    return HeardInventory(pair.context(), NONCE)


async def waited(pair: Pair, heard: HeardInventory, *, most: float = 2_000) -> float:
    """Seconds until nothing more is waited for."""
    began = pair.world.clock.monotonic()
    while not await heard.settled():
        pair.world.clock.turn(5)
        assert pair.world.clock.monotonic() - began < most
    return pair.world.clock.monotonic() - began


def kept(pair: Pair) -> Inventory | None:
    return pair.context().guests.inventories.read(pair.newer)


async def test_a_test_instance_that_tells_nothing_is_waited_for_less_than_a_minute(pair: Pair, heard: HeardInventory):
    assert 40 <= await waited(pair, heard) < 60
    assert kept(pair) is None


async def test_a_whole_list_is_kept_under_the_images_id_without_waiting(pair: Pair, heard: HeardInventory):
    heard.take(console())
    assert await waited(pair, heard) == 0
    inventory = present(kept(pair))
    assert (inventory.about_image_id, inventory.read_from) == (pair.newer, "a test instance of it")


async def test_pieces_that_come_slowly_are_waited_for(pair: Pair, heard: HeardInventory):
    lines = pieces(f"imaging-inventory 1 {NONCE}\n@dpkg\nbash\t1\tamd64\n@whole dpkg\n" + "x" * 20_000 + "\nend\n")
    lines = lines or pytest.fail("no pieces")
    for line in lines:
        heard.take(line + "\n")
        if line != lines[-1]:
            assert not await heard.settled()
            pair.world.clock.turn(60)
    assert await heard.settled()
    assert present(kept(pair)).incomplete == tuple(each for each in PackageManager if each is not PackageManager.DPKG)


async def test_a_list_that_breaks_off_is_given_up_and_nothing_of_it_is_kept(pair: Pair, heard: HeardInventory):
    heard.take(console()[:300] + "\n")
    assert await waited(pair, heard) <= 70
    assert kept(pair) is None


async def test_what_is_no_list_is_said_and_is_no_trouble_of_the_run(pair: Pair, heard: HeardInventory):
    heard.take("\n".join(pieces("hello\n")) + "\n")
    assert await waited(pair, heard) == 0
    assert kept(pair) is None


async def test_a_list_that_is_known_whole_is_not_waited_for(pair: Pair, heard: HeardInventory):
    pair.context().guests.inventories.write(pair.newer, Inventory(packages=()))
    assert await waited(pair, heard) == 0


async def test_a_run_about_no_image_waits_for_nothing(pair: Pair):
    ctx = pair.context()
    ctx.change(image_id=None)
    assert await HeardInventory(ctx, NONCE).settled()
