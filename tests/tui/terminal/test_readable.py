"""Every screen can be read on every terminal: looked at in the bytes that are sent."""

from __future__ import annotations

import locale
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from rich.color import ColorSystem
from textual.screen import Screen

from models.errors import ImagingError
from models.run.record import RunState
from models.settings import Settings
from models.steps import StepName
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.error import ErrorScreen
from screens.style.glyphs import ASCII, glyphs_for
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenRuns, console
from tests.screens.samples import run
from tests.support.terminal_cells import Cells
from tests.tui.terminal.drawing import ALL_POWERS, frame_of
from tui.terminal.canvas import Canvas
from tui.terminal.painter import Painter
from tui.terminal.plain_cells import stand_in
from tui.themes import THEMES

SIZE = (80, 24)
COLOURS = (ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR)
COLOUR_CODE = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
DIALOGS: tuple[Callable[[], Screen[Any]], ...] = (
    lambda: AskTextScreen("A title", "A question?"),
    lambda: ChooseScreen("A choice", [Choice("one", "First"), Choice("two", "Second", "more of it")]),
    lambda: ConfirmScreen(Question("A question", "Do it?", "Something ends with it.")),
    lambda: ConfirmScreen(Question("A question", "Do it?", "Something ends with it.", typed="db-07")),
    lambda: ErrorScreen(ImagingError("It failed.", meaning="The cloud said no.", remedy="Try again.")),
)


async def tour(driver: Driver) -> AsyncIterator[str]:
    """Every screen and every kind of dialog, one after the other."""
    await driver.sees("db-07", "fixed by the run")
    yield "instances"
    for key, seen, name in (("slash", "", "filter"), ("escape", "", "list"), ("enter", "", "checklist")):
        await driver.press(key)
        await driver.sees(seen)
        yield name
    await driver.press("enter")
    await driver.sees("esc Back")
    yield "finding"
    await driver.press("escape", "question_mark")
    await driver.sees("Open the selected row")
    yield "help"
    await driver.press("escape", "colon")
    await driver.sees("name of an instance")
    yield "palette"
    await driver.press("escape", "2")
    await driver.sees("astro-base")
    yield "images"
    await driver.press("3")
    await driver.sees("db-07")
    yield "runs"
    await driver.press("enter")
    await driver.sees("pgdata")
    yield "run"
    await driver.press("escape", "1", "i")
    await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))
    wizard = driver.shown(WizardScreen)
    for page in range(1, 6):
        await driver.until(lambda: wizard.is_settled)
        await driver.pilot.pause()
        yield f"page {page} of the wizard"
        await driver.press("ctrl+n")
    for number, dialog in enumerate(DIALOGS, 1):
        await driver.app.push_screen(dialog())
        await driver.sees("esc Back")
        driver.app.notify("Something was copied", markup=False)
        yield f"dialog {number}"
        await driver.press("escape")


def sent(driver: Driver, colours: ColorSystem = ColorSystem.EIGHT_BIT) -> bytes:
    """What a terminal is sent for the screen as it is now."""
    canvas = Canvas(*SIZE, stand_in(driver.app.glyphs))
    canvas.feed(frame_of(driver.app, colours))
    return Painter(canvas, ALL_POWERS).paint(1_000_000).encode()


def shown(written: bytes) -> Cells:
    cells = Cells(*SIZE)
    cells.show(b"\x1b[?7l" + written)
    return cells


def _often(theme: str | None, themes: tuple[str, ...]) -> object:
    """These themes each time, the others where the slow tests run: all of them colour the same screens."""
    return pytest.param(theme, marks=() if theme in themes else pytest.mark.slow)


@pytest.fixture
def some_run():
    return FrozenRuns(run(state=RunState.FAILED, at=StepName.DETACH))


@pytest.mark.parametrize("theme", [_often(theme.name, ("dark", "ansi")) for theme in THEMES])
async def test_no_letter_has_the_colour_that_is_behind_it(demo, tmp_path, some_run, theme):
    async with console(tmp_path, size=SIZE, runs=some_run, settings=Settings(theme=theme)) as driver:
        found = []
        async for name in tour(driver):
            for colours in COLOURS:
                cells = shown(sent(driver, colours))
                found += [(name, colours.name, *one) for one in cells.unreadable()]
                assert cells.colours(), name
        assert found == []


@pytest.mark.parametrize("theme", [_often(theme, ("dark",)) for theme in (None, "dark")])
async def test_without_colours_no_colour_is_sent(demo, tmp_path, some_run, monkeypatch, theme):
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(tmp_path, size=SIZE, runs=some_run, settings=Settings(theme=theme)) as driver:
        async for name in tour(driver):
            written = sent(driver)
            assert COLOUR_CODE.findall(written) == [], name
            assert shown(written).unreadable() == [], name


async def test_where_only_ascii_can_be_shown_only_ascii_is_sent(demo, tmp_path, some_run, monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "ANSI_X3.4-1968")
    async with console(tmp_path, size=SIZE, runs=some_run, settings=Settings(), glyphs=ASCII) as driver:
        async for name in tour(driver):
            written = sent(driver)
            assert written.isascii(), name
            assert shown(written).unreadable() == [], name


async def test_names_of_letters_that_cannot_be_shown_keep_their_width(demo, tmp_path, monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "ANSI_X3.4-1968")
    async with console(tmp_path, size=SIZE, glyphs=ASCII) as driver:
        await driver.sees("db-07", "fixed by the run")
        await driver.press("G")
        await driver.sees("星")
        lines = shown(sent(driver)).lines
        assert any("??????" in line for line in lines)
        assert sent(driver).isascii()


def test_the_locale_decides_and_not_the_utf_8_mode_of_python(monkeypatch):
    monkeypatch.setattr(locale, "getencoding", lambda: "ANSI_X3.4-1968")
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_: "utf-8")
    assert glyphs_for() is ASCII
