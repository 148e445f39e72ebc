"""The application: its keys, its colours, its quiet, and how it ends."""

from __future__ import annotations

import asyncio
import io
import time

import pytest
from rich.console import Console as RichConsole
from textual.binding import Binding
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from models.errors import ConfigError
from models.run.record import RunState
from models.settings import Settings
from models.steps import StepName
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.help import HelpScreen
from screens.widgets.rows import RowList
from tests.screens.driving import NOWHERE, FrozenRuns, console
from tests.screens.samples import run
from tests.support.known import present
from tui.app import ImagingApp
from tui.crash import report
from tui.keymap import UNTELLABLE, checked, known_bindings
from tui.terminal_settings import prepare, terminal_settings
from tui.themes import THEMES, chosen_theme


def own_bindings():
    """Every binding that our classes declare."""
    classes: list[type] = [ImagingApp]
    for root in (Screen, Widget):
        classes += [one for one in _descendants(root) if one.__module__.startswith(("screens", "tui"))]
    for each in classes:
        for binding in vars(each).get("BINDINGS", ()):
            yield each, binding


def _descendants(root: type) -> list[type]:
    children: list[type] = root.__subclasses__()
    return [deeper for child in children for deeper in (child, *_descendants(child))]


def test_every_binding_has_an_id_a_description_and_a_tooltip():
    found = list(own_bindings())
    assert len(found) > 40
    for owner, binding in found:
        assert isinstance(binding, Binding), owner
        assert binding.id, (owner, binding)
        assert binding.description, (owner, binding)
        assert binding.tooltip, (owner, binding)


def test_the_same_id_never_means_two_things():
    meanings: dict[str, set[tuple[str, str]]] = {}
    for owner, binding in own_bindings():
        meanings.setdefault(binding.id, set()).add((owner.__name__, binding.action))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_no_key_is_bound_that_a_terminal_cannot_tell_from_another():
    for owner, binding in own_bindings():
        assert not UNTELLABLE & {key.strip() for key in binding.key.split(",")}, owner


def test_a_keymap_with_an_unknown_id_is_refused():
    with pytest.raises(ConfigError, match=r"instances\.imagine"):
        checked({"instances.imagine": "x"}, known_bindings(ImagingApp, Screen, Widget))


async def test_a_bad_keymap_is_refused_before_the_console_opens(tmp_path):
    with pytest.raises(ConfigError, match=r"instances\.imagine"):
        async with console(tmp_path, cloud=NOWHERE, settings=Settings(keymap={"instances.imagine": "x"})):
            pass


def test_a_keymap_cannot_bind_what_is_really_enter():
    with pytest.raises(ConfigError, match=r"ctrl\+m"):
        checked({"instances.image": "ctrl+m"}, known_bindings(ImagingApp, Screen, Widget))


async def test_the_users_own_keys_work_and_the_help_names_them(tmp_path):
    settings = Settings(theme="dark", keymap={"app.runs": "f9"})
    async with console(tmp_path, cloud=NOWHERE, settings=settings, size=(100, 50)) as driver:
        await driver.press("f9")
        await driver.sees("No runs yet")
        await driver.press("question_mark")
        await driver.sees("f9")


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_opens_and_its_cursor_does_not_blink(tmp_path, key):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.press(key)
        await driver.until(lambda: isinstance(driver.app.screen, CommandPalette))
        assert not driver.app.screen.query_one(Input).cursor_blink
        await driver.sees("Images")


async def test_number_keys_switch_between_the_lists(tmp_path):
    over = run(state=RunState.DONE, at=StepName.REPORT)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over)) as driver:
        await driver.press("3")
        await driver.sees("db-07")
        await driver.press("1")
        await driver.sees("Logging in")


@pytest.mark.parametrize("key, rows", [("1", "#instances"), ("2", "#images")])
async def test_number_keys_lead_to_the_list_itself_wherever_the_keys_were(demo, tmp_path, key, rows):
    async with console(tmp_path) as driver:
        await driver.sees("db-07", "fixed by the run")
        await driver.press(key)
        await driver.until(lambda: bool(driver.app.screen.query(rows)))
        await driver.press("tab")
        assert not driver.app.screen.query_one(rows).has_focus
        await driver.press(key)
        assert driver.app.screen.query_one(rows).has_focus


@pytest.mark.parametrize("key", ["escape", "q", "question_mark", "f1"])
async def test_the_key_that_opened_the_help_closes_it_and_so_do_escape_and_q(tmp_path, key):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.press("question_mark")
        driver.shown(HelpScreen)
        await driver.press(key)
        assert not isinstance(driver.app.screen, HelpScreen)


