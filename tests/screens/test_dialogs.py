"""Dialogs of any length fit into the terminal; what is long can be scrolled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen

from models.errors import ImagingError
from models.findings import Remedy
from models.run.kind import RunKind
from models.run.plan import TestLaunchPlan
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.error import ErrorScreen
from screens.dialogs.finding import FindingScreen
from screens.dialogs.fix_again import FixAgainScreen
from screens.dialogs.notice import NoticeScreen
from screens.dialogs.run_question import run_question
from screens.finding_keys import Place
from tests.commands.building import plan
from tests.screens.driving import NOWHERE, WIDE, console
from tests.screens.samples import finding

LONG = " ".join(f"word-{number}" for number in range(400))
DIALOGS: dict[str, Callable[[], Screen[Any]]] = {
    "confirm": lambda: ConfirmScreen(Question("Title", "Do it?", LONG)),
    "typed": lambda: ConfirmScreen(Question("Title", "Do it?", LONG, typed="db-07")),
    "text": lambda: AskTextScreen("Title", "Why?", details=LONG),
    "error": lambda: ErrorScreen(ImagingError("It failed.", meaning=LONG)),
    "finding": lambda: FindingScreen(finding(evidence=LONG), Place()),
    "fix again": lambda: FixAgainScreen("db-07", "It did not boot.", [("What a yes does", LONG)], is_possible=True),
    "notice": lambda: NoticeScreen("Title", "Done.", ("Printed", LONG)),
}


@pytest.mark.parametrize("size", [(80, 24), (60, 16), WIDE])
@pytest.mark.parametrize("name", DIALOGS)
async def test_the_whole_frame_and_the_keys_are_seen_however_long_the_text_is(tmp_path, name, size):
    async with console(tmp_path, cloud=NOWHERE, size=size) as driver:
        await driver.app.push_screen(DIALOGS[name]())
        await driver.sees("word-1 ", "esc Back")
        box = driver.app.screen.query_one("#box").region
        keys = driver.app.screen.query_one("#keys").region
        assert box.y >= 0
        assert box.bottom <= size[1]
        assert keys.bottom == box.bottom - 1


async def test_the_end_of_a_long_text_is_reached_by_keys(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(DIALOGS["notice"]())
        await driver.sees("word-1 ")
        assert "word-399" not in driver.text
        await driver.press("end")
        await driver.sees("word-399")


async def test_choices_without_notes_have_the_whole_line(tmp_path):
    summary = "Add nofail to line 3 of /etc/fstab (/data), keeping a copy."
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(ChooseScreen("Which fix?", [Choice("0", summary), Choice("1", "Or not")]))
        await driver.sees(summary)


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_a_finding_says_its_rule_in_full_and_why_the_console_does_not_run_its_command(tmp_path, size):
    remedy = Remedy(text="Remove it.", command="sudo rm -- /home/ada/fit.lic", by_hand_because="A copy would stay.")
    one = finding(rule="SW-LICFILES-OF-A-LONG-NAME", remedy=remedy)
    async with console(tmp_path, cloud=NOWHERE, size=size) as driver:
        await driver.app.push_screen(FindingScreen(one, Place(can_enter=True)))
        await driver.sees("SW-LICFILES-OF-A-LONG-NAME")
        await driver.press("G")
        await driver.sees("Not by key", "A copy would stay.")


async def test_where_there_is_no_command_nothing_is_said_of_it(tmp_path):
    one = finding(remedy=Remedy(text="Ask the owner.", by_hand_because="A copy would stay."))
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(FindingScreen(one, Place(can_enter=True)))
        await driver.sees("Ask the owner.")
        assert "Not by key" not in driver.text


async def test_another_word_than_the_one_that_must_be_typed_agrees_to_nothing_and_is_said(tmp_path):
    answers: list[bool | None] = []
    async with console(tmp_path, cloud=NOWHERE) as driver:
        question = ConfirmScreen(Question("Stop", "Stop db-07?", LONG, typed="db-07"))
        driver.app.push_screen(question, answers.append)
        await driver.sees("Type db-07 and press enter")
        await driver.write("db-70")
        await driver.press("enter")
        await driver.sees("Nothing was changed: this is not it. Type db-07")
        assert not answers
        await driver.write("db-07")
        await driver.press("enter")
        await driver.until(lambda: answers == [True])


async def test_what_cannot_start_is_explained_and_not_asked(tmp_path):
    impossible = plan(kind=RunKind.DEEP_CHECK, test=TestLaunchPlan(refused_because="the instance is ERROR"))
    async with console(tmp_path, cloud=NOWHERE) as driver:
        driver.app.push_screen(run_question(impossible, Question("Deep check", "Inspect it?")))
        await driver.sees("No deep check is possible: the instance is ERROR.", "esc Back")
        assert "y Yes" not in driver.text
        await driver.press("escape")
        driver.app.push_screen(run_question(plan(checklist=None), Question("Test launch", "Launch it?")))
        await driver.sees("Launch it?", "y Yes")
