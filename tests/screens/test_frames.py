"""The frames that nobody has to read are not drawn, and what fails in drawing one is not missed."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from tests.screens.driving import NOWHERE, console


class Broken(Static):
    """Fails when it is drawn."""

    def render_line(self, y):
        raise LookupError("cannot be drawn")


async def press(driver):
    await driver.press("down")


async def look(driver):
    await driver.sees("anything")


async def end(driver):
    """The console ends without being read."""


async def broken_console(folder, then):
    async with console(folder, cloud=NOWHERE) as driver:
        await driver.sees("Reading from the cloud")
        await driver.app.screen.mount(Broken("x"), before=0)
        await driver.pilot.pause(0.1)
        await then(driver)


@pytest.mark.parametrize("then", [press, look, end])
async def test_what_fails_in_drawing_fails_the_test(tmp_path, then):
    with pytest.raises(LookupError, match="cannot be drawn"):
        await broken_console(tmp_path, then)


async def test_what_is_shown_later_is_seen(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        label = Static("before")
        await driver.app.screen.mount(label, before=0)
        await driver.sees("before")
        driver.app.set_timer(0.1, lambda: label.update("after"))
        await driver.sees("after")
