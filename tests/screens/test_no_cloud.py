"""Without any clouds.yaml the console says what it needs and where that comes from, and can be left or tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen
from screens.dialogs.no_cloud import NoCloudScreen
from tests.screens.driving import console
from tests.support.demo import DemoCloud


@pytest.fixture
def nothing_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("OS_CLIENT_CONFIG_FILE", "OS_CLOUD", "OS_AUTH_URL"):
        monkeypatch.delenv(name, raising=False)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setattr("imaging.cloud.clouds_yaml.files._user_and_site", lambda: iter((empty / "openstack",)))
    yield empty
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "")  # what the console has set goes with this test


async def test_nothing_went_wrong_where_nobody_has_set_up_a_cloud_yet(nothing_set_up, tmp_path):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        await driver.sees("No cloud set up yet", "API Access", "Application Credential", "d Demonstration", "q Quit")
        assert "went wrong" not in driver.text


async def test_it_can_be_left_by_q(nothing_set_up, tmp_path):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        await driver.press("q")
        await driver.until(lambda: driver.app._exit)


async def test_escape_leads_from_the_files_name_back_to_the_choice(nothing_set_up, tmp_path):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))


async def test_a_file_that_is_not_there_is_said_to_be_missing_and_asked_for_again(nothing_set_up, tmp_path):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        await driver.press("f")
        await driver.until(lambda: isinstance(driver.app.screen, AskTextScreen))
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("There is no file")
        await driver.press("escape", "r")
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))


async def test_the_file_that_the_user_names_is_used(nothing_set_up, tmp_path, demo_process: DemoCloud):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        await driver.app._access.use_file(str(demo_process.clouds_yaml))
        await driver.press("escape", "r")
        await driver.sees("Which cloud?", "demo")  # the file names several
        await driver.press("enter")
        await driver.sees("db-07")


async def test_the_demonstration_opens_by_its_key(nothing_set_up, tmp_path, demo_process, monkeypatch):
    async with console(tmp_path, cloud=None) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, NoCloudScreen))
        joined = lambda: monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_process.clouds_yaml))  # noqa: E731
        driver.app._join_demonstration = joined
        await driver.press("d")
        await driver.sees("db-07")
