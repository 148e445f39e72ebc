"""Who will see the image: chosen in the wizard, confirmed where others get it, and never wider than was meant."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from models.run.request import Visibility
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.pick import PickOne
from screens.widgets.rows import RowList
from screens.wizard.pages.project_ids import refused_project
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, console
from tests.screens.test_wizard import open_wizard, turn_to
from tests.support.known import present

PROJECT = "0123456789abcdef0123456789abcdef"


async def shared(driver: Driver) -> WizardScreen:
    screen = await open_wizard(driver)
    await turn_to(driver, screen, PageName.VISIBILITY)
    await driver.press("down", "space")
    await driver.until(lambda: screen._state.request.visibility is Visibility.SHARED)
    return screen


async def add_project(driver: Driver, screen: WizardScreen, project: str) -> None:
    screen.query_one("#members", RowList).focus()
    await driver.press("end", "enter")
    await driver.sees("What is the id of the project?")
    await driver.write(project)
    await driver.press("enter")


async def test_an_image_is_shared_with_projects_that_can_be_removed_again(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await shared(driver)
        await driver.sees("nobody yet")
        await add_project(driver, screen, PROJECT)
        await driver.until(lambda: screen._state.request.members == (PROJECT,))
        await driver.press("home", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.press("y")
        await driver.until(lambda: screen._state.request.members == ())


async def test_what_is_no_project_id_is_refused_in_its_field(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await shared(driver)
        await add_project(driver, screen, "our friends")
        await driver.sees("That is not the id of a project")
        assert screen._state.request.members == ()


def test_the_own_project_and_one_that_is_there_already_are_refused():
    assert refused_project("p1", (), "p1")
    assert refused_project("p2", ("p2",), "p1")
    assert refused_project("", (), "p1")
    assert refused_project("a" * 65, (), "p1")
    assert not refused_project(PROJECT, ("p2",), "p1")


async def test_the_arrow_keys_lead_from_one_list_of_a_page_into_the_next(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await shared(driver)
        lists = [f"#{name}" for name in ("visibility", "members", "when", "confirmations")]
        screen.query_one("#visibility").focus()
        await driver.hold("down", 20)
        assert screen.query_one("#confirmations").has_focus
        for above, rows in reversed(list(pairwise(lists))):
            assert screen.query_one(rows, RowList).has_focus
            await driver.press("home", "up")
            assert screen.query_one(above, RowList).has_focus
            assert screen.query_one(above, RowList).selected is screen.query_one(above, RowList).items[-1]
        await driver.press("home", "up")
        assert screen.query_one("#visibility").has_focus


async def test_before_others_get_the_image_the_licences_are_confirmed(demo, tmp_path):
    async with console(tmp_path, size=(120, 48)) as driver:
        screen = await shared(driver)
        await driver.sees("SW-ATTEST")
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("Before you can start", "SW-ATTEST", "Please confirm.")
        rows = screen.query_one("#review", RowList)
        rows.select(next(row.key for row in rows.items if row.item.rule == "SW-ATTEST"))
        await driver.press("enter")
        await driver.until(lambda: screen._page is PageName.VISIBILITY)
        await driver.press("space")
        await driver.until(lambda: screen._state.request.attests("SW-ATTEST"))
        await driver.press("escape")
        await driver.sees("[Review]", "Becomes shared with nobody yet, once it has booted", "Confirmed:")


async def test_a_private_image_asks_for_no_such_confirmation(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.VISIBILITY)
        assert "SW-ATTEST" not in driver.text
        assert not any(one.rule == "SW-ATTEST" for one in screen._state.obstacles)


async def test_an_untested_image_stays_private_unless_its_name_is_typed(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await shared(driver)
        await turn_to(driver, screen, PageName.TEST)
        await driver.press("end", "space")
        await driver.until(lambda: not screen._state.request.test)
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("Only an image that has booted becomes shared")
        while screen._page is not PageName.VISIBILITY:
            await driver.press("escape")
        screen.query_one("#when", PickOne).focus()
        await driver.press("end", "space")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.write("db-07-20261102")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.publish_unverified)


async def test_another_name_takes_back_that_an_untested_image_is_published(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await shared(driver)
        screen.query_one("#when", PickOne).focus()
        await driver.press("end", "space")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.write("db-07-20261102")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.publish_unverified)
        await driver.press("escape")
        await driver.write("x")
        await driver.until(lambda: not screen._state.request.publish_unverified)


async def test_an_image_that_is_likely_followed_is_offered_and_chosen(demo, tmp_path):
    async with console(tmp_path, size=(100, 40)) as driver:
        screen = await open_wizard(driver)
        screen._set_state(
            replace(screen._state, request=screen._state.request.model_copy(update={"name": "astro-base-3"}))
        )
        await turn_to(driver, screen, PageName.VISIBILITY)
        await driver.sees("The image that it follows", "astro-base of 2026-10")
        screen.query_one("#following", PickOne).focus()
        await driver.press("end", "space")
        await driver.until(lambda: screen._state.request.hide_older)
        older = next(
            one for one in present(screen._state.facts).images.value or () if one.id == screen._state.request.succeeds
        )
        assert older.name == screen._state.request.succeeds_name == "astro-base"
        await driver.press("home", "space")
        await driver.until(lambda: screen._state.request.succeeds is None)
        assert (screen._state.request.succeeds_name, screen._state.request.hide_older) == ("", False)


async def test_where_no_image_is_likely_followed_nothing_is_asked(demo, tmp_path):
    async with console(tmp_path, size=(100, 40)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, PageName.VISIBILITY)
        await driver.sees("Who can see and launch the image")
        assert not screen.query_one("#following", PickOne).display
