"""The list of images with the launch matrix of the chosen one."""

from __future__ import annotations

import pytest

from screens.dialogs.confirm import ConfirmScreen
from screens.runs.run import RunScreen
from screens.widgets.rows import RowList
from tests.screens.driving import FrozenRuns, console
from tests.support.known import present


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_matrix_says_which_flavors_can_launch_an_image(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        await driver.press("2")
        await driver.sees("Featured-Ubuntu24", "astro-base", "fits", "m3.tiny")


async def test_the_matrix_says_why_a_flavor_cannot(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("no fit", "quota:", "left out")


async def test_a_test_launch_asks_before_it_starts(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("astro-base")
        await driver.press("v")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.sees("This will launch a test instance of astro-base")
        assert runs.started == []
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert present(runs.started[0].image).name == "astro-base"


async def test_the_filter_narrows_the_images(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images")
        await driver.press("slash")
        await driver.write("featured")
        rows = driver.app.screen.query_one("#images", RowList)
        await driver.until(lambda: {one.name[:8] for one in rows.items} == {"Featured"})


async def test_a_failed_refresh_keeps_the_images_and_says_why(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images")
        demo.faults({"method": "GET", "path": "/image", "status": 403, "times": -1})
        await driver.press("r")
        await driver.sees("as of", "Refresh failed", "astro-base", "e: details", "e Error")
        await driver.press("e")
        await driver.sees("Something went wrong", "What to do", "request req-")
