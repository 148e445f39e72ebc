"""The wizard's page of the test: tests of the user's own are added, read, and removed again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imaging.guidelines.profiles import load_profile
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen
from screens.own_tests.listing import OwnTests
from screens.own_tests.rows import rows
from screens.style.glyphs import UNICODE
from screens.widgets.entry import Entry
from screens.wizard.review.text import review
from screens.wizard.state import RequestChanged, WizardState
from screens.wizard.targets import PageName, Target
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import WIDE, Driver, console
from tests.screens.samples import instance, plan
from tests.screens.test_wizard import open_wizard, turn_to


def told(**fields: Any) -> list[tuple[str, str]]:
    return [(row.name, row.note) for row in rows(RunRequest(**fields))]


def test_a_request_without_tests_says_how_to_add_one_and_who_would_run_it() -> None:
    assert told() == [
        ("+ add a test of yours", "a script; it runs in both boots"),
        ("run by", "root"),
        ("twins", "no second instance is compared"),
        ("time limit of one test", "1m"),
        ("time limit of all tests", "5m in each boot"),
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
        ("twins", "yes: two instances are compared"),
        ("time limit of one test", "1m"),
        ("time limit of all tests", "5m in each boot"),
    ]


def test_an_image_with_a_base_is_asked_whether_that_may_be_launched() -> None:
    lines = [rows(RunRequest(list_base=wanted), asks_base=True)[-1] for wanted in (False, True)]
    assert [(line.name, line.note) for line in lines] == [
        ("compare with the base", "it is not launched for that"),
        ("compare with the base", "launched if it cannot be read"),
    ]


async def to_tests(driver: Driver) -> Any:
    screen = await open_wizard(driver)
    await turn_to(driver, screen, PageName.TEST)
    driver.app.screen.query_one(OwnTests).focus()
    await driver.pilot.pause()
    return screen


async def answer(driver: Driver, text: str) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
    await driver.write(text)
    await driver.press("enter")


@pytest.mark.parametrize("size", [(80, 24), WIDE])
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
        await driver.press("end", "space")
        await driver.until(lambda: screen._state.request.list_base)


def test_the_review_names_the_tests_and_who_runs_them() -> None:
    tests = WorkTests(files=(TestFile(name="check.sh", text=""), TestFile(name="tables.sh", text="")), user="debian")
    planned = plan()
    request = planned.request.model_copy(update={"work_tests": tests, "twins": True, "list_base": True})
    state = WizardState(
        instance(), load_profile("jetstream"), request, plan=planned.model_copy(update={"request": request})
    )
    told = {item.text: item.leads_to for item in review(state, UNICODE, with_steps=False)}
    assert told["2 tests of yours, run by debian in both boots: check.sh, tables.sh"] == Target(PageName.TEST)
    assert told["Two test instances at once are compared"] == Target(PageName.TEST)
    assert told["What is installed beyond the base is told"] == Target(PageName.TEST)
    without = state.request.model_copy(update={"test": False})
    untested = replace(state, request=without, plan=planned.model_copy(update={"request": without}))
    assert not [item for item in review(untested, UNICODE, with_steps=False) if "of yours" in item.text]


REFUSED = (
    (1, "two words", "'two words' is no name of a user.", "debian", WorkTests(user="debian")),
    (3, "0s", "'0s' is not a duration such as", "90s", WorkTests(user="debian", file_seconds=90)),
    (4, "soon", "'soon' is not a duration such as", "10m", WorkTests(user="debian", file_seconds=90, all_seconds=600)),
)
"""How far down a line stands, what is not taken there and what is said of it, what is taken, and the tests then."""


def has_tests(screen: WizardScreen, tests: WorkTests) -> bool:
    return screen._state.request.work_tests == tests


async def test_what_a_command_refuses_is_refused_while_it_is_written(demo: Any, tmp_path: Path) -> None:
    async with console(tmp_path) as driver:
        screen = await to_tests(driver)
        for downs, wrong, refused, right, tests in REFUSED:
            await driver.press("home", *["down"] * downs, "enter")
            await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
            await driver.press("ctrl+u")
            await driver.write(wrong)
            await driver.press("enter")
            await driver.sees(refused)
            await driver.press("ctrl+u")
            await driver.write(right)
            await driver.press("enter")
            await driver.until(partial(has_tests, screen, tests))


@pytest.mark.parametrize(
    "path, said",
    [
        ("~nobody-of-this-name/check.sh", "The home of that user is not known"),
        ("/no/such/check.sh", "cannot be read: No such file"),
    ],
)
async def test_a_path_that_leads_nowhere_is_said_and_changes_nothing(
    demo: Any, tmp_path: Path, path: str, said: str
) -> None:
    async with console(tmp_path) as driver:
        screen = await to_tests(driver)
        await driver.press("plus")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        driver.app.screen.query_one("#answer", Entry).value = path
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees(said)
        assert screen._state.request.work_tests.files == ()
        assert "reading" not in driver.text


async def test_more_tests_than_a_run_takes_are_refused(demo: Any, tmp_path: Path) -> None:
    many = tuple(TestFile(name=f"t{number}.sh", text="#!/bin/sh\n") for number in range(50))
    (tmp_path / "one-more.sh").write_text("#!/bin/sh\n")
    async with console(tmp_path) as driver:
        screen = await to_tests(driver)
        screen.post_message(RequestChanged({"work_tests": WorkTests(files=many)}))
        await driver.until(lambda: len(screen._state.request.work_tests.files) == 50)
        await driver.press("plus")
        await answer(driver, str(tmp_path / "one-more.sh"))
        await driver.sees("There are 51 tests; a run takes at most 50.")
        assert screen._state.request.work_tests.files == many
