"""The palette finds things by their names, and never keeps a key from working."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from models.run.record import RunState
from models.steps import StepName
from screens.dialogs.confirm import ConfirmScreen
from screens.images.screen import ImagesScreen
from screens.images.verifying.screen import VerifyScreen
from screens.runs.run import RunScreen
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import NOWHERE, Driver, FrozenRuns, console
from tests.screens.samples import NOW, run
from tests.screens.test_run_ended import KEPT_SERVER, OWN_IMAGE
from tui.palette import MOST_HITS, SLICE, Entry, best, rank


def entry(name: str) -> Entry:
    return Entry(name, "open", lambda: None)


async def find(driver: Driver, text: str, line: str) -> None:
    """Open the palette, type, and take the first hit, which is this line."""
    await driver.press("colon")
    await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
    await driver.write(text)
    options = driver.app.screen.query_one(OptionList)
    await driver.until(lambda: bool(options.options) and str(options.options[0].prompt) == line, lambda: driver.text)
    await driver.press("enter")


@pytest.mark.parametrize("name, ranked", [("web-01", 0), ("my web", 1), ("cobweb", 2), ("db-07", None)])
def test_a_name_that_begins_with_what_was_typed_comes_first(name, ranked):
    assert rank(name, "WEB") == ranked


async def test_at_most_fifty_are_shown_and_those_that_begin_so_are_among_them():
    names = [f"x-node-{number:05}" for number in range(9_999)] + ["node"]
    found = await best((entry(name) for name in names), "node")
    assert len(found) == MOST_HITS
    assert found[0].name == "node"


async def test_ten_thousand_names_leave_others_their_turn_after_each_slice():
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await best((entry(f"node-{number}") for number in range(10_000)), "node")
    task.cancel()
    assert turns >= 10_000 // SLICE - 1


async def test_an_instance_is_found_by_the_beginning_of_its_name_and_its_checklist_opened(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        await find(driver, "gis", "gis-lab: checklist")
        rows: RowList[object] = driver.app.screen.query_one("#instances", RowList)
        await driver.until(lambda: rows.selected_key == demo.server_id("gis-lab"))
        await driver.until(lambda: getattr(driver.app.focused, "id", "") == "findings")


async def test_the_wizard_for_an_instance_is_found_although_the_filter_hides_it(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        await driver.press("slash")
        await driver.write("web")
        await driver.press("enter", "colon")
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        await driver.write("gis")
        await driver.sees("gis-lab: make image")
        await driver.press("down", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))


async def test_a_run_is_found_by_its_instance(demo, tmp_path):
    over = run("abc123", state=RunState.DONE, at=StepName.REPORT)
    async with console(tmp_path, runs=FrozenRuns(over)) as driver:
        await driver.sees("gis-lab")
        await driver.press("colon")
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        await driver.write("abc")
        await driver.sees("abc123): open run")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))


async def test_an_image_is_found_once_the_list_of_images_was_on_show(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.press("2")
        await driver.sees("12 images")
        await driver.press("1")
        await driver.sees("gis-lab")
        await find(driver, "spectra-t", "spectra-tools: show image")
        await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))


async def test_a_name_is_never_read_as_markup(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        await driver.press("colon")
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        for key in ("left_square_bracket", "slash", "r"):
            await driver.press(key)
        await driver.sees("[/red]")


async def test_the_palette_does_not_offer_itself_nor_moving(demo, tmp_path):
    async with console(tmp_path, size=(100, 50)) as driver:
        await driver.sees("gis-lab")
        await driver.press("colon")
        await driver.sees("Make image (i)")
        assert "Find (" not in driver.text
        assert "Down (" not in driver.text


async def asked_for(driver: Driver, text: str) -> list[str]:
    """What the palette offers for a text."""
    await driver.press("colon")
    await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
    await driver.write(text)
    options = driver.app.screen.query_one(OptionList)
    await driver.until(lambda: any(text in str(one.prompt) for one in options.options), lambda: driver.text)
    return [str(one.prompt) for one in options.options]


async def take(driver: Driver, line: str) -> None:
    """Take a hit of the palette."""
    options = driver.app.screen.query_one(OptionList)
    place = next(number for number, one in enumerate(options.options) if str(one.prompt) == line)
    await driver.press(*["down"] * place, "enter")


@pytest.mark.parametrize("seen_before", [True, False], ids=["list was on show", "list was not on show"])
async def test_the_test_launch_of_an_image_is_found_by_its_name_and_asks_first(demo, tmp_path, seen_before):
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        if seen_before:
            await driver.press("2")
            await driver.sees("12 images")
            await driver.press("1")
        assert await asked_for(driver, "spectra-t") == ["spectra-tools: show image", "spectra-tools: test launch"]
        await take(driver, "spectra-tools: test launch")
        await driver.until(lambda: isinstance(driver.app.screen, VerifyScreen), lambda: driver.text)
        await driver.sees("spectra-tools", "Nothing has been launched yet.")


async def test_no_test_launch_is_offered_where_nothing_may_be_changed_or_the_image_is_not_complete(demo, tmp_path):
    async with console(tmp_path, read_only=True) as driver:
        await driver.sees("gis-lab")
        assert await asked_for(driver, "spectra-t") == ["spectra-tools: show image"]
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        assert "nightly-2026: test launch" not in await asked_for(driver, "nightly")


async def test_what_can_be_done_about_a_run_is_found_with_it_and_asks_first(tmp_path):
    runs = FrozenRuns(run("abc123"))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("1")
        title = next(iter(runs.records.values())).title
        assert await asked_for(driver, "abc123") == [f"{title} (abc123): open run", f"{title} (abc123): cancel run"]
        await take(driver, f"{title} (abc123): cancel run")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        assert runs.asked == []
        await driver.press("y")
        await driver.until(lambda: [one[:2] for one in runs.asked] == [("cancel", "abc123")])


async def test_a_run_that_is_over_offers_its_report_and_no_cancelling(tmp_path):
    over = run("abc123", state=RunState.DONE, at=StepName.REPORT, report_path="/elsewhere/report.md")
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over)) as driver:
        offered = [line.partition(": ")[2] for line in await asked_for(driver, "abc123")]
        assert offered == ["open run", "run again", "report"]
        await take(driver, f"{over.title} (abc123): report")
        await driver.sees("The report is not on this machine.")


async def test_a_kept_test_instance_is_removed_by_that_name_and_asks_first(tmp_path):
    kept = {"owned": (*OWN_IMAGE, KEPT_SERVER), "kept_until": NOW + timedelta(hours=2), "runner": None}
    over = run("abc123", state=RunState.DONE, at=StepName.REPORT, **kept)
    runs = FrozenRuns(over)
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        offered = [line.partition(": ")[2] for line in await asked_for(driver, "abc123")]
        assert "remove test instance" in offered
        assert "cancel run" not in offered
        await take(driver, f"{over.title} (abc123): remove test instance")
        await driver.sees("Remove the test instance now?")
        assert runs.asked == []


async def test_the_report_of_an_image_is_found_by_the_name_of_the_image(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        await driver.sees("gis-lab")
        images = [image async for page in (await driver.app.cloud()).images.images() for image in page]
        image_id = next(image.id for image in images if image.name == "spectra-tools")
        over = run("abc123", state=RunState.DONE, at=StepName.REPORT, report_path="/elsewhere/report.md")
        runs.records["abc123"] = over.model_copy(update={"image_id": image_id})
        await asked_for(driver, "spectra-t")
        await take(driver, "spectra-tools: report")
        await driver.sees("The report is not on this machine.")
