"""What a run says about checks and tests: its row, its details, its headline, and what stands in the lists."""

from __future__ import annotations

from typing import Any

import pytest

from models.cloud.image import Image
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState, StepRecord, Trouble
from models.seal.verdict import SealVerdict, SealWord
from models.steps import CREATE_STEPS, SEALED_STEPS, StepName, StepState
from models.verdict import Strength, Verdict, VerdictWord
from models.works.outcome import Outcome
from models.works.verdict import WorksVerdict, WorksWord
from screens.images.history import ImageHistory
from screens.runs.texts.headline import outcome_line
from screens.runs.texts.next_steps import next_steps
from screens.runs.texts.run_rows import COLUMNS as RUN_COLUMNS
from screens.runs.texts.run_rows import OUTCOME, cells, matching
from screens.runs.texts.run_text import details
from screens.runs.texts.tasks import TaskRow, interesting_task, task_rows
from screens.style.glyphs import ASCII, UNICODE
from screens.style.run_words import Task
from screens.style.tones import Tone
from screens.style.wording import outcome_sign, works_sign
from tests.screens.samples import HOSTILE, NOW, run
from tests.support.works_samples import BAD_TEST, NO, PARTLY, YES

BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG, reason="It answered.")
NOT_ASKED = WorksVerdict(word=WorksWord.NOT_ASKED, reason="It has no systemd.")


def ended(works: WorksVerdict | None, **fields: Any) -> RunRecord:
    """A run that made an image, and judged it so."""
    steps = tuple(StepRecord(step=step, state=StepState.DONE, started_at=NOW, ended_at=NOW) for step in CREATE_STEPS)
    usual = {"state": RunState.DONE, "steps": steps, "verdict": BOOTED, "works": works, "image_id": "img1"}
    return run(ended_at=NOW, **{**usual, **fields})


def row(record: RunRecord) -> TaskRow:
    return next(each for each in task_rows(record, UNICODE) if each.task is Task.CHECKS)


@pytest.mark.parametrize(
    "works, words, sign, tone",
    [
        (YES, "Works: yes", "✓ done", Tone.GOOD),
        (PARTLY, "Works: partly", "? not proven", Tone.WARN),
        (NO, "Works: NO", "✗ failed", Tone.BAD),
        (NOT_ASKED, "Works: not asked", "- skipped", Tone.QUIET),
        (None, "Works: not asked", "- skipped", Tone.QUIET),
    ],
)
def test_the_row_says_what_checks_and_tests_came_to(works, words, sign, tone):
    shown = row(ended(works))
    assert (shown.words, str(shown.sign), shown.sign.tone) == (words, sign, tone)
    assert shown.note == (works.reason if works is not None else "")


def test_the_row_says_beforehand_what_it_will_do():
    ahead = row(run(at=StepName.DETACH))
    assert (ahead.words, ahead.note) == ("Checks and tests", "two boots")


def test_the_test_instance_is_removed_by_the_row_that_used_it_last():
    plain = {each.task: [step.step for step in each.steps] for each in task_rows(ended(YES), UNICODE)}
    assert plain[Task.CHECKS] == [StepName.RUN_CHECKS, StepName.REMOVE_TEST]
    steps = tuple(StepRecord(step=step) for step in SEALED_STEPS)
    sealed = ended(None, kind=RunKind.SEALED, steps=steps)
    tasks = [each.task for each in task_rows(sealed, UNICODE)]
    assert len(tasks) == len(set(tasks)), "a row that comes twice cannot be chosen"


def test_the_boot_test_is_over_while_the_checks_run():
    rows = {each.task: each for each in task_rows(run(at=StepName.RUN_CHECKS, verdict=BOOTED), UNICODE)}
    assert rows[Task.TEST].sign.word == "done"
    assert rows[Task.CHECKS].words == "Running checks"
    assert interesting_task(run(at=StepName.RUN_CHECKS, verdict=BOOTED), UNICODE) == Task.CHECKS.value


