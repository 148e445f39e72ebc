"""The run view follows a run live, and changes it only after asking."""

from __future__ import annotations

import platform

import pytest

from models.run.kind import RunKind
from models.run.record import RunnerPresence, RunState, StepRecord, Trouble
from models.steps import CREATE_STEPS, StepName, StepState
from models.verdict import Strength, Verdict, VerdictWord
from screens.dialogs.confirm import ConfirmScreen
from screens.runs.run import RunScreen
from screens.style.run_words import Task
from screens.widgets.rows import RowList
from tests.screens.driving import NOWHERE, WIDE, Driver, FrozenRuns, console
from tests.screens.samples import HOSTILE, NOW, claim, instance, plan, run

HERE = RunnerPresence(host=platform.node(), pid=1, heartbeat_at=NOW, alive=True)
GONE = HERE.model_copy(update={"alive": False})
ELSEWHERE = RunnerPresence(host="another-host", pid=1, heartbeat_at=NOW, alive=False)
BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG, reason="It answered.", evidence=("login:", HOSTILE))


async def open_run(driver: Driver, run_id: str = "r1") -> None:
    await driver.app.push_screen(RunScreen(run_id))
    await driver.until(lambda: any(rows.items for rows in driver.app.screen.query("#steps").results(RowList)))
    await driver.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_all_that_a_run_does_is_on_the_screen_in_words_with_how_long_it_took(tmp_path, size):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run()), size=size) as driver:
        await open_run(driver)
        await driver.sees("Checked", "Stopped", "Detaching volumes", "Restore db-07", "Boot test", "Report")
        await driver.sees("pgdata detached")
        checked = next(line for line in driver.lines if "Checked" in line)
        assert "0 s" in checked
        for internal in ("see up", "create image", "wait for image"):
            assert internal not in driver.text


async def test_the_first_line_says_what_is_being_done_and_the_second_how_far_it_is(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run())) as driver:
        await open_run(driver)
        first, second = driver.lines[1:3]
        assert "Detaching volumes: pgdata detached" in first
        assert "less than 10 s of about 4 minutes" in second
        assert "ends about" in second


async def test_an_instance_that_is_off_is_said_to_be_and_to_be_restored(tmp_path):
    runs = FrozenRuns(run(claim=claim(), at=StepName.WAIT_FOR_IMAGE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("db-07 is off; it will be restored")


async def test_the_log_grows_with_the_run_and_its_end_stays_in_sight(tmp_path):
    runs = FrozenRuns(run())
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("log", "follows")
        runs.change(run(at=StepName.REPORT))
        await driver.sees("Writing the report")
        await driver.press("f")
        await driver.sees("stands still")


async def test_the_log_fills_the_screen_by_a_key_and_gives_it_back(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run())) as driver:
        await open_run(driver)
        await driver.press("z")
        log = driver.app.screen.query_one("#log")
        await driver.until(lambda: log.size.height > 18)
        assert "Restore db-07" not in driver.text
        await driver.press("escape")
        await driver.sees("Restore db-07")
        assert isinstance(driver.app.screen, RunScreen)


async def test_the_view_follows_the_run_to_the_step_under_way(tmp_path):
    runs = FrozenRuns(run())
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        runs.change(run(at=StepName.RESTORE))
        rows = driver.app.screen.query_one("#steps", RowList)
        await driver.until(lambda: rows.selected_key == Task.RESTORE.value)


async def test_who_opens_another_step_is_left_there(tmp_path):
    runs = FrozenRuns(run())
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.press("g")
        runs.change(run(at=StepName.RESTORE))
        rows = driver.app.screen.query_one("#steps", RowList)
        await driver.sees("Restoring db-07")
        assert rows.selected_key == Task.CHECK.value


async def test_a_verdict_stands_with_its_strength_and_its_console_lines_in_the_step(tmp_path):
    over = run(state=RunState.DONE, at=StepName.REPORT, verdict=BOOTED, instance_restored=True, claim=claim())
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over), size=(120, 36)) as driver:
        await open_run(driver)
        await driver.sees("The image boots (proof: strong)", "db-07 restored")
        driver.app.screen.query_one("#steps", RowList).select(Task.TEST.value)
        await driver.press("enter")
        await driver.sees("boots (strong)", "It answered.", "| login:", "[/red][bold]gone[/bold]")
        assert "\x1b" not in driver.text