@pytest.mark.parametrize("size", [(59, 24), (80, 15)])
async def test_a_terminal_that_is_too_small_is_told_so(tmp_path, size):
    async with console(tmp_path, cloud=NOWHERE, size=size) as driver:
        await driver.sees("at least 60 x 16", f"{size[0]} x {size[1]}")


async def test_the_smallest_size_that_is_promised_works(demo, tmp_path):
    async with console(tmp_path, size=(60, 16)) as driver:
        await driver.sees("archive-gw", "ACTIVE", "Lock of the instance")
        assert "needs at least" not in driver.text


@pytest.mark.slow  # the tour of test_readable draws each list in two of them each time, and in all when it is slow
@pytest.mark.parametrize("theme", [one.name for one in THEMES])
async def test_every_theme_can_draw_every_list(demo, tmp_path, theme):
    async with console(tmp_path, settings=Settings(theme=theme)) as driver:
        await driver.sees("db-07", "fixed by the run")
        for key in "23":
            await driver.press(key)
        await driver.sees("No runs yet")


async def test_without_colour_words_and_reverse_video_carry_the_meaning(demo, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with console(tmp_path, settings=Settings()) as driver:
        await driver.sees("ACTIVE", "fixed by the run")
        assert driver.app.theme == "ansi"
        rows = driver.app.screen.query_one("#instances", RowList)
        styles = [segment.style for segment in rows.render_line(1) if segment.text.strip()]
        assert all(present(style).reverse for style in styles)


async def test_an_idle_screen_writes_nothing_to_the_terminal(demo, tmp_path, monkeypatch):
    demo.hold()  # otherwise something of the project changes by itself, and that is drawn
    async with console(tmp_path) as driver:
        await driver.sees("fixed by the run", "16 instances")
        frames: list[object] = []
        monkeypatch.setattr(driver.app, "_display", lambda _screen, renderable: frames.append(renderable))
        await _comes_to_rest(frames)
        calls = len(demo.calls())
        await asyncio.sleep(2.5)
        assert frames == []
        assert len(demo.calls()) > calls  # it did look at the cloud meanwhile


async def _comes_to_rest(frames: list[object]) -> None:
    """Wait until a second has passed without a frame; at most ten times."""
    for _ in range(10):
        frames.clear()
        await asyncio.sleep(1.0)
        if not frames:
            return


async def test_a_field_with_the_focus_writes_nothing_while_nobody_writes(tmp_path, monkeypatch):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(AskTextScreen("A title", "A question?"))
        await driver.sees("A question?")
        await asyncio.sleep(0.3)
        frames: list[object] = []
        monkeypatch.setattr(driver.app, "_display", lambda _screen, renderable: frames.append(renderable))
        await asyncio.sleep(1.2)  # a blinking cursor changes every half second
        assert frames == []


async def test_quitting_takes_no_two_seconds_while_the_cloud_hangs(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("16 instances")
        demo.faults({"method": "GET", "path": "/compute", "delay": 30.0, "times": -1})
        await driver.press("r")
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await driver.app.action_quit()
        assert time.monotonic() - began < 2.0
    demo.faults()


def test_the_report_of_a_crash_shows_no_local_variables():
    def fails(password: str) -> None:
        raise ValueError("no")

    try:
        fails("hunter2")
    except ValueError as error:
        shown = io.StringIO()
        RichConsole(file=shown, width=120).print(report(error, "/state/logs"))
    text = shown.getvalue()
    assert "hunter2" not in text.replace('fails("hunter2")', "")
    assert "password=" not in text
    assert "/state/logs" in text


def test_over_ssh_the_link_is_taken_for_slow_and_the_mouse_is_left_alone():
    terminal = terminal_settings(Settings(), {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"})
    assert (terminal.slow, terminal.mouse) == (True, False)
    assert terminal_settings(Settings(), {}).mouse


def test_what_the_user_set_goes_before_what_the_link_suggests():
    remote = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
    terminal = terminal_settings(Settings(link="local", mouse="on"), remote)
    assert (terminal.slow, terminal.mouse) == (False, True)
    environ = {"TEXTUAL_FPS": "30"}
    prepare(terminal_settings(Settings(), remote), environ)
    assert environ == {"TEXTUAL_FPS": "30", "TEXTUAL_ANIMATIONS": "none"}


@pytest.mark.parametrize(
    "wanted, environ, theme",
    [
        ("light", {}, "light"),
        (None, {"TERM": "xterm-256color"}, "dark"),
        (None, {"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        (None, {"TERM": "xterm"}, "ansi"),
        (None, {"TERM": "xterm-256color", "NO_COLOR": "1"}, "ansi"),
    ],
)
def test_the_theme_is_the_users_else_what_the_terminal_can_show(wanted, environ, theme):
    assert chosen_theme(wanted, environ) == theme