def test_the_details_have_every_check_and_test_with_word_and_glyph_the_worst_first():
    step = ended(NO).step(StepName.RUN_CHECKS)
    text = details(ended(NO), step, UNICODE).plain
    lines = [line.strip() for line in text.split("\n")]
    assert "✗ works: no  Failed: lost-units, tables.sh (boot 2)." in lines
    first = lines.index("✗ fail  Enabled services: Enabled on the source, and not here: nginx.service.")
    assert lines[first + 1] == "| nginx.service"
    assert "! warn  Clock: Its clock follows no time service." in lines
    assert lines.index("✓ pass  check.sh (boot 1)") > first
    assert any("looks like a secret" in line for line in lines)


def test_the_details_can_be_read_without_unicode():
    text = details(ended(NO), ended(NO).step(StepName.RUN_CHECKS), ASCII).plain
    assert "x works: no" in text
    assert text.isascii()


def test_what_a_test_printed_is_shown_as_it_is_and_as_no_markup():
    hostile = NO.model_copy(update={"tests": (BAD_TEST.model_copy(update={"output": (HOSTILE,)}),)})
    text = details(ended(hostile), ended(hostile).step(StepName.RUN_CHECKS), UNICODE).plain
    assert "[/red][bold]gone[/bold]" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "works, line",
    [
        (YES, "The image boots and works (proof: strong)"),
        (PARTLY, "The image boots (proof: strong); works: partly"),
        (NO, "The image does not work: lost-units, tables.sh (boot 2)"),
        (NOT_ASKED, "The image boots (proof: strong)"),
        (None, "The image boots (proof: strong)"),
    ],
)
def test_the_headline_says_it(works, line):
    assert outcome_line(ended(works)) == line


def test_a_run_that_failed_because_of_it_says_that_first():
    failed = ended(NO, state=RunState.FAILED, trouble=Trouble(what="Nothing was published."))
    assert outcome_line(failed).startswith("The image does not work")


def test_what_failed_stands_where_it_is_said_what_can_be_done():
    text = next_steps(ended(NO), {"image": "o"}, UNICODE).plain
    assert "✗ Enabled services: Enabled on the source, and not here: nginx.service." in text
    assert "✗ tables.sh (boot 2): not ok: 2 reads the table" in text
    assert "To share it" not in text
    assert "To share it" in next_steps(ended(YES), {}, UNICODE).plain


@pytest.mark.parametrize(
    "works, shown",
    [
        (YES, "✓ works: yes"),
        (PARTLY, "? works: partly"),
        (NO, "✗ works: no"),
        (NOT_ASKED, "✓ boots (strong)"),
        (None, "✓ boots (strong)"),
    ],
)
def test_the_list_of_runs_says_it(works, shown):
    place = [column.title for column in RUN_COLUMNS].index(OUTCOME)
    assert cells(ended(works), UNICODE)[place].text == shown


@pytest.mark.parametrize(
    "works, shown",
    [
        (YES, "✓ sealed, works: yes"),
        (PARTLY, "✓ sealed, works: partly"),
        (NO, "✗ works: no"),
        (None, "✓ sealed, boots"),
    ],
)
def test_the_list_of_runs_says_it_of_a_sealed_image_behind_its_seal(works, shown):
    place = [column.title for column in RUN_COLUMNS].index(OUTCOME)
    sealed = ended(works, kind=RunKind.SEALED, seal_verdict=SealVerdict(word=SealWord.SEALED))
    assert cells(sealed, UNICODE)[place].text == shown


def test_runs_are_found_by_it():
    runs = [ended(NO, id="bad"), ended(YES, id="good")]
    assert [each.id for each in matching(runs, "works: no")] == ["bad"]


def test_the_journal_counts_before_the_note_on_the_image():
    noted = {"imaging.works": "yes", "imaging.works.image": "img1"}
    image = Image(id="img1", name="v1", status="active", properties=noted)
    assert ImageHistory((ended(NO),)).works_word(image) is WorksWord.NO
    assert ImageHistory((ended(None),)).works_word(image) is WorksWord.YES


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_no_two_words_share_glyph_and_tone_but_those_that_mean_as_much(glyphs):
    words = {str(works_sign(word, glyphs)) for word in WorksWord}
    assert len(words) == len(WorksWord)
    assert len({str(outcome_sign(outcome, glyphs)) for outcome in Outcome}) == len(Outcome)
