"""Breaking a text into lines of so many cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from screens.widgets.wrapping import wrapped


def test_lines_break_at_blanks():
    assert wrapped("the quick brown fox", 10) == ["the quick", "brown fox"]


@pytest.mark.parametrize("text", ["x" * 50, "星" * 50, "a 星星星星星星星 b", "", " "])
def test_no_line_is_wider_and_nothing_is_lost(text):
    lines = wrapped(text, 7)
    assert all(cell_len(line) <= 7 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_is_too_much_is_cut_with_a_sign():
    assert wrapped("one two three four", 5, most=2) == ["one", "two…"]
