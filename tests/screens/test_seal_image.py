"""An image of one's own is sealed from the list of images: inspected first, planned, agreed to, started."""

from __future__ import annotations

import pytest

from imaging.runs.plan.seal.request import is_sealable, proposed_description, proposed_name
from models.cloud.image import SEALED, SEALED_ABOUT, Image
from models.fact import Fact
from models.findings import Source
from models.run.kind import RunKind
from models.run.record import RunState
from models.run.request import Mode
from screens.dialogs.confirm import ConfirmScreen
from screens.images.screen import ImagesScreen
from screens.images.sealing.screen import SealScreen
from screens.runs.run import RunScreen
from screens.runs.texts.offers import is_offered
from screens.widgets.rows import RowList
from tests.screens.driving import NARROW, WIDE, Driver, FrozenGuests, FrozenRuns, console
from tests.screens.samples import NOW, run
from tests.screens.test_wizard_content import recorded
from tests.support.known import present

SNAPSHOT = Image(
    id="s1", name="db-07-v1", status="active", owner="p1", visibility="private", properties={"image_type": "snapshot"}
)


@pytest.mark.parametrize(
    "update",
    [
        {"status": "saving"},
        {"owner": "p2"},
        {"visibility": "shared"},
        {"properties": {}},
        {"properties": {"image_type": "snapshot", SEALED: "sealed", SEALED_ABOUT: "s1"}},
        {"properties": {"image_type": "snapshot", "block_device_mapping": "[1]"}, "size_bytes": 0},
    ],
)
def test_a_seal_is_for_private_snapshots_of_ones_own_alone(update):
    assert is_sealable(SNAPSHOT, "p1")
    assert not is_sealable(SNAPSHOT.model_copy(update=update), "p1")
    assert not is_sealable(SNAPSHOT, None)


def test_a_free_name_and_a_description_are_proposed():
    assert proposed_name(SNAPSHOT) == "db-07-v1-sealed"
    assert proposed_name(SNAPSHOT, {"db-07-v1-sealed", "db-07-v1-sealed-2"}) == "db-07-v1-sealed-3"
    assert len(proposed_name(SNAPSHOT.model_copy(update={"name": "x" * 255}), {"y"})) <= 255
    assert proposed_description(SNAPSHOT).startswith("db-07-v1. Sealed:")


def test_a_run_that_sealed_an_image_is_about_no_instance_and_not_offered_again():
    made = run(state=RunState.FAILED, image_id="i")
    assert is_offered("again", made, read_only=False)
    sealed = made.model_copy(update={"plan": made.plan.model_copy(update={"kind": RunKind.SEAL, "source": None})})
    assert not is_offered("again", sealed, read_only=False)


async def at_snapshot(driver: Driver, project_id: str) -> Image:
    """The list of images with a snapshot of the project's own under the cursor."""
    await driver.press("2")
    await driver.sees("12 images, listed")
    screen, rows = driver.shown(ImagesScreen), driver.app.screen.query_one("#images", RowList)
    base: Image = next(one for one in rows.items if one.name == "astro-base" and one.status == "active")
    image = base.model_copy(update={"properties": {**base.properties, "image_type": "snapshot"}, "owner": project_id})
    screen.post_message(ImagesScreen.ListRead((image,), complete=True))
    await driver.until(lambda: [one.id for one in rows.items] == [image.id])
    return image


def project_of(driver: Driver) -> str:
    return present(driver.app.login).identity.project_id


async def opened(driver: Driver, guests: FrozenGuests) -> SealScreen:
    await driver.press("2")
    await driver.sees("12 images, listed")
    image = await at_snapshot(driver, project_of(driver))
    guests.known[image.id] = Fact(value=recorded(), source=Source.GUEST, read_at=NOW)
    await driver.until(lambda: driver.app.screen.check_action("seal", ()) is True)
    await driver.press("s")
    await driver.until(lambda: isinstance(driver.app.screen, SealScreen))
    screen = driver.shown(SealScreen)
    await driver.until(lambda: screen._plan is not None)
    return screen


@pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
async def test_what_is_lost_is_shown_and_a_start_leads_to_the_run(demo, tmp_path, size):
    guests, runs = FrozenGuests(), FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs, size=size) as driver:
        screen = await opened(driver, guests)
        await driver.sees("astro-base-sealed", "Will be lost in the image")
        if present(screen._plan).test is not None and not present(present(screen._plan).test).network:
            await driver.press("enter", "enter", "n", "enter")
            await driver.until(lambda: screen._plan is not None and not screen._obstacle)
        await driver.until(lambda: screen._guard.has_been_read)
        await driver.press("ctrl+g")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        (plan,) = runs.started
        assert plan.kind is RunKind.SEAL
        assert (plan.request.name, plan.request.mode) == ("astro-base-sealed", Mode.SEALED)


async def test_a_home_and_a_path_are_kept_by_keys_and_planned_again(demo, tmp_path):
    guests, runs = FrozenGuests(), FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        screen = await opened(driver, guests)
        await driver.press("enter", "enter")
        screen._rows.select("home /home/ada")
        await driver.sees("space Keep")
        await driver.press("space")
        await driver.until(lambda: screen._plan is not None and screen._plan.request.keep_homes == ("ada",))
        assert [each.path for each in present(present(screen._plan).seal).kept] == ["/home/ada"]
        await driver.press("plus")
        await driver.write("/opt/data")
        await driver.press("enter")
        await driver.until(lambda: screen._plan is not None and screen._plan.request.keep_paths == ("/opt/data",))


async def test_without_a_name_nothing_starts(demo, tmp_path):
    guests, runs = FrozenGuests(), FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await opened(driver, guests)
        await driver.hold("backspace", len("astro-base-sealed"))
        await driver.sees("The sealed image needs a name.")
        await driver.press("ctrl+g")
        assert isinstance(driver.app.screen, SealScreen)
        assert runs.started == []


async def test_an_image_that_nobody_inspected_is_inspected_first_and_the_seal_goes_on(demo, tmp_path):
    guests, runs = FrozenGuests(), FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        image = await at_snapshot(driver, project_of(driver))
        await driver.press("s")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.sees("Inspect the image first", "stays as it is")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert runs.started[0].kind is RunKind.IMAGE_CHECK
        guests.known[image.id] = Fact(value=recorded(), source=Source.GUEST, read_at=NOW)
        runs.change(runs.records["new"].model_copy(update={"state": RunState.DONE}))
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, SealScreen))
        await driver.sees("Will be lost in the image")


async def test_the_palette_leads_to_the_seal_of_an_image(demo, tmp_path):
    guests = FrozenGuests()
    async with console(tmp_path, guests=guests) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        image = await at_snapshot(driver, project_of(driver))
        guests.known[image.id] = Fact(value=recorded(), source=Source.GUEST, read_at=NOW)
        await driver.press("colon")
        await driver.write("astro-base")
        await driver.sees("astro-base: seal")


async def test_a_console_that_only_reads_seals_nothing(demo, tmp_path):
    async with console(tmp_path, read_only=True) as driver:
        await driver.press("2")
        await driver.sees("12 images, listed")
        await at_snapshot(driver, project_of(driver))
        assert driver.app.screen.check_action("seal", ()) is not True
