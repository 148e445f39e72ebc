"""Tests of the user's own in the forms of test launch, seal and import: added, and refused as in commands."""

from __future__ import annotations

import random
import string
from pathlib import Path
from typing import Any

import pytest

from models.run.kind import RunKind
from models.works.test_file import WorkTests
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen
from screens.dialogs.help import HelpScreen
from screens.images.importing.screen import ImportScreen
from screens.images.sealing.screen import SealScreen
from screens.images.tested_run import TestedRunScreen
from screens.images.verifying.screen import VerifyScreen
from screens.own_tests.dialog import OwnTestsScreen
from screens.runs.run import RunScreen
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from tests.files.image_files import raw_disk
from tests.screens.driving import NARROW, WIDE, Driver, FrozenGuests, FrozenRuns, console
from tests.screens.test_seal_image import opened as open_seal
from tests.support.known import present
from tests.support.needs import needs

SCRIPT = "#!/bin/sh\nexit 0\n"


def script(folder: Path, text: str = SCRIPT, name: str = "check.sh") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def large() -> str:
    """What gzip makes no smaller than Nova takes."""
    chance = random.Random(12)
    return "#!/bin/sh\n# " + "".join(chance.choices(string.ascii_letters + string.digits, k=120_000))


async def open_verify(driver: Driver) -> VerifyScreen:
    await driver.press("2")
    await driver.sees("12 images, listed")
    rows = driver.app.screen.query_one("#images", RowList)
    rows.select(next(one.id for one in rows.items if one.name == "astro-base"))
    await driver.press("v")
    await driver.until(lambda: isinstance(driver.app.screen, VerifyScreen))
    screen = driver.shown(VerifyScreen)
    await driver.until(lambda: screen._plan is not None)
    return screen


async def add(driver: Driver, file: Path) -> None:
    """Open the list of tests from the form, and give a path there."""
    await driver.press("t")
    await driver.until(lambda: isinstance(driver.app.screen, OwnTestsScreen))
    await driver.press("plus")
    await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
    driver.app.screen.query_one("#answer", Entry).value = str(file)
    await driver.press("enter")


def names(screen: TestedRunScreen) -> list[str]:
    return [each.name for each in screen._request.work_tests.files]


