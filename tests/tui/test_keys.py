"""The keys: the last line and the help name what works now, and nothing else."""

from __future__ import annotations

import pytest

from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.help import HelpScreen
from screens.dialogs.notice import NoticeScreen
from screens.instances.screen import InstancesScreen
from screens.offered_keys import KeyGroup, offered_keys
from screens.runs.run import RunScreen
from screens.runs.screen import RunsScreen
from screens.style.glyphs import ASCII
from screens.widgets.filter import FilterLine
from screens.widgets.rows import RowList
from tests.screens.driving import NOWHERE, Driver, FrozenRuns, console
from tests.screens.samples import run
from tests.screens.test_run_ended import over

WIDE = (160, 40)


def footer(driver: Driver) -> str:
    """The last line of the screen."""
    return driver.lines[-1]


async def test_the_last_line_names_enter_first_and_help_last(demo, tmp_path):
    async with console(tmp_path, size=WIDE) as driver:
        await driver.sees("db-07", "enter Checklist")
        named = footer(driver).split()
        assert (named[0], named[-2:]) == ("enter", ["?", "Help"])


async def test_an_empty_list_offers_no_enter_and_nothing_to_copy(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, size=WIDE) as driver:
        await driver.sees("? Help")
        assert "enter" not in footer(driver)
        assert "Copy id" not in footer(driver)


async def test_enter_is_named_by_what_it_does_to_the_row_under_the_cursor(demo, tmp_path):
    async with console(tmp_path, size=WIDE) as driver:
        await driver.sees("db-07", "fixed by the run")
        await driver.press("enter")
        await driver.sees("enter Finding")
        await driver.press("G")
        await driver.sees("enter Unfold or fold")


