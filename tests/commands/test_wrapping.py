"""Lines that are too long for the terminal: where they are broken, and what they keep."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from imaging.commands.output.wrapping import wrap_line

EVENT = "11:19:26  run checks              done: yes: It booted twice; 12 checks passed, and 1 test"


def test_the_last_column_continues_below_itself():
    assert wrap_line(EVENT, 80) == [
        "11:19:26  run checks              done: yes: It booted twice; 12 checks passed,",
        "                                  and 1 test",
    ]


def test_a_label_keeps_its_distance():
    six = "word word word word word word"
    assert wrap_line(f"works     {six} {six}", 40) == [f"works     {six}", f"          {six}"]


@pytest.mark.parametrize("path", ["/home/ada/" + "x" * 65, "/home/ada/" + "x" * 90])
def test_a_path_that_has_no_room_in_its_column_gets_a_line_of_its_own(path):
    label, line, *_ = wrap_line(f"passport  {path}", 80)
    assert (label, line) == ("passport", f"  {path}"[:80])


def test_a_path_leaves_the_columns_before_it_as_they_are():
    path = "/home/ada/" + "x" * 60
    assert wrap_line(f"11:38:58  report                done: {path}", 80) == [
        "11:38:58  report                done:",
        f"  {path}",
    ]


def test_a_short_command_between_backquotes_is_not_broken():
    lines = wrap_line("kept      until the evening: `ssh USER@10.20.0.53`; `imaging cancel 0tpd704ciki` removes it", 50)
    assert [line.strip() for line in lines[1:]] == ["`ssh USER@10.20.0.53`;", "`imaging cancel 0tpd704ciki` removes it"]


def test_what_stands_at_the_right_edge_is_no_column_to_continue_under():
    lines = wrap_line("  ! A title" + " " * 40 + "RULE-NAME and more words that have no room here", 50)
    assert lines[1].startswith("  room")


@pytest.mark.parametrize("width", [20, 33, 60, 80])
@pytest.mark.parametrize("text", [EVENT, "  2. test launch: one two three four five six", "a  b  c " + "word " * 30])
def test_no_line_is_longer_than_asked_and_no_word_is_lost(text, width):
    lines = wrap_line(text, width)
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
