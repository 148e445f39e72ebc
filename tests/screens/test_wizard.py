"""The wizard: everything is asked beforehand, judged while it is written, and said once more before it begins."""

from __future__ import annotations

import pytest

from imaging.democloud.seed.servers import WIDE_NAME
from models.findings import Finding
from models.run.request import OnFailure
from screens.dialogs.pick import PickOne
from screens.runs.run import RunScreen
from screens.widgets.entry import Draft, Entry
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, console
from tests.screens.samples import inspected
from tests.screens.test_instances_screen import choose
from tests.support.known import present


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


async def turn_to(driver: Driver, screen: WizardScreen, page: int) -> None:
    for _ in range(page - 1):
        await driver.press("ctrl+n")
    await driver.until(lambda: screen.is_settled)
    await driver.pilot.pause()


async def go_on_uninspected(driver: Driver) -> None:
    await driver.press("u")
    await driver.sees("Continue without inspection")
    await driver.write("its disk is known")
    await driver.press("enter")
    await driver.until(lambda: "Continue without inspection" not in driver.text)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
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
        await driver.sees("blocker", "1 blocker, an inspection: NAME-PERIOD")
        await rename(driver, "survey-1-2")
        await driver.until(lambda: "1 blocker" not in driver.text)


async def test_the_name_of_a_featured_image_is_refused_however_it_is_spelled(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await open_wizard(driver)
        await rename(driver, "featured_ubuntu24")
        await driver.sees("blocker", "NAME-FEATURED")


async def test_an_empty_name_stands_in_the_way(demo, tmp_path):
    async with console(tmp_path) as driver:
        await open_wizard(driver)
        await driver.press("ctrl+u")
        await driver.sees("NAME-FORM: The image has no name.")


async def test_space_gives_the_users_word_and_takes_it_back(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 2)
        rows = screen.query_one("#page-1 RowList", RowList)
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
        await turn_to(driver, screen, 2)
        rows = screen.query_one("#page-1 RowList", RowList)
        assert rows.selected is rows.items[1]  # below the line of its chapter
        assert "VOL-DETACHED" in driver.text


async def test_a_waiver_wants_a_reason(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await turn_to(driver, screen, 2)
        screen.query_one("#page-1 RowList", RowList).select("NAME-PERIOD")
        await driver.press("w", "enter")
        await driver.pilot.pause()
        assert screen._state.request.waivers == ()
        await driver.press("w")
        await driver.write("agreed")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)
        await driver.until(lambda: "1 blocker" not in driver.text)


async def test_after_a_waiver_the_next_is_at_hand_and_the_reason_need_not_be_written_twice(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver, "sim-paused")  # not ACTIVE or SHUTOFF, and paused: two rules
        await turn_to(driver, screen, 2)
        rows = screen.query_one("#page-1 RowList", RowList)
        await driver.until(lambda: isinstance(rows.selected, Finding) and rows.selected.blocks)
        first = present(rows.selected).rule
        await driver.press("w")
        await driver.write("agreed")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.waiver(first) is not None)
        await driver.until(lambda: isinstance(rows.selected, Finding) and rows.selected.rule != first)
        assert present(rows.selected).blocks
        second = present(rows.selected).rule
        await driver.press("w")
        await driver.sees("agreed")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.waiver(second) is not None)
        assert present(screen._state.request.waiver(second)).reason == "agreed"


async def test_what_a_step_fixes_needs_no_waiver(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 2)
        screen.query_one("#page-1 RowList", RowList).select("VOL-DETACHED")
        await driver.press("w")
        assert driver.app.screen is screen


async def test_the_volumes_stand_in_their_order_and_the_answer_to_failure_is_chosen(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 3)
        await driver.sees("2 volumes will be detached", "pgdata", "scratch", "will be stopped")
        assert driver.text.index("pgdata") < driver.text.index("scratch")
        await driver.press("down", "space")
        await driver.until(lambda: screen._state.request.on_failure is OnFailure.LEAVE)


async def test_the_test_launch_names_flavor_and_network_and_can_be_left_out(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 4)
        await driver.sees("m3.tiny", "astro-net", "the smallest that fits")
        await driver.press("end", "space")
        await driver.until(lambda: not screen._state.request.test)
        await driver.sees("The verdict will be: not tested.")
        assert not screen.query_one("#network", PickOne).display


async def test_the_review_says_what_will_be_done_and_what_happens_on_failure(demo, tmp_path):
    async with console(tmp_path, size=(120, 48)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 5)
        await go_on_uninspected(driver)
        await driver.sees("This will stop db-07 for about", "detach 2 volumes", "If it fails", "^g Start")
        await driver.sees("Without inspection: its disk is known")


async def test_an_instance_that_was_not_inspected_does_not_start_until_it_is(demo, tmp_path):
    guests = FrozenGuests()
    guests.inside = inspected()
    async with console(tmp_path, size=(120, 36), guests=guests) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 5)
        await driver.sees("The guest has to be inspected first", "p Inspect", "u Without inspection")
        await driver.press("ctrl+g")
        await driver.press("p")
        await driver.until(lambda: guests.asked == [("probe", "db-07")])
        await driver.until(lambda: "has to be inspected first" not in driver.text)
        assert "u Without inspection" not in driver.text


async def test_an_empty_reason_takes_back_the_decision_to_go_on_without_an_inspection(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 5)
        await go_on_uninspected(driver)
        await driver.sees("^g Start")
        await driver.press("u", "ctrl+u", "enter")
        await driver.sees("The guest has to be inspected first")
        assert "^g Start" not in driver.text


async def test_go_starts_the_run_that_was_reviewed(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 5)
        await go_on_uninspected(driver)
        await driver.until(lambda: screen.is_settled)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.request.name == "db-07-20261102"
        assert [present(one.volume).name for one in plan.volumes] == ["pgdata", "scratch"]


async def test_nothing_starts_while_something_stands_in_the_way(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await turn_to(driver, screen, 5)
        await driver.sees("Before you can start")
        await driver.press("ctrl+g")
        await driver.pilot.pause()
        assert runs.started == []
        assert "^g Start" not in driver.text


async def test_escape_goes_back_page_by_page_and_then_out(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await turn_to(driver, screen, 3)
        await driver.press("escape", "escape")
        assert driver.app.screen is screen
        await driver.press("escape")
        assert driver.app.screen is not screen


async def test_a_suspended_instance_cannot_be_imaged_and_the_review_says_why(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await open_wizard(driver, "notebook-3")
        await turn_to(driver, screen, 5)
        await driver.sees("Before you can start", "STATE-")


async def test_a_name_of_255_wide_characters_leaves_the_way_and_the_login_on_the_title_line(demo, tmp_path):
    async with console(tmp_path) as driver:
        await open_wizard(driver, WIDE_NAME)
        title = driver.lines[0].rstrip()
        assert title.startswith(" Instances › 星星")
        assert "… › make an image" in title
        assert title.endswith("demo · astro-survey · ada")
