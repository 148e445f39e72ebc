"""What is loaded when, and the pictures that the generator draws."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.screens.driving import NOWHERE, Driver, application, console
from tests.support.eager_tasks import begin_at_once
from tests.support.frames import drawn_on_demand
from tui.app import ImagingApp

REPOSITORY = Path(__file__).parents[2]


def run_python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=110, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """The modules that a fresh process has loaded when it could draw for the first time."""
    return frozenset(run_python("-c", "import sys, tui.app; print(*sys.modules)").split())


def test_the_sdk_is_not_loaded_before_the_first_paint(loaded):
    assert "tui.app" in loaded
    assert loaded.isdisjoint({"openstack", "keystoneauth1"})


def test_what_is_not_drawn_at_first_is_not_loaded_before_it(loaded):
    assert loaded.isdisjoint({"imaging.runs.service", "sqlite3", "pygments"})


def test_what_inspects_and_what_judges_is_not_loaded_before_the_first_paint(loaded):
    later = ("asyncssh", "cryptography", "imaging.guest.", "imaging.guidelines.", "imaging.runs.")
    light = {
        "imaging.guest.host_keys.names",
        "imaging.guest.interface",
        "imaging.guidelines.instance.flavor_fit",
        "imaging.guidelines.instance.image_names",
        "imaging.guidelines.instance.root_volume",
        "imaging.guidelines.lineage.succession",
        "imaging.guidelines.wording",  # this one and those below import models alone, or little more
        "imaging.runs.drafts",
        "imaging.runs.ownership.image_deletion",
        "imaging.runs.plan.export.refusals",
        "imaging.runs.plan.seal.request",
        "imaging.runs.plan.start_gate",
        "imaging.runs.test_instance.boot_verdict.boot_cause",
    }
    rooms = {"imaging.guest", "imaging.guest.host_keys", "imaging.guidelines", "imaging.guidelines.instance"}
    rooms |= {"imaging.guidelines.lineage"}
    rooms |= {"imaging.runs", "imaging.runs.ownership", "imaging.runs.plan", "imaging.runs.test_instance"}
    rooms |= {"imaging.runs.test_instance.boot_verdict", "imaging.runs.plan.seal", "imaging.runs.plan.export"}
    assert {name for name in loaded if f"{name}.".startswith(later)} - rooms == light


@pytest.fixture
def as_on_new_pythons(monkeypatch):
    """What `App.run` finds on Python 3.12 and newer."""
    monkeypatch.setattr(asyncio, "eager_task_factory", begin_at_once, raising=False)


async def test_the_first_screen_is_on_the_stack_before_its_widgets_are_mounted(tmp_path, monkeypatch):
    monkeypatch.setattr(ImagingApp, "on_load", lambda app: None)
    asyncio.get_running_loop().set_task_factory(begin_at_once)
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.sees("Reading from the cloud")
    await end_what_is_left()


async def test_the_console_opens_on_new_pythons_with_tasks_in_the_order_of_the_old(tmp_path, as_on_new_pythons):
    seen: list[object] = []

    async def note(pilot):
        await Driver(pilot.app, pilot, frames).sees("Reading from the cloud")
        seen.append(asyncio.get_running_loop().get_task_factory())
        await pilot.app.action_quit()

    app = application(tmp_path, cloud=NOWHERE)
    with drawn_on_demand(app) as frames:
        await app.run_async(headless=True, size=(80, 24), auto_pilot=note)
    await end_what_is_left()
    assert seen == [None]
    assert not app.is_running


async def end_what_is_left():
    """What `asyncio.run` does when the console has ended; what begins meanwhile, as a worker may, is ended as well."""
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def test_the_first_list_can_be_left_and_come_back_to(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        first = driver.app.screen
        await driver.press("2")
        await driver.sees("─Images")
        await driver.press("1")
        await driver.sees("─Checklist")
        assert driver.app.screen is first


def test_the_environment_is_prepared_before_textual_is_loaded():
    assert run_python("-c", "import sys, tui.console; print('textual' in sys.modules)").strip() == "False"


@pytest.mark.slow  # two processes and two clouds, for pictures that stand in documents alone
def test_the_pictures_have_the_same_bytes_each_time(tmp_path):
    for folder in ("a", "b"):
        run_python(str(REPOSITORY / "screenshots" / "make.py"), str(tmp_path / folder), "instances")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["deep-check.svg", "finding.svg", "help.svg", "host-key.svg", "inside.svg", "instances.svg"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
