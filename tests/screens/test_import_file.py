"""A file is imported from the list of images: inspected, planned, its reasons asked for, and started."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from models.image_file.image_format import ImageFormat
from models.run.kind import RunKind
from models.run.request import Visibility
from screens.images.importing.screen import ImportScreen
from screens.runs.run import RunScreen
from screens.widgets.entry import Entry
from tests.files.image_files import converted, image, raw_disk
from tests.screens.driving import NARROW, WIDE, Driver, FrozenGuests, FrozenRuns, console
from tests.support.known import present
from tests.support.needs import needs

pytestmark = needs("qemu-img", "sfdisk")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A QCOW2 with partitions and no system."""
    folder = tmp_path / "files"
    folder.mkdir()
    return converted(raw_disk(tmp_path / "raw"), folder / "lab disk.qcow2", ImageFormat.QCOW2)


async def ask_for(driver: Driver, path: Path) -> None:
    await driver.press("2")
    await driver.sees("12 images, listed")
    await driver.press("i")
    await driver.sees("Import a file")
    await driver.write(str(path))
    await driver.press("enter")


async def opened(driver: Driver, path: Path) -> ImportScreen:
    await ask_for(driver, path)
    await driver.until(lambda: isinstance(driver.app.screen, ImportScreen))
    return driver.shown(ImportScreen)


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_reasons_are_asked_for_and_a_start_leads_to_the_run(demo: Any, tmp_path: Path, disk: Path, size: Any):
    runs = FrozenRuns()
    async with console(tmp_path, guests=FrozenGuests(), runs=runs, size=size) as driver:
        screen = await opened(driver, disk)
        await driver.until(lambda: screen._plan is not None)
        assert not screen.check_action("start", ())
        assert screen.query_one("#name", Entry).value.startswith("lab disk-")
        await driver.sees("u Not inspected")
        await driver.press("u")
        await driver.sees("Not inspected", "Why may the run begin")
        await driver.write("known")
        await driver.press("enter")
        await driver.until(lambda: screen._plan is not None and bool(screen._plan.request.uninspected))
        if screen.check_action("network", ()):
            await driver.press("n")
            await driver.sees("Network of the test instance")
            await driver.press("enter")
        await driver.until(lambda: screen.check_action("start", ()) is True)
        await driver.until(lambda: screen._guard.has_been_read)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.kind is RunKind.IMPORT
        assert plan.request.uninspected == "known"
        file = present(plan.file)
        assert (file.path, file.target, file.converts) == (str(disk), ImageFormat.RAW, True)


async def test_what_is_written_and_chosen_is_planned_again(demo: Any, tmp_path: Path, disk: Path):
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, disk)
        await driver.until(lambda: screen._plan is not None)
        await driver.sees("Sent: RAW, converted from QCOW2", "8.0 MiB", "Visibility: private")
        screen.query_one("#name", Entry).value = "from-the-lab"
        await driver.until(lambda: screen._plan is not None and screen._plan.request.name == "from-the-lab")
        await driver.press("v")
        await driver.sees("community")
        await driver.press("down", "enter")
        await driver.until(lambda: screen._plan is not None)
        assert present(screen._plan).request.visibility is Visibility.COMMUNITY
        screen.query_one("#name", Entry).value = " "
        await driver.sees("The image needs a name and a description.")
        assert not screen.check_action("start", ())


async def test_a_file_that_must_not_be_opened_cannot_be_started_whatever_reason(demo: Any, tmp_path: Path, disk: Path):
    child = image(tmp_path / "child.qcow2", ImageFormat.QCOW2)
    with child.open("r+b") as file:
        file.seek(8)
        file.write((0x1000).to_bytes(8, "big") + len(str(disk)).to_bytes(4, "big"))
        file.seek(0x1000)
        file.write(str(disk).encode())
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, child)
        await driver.sees("The file is not used: It names another file as its base")
        await driver.press("w", *"why", "enter")
        await driver.until(lambda: screen._plan is not None and bool(screen._plan.request.waivers))
        assert not screen.check_action("start", ())


async def test_what_is_no_image_is_said_and_nothing_is_planned(demo: Any, tmp_path: Path):
    (tmp_path / "note.txt").write_text("")
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        await ask_for(driver, tmp_path / "note.txt")
        await driver.sees("It holds nothing")


async def test_the_date_in_the_name_of_a_file_is_not_followed_by_another_one(demo: Any, tmp_path: Path, disk: Path):
    earlier = disk.with_name("survey-20261101-2.qcow2")
    shutil.copy(disk, earlier)
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, earlier)
        await driver.until(lambda: screen._plan is not None)
        name = screen.query_one("#name", Entry).value
        assert name.startswith("survey-20")
        assert "20261101" not in name
