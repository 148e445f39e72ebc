"""A file, and an image of the cloud, inspected from the list of images: the same checklist, and esc ends it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from imaging.runtime.confined import process as confined_process
from models.cloud.image import Image
from screens.dialogs.finding import FindingScreen
from screens.files.inspection import InspectionScreen
from screens.files.path_suggester import PathSuggester
from screens.images.screen import ImagesScreen
from screens.widgets.checklist import ChecklistView
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from tests.files.disk.making import ROOT_X86_64, converted, divided, ext
from tests.guest.next_boot.guests import HEALTHY
from tests.guest.probe.running import plant
from tests.guest.test_image_inspection import reader_processes
from tests.screens.driving import NARROW, WIDE, Driver, console
from tests.support import warm_readers
from tests.support.known import present
from tests.support.needs import needs

pytestmark = needs("mkfs.ext4", "sfdisk", "qemu-img")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    root = plant(folder / "root", {path: text for path, text in HEALTHY.items() if text is not None})
    raw = divided(folder / "disk.raw", "gpt", [(ext(folder / "ext", root), ROOT_X86_64)])
    return converted(raw, folder / "survey.qcow2", "qcow2")


class HeldBytes:
    """The bytes of an image, as far as they are let through."""

    def __init__(self, path: Path, *, stops_after: int = 2**60) -> None:
        self._whole, self._stops_after = path.read_bytes(), stops_after
        self.size_bytes = len(self._whole)
        self.asked = 0

    async def read_bytes(self, _image_id: str, offset: int, length: int) -> bytes:
        self.asked += 1
        if self.asked > self._stops_after and reader_processes():
            await asyncio.Event().wait()
        return self._whole[offset : offset + length]


async def ask_for_file(driver: Driver, path: Path) -> None:
    await driver.press("2")
    await driver.sees("12 images, listed", "f File")
    await driver.press("f")
    await driver.sees("Inspect a file")
    await driver.write(str(path))
    await driver.press("enter")


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_a_file_gets_the_checklist_of_an_instance(demo: Any, tmp_path: Path, disk: Path, size: Any) -> None:
    async with console(tmp_path, size=size) as driver:
        await ask_for_file(driver, disk)
        await driver.sees("QCOW2, disk of", "GPT", "vda1", "What only a running system")
        view = driver.app.screen.query_one(ChecklistView)
        assert view.rows.has_focus
        view.rows.select("BOOT-ROOTREF")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.press("escape", "escape")
        await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))
        await driver.press("f")
        await driver.sees("Inspect a file")
        assert driver.app.screen.query_one("#answer", Entry).value == str(disk)  # the last path is there again


async def test_a_path_to_nothing_is_refused_where_it_was_written(demo: Any, tmp_path: Path) -> None:
    async with console(tmp_path) as driver:
        await ask_for_file(driver, tmp_path / "none.raw")
        await driver.sees("There is no such file.")


async def test_what_cannot_be_used_is_said(demo: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.raw"
    empty.touch()
    async with console(tmp_path) as driver:
        await ask_for_file(driver, empty)
        await driver.sees("It holds nothing.")


async def chosen_image(driver: Driver, held: HeldBytes, monkeypatch: pytest.MonkeyPatch) -> Image:
    """The list of images with one under the cursor whose bytes are those of a file."""
    await driver.press("2")
    await driver.sees("12 images, listed")
    screen, rows = driver.shown(ImagesScreen), driver.app.screen.query_one("#images", RowList)
    base: Image = next(one for one in rows.items if one.name == "astro-base" and one.status == "active")
    image = base.model_copy(update={"disk_format": "qcow2", "size_bytes": held.size_bytes})
    monkeypatch.setattr(await driver.app.cloud(), "image_bytes", held)
    screen.post_message(ImagesScreen.ListRead((image,), complete=True))
    await driver.until(lambda: [one.id for one in rows.items] == [image.id])
    return image


async def test_an_image_of_the_cloud_is_inspected_by_its_parts(
    demo: Any, tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(tmp_path) as driver:
        await chosen_image(driver, HeldBytes(disk), monkeypatch)
        await driver.sees("p Inspect")
        await driver.press("p")
        await driver.sees("astro-base", "QCOW2, disk of", "GPT", "What only a running system")
        checklist = present(driver.app.screen.query_one(ChecklistView)._checklist)
        assert {each.rule: each.outcome for each in checklist.findings}["FMT-CONTAINER"]


async def test_esc_ends_an_inspection_and_its_process(
    demo: Any, tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined_process, "_start", warm_readers.fresh)
    async with console(tmp_path) as driver:
        await chosen_image(driver, HeldBytes(disk, stops_after=0), monkeypatch)
        await driver.press("p")
        await driver.until(lambda: bool(reader_processes()))
        await driver.sees("esc stops")
        assert isinstance(driver.app.screen, InspectionScreen)
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))
        await driver.until(lambda: not reader_processes())


async def test_the_rest_of_a_path_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "survey.qcow2").touch()
    (tmp_path / "images" / "sur\x1bvey").touch()
    suggester = PathSuggester()
    assert await suggester.get_suggestion(f"{tmp_path}/images/su") == f"{tmp_path}/images/survey.qcow2"
    assert await suggester.get_suggestion(f"{tmp_path}/images/") is None
    assert await suggester.get_suggestion(f"{tmp_path}/none/x") is None