async def test_tests_that_no_cloud_takes_are_refused_with_their_size_before_anything_starts(demo: Any, tmp_path: Path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        screen = await open_verify(driver)
        await add(driver, script(tmp_path, large(), "large.sh"))
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees(
            "The tests take", "cloud takes at most 49149", "The largest is large.sh.", "/etc/imaging/tests.d"
        )
        assert screen._plan is None
        await driver.press("escape")
        await driver.sees("Your tests", "large.sh", "The tests take")
        assert screen.check_action("start", ()) is False
        await driver.press("minus")
        await driver.until(lambda: screen._plan is not None and not names(screen))
        await driver.sees("Launched on")
        await driver.press("escape")
        await driver.until(lambda: screen.check_action("start", ()) is True)
        assert runs.started == []


async def test_a_second_test_of_one_name_is_refused_and_the_first_stays(demo: Any, tmp_path: Path):
    (tmp_path / "other").mkdir()
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        await add(driver, script(tmp_path))
        await driver.sees("check.sh", "17 B")
        await driver.press("escape")
        await add(driver, script(tmp_path / "other", f"{SCRIPT}# another\n"))
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("Two tests are called check.sh.")
        assert [each.text for each in screen._request.work_tests.files] == [SCRIPT]


async def test_what_a_test_needs_and_no_flavor_has_is_said_in_the_list(demo: Any, tmp_path: Path):
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        await add(driver, script(tmp_path, "#!/bin/sh\n# needs: ram=4000000\n"))
        await driver.sees("needs 4000000 MiB RAM", "A test launch is not possible: no flavor can run the image")
        await driver.press("escape")
        assert screen.check_action("start", ()) is False


async def test_a_cloud_that_fails_meanwhile_is_said_and_the_tests_stay(demo: Any, tmp_path: Path):
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        demo.faults({"method": "GET", "path": "/image", "status": 403, "times": -1})
        await add(driver, script(tmp_path))
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.press("escape")
        await driver.sees("check.sh", "17 B")
        assert names(screen) == ["check.sh"]
        assert screen.check_action("start", ()) is False


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_a_test_launch_starts_with_the_tests_that_were_added(
    demo: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, size=size) as driver:
        screen = await open_verify(driver)
        await add(driver, script(tmp_path))
        await driver.sees("Your tests", "check.sh", "Everybody in the project can read")
        await driver.press("escape")
        await driver.sees("1 test of yours, run by root in both boots: check.sh", "t Your tests")
        await driver.until(lambda: screen.check_action("start", ()) is True and screen._guard.has_been_read)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.kind is RunKind.VERIFY
        assert [each.text for each in plan.request.work_tests.files] == [SCRIPT]


async def test_account_limits_and_twins_of_a_test_launch_are_asked_in_the_same_list(demo: Any, tmp_path: Path):
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        await driver.press("t", "down", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        await driver.write("two words")
        await driver.press("enter")
        await driver.sees("'two words' is no name of a user.")
        await driver.press("ctrl+u", *"debian", "enter", "down", "space", "down", "enter", "ctrl+u", *"90s", "enter")
        await driver.until(lambda: screen._request.work_tests == WorkTests(user="debian", file_seconds=90))
        assert screen._request.twins
        await driver.sees("yes: two instances are compared", "1m30s")
        await driver.press("escape")
        await driver.sees("Tests in the image are run by debian in both boots, 1m30s for each")


async def test_the_help_of_the_list_names_its_keys(demo: Any, tmp_path: Path):
    async with console(tmp_path) as driver:
        await open_verify(driver)
        await driver.press("t", "question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        await driver.sees("Add a test of yours: a script", "Close this dialog")


async def test_the_sealed_image_is_put_to_the_tests_that_were_added(demo: Any, tmp_path: Path):
    guests, runs = FrozenGuests(), FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        screen: SealScreen = await open_seal(driver, guests)
        await driver.press("enter", "enter")  # from the fields to the list
        screen._rows.select("tests")
        await driver.sees("No test of yours", "enter Change")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, OwnTestsScreen))
        await driver.press("escape")
        await add(driver, script(tmp_path))
        await driver.until(lambda: names(screen) == ["check.sh"] and screen._plan is not None)
        plan = present(screen._plan)
        assert (plan.kind, plan.request.name) == (RunKind.SEAL, "astro-base-sealed")
        await driver.sees("check.sh", "17 B")


@needs("qemu-img", "sfdisk")
async def test_an_imported_file_is_put_to_the_tests_that_were_added_and_no_earlier(demo: Any, tmp_path: Path):
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        await driver.app.push_screen(ImportScreen(raw_disk(tmp_path / "raw")))
        screen = driver.shown(ImportScreen)
        assert screen._file is not None or screen.check_action("own_tests", ()) is False
        await driver.until(lambda: screen._plan is not None)
        await driver.sees("No test of yours")
        await add(driver, script(tmp_path))
        await driver.until(lambda: screen._plan is not None and names(screen) == ["check.sh"])
        assert present(screen._plan).kind is RunKind.IMPORT
        await driver.press("escape")
        await driver.sees("1 test of yours, run by root in both boots: check.sh")


async def test_a_start_becomes_possible_also_where_nobody_told_that_the_plan_was_painted(
    demo: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        with monkeypatch.context() as lost:  # as with a dialog that closes in that moment
            lost.setattr(screen, "call_after_refresh", lambda *_: True)
            screen.show_plan()
        await driver.until(lambda: screen._guard.has_been_read)


async def test_a_plan_below_a_dialog_has_not_been_read(demo: Any, tmp_path: Path):
    async with console(tmp_path) as driver:
        screen = await open_verify(driver)
        await driver.press("t")
        screen.show_plan()
        await driver.pilot.pause(0.3)
        assert not screen._guard.is_painted
        await driver.press("escape")
        await driver.until(lambda: screen._guard.has_been_read)