async def test_in_the_filter_the_last_line_names_what_works_there(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        await driver.press("slash")
        await driver.sees("enter Keep filter", "esc Clear filter", "f1 Help")
        assert "? Help" not in footer(driver)
        assert "/ Filter" not in footer(driver)


async def test_escape_takes_the_filter_off_and_says_so_before(demo, tmp_path):
    async with console(tmp_path, size=WIDE) as driver:
        await driver.sees("db-07")
        await driver.press("slash")
        await driver.write("web")
        await driver.press("enter")
        await driver.sees("esc Clear filter")
        await driver.press("escape")
        await driver.sees("db-07")
        assert "esc" not in footer(driver)


async def test_a_second_filter_takes_the_place_of_the_first(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        for text in ("web", "db"):
            await driver.press("slash")
            await driver.write(text)
            await driver.press("enter")
        assert driver.app.screen.query_one(FilterLine).text == "db"


async def test_help_is_opened_from_a_field_by_f1_and_shows_no_letters_as_keys(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.app.push_screen(AskTextScreen("A title", "A question?"))
        await driver.sees("f1 Help")
        await driver.press("f1")
        driver.shown(HelpScreen)
        await driver.sees("Here", "enter", "esc")
        await driver.press("f1")
        driver.shown(AskTextScreen)


async def test_the_help_tells_actions_before_moving_and_what_works_everywhere(demo, tmp_path):
    async with console(tmp_path, size=(100, 60)) as driver:
        await driver.sees("db-07", "fixed by the run")
        groups = [one.group for one in offered_keys(driver.app.screen)]
        assert groups == sorted(groups)
        assert set(groups) == set(KeyGroup)
        await driver.press("question_mark")
        await driver.sees("Here", "Moving", "Everywhere")
        text = driver.text
        assert text.index("Here") < text.index("makes an image") < text.index("Moving") < text.index("Everywhere")


async def test_the_last_line_names_nothing_that_the_help_leaves_out(demo, tmp_path):
    async with console(tmp_path, size=(200, 60)) as driver:
        await driver.sees("db-07", "fixed by the run")
        offered = [one for one in offered_keys(driver.app.screen) if one.in_footer]
        await driver.press("question_mark")
        driver.shown(HelpScreen)
        for one in offered:
            assert one.keys[0] in driver.text
        assert len(offered) > 5


async def test_q_closes_what_is_only_read_but_is_a_letter_where_something_is_written(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        driver.app.push_screen(NoticeScreen("A title", "A sentence."))
        await driver.sees("A sentence.")
        await driver.press("q")
        driver.shown(InstancesScreen)
        driver.app.push_screen(AskTextScreen("A title", "A question?"))
        await driver.sees("A question?")
        await driver.press("tab", "q")
        driver.shown(AskTextScreen)


async def test_a_copied_id_is_said_to_be_sent_and_covers_no_row(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        await driver.press("y")
        await driver.until(lambda: "Sent to the terminal's clipboard" in driver.lines[-2], lambda: driver.text)
        assert driver.app.clipboard == driver.app.screen.query_one("#instances", RowList).selected_key
        assert not driver.app._notifications


async def test_q_agrees_to_nothing(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        answers: list[bool | None] = []
        driver.app.push_screen(ConfirmScreen(Question(title="A title", sentence="Do it?")), answers.append)
        await driver.sees("Do it?")
        await driver.press("q")
        assert answers == [None]


async def test_under_a_dialog_no_keys_are_named_that_do_not_work(demo, tmp_path):
    async with console(tmp_path, size=WIDE) as driver:
        await driver.sees("enter Checklist")
        driver.app.push_screen(NoticeScreen("A title", "A sentence."))
        await driver.until(lambda: "enter Checklist" not in driver.text)
        await driver.press("escape")
        await driver.sees("enter Checklist")


async def test_from_the_log_of_a_run_escape_leads_to_the_steps_and_is_named_so(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run())) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.sees("esc Back", "enter Read step")
        await driver.press("z")
        await driver.sees("esc Steps")
        await driver.press("escape")
        await driver.sees("esc Back")


async def test_a_run_that_was_opened_from_a_list_does_not_keep_its_number_key(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run())) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("1", "3")
        driver.shown(RunsScreen)


async def test_where_only_ascii_can_be_shown_no_key_is_named_by_a_sign(demo, tmp_path):
    async with console(tmp_path, glyphs=ASCII, size=(100, 60)) as driver:
        await driver.sees("db-07", "fixed by the run")
        keys = [key for one in offered_keys(driver.app.screen) for key in one.keys]
        assert {"enter", "up", "down"} < set(keys)
        assert all(key.isascii() for key in keys)


async def test_a_click_chooses_a_row_and_a_second_one_opens_it(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        rows: RowList[object] = driver.app.screen.query_one("#instances", RowList)
        await driver.pilot.click(rows, offset=(3, 4))
        assert rows.selected == rows.items[3]
        await driver.pilot.click(rows, offset=(3, 4), times=2)
        await driver.until(lambda: getattr(driver.app.focused, "id", "") == "findings")


async def test_a_click_on_the_titles_of_columns_chooses_nothing(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        rows: RowList[object] = driver.app.screen.query_one("#instances", RowList)
        await driver.press("j")
        before = rows.selected_key
        await driver.pilot.click(rows, offset=(3, 0))
        assert rows.selected_key == before


@pytest.mark.parametrize("word, heading", [("Images", "Boot test"), ("Runs", "No runs yet")])
async def test_a_click_on_a_tab_leads_to_that_list(demo, tmp_path, word, heading):
    async with console(tmp_path) as driver:
        await driver.sees("db-07")
        await driver.pilot.click(offset=(driver.lines[0].index(word) + 1, 0))
        await driver.until(lambda: word.lower() == driver.app.screen.MODE)  # type: ignore[attr-defined]  # a list


async def test_a_click_on_a_key_of_the_last_line_does_what_the_key_does(demo, tmp_path):
    async with console(tmp_path) as driver:
        await driver.sees("db-07", "? Help")
        await driver.pilot.click(offset=(footer(driver).index("? Help") + 3, driver.app.size.height - 1))
        driver.shown(HelpScreen)


async def test_of_a_failed_run_the_last_line_names_the_repair_before_the_image(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over())) as driver:
        await driver.app.push_screen(RunScreen("r1"))
        await driver.sees("enter Read step  a Fix, run again  m Image")
