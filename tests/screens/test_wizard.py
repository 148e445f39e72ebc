"""The wizard: everything is asked beforehand, judged while it is written, and said once more before it begins."""

from __future__ import annotations

import pytest

from imaging.democloud.seed.servers import WIDE_NAME
from models.run.request import OnFailure
from screens.dialogs.pick import PickOne
from screens.widgets.entry import Draft, Entry
from screens.widgets.rows import RowList
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import WIDE, Driver, FrozenGuests, console
from tests.screens.test_instances_screen import choose
from tests.tui.test_typeahead import type_at_once


async def open_wizard(driver: Driver, name: str = "db-07") -> WizardScreen:
    await choose(driver, name)
    await driver.press("i")
    screen = driver.app.screen
    assert isinstance(screen, WizardScreen)
    await driver.until(lambda: screen.is_settled)
    await driver.pilot.pause()
    return screen


async def rename(driver: Driver, name: str) -> None:
    await driver.press("ctrl+u")
    await driver.write(name)


async def turn_to(driver: Driver, screen: WizardScreen, page: PageName) -> None:
    while screen._page is not page:
        await driver.pass_by("ctrl+n")
    await driver.until(lambda: screen.is_settled)
    await driver.pilot.pause()


async def go_on_uninspected(driver: Driver) -> None:
    await driver.press("u")
    await driver.sees("Continue without inspection")
    await driver.write("its disk is known")
    await driver.press("enter")
    await driver.until(lambda: "Continue without inspection" not in driver.text)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_name_and_a_description_are_suggested_that_keep_the_rules(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        screen = await open_wizard(driver)
        assert screen.query_one("#name", Entry).value == "db-07-20261102"
        assert "Made from the instance db-07" in screen.query_one("#description", Draft).text
        assert "blocker" not in driver.text


async def test_a_period_in_the_name_is_refused_while_it_is_written(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await driver.sees("blocker", "Before you can start: 1 blocker, an inspection: Periods in the name")
        await rename(driver, "survey-1-2")
        await driver.until(lambda: "1 blocker" not in driver.text)


async def test_the_name_of_a_featured_image_is_refused_however_it_is_spelled(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await open_wizard(driver)
        await rename(driver, "featured_ubuntu24")
        await driver.sees("blocker", "Featured images with the same name")


async def test_an_empty_name_stands_in_the_way(demo, tmp_path):
    async with console(tmp_path) as driver:
        await open_wizard(driver)
        await driver.press("ctrl+u")
        await driver.sees("✗ blocker  The image has no name.", "Before you can start: 1 blocker")


async def test_space_gives_the_users_word_and_takes_it_back(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.CHECKLIST)
        rows = screen.query_one("#checklist #findings", RowList)
        rows.select("SW-ATTEST")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.attests("SW-ATTEST"))
        assert screen._state.request.attestations[0].given_by == "ada"
        rows.select("SW-ATTEST")
        await driver.press("space")
        await driver.until(lambda: not screen._state.request.attests("SW-ATTEST"))


async def test_the_checklist_begins_with_the_worst_although_something_else_was_that_before(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await driver.sees("blocker")
        await rename(driver, "survey-1-2")
        await driver.until(lambda: "blocker" not in driver.text)
        await turn_to(driver, screen, PageName.CHECKLIST)
        rows = screen.query_one("#checklist #findings", RowList)
        assert rows.selected is rows.items[0]  # what must be confirmed stands on top
        await driver.sees("SW-ATTEST - Software")


async def test_a_volume_is_read_whole_by_enter(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.VOLUMES)
        screen.query_one("#volumes").focus()
        await driver.sees("enter Read")
        await driver.press("enter")
        await driver.sees("─ Volume ─", "pgdata", "/dev/vdb", "attached again, in this order")


async def test_the_volumes_stand_in_their_order_and_the_answer_to_failure_is_chosen(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.VOLUMES)
        await driver.sees("2 volumes will be detached", "pgdata", "scratch", "will be stopped")
        assert driver.text.index("pgdata") < driver.text.index("scratch")
        await driver.press("down", "space")
        await driver.until(lambda: screen._state.request.on_failure is OnFailure.LEAVE)


async def test_the_test_launch_names_flavor_and_network_and_can_be_left_out(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.TEST)
        await driver.sees("m3.tiny", "astro-net", "the smallest that fits")
        await driver.press("end", "space")
        await driver.until(lambda: not screen._state.request.test)
        await driver.sees("The verdict will be: not tested.")
        assert not screen.query_one("#network", PickOne).display


async def test_a_name_of_255_wide_characters_leaves_the_way_and_the_login_on_the_title_line(demo, tmp_path):
    async with console(tmp_path) as driver:
        await open_wizard(driver, WIDE_NAME)
        title = driver.lines[0].rstrip()
        assert title.startswith(" Instances › 星星")
        assert "… › make an image" in title
        assert title.endswith("demo · astro-survey · ada")


async def test_escape_goes_back_page_by_page_and_then_out(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.CHECKLIST)
        await driver.press("escape", "escape")
        assert driver.app.screen is screen
        await driver.sees("[Name]", "Leave (kept)")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is not screen)


async def test_right_and_left_turn_the_pages_but_in_a_field_they_move_the_cursor(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await driver.press("left", "right")
        assert screen._page is PageName.NAME
        await turn_to(driver, screen, PageName.VISIBILITY)
        await driver.press("right")
        await driver.sees("[Checklist]")
        await driver.press("left")
        await driver.sees("[Visibility]")


@pytest.mark.parametrize("width, between", [(60, " "), (80, " · ")])
async def test_the_bar_names_all_pages_and_the_one_on_show_in_the_narrowest_terminal(demo, tmp_path, width, between):
    async with console(tmp_path, size=(width, 16)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees(between.join(("Name", "Visibility", "Checklist", "Content", "Volumes", "Test", "[Review]")))


async def test_a_click_on_the_name_of_a_page_leads_to_it(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await driver.pilot.click("#pages-line", offset=(driver.lines[1].index("Volumes") + 1, 0))
        await driver.until(lambda: screen._page is PageName.VOLUMES)


@pytest.mark.parametrize(
    "key, mode",
    [
        pytest.param("1", "instances", marks=pytest.mark.slow),
        ("2", "images"),
        pytest.param("3", "runs", marks=pytest.mark.slow),
    ],
)
async def test_the_numbers_lead_from_the_wizard_to_the_lists_and_never_to_a_page(demo, tmp_path, key, mode):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.CHECKLIST)
        await driver.press(key)
        await driver.until(lambda: driver.app.current_mode == mode and len(driver.app.screen_stack) == 1)
        await driver.press("1")
        await driver.until(lambda: driver.app.current_mode == "instances" and len(driver.app.screen_stack) == 1)


async def test_the_time_limit_is_chosen_and_what_is_no_duration_is_refused(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.VOLUMES)
        screen.query_one("#limit", PickOne).focus()
        await driver.press("end", "space")
        await driver.sees("After how long does the run stop")
        await driver.press("ctrl+u")
        await driver.write("soon")
        await driver.press("enter")
        await driver.sees("is not a duration such as")
        await driver.press("ctrl+u")
        await driver.write("90m")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.timeout_seconds == 5400)
        await driver.sees("(x) 1h30m")


async def test_letters_typed_right_behind_the_key_that_opens_the_wizard_are_no_commands(demo, tmp_path):
    guests = FrozenGuests()
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        type_at_once(driver.app, "i", "p", "x")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))
        screen = driver.shown(WizardScreen)
        await driver.until(lambda: screen.is_mounted and screen.is_settled)
        await driver.until(lambda: "px" in screen.query_one("#name", Entry).value)
        assert guests.asked == []
