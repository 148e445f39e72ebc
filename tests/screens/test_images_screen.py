"""The list of images with the launch matrix of the chosen one."""

from __future__ import annotations

import pytest

from models.run.record import RunState
from models.steps import StepName
from models.verdict import DeadEnd, Verdict, VerdictWord
from screens.images.screen import ImagesScreen
from screens.images.verifying.screen import VerifyScreen
from screens.runs.run import RunScreen
from screens.widgets.rows import RowList
from tests.screens.driving import WIDE, FrozenRuns, console
from tests.screens.samples import NOW, run
from tests.support.known import present

STUCK = Verdict(word=VerdictWord.FAILED, dead_end=DeadEnd.KERNEL_PANIC)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_the_matrix_says_which_flavors_can_launch_an_image(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        await driver.press("2")
        await driver.sees("Featured-", "astro-base", "fits", "m3.tiny")


async def test_the_matrix_says_why_a_flavor_cannot(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("no fit", "quota:", "left out")


async def test_a_test_launch_is_shown_before_it_starts(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        rows.select(next(one.id for one in rows.items if one.name == "astro-base"))
        await driver.press("v")
        await driver.until(lambda: isinstance(driver.app.screen, VerifyScreen))
        await driver.sees("A test instance is launched, checked in two boots, and removed", "Nothing has been launched")
        assert runs.started == []
        screen = driver.shown(VerifyScreen)
        await driver.until(lambda: screen._guard.has_been_read)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert present(runs.started[0].image).name == "astro-base"


async def test_verdict_size_and_id_are_in_sight_however_long_the_description_is(demo, tmp_path):
    ended = run(state=RunState.FAILED, at=StepName.REPORT, verdict=STUCK, ended_at=NOW)
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        image = next(one for one in rows.items if one.name == "astro-base")
        described = image.model_copy(update={"properties": {**image.properties, "description": "word " * 500}})
        runs.records["r1"] = ended.model_copy(update={"image_id": image.id})
        screen = driver.shown(ImagesScreen)
        screen.post_message(ImagesScreen.ListRead((described,), complete=True))
        screen._read_history()
        await driver.sees("did not boot", image.id, "GiB", "m3.tiny", "word word")


async def test_a_long_description_can_be_scrolled_by_keys(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        words = " ".join(f"word{number}" for number in range(400))
        described = rows.items[0].model_copy(update={"properties": {"description": words}})
        driver.app.screen.post_message(ImagesScreen.ListRead((described,), complete=True))
        await driver.sees("word0")
        await driver.press("tab", "end")
        await driver.sees("word399")


async def test_from_an_image_to_its_run_and_back_again(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        image = next(one for one in rows.items if one.name == "survey-appliance")
        ended = run(state=RunState.DONE, at=StepName.REPORT, image_id=image.id, ended_at=NOW, report_path="/x")
        runs.records["r1"] = ended
        driver.shown(ImagesScreen)._read_history()
        await driver.until(lambda: rows.selected_key == image.id)
        await driver.press("m")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.sees("The image is complete")
        await driver.press("m")
        await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))
        assert rows.selected_key == image.id


async def test_the_filter_narrows_the_images(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        await driver.press("slash")
        await driver.write("featured")
        rows = driver.app.screen.query_one("#images", RowList)
        await driver.until(lambda: {one.name[:8] for one in rows.items} == {"Featured"})


async def test_images_are_sorted_by_a_key_and_stay_so_and_the_cursor_stays_on_its_image(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        rows.select(next(one.id for one in rows.items if one.name == "astro-base"))
        await driver.press("o", *["down"] * 5, "enter")
        await driver.sees("12 images by size, largest first", "Size▴")
        sizes = [one.size_bytes or 0 for one in rows.items]
        assert sizes == sorted(sizes, reverse=True)
        await driver.press("1", "2")
        await driver.sees("12 images by size, largest first")
        assert rows.selected is not None
        assert rows.selected.name == "astro-base"


async def test_a_failed_refresh_keeps_the_images_and_says_why(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        demo.faults({"method": "GET", "path": "/image", "status": 403, "times": -1})
        await driver.press("r")
        await driver.sees("as of", "Refresh failed", "astro-base", "e: details", "e Error")
        await driver.press("e")
        await driver.sees("Something went wrong", "What to do", "request req-")


async def test_a_name_that_the_frame_cuts_is_whole_above_the_description(demo, tmp_path):
    name = "".join(f"survey-{number:03}." for number in range(23))
    async with console(tmp_path) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        screen = driver.shown(ImagesScreen)
        long = screen.listed[0].model_copy(update={"name": name})
        screen.post_message(ImagesScreen.ListRead((long, *screen.listed[1:]), complete=True))
        rows = screen.query_one("#images", RowList)
        rows.select(long.id)
        await driver.sees("survey-000.")
        screen.query_one("#description").focus()
        await driver.until(lambda: name in driver.text.replace("\n", "").replace(" ", ""), lambda: driver.text)


async def test_an_image_older_than_the_guidelines_want_says_so_beside_its_verdict(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        rows = driver.app.screen.query_one("#images", RowList)
        rows.select(next(one.id for one in rows.items if one.name == "astro-base-2024"))
        await driver.sees("days old; the guidelines jetstream want images younger than 365 days")
