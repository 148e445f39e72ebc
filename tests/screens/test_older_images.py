"""The list of images hides an older image, shows it again and deletes it, as `imaging succession` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.guidelines.lineage.succession import links
from models.cloud.image import WORKS, WORKS_ABOUT, Image
from models.errors import NotFoundError, UnreadableRunError
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.error import ErrorScreen
from screens.images.screen import ImagesScreen
from screens.images.succession.offers import can_be_hidden, may_be_deleted
from screens.images.succession.questions import hiding_question
from screens.images.succession.screen import SuccessionScreen
from screens.widgets.rows import RowList
from tests.screens.driving import NARROW, WIDE, Driver, FrozenRuns, console

UNUSED, USED = names.image_id("astro-base/1"), names.image_id("astro-base/2")
"""Two images of the project; instances were launched from the second one."""
PATCH = {"method": "PATCH", "path": "/image/v2/images/"}
DELETE = {"method": "DELETE", "path": "/image/v2/images/"}


async def linked(driver: Driver, *, older: str = UNUSED, newer: str = USED, works: str = "yes") -> ImagesScreen:
    """The list with the older image under the cursor, the newer one following it."""
    of_older, of_newer = links(older, newer)
    images = (await driver.app.cloud()).images
    await images.update_image(older, properties=of_older)
    await images.update_image(newer, name="astro-base-v2", properties={**of_newer, WORKS: works, WORKS_ABOUT: newer})
    await driver.press("2")
    await driver.sees("12 images, listed")
    screen, rows = driver.shown(ImagesScreen), driver.app.screen.query_one("#images", RowList)
    rows.select(older)
    await driver.sees("astro-base-v2 follows it.")
    return screen


async def read(driver: Driver, image_id: str = UNUSED) -> Image:
    return await (await driver.app.cloud()).images.image(image_id)


async def asked(driver: Driver) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), lambda: driver.text)


async def refused(driver: Driver, *texts: str) -> None:
    """An error says these things, and nothing is asked."""
    await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen), lambda: driver.text)
    await driver.until(lambda: all(text in in_box(driver) for text in texts), lambda: driver.text)
    await driver.press("escape")


def in_box(driver: Driver) -> str:
    """What stands in the dialog, as one line."""
    box = driver.app.screen.query_one("#box").region
    rows = (line[box.x + 1 : box.right - 1] for line in driver.lines[box.y : box.bottom])
    return " ".join(" ".join(rows).split())


class TestHiding:
    async def test_it_is_refused_while_the_newer_one_is_not_noted_to_work(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            screen = await linked(driver, works="partly")
            await driver.press("h")
            await refused(driver, "which follows astro-base, is not noted to work", "Nothing was changed")
            assert not (await read(driver)).hidden
            assert not screen._older.busy

    @pytest.mark.parametrize(
        "fault, told",
        [
            # Deleting an image is tried with each of them; hiding one is the same with the last.
            pytest.param({"status": 403}, "astro-base is still shown in lists.", marks=pytest.mark.slow),
            pytest.param({"status": 500}, "astro-base is still shown in lists.", marks=pytest.mark.slow),
            ({"drop": True}, "astro-base is still shown in lists."),
        ],
    )
    async def test_a_cloud_that_fails_is_told_with_how_the_image_is(
        self, demo: Any, tmp_path: Path, fault: dict[str, Any], told: str
    ) -> None:
        async with console(tmp_path) as driver:
            screen = await linked(driver)
            await driver.press("h")
            await asked(driver)
            demo.faults({**PATCH, **fault, "times": -1})
            await driver.press("y")
            await refused(driver, told)
            assert not (await read(driver)).hidden
            await driver.until(lambda: screen.check_action("hide", ()) is True)

    async def test_where_nobody_can_tell_how_the_image_is_that_is_said(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("h")
            await asked(driver)
            gets = {"method": "GET", "path": f"/image/v2/images/{UNUSED}", "status": 403, "times": -1}
            demo.faults({**PATCH, "status": 500, "times": -1}, gets, {**gets, "path": "/image/v2/images\\?"})
            await driver.press("y")
            await refused(driver, "could not be read")

    async def test_a_lost_answer_to_what_was_done_is_no_error(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("h")
            await asked(driver)
            demo.faults({**PATCH, "drop": True, "when": "after"})
            await driver.press("y")
            await driver.sees("astro-base is hidden; the same key shows it.")

    async def test_a_no_changes_nothing(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("h")
            await asked(driver)
            await driver.press("n")
            await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))
            assert not (await read(driver)).hidden
            assert not demo.calls("PATCH", UNUSED)[1:]  # the first one linked it

    @pytest.mark.parametrize("size", [(80, 24), WIDE, NARROW])
    async def test_the_same_key_hides_and_shows_again(self, demo: Any, tmp_path: Path, size: tuple[int, int]) -> None:
        async with console(tmp_path, size=size) as driver:
            screen = await linked(driver)
            await driver.press("h")
            await asked(driver)
            await driver.until(lambda: "leaves the usual lists of this project" in in_box(driver))
            await driver.until(lambda: "Instances of it keep working" in in_box(driver))
            await driver.press("y")
            await driver.sees("(hidden) ", "astro-base is hidden; the same key shows it.")
            assert (await read(driver)).hidden
            await driver.until(lambda: screen.key_name("hide") == "Show again" and not screen._older.busy)
            await driver.press("h")
            await asked(driver)
            await driver.until(lambda: "is in the usual lists of this project again" in in_box(driver))
            await driver.press("y")
            await driver.sees("astro-base is shown; the same key hides it.")
            assert not (await read(driver)).hidden

    async def test_a_slow_cloud_is_waited_for_with_a_word_and_no_second_key(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            screen = await linked(driver)
            demo.faults({"method": "GET", "path": f"/image/v2/images/{UNUSED}", "delay": 1.5})
            await driver.press("h")
            await driver.sees("Reading what follows it")
            assert screen.check_action("delete", ()) is False
            await asked(driver)

    async def test_hidden_images_are_found_by_the_filter(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await driver.press("2")
            await driver.sees("12 images, listed")
            await driver.press("slash", *"hidden")
            rows = driver.app.screen.query_one("#images", RowList)
            await driver.until(lambda: [one.name for one in rows.items] == ["astro-base-2024"])


class TestDeleting:
    async def test_an_image_in_use_is_not_asked_about(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver, older=USED, newer=UNUSED)
            await driver.press("D")
            await refused(driver, "is not deleted. It is in use by", "Nothing was changed")
            assert (await read(driver, USED)).status == "active"

    async def test_what_somebody_did_while_it_was_asked_counts(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("D")
            await asked(driver)
            await (await driver.app.cloud()).images.update_image(USED, properties={WORKS: "no"})
            await driver.write("astro-base")
            await driver.press("enter")
            await refused(driver, "is not proved to work", "Nothing was changed")
            assert (await read(driver)).status == "active"

    async def test_a_run_that_cannot_be_read_may_have_published_it(self, demo: Any, tmp_path: Path):
        runs = FrozenRuns()
        runs.unreadable_runs = (UnreadableRunError("r1", "It cannot be read."),)
        async with console(tmp_path, runs=runs) as driver:
            await linked(driver)
            await driver.press("D")
            await refused(driver, "The journal of this machine, which tells what was published, cannot be read.")

    @pytest.mark.parametrize("fault", [{"status": 409}, {"status": 500}, {"drop": True}])
    async def test_a_cloud_that_fails_is_told_with_how_the_image_is(
        self, demo: Any, tmp_path: Path, fault: dict[str, Any]
    ) -> None:
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("D")
            await asked(driver)
            demo.faults({**DELETE, **fault, "times": -1})
            await driver.write("astro-base")
            await driver.press("enter")
            await refused(driver, "astro-base is still there.")
            assert (await read(driver)).status == "active"

    async def test_a_lost_answer_to_what_was_done_is_no_error(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("D")
            await asked(driver)
            demo.faults({**DELETE, "drop": True, "when": "after"})
            await driver.write("astro-base")
            await driver.press("enter")
            await driver.sees("astro-base is deleted.")

    @pytest.mark.parametrize("size", [(80, 24), NARROW])
    async def test_it_goes_by_its_typed_name_alone(self, demo: Any, tmp_path: Path, size: tuple[int, int]) -> None:
        async with console(tmp_path, size=size) as driver:
            await linked(driver)
            await driver.press("D")
            await asked(driver)
            await driver.write("astro")
            await driver.press("enter")
            await driver.sees("Nothing was changed: this is not it.")
            assert (await read(driver)).status == "active"
            await driver.write("astro-base")
            await driver.press("enter")
            await driver.sees("astro-base is deleted.")
            rows = driver.app.screen.query_one("#images", RowList)
            assert UNUSED not in {one.id for one in rows.items}
            with pytest.raises(NotFoundError):
                await read(driver)


class TestOffering:
    async def test_a_console_that_only_reads_shows_what_follows_what_and_changes_nothing(
        self, demo: Any, tmp_path: Path
    ) -> None:
        async with console(tmp_path) as driver:
            await linked(driver)
        async with console(tmp_path / "again", read_only=True) as driver:
            await driver.press("2")
            await driver.sees("12 images, listed")
            screen = driver.shown(ImagesScreen)
            screen.query_one("#images", RowList).select(UNUSED)
            assert [screen.check_action(one, ()) for one in ("succession", "hide", "delete")] == [True, False, False]

    async def test_an_image_that_follows_none_and_is_followed_by_none_offers_nothing_of_it(
        self, demo: Any, tmp_path: Path
    ) -> None:
        async with console(tmp_path) as driver:
            await driver.press("2")
            await driver.sees("12 images, listed")
            screen = driver.shown(ImagesScreen)
            screen.query_one("#images", RowList).select(USED)
            assert [screen.check_action(one, ()) for one in ("succession", "hide", "delete")] == [False] * 3

    @pytest.mark.parametrize(
        "update", [{"protected": True}, {"visibility": "community"}, {"owner": "p2"}, {"status": "queued"}]
    )
    async def test_what_the_list_tells_is_enough_to_offer_no_deletion(
        self, demo: Any, tmp_path: Path, update: dict[str, Any]
    ) -> None:
        async with console(tmp_path) as driver:
            await linked(driver)
            image, login = await read(driver), driver.app.login
            assert may_be_deleted(image, login)
            assert not may_be_deleted(image.model_copy(update=update), login)
            assert not may_be_deleted(image, None)
            assert can_be_hidden(image, login)
            assert not can_be_hidden(image, None)

    async def test_all_three_are_found_by_name_in_the_palette(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await driver.press("colon", *"astro-base")
            await driver.sees("astro-base: what follows what", "astro-base: hide", "astro-base: delete")

    def test_of_an_image_that_others_see_the_question_names_them(self):
        image = Image(id="i", name="base", status="active", visibility="community")
        assert "the usual lists of all who can see it" in hiding_question(image, image).sentence


class TestWhatFollowsWhat:
    async def test_the_links_come_first_and_then_what_changed(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            screen = await linked(driver)
            screen.query_one("#images", RowList).select(USED)
            await driver.press("l")
            await driver.until(lambda: isinstance(driver.app.screen, SuccessionScreen))
            await driver.sees(
                f"It follows astro-base ({UNUSED}).", "test launch: booted, now not noted", "No image follows it."
            )
            await driver.sees("packages:", "changed: base-files", "Read from the cloud; nothing was changed")
            await driver.press("escape")
            await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))

    async def test_of_the_older_one_it_says_what_forbids_that_it_is_deleted(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver, works="no")
            await driver.press("l")
            await driver.sees(
                "It is followed by astro-base-v2", "It is not offered to be deleted:", "not proved to work"
            )

    async def test_an_image_that_is_gone_meanwhile_is_said(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            await linked(driver)
            await (await driver.app.cloud()).images.delete_image(UNUSED)
            await driver.press("l")
            await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
            await driver.press("escape", "escape")
            await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))

    async def test_one_who_leaves_waits_for_nothing(self, demo: Any, tmp_path: Path):
        async with console(tmp_path) as driver:
            screen = await linked(driver)
            screen.query_one("#images", RowList).select(USED)
            demo.faults({"method": "GET", "path": "/image/v2/images/.*/file", "delay": 5.0, "times": -1})
            await driver.press("l")
            await driver.sees("esc stops")
            await driver.press("escape")
            await driver.until(lambda: isinstance(driver.app.screen, ImagesScreen))
