"""States are words with a glyph; numbers and times read as people say them."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict

import pytest

from models.findings import AskedFor, Outcome, Severity
from models.run.record import RunnerPresence, RunState
from models.steps import StepName, StepState
from models.verdict import Strength, Verdict, VerdictWord
from screens.style.glyphs import ASCII, UNICODE, glyphs_for
from screens.style.wording import finding_sign, instance_sign, run_sign, step_sign, urgency, verdict_sign
from tests.screens.samples import NOW, finding, instance, run


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_glyph_is_one_cell_wide_in_every_terminal(glyphs):
    for name, glyph in asdict(glyphs).items():
        if name not in {"ascii", "cut"}:
            assert len(glyph) == 1
            assert unicodedata.east_asian_width(glyph) in {"N", "Na"}, name


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_no_glyph_has_two_meanings(glyphs):
    signs = [glyph for name, glyph in asdict(glyphs).items() if name != "ascii"]
    assert len(set(signs)) == len(signs)


def test_the_ascii_set_is_ascii():
    assert all(str(glyph).isascii() for glyph in asdict(ASCII).values())
    assert ASCII.plain("a · b → c…").isascii()


@pytest.mark.parametrize(
    "encoding, expected", [("UTF-8", UNICODE), ("utf8", UNICODE), ("ANSI_X3.4-1968", ASCII), ("?", ASCII)]
)
def test_the_locale_decides_on_the_glyphs(encoding, expected):
    assert glyphs_for(encoding) is expected


def test_what_is_being_done_with_an_instance_goes_before_its_status():
    assert instance_sign(instance(task_state="image_uploading"), UNICODE).word == "image uploading"


def test_an_unknown_status_is_shown_in_the_clouds_own_word():
    assert instance_sign(instance(status="FROBNICATING"), UNICODE).word == "FROBNICATING"


def test_unknown_is_never_shown_as_pass():
    unknown = finding_sign(finding(Outcome.UNKNOWN), UNICODE)
    passed = finding_sign(finding(Outcome.PASS), UNICODE)
    assert (unknown.word, unknown.glyph, unknown.tone) != (passed.word, passed.glyph, passed.tone)
    assert unknown.word == "unknown"


def test_what_a_step_fixes_does_not_look_like_what_blocks():
    assert finding_sign(finding(fixed_by=StepName.DETACH), UNICODE).word == "fixed by the run"
    assert finding_sign(finding(), UNICODE).word == "blocker"


def test_the_worst_findings_come_first():
    blocks = finding()
    asks = finding(Outcome.UNKNOWN, Severity.ASK, asked_for=AskedFor.BEFORE_RUN)
    warns, passes = finding(severity=Severity.WARN), finding(Outcome.PASS)
    fixed = finding(fixed_by=StepName.STOP)
    assert sorted([passes, warns, asks, fixed, blocks], key=urgency) == [blocks, asks, warns, fixed, passes]


@pytest.mark.parametrize("state", list(StepState))
def test_every_step_state_is_a_word_with_a_glyph(state):
    sign = step_sign(state, UNICODE)
    assert sign.word == state.value
    assert sign.glyph.strip()


@pytest.mark.parametrize("state", list(RunState))
def test_every_run_state_is_a_word_with_a_glyph(state):
    assert run_sign(run(state=state), ASCII).word == state.value


def test_a_run_whose_runner_is_gone_is_said_to_be_interrupted():
    gone = RunnerPresence(host="login1", pid=1, heartbeat_at=NOW, alive=False)
    assert run_sign(run(runner=gone), UNICODE).word == "interrupted"


def test_a_verdict_says_how_strong_it_is():
    verdict = Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD)
    assert verdict_sign(verdict, UNICODE).word == "boots (good)"
    assert verdict_sign(None, UNICODE).word == "not tested"
