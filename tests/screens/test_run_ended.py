"""A run that is over says the cause first, then what can be done, and does nothing of it by itself."""

from __future__ import annotations

import platform
from datetime import timedelta

import pytest

from imaging.runs.run_files import console_file, report_file
from imaging.runtime.paths import Paths
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole, RunnerPresence, RunRecord, RunState
from models.steps import StepName
from models.verdict import DeadEnd, Stage, Strength, Verdict, VerdictWord
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.error import ErrorScreen
from screens.runs.run import RunScreen
from screens.runs.text_screen import TextScreen
from screens.widgets.rows import RowList
from screens.widgets.text_lines import TextLines
from tests.screens.driving import NOWHERE, WIDE, Driver, FrozenRuns, console
from tests.screens.samples import HOSTILE, NOW, claim, run

IMAGE = "10f9c05e-6b12-5e7c-aa28-6b3b1d4e8142"
EVIDENCE = (
    "[ TIME ] Timed out waiting for device /dev/disk/by-uuid/7246e86e.",
    "[DEPEND] Dependency failed for data.mount - /data.",
    "You are in emergency mode.",
)
STUCK = Verdict(
    word=VerdictWord.FAILED, stage=Stage.SYSTEM, dead_end=DeadEnd.EMERGENCY, reason="It ended.", evidence=EVIDENCE
)
SILENT = Verdict(word=VerdictWord.INCONCLUSIVE, stage=Stage.SILENT, reason="The console showed nothing.")
BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)
OWN_IMAGE = (Owned(kind=OwnedKind.IMAGE, id=IMAGE, name="db-07-20261102"),)


def over(state: RunState = RunState.FAILED, verdict: Verdict | None = STUCK, **fields: object) -> RunRecord:
    ended = run(state=state, at=StepName.REPORT, verdict=verdict, ended_at=NOW)
    given = {"claim": claim(), "instance_restored": True, "image_id": IMAGE, "owned": OWN_IMAGE, "report_path": "/x"}
    return ended.model_copy(update={**given, **fields})


async def opened(driver: Driver) -> None:
    await driver.app.push_screen(RunScreen("r1"))
    await driver.until(lambda: any(rows.items for rows in driver.app.screen.query("#steps").results(RowList)))
    await driver.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_failed_run_says_the_cause_first_and_ticks_no_step_that_failed(tmp_path, size):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over()), size=size) as driver:
        await opened(driver)
        assert "It did not boot: /data in /etc/fstab waits for a volume that is not there." in driver.lines[1]
        tested = next(line for line in driver.lines if "Boot test" in line)
        assert "✗ Boot test failed" in tested
        assert "✓" not in tested
        await driver.sees("Fix VOL-FSTAB on db-07 and run again", "Open the report", IMAGE)


async def test_an_undecided_boot_test_is_neither_a_tick_nor_a_failure(tmp_path):
    runs = FrozenRuns(over(RunState.DONE, SILENT))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.sees("? Boot test: not proven", "It was not seen to boot: its console showed nothing.")


async def test_a_step_that_was_never_reached_does_not_look_as_if_it_would_still_come(tmp_path):
    ended = run(state=RunState.CANCELLED, at=StepName.STOP, ended_at=NOW, claim=claim(), instance_restored=True)
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(ended)) as driver:
        await opened(driver)
        await driver.sees("Cancelled", "- Image")
        assert "◦" not in driver.text


async def test_the_console_is_shown_whole_and_cleaned(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over())) as driver:
        file = console_file(Paths.below(tmp_path), "r1")
        file.parent.mkdir(mode=0o700, parents=True)
        file.write_text("".join(f"line {number}\n" for number in range(300)) + "[0;1;31m TIME [0m] " + HOSTILE)
        await opened(driver)
        await driver.press("o")
        await driver.until(lambda: isinstance(driver.app.screen, TextScreen))
        await driver.sees(" TIME ] [/red][bold]gone[/bold]", "301 lines")
        assert "\x1b" not in driver.text
        await driver.press("g")
        await driver.sees("line 0")
        await driver.press("q")
        assert isinstance(driver.app.screen, RunScreen)


async def test_where_the_log_is_on_another_machine_the_lines_of_the_journal_are_shown(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over())) as driver:
        await opened(driver)
        await driver.press("o")
        await driver.sees("You are in emergency mode.", "the log is not on this machine")


async def test_the_report_is_shown_in_the_console_where_no_pager_is_set(tmp_path, monkeypatch):
    monkeypatch.delenv("PAGER", raising=False)
    file = report_file(Paths.below(tmp_path), "r1")
    runs = FrozenRuns(over(report_path=str(file)))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        file.parent.mkdir(mode=0o700, parents=True)
        file.write_text("# Imaging run r1\n")
        await opened(driver)
        await driver.press("r")
        await driver.sees("# Imaging run r1", "2 lines")


async def test_a_report_that_is_not_there_is_said_to_be_elsewhere(tmp_path):
    runs = FrozenRuns(over(report_path="/elsewhere/report.md"))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.press("r")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("The report is not on this machine.")


async def test_the_image_is_deleted_only_after_a_clear_yes_that_names_its_id(tmp_path):
    runs = FrozenRuns(over())
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.press("D")
        await driver.sees("Delete this image?", IMAGE)
        await driver.press("enter")
        await driver.press("n")
        assert runs.asked == []
        await driver.press("D", "y")
        await driver.until(lambda: runs.asked == [("delete image", "r1")])
        await driver.sees("The image is deleted.")


