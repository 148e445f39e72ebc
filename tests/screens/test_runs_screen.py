"""The list of runs: filtered like the others, and kept on show with its time where the journal cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from models.errors import JournalError
from models.run.record import RunnerPresence, RunRecord, RunState
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from screens.dialogs.error import ErrorScreen
from screens.order import HOLD_SECONDS, Sorting
from screens.runs.run import RunScreen
from screens.runs.screen import RunsScreen
from screens.runs.texts.run_rows import COLUMNS, ORDERS, OUTCOME, RUN, STARTED, STATE, SUBJECT, WHY, matching
from screens.widgets.rows import RowList
from tests.screens.driving import NOWHERE, WIDE, Driver, FrozenRuns, HeldClock, console
from tests.screens.samples import NOW, instance, plan, run

BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG, reason="It answered.")
FAILED = Verdict(word=VerdictWord.FAILED, strength=Strength.STRONG, reason="It did not.")
GOOD = run("aaa111", RunState.DONE, at=StepName.REPORT, verdict=BOOTED, image_id="image-one")
BAD = run("bbb222", RunState.FAILED, at=StepName.REPORT, verdict=FAILED, plan=plan(instance("gis-lab")))


async def opened(driver: Driver) -> RowList[RunRecord]:
    await driver.press("3")
    await driver.sees("aaa111" if driver.app.size.width > 100 else "db-07")
    rows: RowList[RunRecord] = driver.shown(RunsScreen).query_one("#runs", RowList)
    await driver.until(lambda: len(rows.items) == 2)
    return rows


@pytest.mark.parametrize(
    "text, left",
    [
        ("gis", ["bbb222"]),
        ("GIS failed", ["bbb222"]),
        ("booted", ["aaa111"]),
        ("done", ["aaa111"]),
        ("image-one", ["aaa111"]),
        ("bbb2", ["bbb222"]),
        ("create", ["aaa111", "bbb222"]),
        ("", ["aaa111", "bbb222"]),
        ("gis booted", []),
    ],
)
def test_a_run_is_found_by_its_names_state_verdict_and_ids(text, left):
    assert [one.id for one in matching((GOOD, BAD), text)] == left


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_the_list_is_filtered_by_a_key_and_escape_takes_the_filter_off(tmp_path, size):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(GOOD, BAD), size=size) as driver:
        rows = await opened(driver)
        await driver.press("slash")
        await driver.write("gis")
        await driver.until(lambda: [one.id for one in rows.items] == ["bbb222"])
        await driver.sees("1 of 2 runs", "/  gis")
        await driver.press("enter")
        await driver.sees("Clear filter", "enter Open run")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("escape")
        await driver.sees("1 of 2 runs")
        await driver.press("escape")
        await driver.until(lambda: len(rows.items) == 2)
        assert "Clear filter" not in driver.text


async def test_a_filter_that_nothing_answers_says_so_and_a_new_run_appears_in_it(tmp_path):
    runs = FrozenRuns(GOOD, BAD)
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        rows = await opened(driver)
        await driver.press("slash")
        await driver.write("web")
        await driver.sees("No matches for the filter", "0 of 2 runs")
        runs.change(run("ccc333", RunState.DONE, at=StepName.REPORT, plan=plan(instance("web-01"))))
        await driver.press("enter", "r")
        await driver.until(lambda: [one.id for one in rows.items] == ["ccc333"])


async def test_the_id_of_a_run_is_copied(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(GOOD, BAD)) as driver:
        await opened(driver)
        await driver.press("y")
        await driver.sees("Sent to the terminal's clipboard: aaa111")


class BrokenRuns(FrozenRuns):
    """A journal that can be read until it breaks."""

    broken = False

    async def runs(self) -> tuple[RunRecord, ...]:
        if self.broken:
            raise JournalError("The journal is not readable.", remedy="Make room.")
        return await super().runs()


async def test_a_journal_that_cannot_be_read_any_more_leaves_the_list_and_says_why(tmp_path):
    runs = BrokenRuns(GOOD, BAD)
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        rows = await opened(driver)
        runs.broken = True
        await driver.press("r")
        await driver.sees("2 runs, as of", "e: details")
        assert len(rows.items) == 2
        await driver.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("The journal is not readable.", "Make room.")


async def test_where_there_is_room_the_list_says_why_a_run_failed_and_nothing_of_one_that_did_not(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(GOOD, BAD), size=(200, 60)) as driver:
        await opened(driver)
        row_of = {key: next(line for line in driver.lines if key in line) for key in ("aaa111", "bbb222")}
        assert "It did not." in row_of["bbb222"]
        assert row_of["aaa111"].rstrip().rstrip("│").rstrip().endswith("boots (strong)")


def sorted_ids(runs: Iterable[RunRecord], sorting: Sorting) -> list[str]:
    return [one.id for one in ORDERS.sorted(runs, sorting)]


def test_runs_are_sorted_by_every_column_that_they_have_the_newest_first_at_first():
    assert set(ORDERS.columns) == {column.title for column in COLUMNS}
    later = GOOD.model_copy(update={"id": "zzz", "created_at": GOOD.created_at + timedelta(hours=1)})
    assert sorted_ids((GOOD, later), ORDERS.first) == ["zzz", "aaa111"]
    assert sorted_ids((GOOD, later), ORDERS.first.chosen(STARTED)) == ["aaa111", "zzz"]
    assert sorted_ids((BAD, GOOD), Sorting(SUBJECT)) == ["aaa111", "bbb222"]
    assert sorted_ids((BAD, GOOD), Sorting(RUN, is_reversed=True)) == ["bbb222", "aaa111"]
    assert sorted_ids((GOOD, BAD), Sorting(OUTCOME)) == ["bbb222", "aaa111"]
    assert sorted_ids((GOOD, BAD), Sorting(WHY)) == ["bbb222", "aaa111"]


def test_what_needs_somebody_comes_before_what_goes_on_and_that_before_what_is_over():
    gone = RunnerPresence(host="login1", pid=1, heartbeat_at=NOW, alive=False)
    going, interrupted = run("going"), run("interrupted", runner=gone)
    waiting = run("waiting", RunState.WAITING)
    order = sorted_ids((GOOD, BAD, going, waiting, interrupted), Sorting(STATE))
    assert order == ["interrupted", "waiting", "going", "bbb222", "aaa111"]


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_runs_are_sorted_by_a_key_and_stay_so_and_the_cursor_stays_on_its_run(tmp_path, size):
    runs = FrozenRuns(GOOD, BAD)
    async with console(tmp_path, cloud=NOWHERE, runs=runs, size=size) as driver:
        rows = await opened(driver)
        assert [one.id for one in rows.items] == ["aaa111", "bbb222"]
        await driver.sees("Started▴", "o Sort")
        await driver.press("o", "down", "down", "down", "down", "enter")
        await driver.sees("2 runs by verdict or step, worst first", "Verdict or step▴")
        assert [one.id for one in rows.items] == ["bbb222", "aaa111"]
        assert rows.selected_key == "aaa111"
        await driver.press("2", "3")
        await driver.sees("2 runs by verdict or step, worst first")
        await driver.press("o", "down", "down", "down", "down", "enter")
        await driver.sees("2 runs by verdict or step, best first", "Verdict or step▿")
        assert [one.id for one in rows.items] == ["aaa111", "bbb222"]
        assert rows.selected_key == "aaa111"


async def test_a_run_that_changes_keeps_its_place_for_some_seconds(tmp_path):
    runs, clock = FrozenRuns(GOOD, BAD), HeldClock()
    async with console(tmp_path, cloud=NOWHERE, runs=runs, clock=clock) as driver:
        rows = await opened(driver)
        await driver.press("o", "down", "down", "down", "down", "enter")
        await driver.sees("by verdict or step")
        runs.change(GOOD.model_copy(update={"verdict": FAILED}))
        runs.change(BAD.model_copy(update={"verdict": BOOTED}))
        await driver.press("r")
        await driver.until(lambda: rows.items[0].verdict == BOOTED)
        assert [one.id for one in rows.items] == ["bbb222", "aaa111"]
        clock.seconds += HOLD_SECONDS
        await driver.press("r")
        await driver.until(lambda: [one.id for one in rows.items] == ["aaa111", "bbb222"])
