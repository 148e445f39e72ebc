"""Looking into a guest from the list of instances: progress, breaking off, trouble, remedies, saving, deep checks."""

from __future__ import annotations

import pytest

from models.errors import GuestUnreachableError
from models.fact import Fact
from models.findings import Source
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from screens.choose import ChooseScreen
from screens.confirm import ConfirmScreen
from screens.finding import FindingScreen
from screens.widgets.checklist import ChecklistView
from tests.guidelines.guest_building import READ_AT, guest_fact
from tests.screens.driving import Driver, FrozenGuests, console
from tests.screens.test_instances_screen import choose

HOMES = Directories(homes=(Directory(path="/home/ada", owner="ada", size_kib=2048, files=12, own_files=12),))


async def ready(driver: Driver, name: str) -> None:
    """Wait until the checklist of an instance is there."""
    await choose(driver, name)
    await driver.sees("pass")
    await driver.until(lambda: driver.app.screen.chosen_facts is not None)


@pytest.fixture
def guests() -> FrozenGuests:
    return FrozenGuests()


async def test_before_anybody_looked_what_only_the_guest_can_tell_is_folded_away(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        shown = driver.app.screen.query_one(ChecklistView).rows.items
        assert not any(getattr(row, "rule", "") == "FS-ROOT" for row in shown)
        assert any(getattr(row, "chapter", "") == "File system" for row in shown)


async def test_p_looks_inside_and_the_checklist_says_from_when_it_is(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests, size=(120, 36)) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees(f"guest {READ_AT.astimezone():%Y-%m-%d}")
        view = driver.app.screen.query_one(ChecklistView)
        facts = driver.app.screen.chosen_facts
        assert facts.guest.known
        assert guests.asked == [("probe", "db-07")]
        assert view.rows.items


async def test_a_look_says_what_it_does_and_can_be_broken_off(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Asking the guest", "Break off")
        await driver.press("x")
        await driver.until(lambda: "Asking the guest" not in driver.text and "Look inside" in driver.text)


async def test_a_guest_that_cannot_be_reached_is_said_and_the_checklist_stays(demo, tmp_path, guests):
    guests.inside = GuestUnreachableError("db-07 does not answer.", remedy="Use a deep check: d.")
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("db-07 does not answer.", "Use a deep check: d.")
        await driver.press("escape")
        await driver.sees("VOL-DETACHED")


async def test_a_stopped_instance_cannot_be_looked_into(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "quiet-box")
        await driver.press("p")
        assert "Look inside" not in driver.text
        assert guests.asked == []


async def test_what_an_earlier_look_found_is_shown_when_the_console_is_opened_again(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees("guest 20")


async def test_a_remedy_is_carried_out_after_asking_and_says_how_it_is_undone(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        actionable = next(row for row in rows.items if getattr(row, "remedy", None) and row.remedy.actions)
        rows.select(actionable.rule)
        await driver.press("enter")
        assert isinstance(driver.app.screen, FindingScreen)
        await driver.press("a")
        if isinstance(driver.app.screen, ChooseScreen):
            await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        assert len(guests.asked) == 1
        await driver.press("y")
        await driver.sees("It was done.", "So it is undone.")
        assert guests.asked[1][0] == "carry out"


async def test_a_remedy_that_is_refused_changes_nothing(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        facts = driver.app.screen.chosen_facts
        from models.remedy_action import ActionKind, RemedyAction

        driver.app.screen.carry_out(facts, RemedyAction(kind=ActionKind.RUN, summary="Do it", command="true"))
        await driver.sees("Carry this out?", "Do it")
        await driver.press("n")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert guests.asked == []


async def test_directories_that_were_found_can_be_saved(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        await driver.press("s")
        await driver.sees("Which directory?", "/home/ada", "12 files, 2 MiB")
        await driver.press("enter")
        await driver.sees("Into which folder", "~/saved-from-db-07")
        await driver.press("enter")
        await driver.sees("3 files are in", "/home/ada/x: not readable")
        assert guests.asked[0][:2] == ("save", ("/home/ada",))
        assert guests.asked[0][2].name == "saved-from-db-07"


async def test_facts_of_another_day_carry_their_date(demo, tmp_path, guests):
    old = Fact[GuestFacts](value=guest_fact().value, source=Source.GUEST, read_at=READ_AT)
    guests.known[demo.server_id("db-07")] = old
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees(f"{READ_AT.astimezone():%Y-%m-%d}")


@pytest.mark.parametrize("key", ["z", "enter"])
async def test_a_chapter_is_unfolded_and_folded_again(demo, tmp_path, key):
    async with console(tmp_path) as driver:
        await ready(driver, "db-07")
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select("chapter Owner")
        before = len(rows.items)
        await driver.press(key)
        await driver.until(lambda: len(rows.items) > before)
        assert rows.selected_key == "chapter Owner"
        await driver.press(key)
        await driver.until(lambda: len(rows.items) == before)
