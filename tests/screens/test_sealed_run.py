"""A sealed run on the screen: what the seal took away, what proves it, and never a green tick for less."""

from __future__ import annotations

import pytest

from imaging.runs.steps.seal import CLONE_CONSOLE
from imaging.runtime.paths import Paths
from models.cloud.image import SEALED, SEALED_ABOUT, Image, ImageData
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, Phase, RunRecord, RunState, StepRecord, Trouble
from models.seal.plan import OperationId, SealOperation, SealPlan
from models.seal.report import OperationResult, SealReport, SealState
from models.seal.verdict import SealVerdict, SealWord
from models.steps import SEALED_STEPS, StepName, StepState
from models.verdict import Strength, Verdict, VerdictWord
from screens.images.history import ImageHistory
from screens.images.rows import cells
from screens.instances.table.history import last_images
from screens.runs.run import RunScreen
from screens.runs.texts.run_rows import cells as run_cells
from screens.runs.texts.tasks import task_rows
from screens.style.glyphs import UNICODE
from screens.style.run_words import Task
from screens.style.tones import Tone
from screens.widgets.rows import RowList
from tests.screens.driving import NOWHERE, WIDE, Driver, FrozenRuns, console
from tests.screens.samples import LOGIN, NOW, claim, plan, run

BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)
SEAL = SealPlan(operations=(SealOperation(id=OperationId.HOMES, title="Homes"),))
REPORT = SealReport(
    nonce="n", state=SealState.SEALED, results=(OperationResult(id=OperationId.HOMES, before=24, after=0),)
)
PROVED = SealVerdict(word=SealWord.SEALED, proofs=("Names were searched for.", "It booted twice."))
FOUND = SealVerdict(word=SealWord.NOT_SEALED, reasons=("On the raw disk histories were found.", "A key is left."))
UNKNOWN = SealVerdict(word=SealWord.UNKNOWN, reasons=("The raw disk could not be read to its end.",))
HALF = Trouble(what="The seal failed in the clone: logs: 1 left of 3.", remedy="Fix this in the instance.")


def steps(at: StepName, state: StepState, **fields: object) -> tuple[StepRecord, ...]:
    place = SEALED_STEPS.index(at)
    done = [StepRecord(step=step, state=StepState.DONE, started_at=NOW, ended_at=NOW) for step in SEALED_STEPS[:place]]
    there = StepRecord(step=at, state=state, started_at=NOW).model_copy(update=fields)
    return (*done, there, *(StepRecord(step=step) for step in SEALED_STEPS[place + 1 :]))


def sealed_run(**fields: object) -> RunRecord:
    record = run(state=RunState.DONE, verdict=BOOTED, ended_at=NOW, claim=claim(), instance_restored=True)
    given = {
        "kind": RunKind.SEALED,
        "plan": plan(seal=SEAL, kind=RunKind.SEALED),
        "steps": steps(StepName.REPORT, StepState.DONE, ended_at=NOW),
        "seal_report": REPORT,
        "seal_verdict": PROVED,
        "image_id": "img1",
        "owned": (Owned(kind=OwnedKind.IMAGE, id="img1"),),
    }
    return record.model_copy(update={**given, **fields})


def failed_seal() -> RunRecord:
    """As the engine leaves it: what it did not come to is skipped, and says so."""
    at = tuple(
        each.model_copy(update={"state": StepState.SKIPPED, "note": "not reached", "ended_at": NOW})
        if each.state is StepState.PENDING
        else each
        for each in steps(StepName.SEAL, StepState.FAILED, trouble=HALF, ended_at=NOW)
    )
    return sealed_run(
        state=RunState.FAILED, steps=at, seal_report=None, seal_verdict=None, verdict=None, image_id=None, trouble=HALF
    )


def sign_of(record: RunRecord, task: Task) -> tuple[str, Tone]:
    (row,) = [row for row in task_rows(record, UNICODE) if row.task is task]
    return row.sign.glyph, row.sign.tone


async def opened(driver: Driver) -> None:
    await driver.app.push_screen(RunScreen("r1"))
    await driver.until(lambda: any(rows.items for rows in driver.app.screen.query("#steps").results(RowList)))
    await driver.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_proved_seal_says_so_first_and_how_much_went(tmp_path, size):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(sealed_run()), size=size) as driver:
        await opened(driver)
        await driver.sees("The image is sealed, and boots (proof: strong)", "24 things removed by 1 operation")
        await driver.sees("Proved to be sealed", "2 proofs")


