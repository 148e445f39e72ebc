"""What the terminal is told beside the picture."""

from __future__ import annotations

import pytest

from models.run.record import RunState
from models.settings import Settings
from models.steps import StepName
from screens.runs.run import RunScreen
from tests.screens.driving import NOWHERE, Driver, FrozenRuns, console
from tests.screens.samples import run


def told(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the terminal from now on; the bell as BEL."""
    sent: list[str] = []
    monkeypatch.setattr(driver.app, "tell_terminal", sent.append)
    monkeypatch.setattr(driver.app, "bell", lambda: sent.append("\a"))
    return sent


async def test_a_key_leaves_the_mouse_to_the_terminal_and_takes_it_again(tmp_path, monkeypatch):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        sent = told(driver, monkeypatch)
        await driver.press("M")
        await driver.sees("terminal's now and selects text")
        await driver.press("M")
        await driver.sees("The mouse works here")
        assert "\x1b[?1000l" in sent[0]
        assert "\x1b[?1000h" in sent[1]


async def end_while_another_list_is_on_show(driver: Driver, runs: FrozenRuns) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
    await driver.sees("db-07")
    await driver.press("1")
    runs.change(run("r1", state=RunState.FAILED, at=StepName.REPORT))


async def test_the_end_of_a_watched_run_rings_and_stands_in_the_title_also_when_its_screen_is_closed(
    tmp_path, monkeypatch
):
    runs = FrozenRuns(run("r1"))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        sent = told(driver, monkeypatch)
        await end_while_another_list_is_on_show(driver, runs)
        await driver.until(lambda: len(sent) == 2)
        assert sent[0].startswith("\x1b]0;failed: db-07")
        assert sent[1] == "\a"


async def test_who_wants_no_bell_hears_none(tmp_path, monkeypatch):
    runs = FrozenRuns(run("r1"))
    async with console(tmp_path, cloud=NOWHERE, runs=runs, settings=Settings(theme="dark", bell=False)) as driver:
        sent = told(driver, monkeypatch)
        await end_while_another_list_is_on_show(driver, runs)
        await driver.until(lambda: "r1" not in driver.app._watched_runs)
        assert sent == []


async def test_a_run_that_was_over_when_it_was_opened_rings_no_bell(tmp_path, monkeypatch):
    over = run("r1", state=RunState.DONE, at=StepName.REPORT)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over)) as driver:
        sent = told(driver, monkeypatch)
        await driver.app._ring_at_the_end("r1").wait()
        assert sent == []
