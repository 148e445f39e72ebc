"""An image is exported from the list of images: file, format, reason, what is to be known, and the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.cloud.image import Image
from models.findings import Readiness
from models.image_file.image_format import ImageFormat
from models.run.export_plan import ExportPlan
from models.run.exported_file import ExportedFile
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState, StepRecord
from models.steps import EXPORT_STEPS, StepState
from screens.images.export.screen import ExportScreen
from screens.images.screen import ImagesScreen
from screens.runs.run import RunScreen
from screens.runs.texts.headline import outcome_line
from screens.runs.texts.heard import Change
from screens.runs.texts.offers import is_offered
from screens.runs.texts.questions import question
from screens.runs.texts.run_rows import cells
from screens.runs.texts.run_text import status_text
from screens.style.glyphs import UNICODE
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from tests.screens.driving import NARROW, WIDE, Driver, FrozenGuests, FrozenRuns, console
from tests.screens.samples import NOW, run
from tests.support.known import present


def export_run(**changed: Any) -> RunRecord:
    """A run that has exported an image."""
    image = Image(id="i1", name="db-07-v1", status="active", size_bytes=600, content_hash="ab", hash_algorithm="sha512")
    export = ExportPlan(path="/home/ada/two\nlines.qcow2", format=ImageFormat.QCOW2, hash_algorithm="sha512", hash="ab")
    base = run()
    plan = base.plan.model_copy(update={"kind": RunKind.EXPORT, "source": None, "image": image, "export": export})
    steps = tuple(StepRecord(step=step, state=StepState.DONE, started_at=NOW, ended_at=NOW) for step in EXPORT_STEPS)
    exported = ExportedFile(
        format=ImageFormat.QCOW2, size_bytes=5 * 2**20, disk_size_bytes=600, sha256="0" * 64, compared=True,
        readiness=Readiness.BLOCKED, blockers=("SEC-PRIVKEY",),
    )  # fmt: skip
    update = {"kind": RunKind.EXPORT, "plan": plan, "steps": steps, "exported": exported, "claim": None}
    return base.model_copy(update={**update, "image_id": None, "instance_restored": None, "verdict": None, **changed})


def test_what_came_of_it_is_said_of_the_file():
    made = export_run(state=RunState.DONE)
    said = "two\ufffdlines.qcow2 is written: 5.0 MiB, compared with the cloud's SHA512, 1 blocker in it"
    assert outcome_line(made) == said
    assert [cell.text for cell in cells(made, UNICODE)][4:6] == ["two\ufffdlines.qcow2", "✓ file written"]
    unverified = present(made.exported).model_copy(update={"compared": False, "blockers": ()})
    assert outcome_line(made.model_copy(update={"exported": unverified})).endswith("5.0 MiB, not verified")


def test_nothing_is_said_of_an_instance_that_an_export_has_not():
    made = export_run(state=RunState.CANCELLING)
    assert "instance" not in question(Change.CANCEL, made).details
    assert status_text(made)[0] == "What it has written is being removed."
    assert not is_offered("again", export_run(state=RunState.FAILED), read_only=False)


async def opened(driver: Driver, target: Path) -> ExportScreen:
    await driver.press("2")
    await driver.sees("12 images, listed")
    rows = driver.app.screen.query_one("#images", RowList)
    image = next(one for one in rows.items if one.name == "survey-appliance")
    driver.shown(ImagesScreen).show_image(image.id)
    await driver.until(lambda: rows.selected is not None and rows.selected.id == image.id)
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportScreen))
    screen = driver.shown(ExportScreen)
    assert screen.query_one("#file", Entry).value == "~/survey-appliance.qcow2"
    screen.query_one("#file", Entry).value = str(target)
    await driver.until(lambda: screen._plan is not None)
    return screen


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_a_reason_is_asked_for_and_a_start_leads_to_the_run(demo, tmp_path, size):
    runs = FrozenRuns()
    async with console(tmp_path, guests=FrozenGuests(), runs=runs, size=size) as driver:
        screen = await opened(driver, tmp_path / "F.qcow2")
        assert not screen.check_action("start", ())
        await driver.press("enter")
        await driver.sees("w Reason")
        await driver.press("w")
        await driver.sees("Export anyway", "It is not sealed")
        await driver.write("archive")
        await driver.press("enter")
        await driver.until(lambda: screen.check_action("start", ()) is True)
        await driver.until(lambda: screen._guard.has_been_read)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.kind is RunKind.EXPORT
        assert plan.request.waivers[0].reason == "archive"
        assert present(plan.export).path == str(tmp_path / "F.qcow2")


async def test_another_format_gives_the_file_another_ending(demo, tmp_path):
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, tmp_path / "F.qcow2")
        await driver.press("enter")
        await driver.sees("f Format")
        await driver.press("f")
        await driver.sees("As it is stored", "VHDX")
        await driver.press("down", "enter")
        await driver.until(lambda: screen._plan is not None)
        assert screen.query_one("#file", Entry).value == str(tmp_path / "F.raw")
        assert present(present(screen._plan).export).format is ImageFormat.RAW


async def test_a_name_that_is_taken_is_said_and_nothing_starts(demo, tmp_path):
    (tmp_path / "taken").write_text("mine")
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, tmp_path / "F.qcow2")
        screen.query_one("#file", Entry).value = str(tmp_path / "taken")
        await driver.sees("Name another FILE")
        assert not screen.check_action("start", ())


async def test_an_answer_to_an_earlier_question_is_not_shown(demo, tmp_path):
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        screen = await opened(driver, tmp_path / "F.qcow2")
        old = present(screen._plan)
        screen.query_one("#file", Entry).value = str(tmp_path / "G.qcow2")
        await driver.until(lambda: screen._plan is not None and screen._plan is not old)
        screen.take_plan(old)
        assert present(present(screen._plan).export).path == str(tmp_path / "G.qcow2")


async def test_room_and_comparison_are_shown(demo, tmp_path):
    async with console(tmp_path, guests=FrozenGuests(), runs=FrozenRuns()) as driver:
        await opened(driver, tmp_path / "F.qcow2")
        await driver.sees("Format: QCOW2, as it is stored", "free", "Compared with the SHA512 of the cloud", "go along")