@pytest.mark.parametrize(
    "verdict, first, row",
    [
        (FOUND, "NOT sealed: On the raw disk histories were found. And 1 more.", "✗ NOT sealed"),
        (UNKNOWN, "Not proven to be sealed: The raw disk could not be read", "? Seal: not proven"),
    ],
)
async def test_a_seal_that_is_not_proved_is_said_first_and_has_no_tick(tmp_path, verdict, first, row):
    ended = sealed_run(state=RunState.FAILED, seal_verdict=verdict, trouble=Trouble(what="The seal."))
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(ended)) as driver:
        await opened(driver)
        assert first in driver.lines[1]
        await driver.sees(row)
        assert sign_of(ended, Task.PROVE)[1] is not Tone.GOOD
        assert "image set --shared" not in driver.text


async def test_the_proofs_and_what_was_found_are_read_in_full(tmp_path):
    ended = sealed_run(state=RunState.FAILED, seal_verdict=FOUND.model_copy(update={"kept": ("/home/ada",)}))
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(ended)) as driver:
        await opened(driver)
        driver.app.screen.query_one("#steps", RowList).select(Task.PROVE.value)
        await driver.press("enter")
        await driver.sees("✗ not sealed", "✗ On the raw disk histories were found.", "✗ A key is left.")
        await driver.sees("~ kept on purpose: /home/ada")


async def test_what_the_seal_took_away_is_read_in_full(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(sealed_run())) as driver:
        await opened(driver)
        driver.app.screen.query_one("#steps", RowList).select(Task.SEAL.value)
        await driver.press("enter")
        await driver.press("pagedown")
        await driver.sees("Homes: 24 removed")


async def test_a_failed_seal_says_why_and_what_can_be_done_by_key(tmp_path):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(failed_seal())) as driver:
        file = Paths.below(tmp_path).run_folder("r1") / CLONE_CONSOLE
        file.parent.mkdir(mode=0o700, parents=True)
        file.write_text("@@imaging-seal n began\n")
        await opened(driver)
        assert "The seal failed in the clone: logs: 1 left of 3." in driver.lines[1]
        await driver.sees("Show the console of the clone", "Run again for db-07", "✗ Clone not sealed")
        ended = failed_seal()
        for task in (Task.DESCRIBE, Task.TEST, Task.PROVE, Task.CONFIRM):
            assert sign_of(ended, task)[1] is Tone.QUIET
        await driver.press("o")
        await driver.sees("console of the clone", "@@imaging-seal n began")


async def test_the_seal_under_way_is_told_in_words_and_not_by_how_far_the_boot_has_come(tmp_path):
    phases = tuple(Phase(at=NOW, text=text) for text in ("the clone seals itself", "console: cloud-init finished"))
    going = sealed_run(
        state=RunState.RUNNING, ended_at=None, steps=steps(StepName.SEAL, StepState.RUNNING, phases=phases)
    )
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(going)) as driver:
        await opened(driver)
        await driver.sees("Sealing the clone: the clone seals itself", "Sealing a clone")


def test_proofs_without_a_verdict_have_no_tick():
    assert sign_of(sealed_run(seal_verdict=None), Task.PROVE) == ("?", Tone.WARN)


def test_the_list_of_runs_tells_the_verdict_on_the_seal():
    outcome = [str(run_cells(sealed_run(seal_verdict=each), UNICODE)[5].text) for each in (PROVED, FOUND, UNKNOWN)]
    assert outcome == ["✓ sealed, boots", "✗ not sealed", "? seal unknown"]


@pytest.mark.parametrize("word, shown", [("sealed", "✓ sealed"), ("not sealed", "✗ NOT"), ("unknown", "? unknown")])
def test_the_list_of_images_tells_it_beside_the_boot_test(word, shown):
    noted = {SEALED: word, SEALED_ABOUT: "img1"}
    image = Image(id="img1", name="v1", status="active", properties=noted)
    assert cells(image, None, ImageHistory(), UNICODE)[2].text == shown
    copied = image.model_copy(update={"id": "img2"})
    assert cells(copied, None, ImageHistory(), UNICODE)[2].text == ""


def test_the_last_image_of_an_instance_has_the_verdict_of_the_journal_or_of_the_image():
    image = Image(id="img1", name="v1", status="active", properties={SEALED: "sealed", SEALED_ABOUT: "img1"})
    ended = sealed_run(image_data=ImageData(image_id="img1"))
    assert last_images((ended,), (image,), LOGIN)["id-db-07"].seal == "sealed"
    unknown = ended.model_copy(update={"seal_verdict": None})
    assert last_images((unknown,), (image,), LOGIN)["id-db-07"].seal == "sealed"
