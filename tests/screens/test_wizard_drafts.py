"""Nothing that was entered in the wizard is lost: it is kept as a file, restored, and discarded only after asking."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.notice import NoticeScreen
from screens.runs.run import RunScreen
from screens.widgets.entry import Draft, Entry
from screens.widgets.rows import RowList
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, HeldClock, console
from tests.screens.samples import inspected
from tests.screens.test_wizard import open_wizard, rename, turn_to

KINDS_OF_BROKEN = [
    pytest.param(content, marks=pytest.mark.slow) for content in ('{"version": 2}', "[]", "x" * 1_000_001)
]
"""What `tests/runs/test_drafts.py` shows to be no draft; the wizard says the same of each."""


def drafts(folder: Path) -> Sequence[Path]:
    return sorted((folder / "state" / "drafts").glob("*.json"))


async def leave(driver: Driver, screen: WizardScreen) -> None:
    while driver.app.screen is screen:
        await driver.press("escape")
        await driver.pilot.pause()


async def name_typed(driver: Driver, folder: Path, name: str) -> WizardScreen:
    screen = await open_wizard(driver)
    await rename(driver, name)
    await driver.until(lambda: any(name in file.read_text("utf-8") for file in drafts(folder)))
    return screen


async def test_what_is_typed_is_in_a_closed_file_within_a_second(demo, tmp_path):
    async with console(tmp_path) as driver:
        await name_typed(driver, tmp_path, "survey-a")
        (file,) = drafts(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_opening_the_wizard_alone_keeps_nothing(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await leave(driver, screen)
        assert not drafts(tmp_path)
        assert "is kept" not in driver.text


async def test_leaving_says_that_it_is_kept_and_coming_back_restores_it(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await name_typed(driver, tmp_path, "survey-a")
        await turn_to(driver, screen, PageName.CHECKLIST)
        screen.query_one("#checklist #findings", RowList).select("SW-ATTEST")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.attests("SW-ATTEST"))
        await leave(driver, screen)
        await driver.sees("What you entered for db-07 is kept")
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        assert screen.query_one("#name", Entry).value == "survey-a"
        assert "Made from the instance db-07" in screen.query_one("#description", Draft).text
        assert screen._state.request.attests("SW-ATTEST")
        assert screen._draft._kept.restored_at


async def test_a_long_paste_survives_leaving_at_once(demo, tmp_path):
    text = "survey data " * 640
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        screen.query_one("#description", Draft).text = text
        await driver.pilot.pause()
        await leave(driver, screen)
        screen = await open_wizard(driver)
        assert screen.query_one("#description", Draft).text == text


async def test_what_was_typed_last_is_written_when_the_program_ends(demo, tmp_path):
    async with console(tmp_path) as driver:
        await open_wizard(driver)
        await rename(driver, "survey-z")
        await driver.press("ctrl+q")
    (file,) = drafts(tmp_path)
    assert "survey-z" in file.read_text("utf-8")


@pytest.mark.parametrize("key", ["1", pytest.param("2", marks=pytest.mark.slow)])
async def test_a_number_key_leaves_the_wizard_and_loses_nothing(demo, tmp_path, key):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await rename(driver, "survey-b")
        await turn_to(driver, screen, PageName.CHECKLIST)
        await driver.press(key)
        await driver.until(lambda: driver.app.screen is not screen)
        await driver.press("1")
        await driver.until(lambda: driver.app.current_mode == "instances" and len(driver.app.screen_stack) == 1)
        screen = await open_wizard(driver)
        assert screen.query_one("#name", Entry).value == "survey-b"


async def test_each_instance_has_its_own_draft(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await name_typed(driver, tmp_path, "survey-a")
        await leave(driver, screen)
        other = await open_wizard(driver, "web-01")
        assert other.query_one("#name", Entry).value == "web-01-20261102"


async def test_a_draft_is_discarded_only_after_asking(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await name_typed(driver, tmp_path, "survey-a")
        await driver.press("ctrl+r")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.press("n")
        assert screen.query_one("#name", Entry).value == "survey-a"
        await driver.press("ctrl+r", "y")
        await driver.until(lambda: screen.query_one("#name", Entry).value == "db-07-20261102")
        await driver.until(lambda: not drafts(tmp_path))


@pytest.mark.parametrize("content", ["{", *KINDS_OF_BROKEN])
async def test_a_broken_draft_is_set_aside_with_a_message(demo, tmp_path, content):
    async with console(tmp_path) as driver:
        screen = await name_typed(driver, tmp_path, "survey-a")
        (file,) = drafts(tmp_path)
        await leave(driver, screen)
        file.write_text(content, "utf-8")
        await open_broken(driver)
        await driver.press("escape")
        screen = driver.shown(WizardScreen)
        await driver.until(lambda: screen.query_one("#name", Entry).value == "db-07-20261102")
        (aside,) = file.parent.glob("*.broken")
        assert aside.read_text("utf-8") == content


async def open_broken(driver: Driver) -> None:
    await driver.press("i")
    await driver.until(lambda: isinstance(driver.app.screen, NoticeScreen))
    await driver.sees("The draft", "cannot be read")


async def test_a_draft_that_cannot_be_written_is_said_and_leaving_asks_first(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        (tmp_path / "state" / "drafts").write_text("in its place", "utf-8")
        await rename(driver, "survey-a")
        await driver.sees("Not kept: The draft could not be written")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.press("n")
        assert driver.app.screen is screen
        (tmp_path / "state" / "drafts").unlink()
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is not screen)
        assert drafts(tmp_path)


async def test_a_started_run_leaves_no_draft(demo, tmp_path):
    guests, clock = FrozenGuests(), HeldClock()
    guests.inside = inspected()
    async with console(tmp_path, guests=guests, runs=FrozenRuns(), clock=clock) as driver:
        screen = await name_typed(driver, tmp_path, "survey-a")
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.press("p")
        await driver.sees("^g Start")
        await driver.until(lambda: screen._guard.is_painted)
        clock.seconds += 1
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert not drafts(tmp_path)


async def test_a_kept_waiver_whose_evidence_has_changed_is_asked_again_and_named(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await name_typed(driver, tmp_path, "survey-1.2")
        await turn_to(driver, screen, PageName.CHECKLIST)
        screen.query_one("#checklist #findings", RowList).select("NAME-PERIOD")
        await driver.press("w")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        await driver.write("agreed")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.waiver("NAME-PERIOD") is not None)
        await leave(driver, screen)
        (file,) = drafts(tmp_path)
        text = file.read_text("utf-8")
        (seen,) = screen._state.seen.values()
        assert seen in text
        file.write_text(text.replace(seen, "what was found then"), "utf-8")
        screen = await open_wizard(driver)
        await driver.sees("Waive again, what was found has changed: NAME-PERIOD")
        assert screen._state.request.waivers == ()
