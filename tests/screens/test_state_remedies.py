"""What the cloud can do about the state of the chosen instance: by one key, after asking."""

from __future__ import annotations

from models.run.record import RunState
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.error import ErrorScreen
from screens.dialogs.finding import FindingScreen
from screens.runs.run import RunScreen
from tests.screens.driving import Driver, FrozenRuns, console
from tests.screens.samples import run
from tests.screens.test_instances_screen import choose


async def asked(driver: Driver) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))


async def status(driver: Driver, server_id: str) -> str:
    return (await (await driver.app.cloud()).compute.instance(server_id)).status


async def test_a_suspended_instance_is_resumed_by_a_key_and_a_yes_and_the_list_says_so(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "notebook-3")
        await driver.sees("u Resume")
        await driver.press("u")
        await asked(driver)
        await driver.sees("Resume notebook-3?", "openstack server resume", demo.server_id("notebook-3"))
        await driver.press("y")
        await driver.until(lambda: any("notebook-3" in line and "ACTIVE" in line for line in driver.lines))


async def test_enter_alone_never_stops_an_instance(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "web-01")
        await driver.press("S")
        await asked(driver)
        await driver.sees("what lies in memory", "enter No")
        await driver.press("enter")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert await status(driver, demo.server_id("web-01")) == "ACTIVE"


async def test_a_stopped_instance_says_what_helps_instead_of_an_inspection(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "quiet-box")
        await driver.sees("u Start")
        assert "p Inspect" not in driver.text
        await driver.press("p")
        await driver.sees("quiet-box is SHUTOFF: start it to inspect it (u), or press d.")


async def test_a_lock_with_a_reason_is_taken_off_only_by_typing_the_name(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "archive-gw")
        await driver.press("u")
        await asked(driver)
        await driver.sees("do not touch", "Type archive-gw")
        await driver.press("y", "enter")
        assert isinstance(driver.app.screen, ConfirmScreen)
        await driver.press("backspace")
        await driver.write("archive-gw")
        await driver.press("enter")
        await driver.sees("not locked")


async def test_while_a_run_works_on_it_the_key_leads_to_the_run(demo, tmp_path):
    mine = run("abc123", state=RunState.CANCELLED)
    async with console(tmp_path, runs=FrozenRuns(mine)) as driver:
        await choose(driver, "quiet-box")
        cloud = await driver.app.cloud()
        await cloud.compute.set_metadata(demo.server_id("quiet-box"), {"imaging.claim.abc123": "{}"})
        await driver.sees("run: i opens it")
        await driver.press("u")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert await status(driver, demo.server_id("quiet-box")) == "SHUTOFF"


async def test_a_refusal_of_the_cloud_is_said(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "quarantine-01")
        await driver.press("u")
        await asked(driver)
        await driver.write("quarantine-01")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))


async def test_the_window_of_a_finding_about_the_state_offers_the_same(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "notebook-3")
        await driver.sees("Suspended or shelved instance")
        await driver.press("enter", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.sees("u Resume")
        await driver.press("u")
        await asked(driver)


async def test_a_finding_is_waived_from_the_list_and_the_wizard_asks_for_the_reason(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "grace-sandbox")
        await driver.sees("User who launched the instance")
        assert "w Waive" not in driver.text
        await driver.press("enter")
        await driver.sees("w Waive")
        await driver.press("w")
        await driver.sees("Waive STATE-OWN", "Why continue anyway?")


async def test_a_console_that_only_reads_changes_no_state(demo, tmp_path):
    async with console(tmp_path, read_only=True) as driver:
        await choose(driver, "notebook-3")
        await driver.sees("READ ONLY", "Suspended or shelved instance")
        assert "Resume" not in driver.text
        await driver.press("u")
        assert not isinstance(driver.app.screen, ConfirmScreen)
