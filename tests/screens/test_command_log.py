"""The command log: what this console has asked of the cloud, seen and copied."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from textual.command import CommandPalette

from models.cloud.command_log import CallOutcome, CommandLog, LoggedChange
from screens.command_log.screen import CommandLogScreen
from screens.command_log.texts import change_parts, reads_text, summary
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.help import HelpScreen
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import NOWHERE, Driver, console
from tests.screens.test_instances_screen import choose

AT = datetime(2026, 11, 2, 14, 5, tzinfo=UTC)


def change(number: int, **more: object) -> LoggedChange:
    made = {"number": number, "at": AT, "text": "openstack server start i", "is_command": True}
    return LoggedChange.model_validate({**made, "outcome": CallOutcome.ACCEPTED, **more})


async def opened(driver: Driver) -> None:
    await driver.press("at")
    await driver.until(lambda: isinstance(driver.app.screen, CommandLogScreen))


async def test_a_change_is_seen_as_the_command_that_does_the_same_and_is_copied_by_a_key(demo, tmp_path):
    command = f"openstack server start {demo.server_id('quiet-box')}"
    async with console(tmp_path, size=(100, 30)) as driver:
        await choose(driver, "quiet-box")
        await driver.sees("u Start")
        await driver.press("u")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        await driver.press("y")
        await driver.until(lambda: bool(driver.app.command_log().changes))
        await opened(driver)
        await driver.sees("✓ accepted", command, "reads since", "instances", "the changes that it made stand")
        await driver.press("C")
        await driver.sees("Sent to the terminal's clipboard")
        assert driver.app.clipboard == command
        await driver.press("enter")
        await driver.sees("Request id", "req-", "answered after")


async def test_what_changed_nothing_says_so_and_offers_no_copy(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("gis-lab")
        await opened(driver)
        await driver.sees("This console has changed nothing.", "0 changes", "compute")
        assert "Copy command" not in driver.text
        before = driver.app.clipboard
        await driver.press("C", "escape")
        await driver.sees("1 Instances")
        assert driver.app.clipboard == before


async def test_it_opens_above_the_wizard_where_no_field_takes_the_letter_and_leads_back_there(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.press("i")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))
        await driver.sees("Made from the instance")
        await driver.press("at")
        await driver.sees("@")
        await driver.press("ctrl+n")
        await driver.sees("Who can see")
        await opened(driver)
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))


async def test_the_help_and_the_palette_name_it(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, size=(100, 50)) as driver:
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, HelpScreen))
        await driver.sees("What was asked of clouds")
        await driver.press("escape", "colon")
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        await driver.write("command")
        await driver.sees("Command log (@)")


async def test_what_is_asked_while_it_is_open_is_added(tmp_path, monkeypatch):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        log = CommandLog(since=AT)
        monkeypatch.setattr(driver.app, "command_log", lambda: log)
        await opened(driver)
        await driver.sees("This console has changed nothing.")
        log = CommandLog(since=AT, changes=(change(1, outcome=CallOutcome.UNKNOWN, said="No answer came."),))
        await driver.sees("? unknown", "openstack server start i")


@pytest.mark.parametrize(
    "log, text",
    [
        (CommandLog(since=AT), "0 changes · 0 reads"),
        (CommandLog(since=AT, reads={"compute": {"instances": 30}, "image": {"images": 12}}),
         "0 changes · 42 reads: compute 30, image 12"),
        (CommandLog(since=AT, changes=(change(9),), left_out=8), "9 changes, the last 1 are kept · 0 reads"),
        (CommandLog(since=AT, reads={"block_storage": {"volumes": 1}, "image": {"images": 2}}),
         "0 changes · 3 reads: image 2, volume 1"),
    ],
)  # fmt: skip
def test_the_log_in_a_line(log, text):
    assert summary(log) == text


def test_failed_reads_are_counted():
    log = CommandLog(since=AT, reads={"compute": {"instances": 2, "flavors": 3}}, failed_reads=1)
    assert reads_text(log).splitlines()[0].endswith(", 1 failed")
    assert reads_text(log).splitlines()[1] == "compute 5: flavors 3, instances 2"


def test_what_has_no_command_is_not_called_one():
    parts = dict(change_parts(change(1, text="POST compute /servers/i/action", is_command=False, said="In the way.")))
    assert parts["Call, for which there is no command that can be shown"] == "POST compute /servers/i/action"
    assert parts["Outcome"] == "accepted: In the way."
