"""The main job by keys alone, in a console that dies in the middle of it."""

from __future__ import annotations

import signal
import time

import pytest

from screens.wizard.review.start_guard import READ_FIRST_SECONDS
from tests.acceptance.plain import PlainApi
from tests.acceptance.program import DESCRIPTION, Machine
from tests.acceptance.terminal import Terminal, wait_for
from tests.support.demo import DemoCloud
from tui.terminal.hangup import LEAVE_SECONDS

UPLOAD_SECONDS = 6000
"""Of the cloud: the image is not complete before a test turns the clock."""


@pytest.mark.parametrize(
    "lose, machine_name",
    [
        pytest.param(Terminal.kill, "fresh_machine", id="killed", marks=pytest.mark.slow),
        pytest.param(Terminal.hang_up, "fresh_machine", id="terminal closed, all started", marks=pytest.mark.slow),
        pytest.param(Terminal.hang_up, "machine", id="terminal closed"),
    ],
)
def test_a_run_that_was_started_by_keys_outlives_its_console(
    request: pytest.FixtureRequest, demo: DemoCloud, api: PlainApi, lose, machine_name: str
) -> None:
    machine: Machine = request.getfixturevalue(machine_name)
    db_07 = demo.server_id("db-07")
    before, others, images = api.instance_as_seen(db_07), api.others(), api.image_ids()
    demo.hooks(upload={"match": "db-07", "delay": UPLOAD_SECONDS})

    with machine.console() as console:
        choose(console, "db-07")
        console.sees("3 fixed by the run")
        start_a_run(console, name="db-07-postgres")
        console.sees("Runs › db-07", "Saving the image")
        lose(console)

    with machine.console() as console:
        console.sees("db-07 → db-07-postgres", "Saving the image")
        demo.turn(UPLOAD_SECONDS)
        console.sees("The image boots", "restored", "Report written")
        console.press("q", "q")
        console.ended()

    wait_for(lambda: not machine.runners())
    (made,) = api.image_ids() - images
    image = api.image(made)
    assert (image["name"], image["status"], image["visibility"]) == ("db-07-postgres", "active", "private")
    assert image["description"].startswith(DESCRIPTION)
    assert api.instance_as_seen(db_07) == before
    assert api.others() == others


def test_a_console_that_no_hangup_reaches_ends_with_its_terminal_and_keeps_what_was_typed(machine: Machine) -> None:
    with machine.console(controls=False) as console:
        choose(console, "db-07")
        console.press("i")
        console.sees("Name of the image", "Made from the instance")
        console.press("-mine")
        console.sees("-mine")
        begun = time.monotonic()
        console.hang_up()
        assert time.monotonic() - begun < LEAVE_SECONDS, "it had to be ended by force"
    assert console.process.returncode == 128 + signal.SIGHUP
    (draft,) = (machine.state / "drafts").rglob("*.json")
    assert "-mine" in draft.read_text()


@pytest.mark.parametrize(
    "lose, number",
    [(Terminal.hang_up, signal.SIGHUP), (Terminal.ask_to_end, signal.SIGTERM)],
    ids=["SIGHUP", "SIGTERM"],
)
def test_what_was_typed_a_moment_before_the_console_had_to_end_is_kept(machine: Machine, lose, number) -> None:
    with machine.console() as console:
        choose(console, "db-07")
        console.press("i")
        console.sees("Name of the image", "Made from the instance")
        console.press("-mine")
        console.sees("-mine")
        lose(console)
    assert console.process.returncode == 128 + number
    (draft,) = (machine.state / "drafts").rglob("*.json")
    assert "-mine" in draft.read_text()


def choose(console: Terminal, name: str) -> None:
    """Filter the list down to one instance and wait for its checklist."""
    console.sees("16 instances", "db-07")
    console.press("/")
    console.sees("part of a name")
    console.press(name)
    console.sees("1 of 16 instances")
    console.press("enter")
    console.sees(f"─{name} ·", "Not inspected")


def start_a_run(console: Terminal, *, name: str) -> None:
    """Through the seven pages of the wizard."""
    console.press("i")
    console.sees("Name of the image", "Made from the instance", "db-07-20", "does not say how the image differs")
    console.press("ctrl+u")
    console.sees("The image has no name")
    console.press(name)
    console.sees(name, "does not say how the image differs")
    console.press("enter")
    wait_for(lambda: console.cursor_line.startswith("Made from"))
    console.press(f"{DESCRIPTION}. ")
    console.sees(name, DESCRIPTION.split(",", maxsplit=1)[0], "run writes it to")
    pages = (
        "Who can see",
        "4 fixed by the run",
        "Will be in the image",
        "2 volumes will be detached",
        "Launched on astro-net",
        "What happens to db-07",
    )
    for page in pages:
        console.press("ctrl+n")
        console.sees(page)
    console.press("u")
    console.sees("Continue without inspection")
    console.press("the guest is known")
    console.press("enter")
    console.sees("^g Start")
    time.sleep(READ_FIRST_SECONDS)  # a key that comes sooner was typed ahead, and starts nothing
    console.press("ctrl+g")
