"""The terminal of these tests shows what a person would see."""

from __future__ import annotations

import pyte

from tests.acceptance.terminal import COLUMNS, LINES, shown_line


def line_after(written: str) -> str:
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed(written)
    return shown_line(screen.buffer[0])


def test_a_wide_character_takes_two_columns() -> None:
    assert line_after("星a\x1b[1;5Hb") == "星a b"


def test_a_wide_character_whose_left_half_is_overwritten_leaves_a_blank() -> None:
    assert line_after("星星\x1b[1;1Ha") == "a 星"
