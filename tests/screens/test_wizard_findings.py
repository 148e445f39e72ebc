"""In the wizard: what is seen can be inspected, fixed, waived and confirmed where it is seen, each for itself."""

from __future__ import annotations

import pytest

from models.findings import Finding
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.finding import FindingScreen
from screens.widgets.rows import RowList
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenGuests, console
from tests.screens.samples import inspected
from tests.screens.test_inspection import first_with_an_action
from tests.screens.test_wizard import open_wizard, rename, turn_to
from tests.support.known import present


async def at_checklist(driver: Driver, name: str = "db-07") -> tuple[WizardScreen, RowList[Finding]]:
    screen = await open_wizard(driver, name)
    await turn_to(driver, screen, PageName.CHECKLIST)
    return screen, screen.query_one("#checklist #findings", RowList)


async def at_a_bad_name(driver: Driver) -> tuple[WizardScreen, RowList[Finding]]:
    screen = await open_wizard(driver)
    await rename(driver, "survey-1.2")
    await turn_to(driver, screen, PageName.CHECKLIST)
    rows = screen.query_one("#checklist #findings", RowList)
    rows.select("NAME-PERIOD")
    return screen, rows


async def waive(driver: Driver, reason: str) -> None:
    await driver.press("w")
    await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
    await driver.write(reason)
    await driver.press("enter")


async def test_an_empty_reason_is_refused_and_what_is_typed_next_goes_into_the_field(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen, _rows = await at_a_bad_name(driver)
        await driver.press("w")
        await driver.sees("Waive NAME-PERIOD", "enter OK")
        await driver.press("enter")
        await driver.sees("A waiver needs a reason")
        await driver.write("test")
        await driver.sees("test")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)
        assert present(screen._state.request.waiver("NAME-PERIOD")).reason == "test"
        await driver.until(lambda: "1 blocker" not in driver.text)


async def test_on_a_small_terminal_the_last_line_names_first_what_can_be_done_about_the_finding(demo, tmp_path):
    async with console(tmp_path) as driver:
        _screen, rows = await at_a_bad_name(driver)
        await driver.sees("enter Finding  w Waive  p Inspect", "^n Next page  esc Back  ? Help")
        rows.select("SW-ATTEST")
        await driver.sees("enter Finding  space Confirm  p Inspect", "^n Next page  esc Back  ? Help")


async def test_escape_drops_a_typed_reason_only_at_the_second_time(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen, _rows = await at_a_bad_name(driver)
        await driver.press("w")
        await driver.write("half a reas")
        await driver.press("escape")
        await driver.sees("Press esc again")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is screen)
        assert screen._state.request.waivers == ()


async def test_each_waiver_has_its_own_empty_reason_and_keeps_its_own(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        cloud = await driver.app.cloud()
        await cloud.compute.lock(demo.server_id("grace-sandbox"), "do not touch")  # another's and locked: two rules
        screen, rows = await at_checklist(driver, "grace-sandbox")
        await driver.until(lambda: isinstance(rows.selected, Finding) and rows.selected.blocks)
        first = present(rows.selected).rule
        await waive(driver, "agreed")
        await driver.until(lambda: screen._state.request.waiver(first) is not None)
        await driver.until(lambda: isinstance(rows.selected, Finding) and rows.selected.rule != first)
        assert present(rows.selected).blocks
        await driver.press("w")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        assert driver.app.screen.query_one("#answer").value == ""  # type: ignore[attr-defined]
        await driver.press("escape")
        rows.select(first)
        await driver.press("w")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        assert driver.app.screen.query_one("#answer").value == "agreed"  # type: ignore[attr-defined]


async def test_a_waiver_is_taken_back_by_its_own_key(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen, rows = await at_a_bad_name(driver)
        await waive(driver, "agreed")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)
        rows.select("NAME-PERIOD")
        await driver.press("w")
        await driver.sees("^t Take back")
        await driver.press("ctrl+t")
        await driver.until(lambda: screen._state.request.waivers == ())


async def test_what_a_step_fixes_needs_no_waiver(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen, rows = await at_checklist(driver)
        rows.select("VOL-DETACHED")
        await driver.pilot.pause()
        assert "w Waive" not in driver.lines[-1]
        await driver.press("w")
        assert driver.app.screen is screen


async def test_a_finding_is_waived_from_its_own_window(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen, _rows = await at_a_bad_name(driver)
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.sees("w Waive", "r Read again")
        assert "a Fix" not in driver.text
        await waive(driver, "agreed")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)


@pytest.mark.parametrize("in_window", [False, True])
async def test_p_inspects_in_the_wizard_and_in_a_finding(demo, tmp_path, in_window):
    guests = FrozenGuests()
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        screen, rows = await at_checklist(driver)
        rows.select("VOL-DETACHED")
        if in_window:
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.press("p")
        await driver.until(lambda: guests.asked == [("probe", "db-07")])
        await driver.until(lambda: screen._state.inspected)


@pytest.mark.parametrize("in_window", [False, True])
async def test_a_fixes_after_asking_in_the_wizard_and_in_a_finding(demo, tmp_path, in_window):
    guests = FrozenGuests()
    guests.inside = guests.known["db-07"] = inspected()
    async with console(tmp_path, guests=guests, size=(120, 36)) as driver:
        screen, rows = await at_checklist(driver)
        await driver.press("p")
        await driver.until(lambda: screen._state.inspected and not screen._state.busy)
        found = first_with_an_action(rows)  # type: ignore[arg-type]  # findings and the lines of their chapters
        rows.select(found.rule)
        await driver.sees("a Fix")
        if in_window:
            await driver.press("enter")
            await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.press("a")
        await driver.pilot.pause()
        if len(present(found.remedy).actions) > 1:
            await driver.sees("Which fix?")
            await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.press("n")
        await driver.until(lambda: driver.app.screen is screen)
        assert [one[0] for one in guests.asked] == ["probe"]


async def test_r_reads_the_instance_again(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen, _rows = await at_checklist(driver)
        before = screen._state.facts
        await driver.press("r")
        await driver.until(lambda: screen._state.facts is not before and screen._state.facts is not None)


async def test_a_waiver_lapses_when_something_else_is_found_and_proposes_its_own_reason_again(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen, _rows = await at_a_bad_name(driver)
        await waive(driver, "agreed")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)
        await turn_back_to_the_name(driver, screen)
        await rename(driver, "other-3.4")
        await driver.sees("Waive again, what was found has changed: NAME-PERIOD")
        assert screen._state.request.waivers == ()
        await turn_to(driver, screen, PageName.CHECKLIST)
        screen.query_one("#checklist #findings", RowList).select("NAME-PERIOD")
        await driver.press("w")
        await driver.sees("has changed since you waived it", "agreed")
        await driver.press("enter")
        await driver.until(lambda: screen._state.lapsed == ())


async def turn_back_to_the_name(driver: Driver, screen: WizardScreen) -> None:
    while screen._page is not PageName.NAME:
        await driver.press("escape")
    await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "name")


async def test_the_way_on_is_named_however_many_keys_the_finding_under_the_cursor_has(demo, tmp_path):
    async with console(tmp_path) as driver:
        await at_a_bad_name(driver)
        await driver.until(lambda: "w Waive" in driver.lines[-1])
        assert "^n Next page" in driver.lines[-1]
        assert "esc Back" in driver.lines[-1]
