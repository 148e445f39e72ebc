"""The list of instances with the live checklist of the chosen one."""

from __future__ import annotations

import pytest

from models.run.record import RunState
from screens.dialogs.error import ErrorScreen
from screens.dialogs.finding import FindingScreen
from screens.dialogs.help import HelpScreen
from screens.guest_work.guest_work import GuestWork
from screens.instances.screen import InstancesScreen
from screens.runs.run import RunScreen
from screens.style.glyphs import ASCII
from screens.widgets.checklist import ChecklistView
from screens.widgets.rows import RowList
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import WIDE, Driver, FrozenRuns, console
from tests.screens.samples import run

BOTH_SIZES = pytest.mark.parametrize("size", [(80, 24), WIDE])


async def choose(driver: Driver, name: str) -> None:
    """Put the cursor on an instance."""
    rows = driver.app.screen.query_one("#instances", RowList)
    await driver.until(lambda: any(one.name == name for one in rows.items))
    rows.select(next(one.id for one in rows.items if one.name == name))


@BOTH_SIZES
async def test_the_list_shows_the_project_with_states_in_words(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        await driver.sees("db-07", "gis-lab", "ACTIVE", "16 instances", "astro-survey")


async def test_anothers_instance_is_marked_with_a_word(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.sees("grace-sandbox")
        assert "other" in next(line for line in driver.lines if "grace-sandbox" in line)


async def test_an_instance_with_a_run_in_it_says_so_and_leads_to_that_run(demo, tmp_path):
    """Of another machine's run nothing is known here: the wizard names the blocker."""
    mine = run("abc123", state=RunState.CANCELLED)  # one under way would be shown at once
    async with console(tmp_path, size=(120, 36), runs=FrozenRuns(mine)) as driver:
        await choose(driver, "db-07")
        cloud = await driver.app.cloud()
        await cloud.compute.set_metadata(demo.server_id("db-07"), {"imaging.claim.abc123": "{}"})
        await cloud.compute.set_metadata(demo.server_id("quiet-box"), {"imaging.claim.zzz999": "{}"})
        await driver.sees("imaging", "run: i opens it")
        await driver.press("i")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("escape")
        await choose(driver, "quiet-box")
        await driver.press("i")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))


@BOTH_SIZES
async def test_resting_on_an_instance_shows_its_checklist(demo, tmp_path, size):
    async with console(tmp_path, size=size) as driver:
        await choose(driver, "db-07")
        await driver.sees("3 fixed by the run", "SW-ATTEST" if size[0] > 100 else "Only you can say", " unknown")