async def test_why_a_step_failed_and_what_to_do_is_said(tmp_path):
    trouble = Trouble(
        what="The volume is in use.", meaning="The source is stopped.", remedy="Detach it.", request_id="req-1"
    )
    steps = tuple(
        StepRecord(step=step, state=StepState.FAILED if step is StepName.DETACH else StepState.PENDING, trouble=trouble)
        for step in CREATE_STEPS
    )
    failed = run(state=RunState.FAILED, steps=steps, trouble=trouble)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(failed), size=(120, 36)) as driver:
        await open_run(driver)
        assert "The volume is in use." in driver.lines[1]
        await driver.sees(
            "Volumes not detached", "The volume is in use.", "The source is stopped.", "Detach it.", "request req-1"
        )


async def test_cancelling_asks_first_and_names_the_instance(tmp_path):
    runs = FrozenRuns(run(runner=HERE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.press("c")
        assert isinstance(driver.app.screen, ConfirmScreen)
        await driver.sees("The run on db-07 ends")
        assert runs.asked == []
        await driver.press("y")
        await driver.until(lambda: runs.asked == [("cancel", "r1", None)])


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_nothing_is_cancelled_without_a_clear_yes(tmp_path, key):
    runs = FrozenRuns(run(runner=HERE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.press("c", key)
        await driver.pilot.pause()
        assert runs.asked == []


async def test_a_run_without_a_runner_is_called_interrupted_and_can_go_on(tmp_path):
    runs = FrozenRuns(run(runner=GONE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("Interrupted", "nothing is lost", "Press R to resume")
        await driver.press("R", "y")
        await driver.until(lambda: runs.asked == [("resume", "r1", None)])


async def test_a_run_of_another_host_needs_that_hosts_name_typed(tmp_path):
    runs = FrozenRuns(run(runner=ELSEWHERE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.press("R", "y", "enter")
        assert runs.asked == []
        await driver.sees("Type another-host")
        await driver.write("another-host")
        await driver.press("enter")
        await driver.until(lambda: runs.asked == [("resume", "r1", "another-host")])


async def test_a_source_that_was_not_restored_can_be_undone(tmp_path):
    failed = run(state=RunState.FAILED, claim=claim(), instance_restored=False)
    runs = FrozenRuns(failed)
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("NOT restored", "u Undo")
        await driver.press("u")
        await driver.sees("Restore this instance?", "Type login1")


async def test_a_run_that_has_put_its_source_back_offers_no_undo(tmp_path):
    done = run(state=RunState.DONE, at=StepName.REPORT, claim=claim(), instance_restored=True)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(done)) as driver:
        await open_run(driver)
        await driver.press("u")
        assert not isinstance(driver.app.screen, ConfirmScreen)


async def test_a_console_that_only_reads_cancels_nothing(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run(runner=HERE)), read_only=True) as driver:
        await open_run(driver)
        await driver.press("c")
        assert not isinstance(driver.app.screen, ConfirmScreen)


async def test_opening_the_console_shows_the_run_that_is_not_over(tmp_path):
    done = run("r2", RunState.DONE, at=StepName.REPORT, verdict=BOOTED)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(done, run())) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.sees("db-07", "pgdata detached")


async def test_with_several_runs_not_over_their_list_is_shown(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run("r1"), run("r2"))) as driver:
        await driver.sees("2 runs", "2 in progress")


async def test_the_list_of_runs_says_how_each_stands(tmp_path):
    done = run("r2", RunState.DONE, at=StepName.REPORT, verdict=BOOTED)
    verify = run("r3", RunState.RUNNING, kind=RunKind.VERIFY, runner=GONE)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(done, verify), size=(120, 36)) as driver:
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))  # of the run that is not over
        await driver.press("escape")
        await driver.sees("boots (strong)", "interrupted", "(verify)", "2 runs", "press R to resume")
        await driver.press("enter")
        assert isinstance(driver.app.screen, RunScreen)


async def test_without_runs_the_list_says_how_to_begin(tmp_path):
    async with console(tmp_path, cloud=NOWHERE) as driver:
        await driver.press("3")
        await driver.sees("No runs yet")


@pytest.mark.parametrize("fields", [{}, {"kind": RunKind.UNDO}, {"kind": RunKind.VERIFY}])
async def test_a_name_of_255_wide_characters_leaves_times_and_steps_on_the_screen(tmp_path, fields):
    wide = run(plan=plan(instance("星" * 255)), ended_at=NOW, state=RunState.DONE, **fields)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(wide)) as driver:
        await open_run(driver)
        title, _first, second = driver.lines[:3]
        assert "Runs › 星" in title
        assert title.rstrip().endswith("nowhere")
        assert second.rstrip().endswith("ended 14:05:00")
        await driver.sees("Report")