KEPT_SERVER = Owned(kind=OwnedKind.SERVER, id="5e5f", name="imaging-test-r1", role=OwnedRole.MAIN)


async def test_how_to_log_in_to_a_kept_test_instance_stands_above_the_key_that_removes_it(tmp_path):
    note = (
        "kept until 2026-12-01 14:00 UTC, as wanted: imaging-test-r1 (35172d23-8f84-4d14-bbc6-e0b48c3891b0), "
        "`ssh USER@192.0.2.9`; port 22 is open to 192.0.2.17; `imaging cancel r1` removes it before"
    )
    kept = over(owned=(*OWN_IMAGE, KEPT_SERVER), kept_until=NOW + timedelta(hours=2), runner=None)
    steps = tuple(
        each.model_copy(update={"note": note}) if each.step is StepName.REMOVE_TEST else each for each in kept.steps
    )
    runs = FrozenRuns(kept.model_copy(update={"steps": steps}))
    async with console(tmp_path, cloud=NOWHERE, runs=runs, size=(80, 24)) as driver:
        await opened(driver)
        await driver.sees(
            "Log in: `ssh USER@192.0.2.9`; port 22 is open to 192.0.2.17", "c  Remove the test instance, which"
        )


async def test_a_test_instance_that_is_kept_is_removed_only_after_a_clear_yes(tmp_path):
    kept = over(owned=(*OWN_IMAGE, KEPT_SERVER), kept_until=NOW + timedelta(hours=2), runner=None)
    runs = FrozenRuns(kept)
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.sees("c  Remove the test instance, which stays until ", "c Remove test instance")
        assert "Cancel" not in driver.text
        await driver.press("question_mark")
        await driver.sees("Remove the test instance that was kept")
        await driver.press("escape")
        await driver.press("c")
        await driver.sees("Remove the test instance now?", "imaging-test-r1")
        await driver.press("n")
        assert runs.asked == []
        await driver.press("c", "y")
        await driver.until(lambda: [each[:2] for each in runs.asked] == [("remove_kept", "r1")])


@pytest.mark.parametrize("owned", [OWN_IMAGE, (*OWN_IMAGE, KEPT_SERVER.model_copy(update={"removed": True}))])
async def test_where_none_is_kept_none_can_be_removed(tmp_path, owned):
    runs = FrozenRuns(over(owned=owned, kept_until=NOW))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        assert "Remove the test instance" not in driver.text
        await driver.press("c")
        assert not isinstance(driver.app.screen, ConfirmScreen)


@pytest.mark.parametrize(
    "ended",
    [
        over(owned=()),
        over(owned=(OWN_IMAGE[0].model_copy(update={"removed": True}),)),
        over(owned=(OWN_IMAGE[0].model_copy(update={"id": "another"}),)),
        over(kind=RunKind.VERIFY, owned=()),
        run(image_id=IMAGE, owned=OWN_IMAGE),
    ],
)
async def test_no_image_is_offered_for_deletion_that_the_run_did_not_make_or_still_works_on(tmp_path, ended):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(ended)) as driver:
        await opened(driver)
        await driver.press("D")
        assert not isinstance(driver.app.screen, ConfirmScreen)


async def test_a_console_that_only_reads_offers_neither_deletion_nor_another_run(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over()), read_only=True) as driver:
        await opened(driver)
        await driver.sees("Open the report")
        assert "Delete" not in driver.text
        assert "run again" not in driver.text


async def test_a_run_that_succeeded_leads_to_the_image_first(tmp_path):
    runs = FrozenRuns(over(RunState.DONE, BOOTED))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.sees("The image boots (proof: strong)", f"openstack image set --shared {IMAGE}")
        lines = [line for line in driver.lines if line.startswith((" m  ", " a  "))]
        assert lines[0].startswith(" m  Show the image")


async def test_a_cancellation_is_shown_as_sent_at_once_and_as_heard_when_the_journal_has_it(tmp_path):
    here = RunnerPresence(host=platform.node(), pid=1, heartbeat_at=NOW, alive=True)
    runs = FrozenRuns(run(runner=here))
    async with console(tmp_path, cloud=NOWHERE, runs=runs) as driver:
        await opened(driver)
        await driver.press("c", "y")
        await driver.sees("Cancelling: sent at 14:05:00")
        runs.change(run(runner=here, cancel_requested=True))
        await driver.sees("Cancelling: heard at 14:05:00")


async def test_an_undo_under_way_says_that_it_restores_and_gives_no_estimate_of_the_run(tmp_path):
    here = RunnerPresence(host=platform.node(), pid=1, heartbeat_at=NOW, alive=True)
    undoing = run(runner=here, at=StepName.RESTORE, undo_requested=True, claim=claim())
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(undoing)) as driver:
        await opened(driver)
        assert "Restoring db-07" in driver.lines[1]
        assert "ends about" not in driver.text
        assert "continues" not in driver.text


async def test_a_log_of_long_lines_is_wrapped_and_nothing_of_it_is_lost(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(over())) as driver:
        await driver.app.push_screen(TextScreen(("Text",), ["a" * 100 + "END", "星" * 60 + "end"]))
        await driver.sees("END", "end")
        assert len(driver.app.screen.query_one(TextLines).lines) == 2