async def test_a_volume_that_goes_is_seen_without_a_key_press(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await choose(driver, "quiet-box")
        view = driver.app.screen.query_one(ChecklistView)
        await driver.until(lambda: bool(view.rows.items))
        before = view.rows.items
        cloud = await driver.app.cloud()
        await cloud.compute.start(demo.server_id("quiet-box"))
        await driver.until(lambda: view.rows.items != before)


async def test_a_hostile_name_is_shown_as_it_is(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("16 instances")
        await driver.press("end")
        await driver.sees("[/red]")
        assert "\x1b" not in driver.text


async def test_a_name_of_255_wide_characters_leaves_the_columns_in_line(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.sees("16 instances")
        rows = driver.app.screen.query_one("#instances", RowList)
        assert {rows.render_line(y).cell_length for y in range(rows.size.height)} == {rows.size.width - 1}


async def test_the_filter_narrows_the_list_while_it_is_written(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.sees("16 instances")
        await driver.press("slash")
        await driver.write("gis")
        await driver.sees("1 of 16 instances", "gis-lab")
        await driver.press("escape")
        await driver.sees("16 instances", "db-07")


async def test_escape_takes_the_filter_off_and_a_slash_begins_a_fresh_one(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("16 instances")
        await driver.press("slash")
        await driver.write("web")
        await driver.press("enter")
        await driver.sees("1 of 16 instances", "esc Clear filter")
        await driver.press("slash")
        await driver.write("gis")
        await driver.press("enter")
        await driver.sees("gis-lab", "1 of 16 instances")
        await driver.press("escape")
        await driver.sees(" 16 instances")
        assert "esc Clear filter" not in driver.text


async def test_a_filter_is_still_there_after_a_look_at_the_images(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("16 instances")
        await driver.press("slash")
        await driver.write("gis")
        await driver.press("enter", "2", "1")
        await driver.sees("1 of 16 instances", "gis-lab")


async def test_the_worst_come_first_where_that_is_asked_and_the_cursor_stays_on_its_instance(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.press("o", "down", "down", "enter")
        await driver.sees("by readiness, worst first", "Readiness▴")
        rows = driver.app.screen.query_one("#instances", RowList)
        assert rows.items[0].name == "archive-gw"
        assert rows.selected is not None
        assert rows.selected.name == "db-07"
        await driver.press("o", "down", "down", "enter")
        await driver.sees("by readiness, ready first", "Readiness▿")


async def test_rows_never_change_their_places_under_a_dialog(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.press("o", "down", "enter")
        await driver.sees("by state")
        screen, rows = driver.shown(InstancesScreen), driver.app.screen.query_one("#instances", RowList)
        before = [one.id for one in rows.items]
        await driver.press("v")
        screen._order._sorted_at = 0.0  # long ago: but for the dialog the rows may be sorted again
        cloud = await driver.app.cloud()
        await cloud.compute.stop(demo.server_id("web-01"))
        await driver.until(lambda: any(one.name == "web-01" and one.instance.status != "ACTIVE" for one in rows.items))
        assert [one.id for one in rows.items] == before
        await driver.press("escape")
        await driver.until(lambda: [one.id for one in rows.items] != before)
        assert rows.selected is not None
        assert rows.selected.name == "db-07"


async def test_ten_instances_stand_beside_a_checklist_on_a_small_terminal(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.sees("fixed by the run")
        rows = driver.app.screen.query_one("#instances", RowList)
        names = [one.name for one in rows.items[:10]]
        assert all(any(line.startswith(name) for line in driver.lines) for name in names)
        assert not any(names[0].startswith(sign) for sign in "[")


async def test_what_is_cut_in_the_list_is_read_in_full_by_one_key(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "archive-gw")
        await driver.press("v")
        await driver.sees("do not touch: tape transfer until December, ask Grace")


async def test_enter_goes_to_the_checklist_and_there_to_a_finding(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.sees("fixed by the run")
        await driver.press("enter", "enter")
        assert isinstance(driver.app.screen, FindingScreen)
        await driver.press("escape")
        assert not isinstance(driver.app.screen, FindingScreen)


async def test_a_failed_refresh_keeps_the_list_and_says_its_time_and_the_reason(demo, tmp_path):
    async with console(tmp_path, size=(120, 36)) as driver:
        await driver.sees("16 instances")
        demo.faults({"method": "GET", "path": "/servers", "status": 503, "times": 1000})
        await driver.press("r")
        await driver.sees("as of", "Refresh failed", "db-07")
        demo.faults()
        await driver.until(lambda: "Refresh failed" not in driver.text)


async def test_the_whole_reason_of_a_failed_refresh_can_be_read_while_there_is_one(demo, tmp_path):
    async with console(tmp_path, size=(200, 24)) as driver:  # wide enough for all keys
        await driver.sees("16 instances")
        await driver.press("e")
        assert not isinstance(driver.app.screen, ErrorScreen)
        assert "e Error" not in driver.text
        demo.faults({"method": "GET", "path": "/servers", "status": 403, "times": -1})
        await driver.press("r")
        await driver.sees("Refresh failed", "e: details", "e Error")
        await driver.press("e")
        await driver.sees("Something went wrong", "What to do", "request req-")
        await driver.press("escape")
        demo.faults()
        await driver.press("r")
        await driver.until(lambda: "e: details" not in driver.text and "e Error" not in driver.text)


async def test_a_wrong_password_is_said_and_can_be_tried_again(demo, tmp_path, monkeypatch):
    text = demo.clouds_yaml.read_text().replace(f"password: {demo.password}", "password: wrong")
    wrong = tmp_path / "clouds.yaml"
    wrong.write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(wrong))
    async with console(tmp_path) as driver:
        await driver.sees("Something went wrong")
        wrong.write_text(text.replace("password: wrong", f"password: {demo.password}"))
        await driver.press("escape", "r")
        await driver.sees("16 instances")


async def test_a_missing_password_is_asked_for_and_never_shown(demo, tmp_path, monkeypatch):
    without = tmp_path / "clouds.yaml"
    without.write_text(demo.clouds_yaml.read_text().replace(f"      password: {demo.password}\n", ""))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(without))
    async with console(tmp_path) as driver:
        await driver.sees("Login")
        await driver.write(demo.password)
        assert demo.password not in driver.text
        await driver.press("enter")
        await driver.sees("16 instances")


async def test_among_several_clouds_the_user_chooses(demo, tmp_path):
    async with console(tmp_path, cloud=None) as driver:
        await driver.sees("Which cloud?", "demo", "other")
        await driver.press("enter")
        await driver.sees("16 instances")


@pytest.mark.parametrize("rested_on, asked_of", [("bfv-01", "db-07"), ("teaching-2025", "web-01")])
async def test_a_key_right_after_a_move_is_about_the_row_under_the_cursor(
    demo, tmp_path, monkeypatch, rested_on, asked_of
):
    """The checklist follows when the cursor rests: until then it is still that of the row before."""
    asked: list[str] = []
    monkeypatch.setattr(GuestWork, "inspect", lambda _self, facts: asked.append(facts.instance.value.name))
    monkeypatch.setattr("screens.instances.screen.REST_SECONDS", 60)
    async with console(tmp_path, size=(80, 24)) as driver:
        await choose(driver, rested_on)
        assert isinstance(driver.app.screen, InstancesScreen)
        driver.app.screen._watch_selected()
        await driver.sees(f"{rested_on} · next: ")
        await driver.press("down", "p")
        await driver.until(lambda: asked == [asked_of])
        await driver.sees(f"{asked_of} · ")


async def test_an_early_key_is_forgotten_where_the_cursor_moves_on(demo, tmp_path, monkeypatch):
    monkeypatch.setattr("screens.instances.screen.REST_SECONDS", 60)
    async with console(tmp_path, size=(80, 24)) as driver:
        await choose(driver, "db-07")
        screen = driver.app.screen
        assert isinstance(screen, InstancesScreen)
        screen._early = screen.action_inspect
        await driver.press("down")
        await driver.until(lambda: screen._early is None)
        assert not screen._guest.busy


async def test_a_long_name_leaves_room_for_why_it_cannot_be_inspected(demo, tmp_path):
    async with console(tmp_path, size=(80, 24)) as driver:
        await choose(driver, "星" * 255)
        await driver.press("p")
        await driver.sees("is SHUTOFF: start it to inspect it (u), or press d.")


async def test_i_starts_the_wizard(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.press("i")
        assert isinstance(driver.app.screen, WizardScreen)


async def test_a_console_that_only_reads_offers_no_imaging(demo, tmp_path):
    async with console(tmp_path, read_only=True) as driver:
        await choose(driver, "db-07")
        await driver.sees("READ ONLY")
        await driver.press("i")
        assert not isinstance(driver.app.screen, WizardScreen)


async def test_the_help_is_made_from_the_bindings(demo, tmp_path):
    async with console(tmp_path, size=(120, 50)) as driver:
        await choose(driver, "db-07")
        await driver.press("question_mark")
        assert isinstance(driver.app.screen, HelpScreen)
        await driver.sees("Start the wizard that makes an image of this instance", "One row down", "↓, j")


async def test_the_instances_id_is_sent_to_the_terminals_clipboard(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.press("y")
        assert driver.app.clipboard == demo.server_id("db-07")


async def test_where_the_terminal_knows_ascii_alone_our_own_words_are_ascii(demo, tmp_path):
    async with console(tmp_path, glyphs=ASCII) as driver:
        await choose(driver, "db-07")
        await driver.sees("fixed by the run", "| ACTIVE")
        ours = [line for line in driver.lines if "宇" not in line and "─" not in line and "█" not in line]
        assert all(line.isascii() for line in ours if "ACTIVE" in line or "nothing to do" in line)
