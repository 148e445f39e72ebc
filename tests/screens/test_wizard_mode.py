"""Plain or sealed: the first question of the wizard, which follows the visibility until the user has answered it."""

from __future__ import annotations

import pytest

from imaging.guidelines.profiles import load_profile
from models.run.request import Mode, Visibility
from screens.widgets.entry import Entry
from screens.wizard.beginning import beginning_of
from screens.wizard.changes import begun, changed
from screens.wizard.state import WizardState
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, console
from tests.screens.samples import instance, plan, run
from tests.screens.test_wizard import open_wizard, turn_to


def blank() -> WizardState:
    return WizardState(instance(), load_profile("jetstream"), plan().request)


def mode_of(screen: WizardScreen) -> Mode:
    return screen._state.request.mode


async def choose_visibility(driver: Driver, screen: WizardScreen, *keys: str) -> None:
    await turn_to(driver, screen, PageName.VISIBILITY)
    await driver.press(*keys, "space")
    await driver.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_the_first_page_says_in_two_lines_what_either_mode_means(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        await open_wizard(driver)
        await driver.sees("(x) plain", "the root disk as it is", "( ) sealed", "without people, homes")


async def test_sealed_is_chosen_by_keys_alone_and_the_name_has_the_keys_before(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        assert screen.query_one("#name", Entry).has_focus
        await driver.sees("Plain or sealed")
        await driver.press("up", "down", "space")
        await driver.until(lambda: screen._state.request.mode is Mode.SEALED)
        await driver.sees("(x) sealed", "( ) plain")
        await driver.press("tab")
        assert screen.query_one("#name", Entry).has_focus


async def test_an_image_that_others_will_see_is_sealed_and_a_private_one_plain_again(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await choose_visibility(driver, screen, "down")
        await driver.sees("Sealed now, because others will see the image.")
        assert mode_of(screen) is Mode.SEALED
        await driver.press("home", "space")
        await driver.sees("Plain again, because the image stays private.")
        assert mode_of(screen) is Mode.PLAIN


async def test_what_was_said_of_the_mode_is_gone_with_the_page(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await choose_visibility(driver, screen, "down")
        await driver.sees("Sealed now")
        await turn_to(driver, screen, PageName.CHECKLIST)
        assert "Sealed now" not in driver.text


async def test_a_mode_that_was_chosen_by_hand_stays_and_is_kept_in_the_draft(demo, tmp_path):
    async with console(tmp_path) as driver:
        screen = await open_wizard(driver)
        await driver.press("up", "down", "space", "up", "space")
        await driver.until(lambda: screen._state.mode_by_hand and screen._state.request.mode is Mode.PLAIN)
        await choose_visibility(driver, screen, "down")
        assert screen._state.request.visibility is Visibility.SHARED
        assert screen._state.request.mode is Mode.PLAIN
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.app.screen is not screen)
        screen = await open_wizard(driver)
        assert screen._state.mode_by_hand
        assert screen._state.request.mode is Mode.PLAIN


def test_only_a_mode_that_nobody_chose_follows_the_visibility():
    sealed = changed(blank(), {"mode": Mode.SEALED})
    assert sealed.mode_by_hand
    assert changed(sealed, {"visibility": Visibility.PRIVATE}).request.mode is Mode.SEALED
    assert changed(blank(), {"visibility": Visibility.PUBLIC}).request.mode is Mode.SEALED


@pytest.mark.parametrize(
    "mode, visibility, by_hand",
    [
        (Mode.SEALED, Visibility.PRIVATE, True),
        (Mode.SEALED, Visibility.SHARED, False),
        (Mode.PLAIN, Visibility.SHARED, True),
        (Mode.PLAIN, Visibility.PRIVATE, False),
    ],
)
def test_an_image_made_again_is_made_in_the_same_mode(mode, visibility, by_hand):
    asked = plan().request.model_copy(update={"mode": mode, "visibility": visibility})
    state = begun(blank(), beginning_of(run(plan=plan().model_copy(update={"request": asked}))))
    assert (state.request.mode, state.mode_by_hand) == (mode, by_hand)
