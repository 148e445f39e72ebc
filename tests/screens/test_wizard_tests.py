"""The wizard's page of the test: tests of the user's own are added, read, and removed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imaging.guidelines.profiles import load_profile
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen
from screens.style.glyphs import UNICODE
from screens.wizard.pages.own_tests import OwnTests, rows
from screens.wizard.review.text import review
from screens.wizard.state import WizardState
from screens.wizard.targets import PageName, Target
from tests.screens.driving import Driver, console
from tests.screens.samples import instance, plan
from tests.screens.test_wizard import open_wizard, turn_to


def told(**fields: Any) -> list[tuple[str, str]]:
    return [(row.name, row.note) for row in rows(RunRequest(**fields))]


def test_a_request_without_tests_says_how_to_add_one_and_who_would_run_it() -> None:
    assert told() == [
        ("+ add a test of yours", "a script; it runs in both boots"),
        ("run by", "root"),
        ("twins", "no second instance is compared"),
    ]


def test_each_test_says_its_size_and_what_it_needs() -> None:
    tests = WorkTests(
        files=(
            TestFile(name="check.sh", text="#!/bin/sh\n"),
            TestFile(name="a.sh", text="#!/bin/sh\n", needs_network=True, needs_ram_mib=8_000, needs_gpu=True),
            TestFile(name="b.goss.yaml", text="file: {}\n", is_goss=True),
        ),
        user="debian",
    )
    assert told(work_tests=tests, twins=True)[1:] == [
        ("check.sh", "10 B"),
        ("a.sh", "10 B, needs network, 8000 MiB RAM, GPU"),
        ("b.goss.yaml", "9 B, goss"),
        ("run by", "debian"),
        ("twins", "yes: two instances at once are compared"),
    ]


async def to_tests(driver: Driver) -> Any:
    screen = await open_wizard(driver)
    await turn_to(driver, screen, PageName.TEST)
    driver.app.screen.query_one(OwnTests).focus()
    await driver.pilot.pause()
    return screen


async def answer(driver: Driver, text: str) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
    await driver.press(*text, "enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_test_is_added_by_its_path_and_removed_again(demo: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "check.sh"
    file.write_text("#!/bin/sh\nexit 0\n")
    async with console(tmp_path, size=size) as driver:
        screen = await to_tests(driver)
        await driver.press("plus")
        await answer(driver, str(file))
        await driver.until(lambda: [each.name for each in screen._state.request.work_tests.files] == ["check.sh"])
        await driver.sees("Your tests", "check.sh", "17 B", "Everybody in the project can read")
        await driver.press("minus")
        await driver.until(lambda: not screen._state.request.work_tests.files)


async def test_a_file_that_is_no_test_is_refused_with_what_a_test_is(demo: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no script\n")
    async with console(tmp_path) as driver:
        screen = await to_tests(driver)
        await driver.press("enter")
        await answer(driver, str(tmp_path / "notes.txt"))
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("does not begin with a #! line", "A test is a script")
        assert screen._state.request.work_tests.files == ()


async def test_who_runs_them_and_two_instances_are_chosen_in_the_same_list(demo: Any, tmp_path: Path) -> None:
    async with console(tmp_path) as driver:
        screen = await to_tests(driver)
        await driver.press("down", "enter")
        await answer(driver, "debian")
        await driver.until(lambda: screen._state.request.work_tests.user == "debian")
        await driver.press("down", "space")
        await driver.until(lambda: screen._state.request.twins)


def test_the_review_names_the_tests_and_who_runs_them() -> None:
    tests = WorkTests(files=(TestFile(name="check.sh", text=""), TestFile(name="tables.sh", text="")), user="debian")
    planned = plan()
    request = planned.request.model_copy(update={"work_tests": tests, "twins": True})
    state = WizardState(
        instance(), load_profile("jetstream"), request, plan=planned.model_copy(update={"request": request})
    )
    told = {item.text: item.leads_to for item in review(state, UNICODE, with_steps=False)}
    assert told["2 tests of yours, run by debian in both boots: check.sh, tables.sh"] == Target(PageName.TEST)
    assert told["Two test instances at once are compared"] == Target(PageName.TEST)
    without = state.request.model_copy(update={"test": False})
    untested = replace(state, request=without, plan=planned.model_copy(update={"request": without}))
    assert not [item for item in review(untested, UNICODE, with_steps=False) if "of yours" in item.text]
