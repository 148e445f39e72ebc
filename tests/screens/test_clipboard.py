"""What is sent to the terminal's clipboard is said in the status line, and covers nothing."""

from __future__ import annotations

from textual.widgets._toast import Toast

from screens.dialogs.finding import FindingScreen
from screens.finding_keys import Place, command_of
from screens.widgets.checklist import ChecklistView
from screens.widgets.clipboard import copy_text
from screens.widgets.lines import StatusLine
from tests.screens.driving import NOWHERE, Driver, console
from tests.screens.samples import finding
from tests.screens.test_instances_screen import choose


def status(driver: Driver) -> str:
    line = driver.app.screen_stack[0].query_one(StatusLine)
    return line.render().plain


async def test_a_findings_command_is_said_to_be_sent_in_the_list_and_in_its_window(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "notebook-3")
        await driver.press("tab")
        view = driver.app.screen.query_one(ChecklistView)
        await driver.until(lambda: bool(command_of(view.chosen)))
        command = command_of(view.chosen)
        await driver.press("C")
        await driver.until(lambda: driver.app.clipboard == command)
        await driver.sees("Sent to the terminal's clipboard: openstack server resume")
        driver.app.copy_to_clipboard("")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, FindingScreen))
        await driver.press("C")
        await driver.until(lambda: driver.app.clipboard == command)
        assert "Sent to the terminal's clipboard" in status(driver)
        assert not any(screen.query(Toast) for screen in driver.app.screen_stack)


async def test_under_a_dialog_the_line_of_the_screen_below_answers(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(FindingScreen(finding(), Place()))
        copy_text(driver.app, "one\ntwo")
        assert status(driver).strip() == "Sent to the terminal's clipboard: one …"
        assert driver.app.clipboard == "one\ntwo"
