"""What the style sheets say is read once for each theme."""

from __future__ import annotations

import pytest
from textual.css.stylesheet import Stylesheet

from screens.command_log.screen import CommandLogScreen
from tests.screens.driving import NOWHERE, console
from tui.stylesheet import StylesheetParsedOnce


@pytest.fixture
def parsed(monkeypatch):
    """The sheets that were parsed since: where each came from, and how it was taken."""
    seen = []
    parse = Stylesheet._parse_rules

    def noted(sheet, css, read_from, *how, **named):
        seen.append((read_from, (*how, *named.values())))
        return parse(sheet, css, read_from, *how, **named)

    monkeypatch.setattr("tui.stylesheet._parsed", {})
    monkeypatch.setattr(Stylesheet, "_parse_rules", noted)
    return seen


async def test_a_screen_that_brings_a_sheet_of_its_own_has_no_other_parsed_again(tmp_path, parsed):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.sees("Reading from the cloud")
        assert len(parsed) == len(set(parsed)) > 10
        await driver.press("at")
        await driver.until(lambda: isinstance(driver.app.screen, CommandLogScreen))
    assert any("command_log" in path for (path, _), _ in parsed)
    assert len(parsed) == len(set(parsed))


async def test_another_theme_has_its_own_colours_and_the_first_one_its_own_again(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        first = driver.app.theme
        begun = driver.app.screen.styles.background
        other = next(name for name in driver.app.available_themes if "light" in name)
        driver.app.theme = other
        await driver.until(lambda: driver.app.screen.styles.background != begun)
        driver.app.theme = first
        await driver.until(lambda: driver.app.screen.styles.background == begun)


def test_a_sheet_that_has_changed_is_another_one():
    background = []
    for colour in ("red", "blue"):
        sheet = StylesheetParsedOnce()
        sheet.add_source(f"Label {{ background: {colour}; }}", read_from=("a.tcss", ""))
        background.append(sheet.rules[0].styles.background.hex)
    assert background == ["#FF0000", "#0000FF"]
