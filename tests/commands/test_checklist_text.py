"""A checklist for people: what blocks first, the rule at the edge, what passes only where it is wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from imaging.commands.output.checklist_text import Page, checklist_lines
from models.findings import AskedFor, Checklist, Outcome, Severity, Source
from models.steps import StepName
from screens.style.glyphs import ASCII
from tests.commands.building import asking, checklist, finding

ALL = checklist(
    finding("P-PASS", outcome=Outcome.PASS),
    finding("W-TWO", severity=Severity.WARN, chapter="Boot"),
    finding("W-ONE", severity=Severity.WARN, chapter="Boot"),
    finding("F-STEP", fixed_by=StepName.STOP),
    finding("U-KNOWN", outcome=Outcome.UNKNOWN),
    asking("Q-ASK", AskedFor.BEFORE_PUBLISHING),
    finding("B-BLOCK", title="Private keys on the disk"),
    finding("N-A", outcome=Outcome.NOT_APPLICABLE),
)


def _lines(found: Checklist = ALL, page: Page | None = None) -> list[str]:
    return [line.text for line in checklist_lines(found, page or Page())]


def _rules(lines: list[str]) -> list[str]:
    ids = {each.rule for each in ALL.findings}
    return [line.split()[-1] for line in lines if line.split() and line.split()[-1] in ids]


def test_what_blocks_comes_first_and_what_passes_is_left_out():
    assert _rules(_lines()) == ["B-BLOCK", "Q-ASK", "W-TWO", "W-ONE", "U-KNOWN", "F-STEP"]


def test_with_all_what_passes_and_what_does_not_apply_come_last():
    assert _rules(_lines(page=Page(everything=True)))[-2:] == ["P-PASS", "N-A"]


def test_a_blocker_is_its_title_with_the_rule_at_the_edge_what_was_seen_and_what_to_do():
    assert _lines(checklist(finding("B-BLOCK", title="Private keys on the disk"))) == [
        "1 blocker: to be fixed, or waived with --waive RULE=WHY",
        f"  ✗ Private keys on the disk{' ' * 45}B-BLOCK",
        "      2 volumes are attached.",
        "      To do: Detach them.",
        "      $ openstack server remove volume i1 v1",
        "",
    ]


def test_warnings_stand_below_their_chapter_and_say_what_to_do_with_all():
    warning = checklist(finding("W", severity=Severity.WARN, chapter="Boot"))
    assert _lines(warning)[:2] == ["1 warning: nothing is blocked; --all says what to do", "  Boot"]
    assert _lines(warning, Page(everything=True))[0] == "1 warning: nothing is blocked"
    assert not [line for line in _lines(warning) if "Detach" in line]
    assert "      To do: Detach them." in _lines(warning, Page(everything=True))


def test_what_the_run_fixes_names_its_step_and_is_no_blocker():
    lines = _lines(checklist(finding("F", fixed_by=StepName.STOP)))
    assert lines[0] == "1 fixed by the run: the run does this itself"
    assert "      Fixed in the step: stop" in lines


def test_what_only_an_inspection_can_tell_is_counted_until_there_was_one():
    guest = finding("G", outcome=Outcome.UNKNOWN, source=Source.GUEST)
    never = checklist(guest, finding("U", outcome=Outcome.UNKNOWN), not_inspected_because="no inspection was made")
    lines = _lines(never)
    assert not [line for line in lines if line.endswith(" G")]
    assert "  1 more that only an inspection of the guest can answer; --all lists them" in lines
    assert [line for line in _lines(never, Page(everything=True)) if line.endswith(" G")]
    assert [line for line in _lines(checklist(guest)) if line.endswith(" G")]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_rule_ends_at_the_edge_also_beside_wide_characters(width):
    lines = _lines(checklist(finding("B-BLOCK", title="星" * 60)), Page(width=width))
    first = next(line for line in lines if line.endswith("B-BLOCK"))
    assert cell_len(first) == width
    assert "".join(lines).count("星") == 60


def test_signs_and_punctuation_are_ascii_where_nothing_else_can_be_shown():
    lines = _lines(page=replace(Page(everything=True), glyphs=ASCII))
    assert all(line.isascii() for line in lines)
