"""What the style sheets say is read once for each theme."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

from models.run.record import RunState
from models.steps import StepName
from screens.command_log.screen import CommandLogScreen
from tests.screens.driving import NOWHERE, Driver, FrozenRuns, console
from tests.screens.samples import run
from tui.styles.stylesheet import StylesheetParsedOnce


@pytest.fixture
def parsed(monkeypatch):
    """The sheets that were parsed since: where each came from, and how it was taken."""
    seen = []
    parse = Stylesheet._parse_rules

    def noted(sheet, css, read_from, *how, **named):
        seen.append((read_from, (*how, *named.values())))
        return parse(sheet, css, read_from, *how, **named)

    monkeypatch.setattr("tui.styles.stylesheet._parsed", {})
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


def styles_of(node: DOMNode) -> dict[str, dict[str, Any]]:
    """What the sheets say of a widget and of its parts, and what Textual notes of it."""
    noted = {name: getattr(node, name) for name in ("_has_hover_style", "_has_focus_within", "_has_order_style")}
    parts = {name: dict(styles.base._rules) for name, styles in node._component_styles.items()}
    return {"": dict(node.styles.base._rules), "noted": noted, **parts}


def by_textual(app: App[None]) -> Stylesheet:
    """The sheets of an application, matched by Textual alone."""
    sheet = Stylesheet(variables=app.get_css_variables())
    sheet.source = dict(app.stylesheet.source)
    sheet.parse()
    return sheet


def wrongly_styled(app: App[None]) -> Iterator[str]:
    """Widgets of which Textual says something else, on any screen."""
    sheet = by_textual(app)
    for screen in app.screen_stack:
        for node in screen.walk_children(Widget, with_self=True):
            seen = styles_of(node)
            sheet.apply(node)
            if styles_of(node) != seen:
                yield repr(node)


async def walk(driver: Driver) -> AsyncIterator[str]:
    """Lists, fields, dialogs, panels with and without the focus, sizes of terminals and themes."""
    await driver.sees("Reading from the cloud")
    for keys in (("tab",), ("slash", "x"), ("escape", "question_mark"), ("escape", "3"), ("enter",), ("tab",)):
        await driver.press(*keys)
        yield " ".join(keys)
    for size in ((60, 18), (140, 50)):
        await driver.pilot.resize_terminal(*size)
        yield str(size)
    driver.app.theme = next(name for name in driver.app.available_themes if "light" in name)
    await driver.pilot.pause()
    yield "another theme"
    driver.app.screen.query(Widget).last().disabled = True
    driver.app.screen.query(Widget).first().add_class("panel")
    await driver.pilot.pause()
    yield "changed by hand"
    await driver.press("at")
    await driver.until(lambda: isinstance(driver.app.screen, CommandLogScreen))
    yield "command log"


async def test_what_is_remembered_is_what_textual_finds(tmp_path):
    runs = FrozenRuns(run(state=RunState.FAILED, at=StepName.DETACH))
    for number in range(2):
        async with console(tmp_path / str(number), cloud=NOWHERE, runs=runs) as driver:
            async for place in walk(driver):
                assert number == 0 or not list(wrongly_styled(driver.app)), place


async def test_what_was_opened_before_is_matched_against_few_rules(tmp_path, monkeypatch):
    matched: list[int] = []
    check = Stylesheet._check_rule

    def noted(sheet, rule, nodes):
        matched[-1] += 1
        return check(rule, nodes)

    monkeypatch.setattr(Stylesheet, "_check_rule", classmethod(noted))
    monkeypatch.setattr("tui.styles.known._known", {})
    for number in range(2):
        matched.append(0)
        async with console(tmp_path / str(number), cloud=NOWHERE) as driver:
            await driver.sees("Reading from the cloud")
    assert matched[1] < matched[0] / 3
