"""One line of words for what a checklist comes to, the same in the console and in the commands."""

from __future__ import annotations

from imaging.commands.output.checklist_text import Page, summary_lines
from models.findings import AskedFor, Checklist, Outcome, Severity
from models.steps import StepName
from models.words.checklist_summary import summary
from screens.style.glyphs import ASCII, UNICODE
from screens.widgets.checklist import readiness
from tests.commands.building import asking, checklist, finding

WARNING = {"severity": Severity.WARN}


def _checklist() -> Checklist:
    return checklist(
        finding("A"),
        asking("B", AskedFor.BEFORE_RUN),
        finding("C", **WARNING),
        finding("D", **WARNING),
        finding("E", fixed_by=StepName.STOP),
        finding("F", outcome=Outcome.PASS),
        finding("G", outcome=Outcome.NOT_APPLICABLE),
    )


def test_it_counts_each_class_and_leaves_out_what_does_not_apply():
    assert summary(_checklist()) == "Blocked  1 blocker · 1 to confirm · 2 warnings · 1 fixed by the run · 1 pass"


def test_an_empty_checklist_is_one_word():
    assert summary(checklist()) == "Ready"


def test_the_console_and_the_command_line_say_it_word_for_word():
    for glyphs in (UNICODE, ASCII):
        (line,) = summary_lines(_checklist(), Page(glyphs, width=100))
        assert line.text == readiness(_checklist(), glyphs).plain


def test_a_narrow_line_is_broken_between_counts():
    lines = [line.text for line in summary_lines(_checklist(), Page(UNICODE, width=60))]
    assert lines == ["✗ Blocked  1 blocker · 1 to confirm · 2 warnings ·", "  1 fixed by the run · 1 pass"]
