"""What a sealed image loses, and what is kept of it by keys alone; of a plain image, what it will hold."""

from __future__ import annotations

import json

import pytest

from imaging.guest.report import read_report
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.request import Mode
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.notice import NoticeScreen
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import ContentRow
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.guest.recordings.recording import RECORDINGS
from tests.screens.driving import NARROW, WIDE, Driver, FrozenGuests, console
from tests.screens.samples import NOW
from tests.screens.test_wizard import open_wizard, turn_to

DB_07 = "0fe91600-d9d5-5bde-b6af-32d6230240b7"


def recorded(name: str = "db-07") -> GuestFacts:
    """What an inspection of a guest of the demonstration cloud finds."""
    report = json.loads((RECORDINGS / f"{name}.json").read_text("ascii"))["report"]
    nonce = report["nonce"]
    framed = f"@@imaging-probe-begin {nonce}\n{json.dumps(report)}\n@@imaging-probe-end {nonce} 0\n"
    return read_report(framed.encode("ascii"), nonce=nonce, method=InspectionMethod.SSH, now=NOW)


def knowing_guests() -> FrozenGuests:
    guests = FrozenGuests()
    guests.known[DB_07] = Fact(value=recorded(), source=Source.GUEST, read_at=NOW)
    return guests


async def at_content(driver: Driver, *, sealed: bool, name: str = "db-07") -> WizardScreen:
    screen = await open_wizard(driver, name)
    if sealed:
        await driver.press("up", "down", "space")
        await driver.until(lambda: screen._state.request.mode is Mode.SEALED)
    await turn_to(driver, screen, PageName.CONTENT)
    return screen


def rows_of(screen: WizardScreen) -> RowList[ContentRow]:
    return screen.query_one("#content", RowList)


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_what_a_sealed_image_loses_is_shown_before_it_is_agreed_to(demo, tmp_path, size):
    async with console(tmp_path, guests=knowing_guests(), size=size) as driver:
        screen = await at_content(driver, sealed=True)
        await driver.sees("Will be lost in the image; the instance keeps it")
        texts = [row.text for row in rows_of(screen).items]
        assert "Home of root" in texts
        assert any(row.amount for row in rows_of(screen).items)


async def test_a_row_is_read_in_full_with_its_reasons_and_names(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests()) as driver:
        screen = await at_content(driver, sealed=True)
        rows_of(screen).select("operation directories")
        await driver.sees("asked for by S30, S32, S33, DATA-MNT, DATA-TMP")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, NoticeScreen))
        await driver.sees("/var/tmp (emptied)", "DATA-TMP")


async def test_a_home_is_kept_and_given_up_again_by_keys_alone(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests()) as driver:
        screen = await at_content(driver, sealed=True)
        rows_of(screen).select("home /home/ada")
        await driver.sees("space Keep")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.keep_homes == ("ada",))
        await driver.sees("/home/ada: kept, without keys and histories", "space Do not keep")
        assert "operation kept-homes" in [row.key for row in rows_of(screen).items]
        await driver.press("space")
        await driver.until(lambda: screen._state.request.keep_homes == ())
        await driver.sees("/home/ada: emptied")


async def test_a_path_is_kept_that_is_absolute_and_given_up_again(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests()) as driver:
        screen = await at_content(driver, sealed=True)
        await driver.press("plus")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        for wrong in ("opt", "/opt/../root", "/"):
            await driver.press("ctrl+u")
            await driver.write(wrong)
            await driver.press("enter")
            await driver.sees("That cannot be kept")
        await driver.press("ctrl+u")
        await driver.write("/mnt/")
        await driver.press("enter")
        await driver.until(lambda: screen._state.request.keep_paths == ("/mnt",))
        await driver.until(lambda: any(row.key == "kept /mnt" for row in rows_of(screen).items))
        assert "/mnt (emptied)" not in str(rows_of(screen).items)
        rows_of(screen).select("kept /mnt")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.keep_paths == ())


async def test_what_was_saved_elsewhere_is_confirmed_where_it_is_lost(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests()) as driver:
        screen = await at_content(driver, sealed=True)
        rows_of(screen).select("confirmation")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.attests("DATA-SAVED"))
        await driver.sees("Confirmed: ")


async def test_a_plain_image_holds_what_a_seal_would_take_and_nothing_can_be_kept(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests()) as driver:
        screen = await at_content(driver, sealed=False)
        await driver.sees("Will be in the image", "Homes")
        assert "emptied" not in driver.text
        assert "locked" not in driver.text
        assert not any(row.home for row in rows_of(screen).items)
        await driver.press("plus")
        assert driver.app.screen is screen


@pytest.mark.parametrize("sealed", [True, False])
async def test_where_nobody_has_inspected_it_the_page_says_to_inspect_first(demo, tmp_path, sealed):
    async with console(tmp_path) as driver:
        screen = await at_content(driver, sealed=sealed)
        await driver.sees("inspect" if not sealed else "Inspect it as root", "p Inspect")
        assert len(rows_of(screen).items) == 1


async def test_an_instance_that_cannot_be_sealed_says_why_and_what_to_do(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        screen = await at_content(driver, sealed=True, name="bfv-01")
        await driver.sees("Its root disk is a volume", "choose plain on the Name page")
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("Before you can start", "Its root disk is a volume")


async def test_the_review_says_what_goes_what_is_kept_and_how_much_longer_it_takes(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests(), size=(120, 48)) as driver:
        screen = await at_content(driver, sealed=True)
        rows_of(screen).select("home /home/ada")
        await driver.press("space")
        await driver.until(lambda: screen._state.request.keep_homes == ("ada",))
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("sealed · private", "about 18 minutes (about 7 minutes if plain)", "off for about 2 minutes")
        await driver.sees("The seal, in a temporary clone", "Kept: /home/ada of ada, without keys and histories")
        assert screen._state.plan is not None
        assert screen._state.plan.seal is not None
        await driver.sees(screen._state.plan.seal.digest[:16])


async def test_the_review_of_a_plain_image_says_what_it_will_hold(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests(), size=(120, 48)) as driver:
        screen = await at_content(driver, sealed=False)
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("plain · private", "Will be in the image", "Homes, Home of root")


async def test_a_sealed_image_without_a_test_launch_cannot_be_started(demo, tmp_path):
    async with console(tmp_path, guests=knowing_guests(), size=(120, 48)) as driver:
        screen = await at_content(driver, sealed=True)
        await turn_to(driver, screen, PageName.TEST)
        await driver.press("end", "space")
        await driver.until(lambda: not screen._state.request.test)
        await turn_to(driver, screen, PageName.REVIEW)
        await driver.sees("A sealed image is proved by a test launch")