async def test_a_run_that_changes_while_its_screen_is_being_closed_ends_nothing(tmp_path):
    runs = FrozenRuns(run())
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        screen = driver.shown(RunScreen)
        closing = driver.app.pop_screen()
        screen.post_message(RunScreen.Changed(run(at=StepName.RESTORE)))
        await closing
        await driver.press("3")
        await driver.sees("1 run")


REPEATED = [pytest.param(state, marks=pytest.mark.slow) for state in (RunState.RUNNING, RunState.FAILED)]
"""States in which the runs of most tests above are."""


@pytest.mark.parametrize("kind", list(RunKind))
@pytest.mark.parametrize("state", [RunState.DONE, *REPEATED])
async def test_a_run_of_every_kind_can_be_opened(tmp_path, kind, state):
    ended = None if state is RunState.RUNNING else NOW
    runs = FrozenRuns(run(kind=kind, state=state, at=StepName.REPORT, ended_at=ended))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await driver.pilot.pause()
        await open_run(driver)
        await driver.sees("db-07", "Writing the report" if state is RunState.RUNNING else f"{state} after")


async def test_a_deep_check_says_where_its_facts_are_and_names_no_verdict_that_nobody_asked_for(tmp_path):
    runs = FrozenRuns(run(kind=RunKind.DEEP_CHECK, state=RunState.DONE, ended_at=NOW))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("db-07 (deep check)", "the findings are in the instance's checklist")
        assert "boots" not in driver.text


async def test_cancelling_a_deep_check_speaks_of_no_image_that_is_kept(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run(kind=RunKind.DEEP_CHECK))) as driver:
        await open_run(driver)
        await driver.press("c")
        await driver.sees("temporary instance", "temporary image", "removed")
        assert "kept" not in driver.text


async def test_a_cancelled_run_that_only_watches_its_source_can_be_cancelled_once_more(tmp_path):
    runs = FrozenRuns(run(state=RunState.CANCELLING, at=StepName.SEE_UP, runner=HERE, instance_restored=True))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.sees("Press c to stop watching it")
        await driver.press("c")
        await driver.sees("The instance is restored.")
        await driver.press("y")
        await driver.until(lambda: runs.asked == [("cancel", "r1", None)])


async def test_a_run_that_is_still_restoring_is_not_cancelled_twice(tmp_path):
    runs = FrozenRuns(run(state=RunState.CANCELLING, at=StepName.RESTORE, runner=HERE))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await open_run(driver)
        await driver.press("c")
        assert not isinstance(driver.app.screen, ConfirmScreen)
