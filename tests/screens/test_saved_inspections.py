"""What an earlier session has inspected is in the list before the cursor rests on it, and the cloud is not asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from imaging.guidelines.profiles import load_profile
from models.cloud.instance import Instance
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts
from screens.instances import saved_inspections as module
from screens.instances.saved_inspections import saved_inspections
from screens.instances.table.entry import SavedInspection
from screens.widgets.rows import RowList
from tests.guidelines.guest_building import guest, read_then, sighting
from tests.screens.driving import FrozenGuests, QuickClock, console
from tests.screens.samples import NOW, inspected, instance

KEY = sighting("SEC-PRIVKEY.ssh", "/home/ada/.ssh/id_ed25519", marks=("private-key",), owner="ada", size_bytes=399)
THEN = NOW - timedelta(minutes=2)


async def found(guests: FrozenGuests, *instances: Instance) -> dict[str, SavedInspection]:
    told: dict[str, SavedInspection] = {}
    async for some in saved_inspections(guests, QuickClock(), load_profile("jetstream"), instances):
        told.update(some)
    return told


def keeping(*names: str, inside: Fact[GuestFacts] | None = None) -> tuple[FrozenGuests, Sequence[Instance]]:
    guests = FrozenGuests()
    guests.known = {f"id-{name}": inside or inspected() for name in names}
    return guests, [instance(name) for name in (*names, "another")]


async def test_what_was_found_inside_is_told_with_its_time_and_only_where_something_was_kept():
    guests, instances = keeping("db-07")
    assert await found(guests, *instances) == {"id-db-07": SavedInspection(THEN, blockers=0)}


async def test_what_blocks_inside_is_counted_and_nothing_of_the_cloud_that_was_not_asked():
    guests, instances = keeping("db-07", inside=inspected(sightings=(KEY,)))
    assert (await found(guests, *instances))["id-db-07"].blockers == 1


async def test_an_inspection_that_says_itself_that_it_is_too_old_does_not_count():
    long_ago = NOW - timedelta(days=2)
    old = Fact[GuestFacts](value=read_then(guest(), long_ago), source=Source.GUEST, read_at=long_ago)
    guests, instances = keeping("db-07", inside=old)
    assert (await found(guests, *instances))["id-db-07"].is_outdated


async def test_no_more_are_read_than_agreed(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    guests, instances = keeping("a", "b", "c")
    assert len(await found(guests, *instances)) == 2


@pytest.mark.parametrize("key, words", [(None, "inspected"), (KEY, "1 to fix")])
async def test_the_list_says_it_of_instances_that_the_cursor_never_rested_on(demo, tmp_path, monkeypatch, key, words):
    monkeypatch.setattr(SavedInspection, "counts_for", lambda *_: True)  # the demonstration's times are not the test's
    guests = FrozenGuests()
    guests.known[demo.server_id("gis-lab")] = inspected(sightings=(key,) if key is not None else ())
    async with console(tmp_path, guests=guests) as driver:
        await driver.sees("gis-lab", "locked: do not")
        assert driver.app.screen.query_one("#instances", RowList).selected_key != demo.server_id("gis-lab")
        await driver.until(lambda: words in next(line for line in driver.lines if "gis-lab" in line))
        assert not demo.calls(path=demo.server_id("gis-lab"))
