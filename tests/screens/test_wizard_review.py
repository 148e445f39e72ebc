"""The review: what becomes of the instance, what was decided, what stays open; and a key that starts it."""

from __future__ import annotations

from screens.runs.run import RunScreen
from screens.widgets.rows import RowList
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, HeldClock, console
from tests.screens.samples import inspected
from tests.screens.test_wizard import go_on_uninspected, open_wizard, rename, turn_to
from tests.screens.test_wizard_findings import waive
from tests.support.known import present
from tui.app import ImagingApp


async def at_review(driver: Driver, name: str = "db-07") -> WizardScreen:
    screen = await open_wizard(driver, name)
    await turn_to(driver, screen, PageName.REVIEW)
    return screen


async def test_the_review_says_what_happens_what_is_decided_and_that_nothing_has_been_changed(demo, tmp_path):
    async with console(tmp_path, size=(120, 48)) as driver:
        await at_review(driver)
        await go_on_uninspected(driver)
        await driver.sees("private · at most 20 GiB · boot test on m3.tiny · about", "^g Start")
        await driver.sees("off for about 2 minutes, then started again")
        await driver.sees(
            "pgdata and scratch are detached, then attached again", "if anything fails, db-07 is restored"
        )
        await driver.sees("Decided by you", "Without inspection: “its disk is known”", "Still open, does not block")
        await driver.sees("Nothing has been changed yet.")


async def test_waivers_stand_in_the_review_with_title_reason_and_rule(demo, tmp_path):
    async with console(tmp_path, size=(120, 48)) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await turn_to(driver, screen, PageName.CHECKLIST)
        screen.query_one("#checklist #findings", RowList).select("NAME-PERIOD")
        await waive(driver, "agreed with the owner")
        await driver.until(lambda: bool(screen._state.request.waivers))
        await turn_to(driver, screen, PageName.REVIEW)
        title = present(screen._state.checklist).of("NAME-PERIOD").title
        await driver.sees(f"{title}: “agreed with the owner”", "NAME-PERIOD")


async def test_what_blocks_comes_first_and_enter_leads_to_its_page_and_escape_back(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("Before you can start", "NAME-PERIOD")
        assert driver.text.index("Before you can start") < driver.text.index("What happens to db-07")
        await driver.press("enter")
        await driver.until(lambda: screen._page is PageName.NAME)
        await driver.press("escape")
        await driver.until(lambda: screen._page is PageName.REVIEW)


async def test_s_shows_the_steps_with_the_openstack_commands_and_hides_them(demo, tmp_path):
    async with console(tmp_path, size=(120, 60)) as driver:
        screen = await at_review(driver)
        assert "openstack server stop" not in driver.text
        await driver.press("s")
        await driver.sees("$ openstack server stop", "steps: s hides them")
        await driver.press("s")
        await driver.until(lambda: "openstack server stop" not in driver.text)
        assert screen._page is PageName.REVIEW


async def test_the_steps_are_in_sight_on_a_small_terminal_too_once_they_are_asked_for(demo, tmp_path):
    async with console(tmp_path) as driver:
        await at_review(driver)
        await driver.press("s")
        await driver.sees("steps: s hides them", "1 check: ")


async def test_a_warning_that_is_cut_is_read_in_full_by_enter(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await at_review(driver)
        rows = screen.query_one("#review", RowList)
        row = next(one for one in rows.items if one.item.text.startswith("The instance is asked to shut down"))
        rows.select(row.key)
        await driver.press("enter")
        await driver.sees("What to know before", "by then is lost.")


async def test_an_instance_that_was_not_inspected_does_not_start_until_it_is(demo, tmp_path):
    guests = FrozenGuests()
    guests.inside = inspected()
    async with console(tmp_path, size=(120, 36), guests=guests) as driver:
        await at_review(driver)
        await driver.sees("The guest has to be inspected first", "p Inspect", "u Without inspection")
        await driver.press("ctrl+g")
        await driver.press("p")
        await driver.until(lambda: guests.asked == [("probe", "db-07")])
        await driver.until(lambda: "has to be inspected first" not in driver.text)
        await driver.sees("Inspected", "by SSH")
        assert "u Without inspection" not in driver.text


async def test_the_decision_to_go_on_without_an_inspection_is_taken_back_by_its_own_key(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await at_review(driver)
        await go_on_uninspected(driver)
        await driver.sees("^g Start")
        await driver.press("u", "ctrl+u", "enter")
        await driver.sees("needs a reason")
        await driver.press("ctrl+t")
        await driver.sees("The guest has to be inspected first")
        assert "^g Start" not in driver.text


async def test_the_start_key_starts_the_run_that_was_reviewed(demo, tmp_path):
    runs, clock = FrozenRuns(), HeldClock()
    async with console(tmp_path, runs=runs, clock=clock) as driver:
        screen = await at_review(driver)
        await go_on_uninspected(driver)
        await ready_to_start(driver, screen, clock)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.request.name == "db-07-20261102"
        assert [present(one.volume).name for one in plan.volumes] == ["pgdata", "scratch"]


async def ready_to_start(driver: Driver, screen: WizardScreen, clock: HeldClock) -> None:
    await driver.sees("^g Start")
    await driver.until(lambda: screen.is_settled and screen._guard.is_painted)
    clock.seconds += 1


async def test_a_start_key_that_came_before_the_review_could_be_read_starts_nothing(demo, tmp_path):
    runs, clock = FrozenRuns(), HeldClock()
    async with console(tmp_path, runs=runs, clock=clock) as driver:
        screen = await at_review(driver)
        await go_on_uninspected(driver)
        await driver.sees("^g Start")
        await driver.press("ctrl+g")
        await driver.sees("Nothing was started")
        assert runs.started == []
        await ready_to_start(driver, screen, clock)
        await driver.press("ctrl+g")
        await driver.until(lambda: len(runs.started) == 1)


async def test_enter_alone_never_starts_anything(demo, tmp_path):
    runs, clock = FrozenRuns(), HeldClock()
    async with console(tmp_path, runs=runs, clock=clock) as driver:
        screen = await at_review(driver)
        await go_on_uninspected(driver)
        await ready_to_start(driver, screen, clock)
        await driver.press("enter", "enter", "enter")
        await driver.pilot.pause()
        assert runs.started == []


async def test_nothing_starts_while_something_stands_in_the_way(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-1.2")
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("Before you can start")
        await driver.press("ctrl+g")
        await driver.pilot.pause()
        assert runs.started == []
        assert "^g Start" not in driver.text


async def test_a_suspended_instance_cannot_be_imaged_and_the_review_says_why(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await at_review(driver, "notebook-3")
        await driver.sees("Before you can start", "STATE-")


async def test_a_review_that_a_slow_line_has_not_taken_yet_cannot_be_agreed_to(demo, tmp_path, monkeypatch):
    monkeypatch.setattr(ImagingApp, "has_sent_all", False)
    runs, clock = FrozenRuns(), HeldClock()
    async with console(tmp_path, runs=runs, clock=clock) as driver:
        screen = await at_review(driver)
        await go_on_uninspected(driver)
        await driver.sees("^g Start")
        clock.seconds += 60
        await driver.press("ctrl+g")
        await driver.sees("Nothing was started")
        monkeypatch.setattr(ImagingApp, "has_sent_all", True)
        await ready_to_start(driver, screen, clock)
        await driver.press("ctrl+g")
        await driver.until(lambda: len(runs.started) == 1)
