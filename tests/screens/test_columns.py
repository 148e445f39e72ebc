"""Columns get their cells, give way by priority, and cut texts by what they take on the screen."""

from __future__ import annotations

from rich.cells import cell_len

from screens.widgets.columns import Cell, Column, fitted, shortened, spanned, widths

NAME, STATE, NOTE = Column("Name", 10, grow=2), Column("State", 8), Column("Note", 6, grow=1, drop=1)


def test_what_is_left_over_goes_to_growing_columns_by_their_share():
    assert widths((NAME, STATE, NOTE), 28 + 9) == (16, 8, 9)


def test_every_cell_is_given_away():
    for available in range(30, 120):
        assert sum(widths((NAME, STATE, NOTE), available)) + 2 * 2 == available


def test_a_column_takes_no_more_than_its_most_and_leaves_the_rest_to_the_others():
    limited = Column("Name", 10, grow=2, most=14)
    assert widths((limited, STATE, NOTE), 28 + 9) == (14, 8, 11)
    assert widths((NOTE, STATE, limited), 28 + 9) == (11, 8, 14)
    for available in range(30, 120):
        assert sum(widths((limited, STATE, NOTE), available)) + 2 * 2 == available


def test_where_it_is_narrow_the_least_important_column_goes_first():
    assert widths((NAME, STATE, NOTE), 25) == (15, 8, 0)


def test_a_column_without_priority_is_never_dropped():
    assert widths((NAME, STATE, NOTE), 5) == (10, 8, 0)


def test_a_short_text_is_filled_with_blanks():
    assert fitted("ab", 4, cut="…") == "ab  "
    assert fitted("ab", 4, cut="…", right=True) == "  ab"


def test_a_long_text_is_cut_with_a_sign():
    assert fitted("abcdef", 4, cut="…") == "abc…"


def test_wide_characters_count_two_cells_and_are_never_halved():
    for width in range(1, 12):
        assert cell_len(fitted("観測" * 20, width, cut="…")) == width


def test_a_name_is_shortened_by_cells_and_never_filled():
    assert shortened("db-07", 8, cut="…") == "db-07"
    assert shortened("観測観測", 8, cut="…") == "観測観測"
    assert shortened("観測観測", 6, cut="…") == "観測…"
    assert shortened("観測観測", 0, cut="…") == ""


def test_a_cell_over_several_columns_has_their_cells_and_the_gaps_between_them():
    assert spanned((Cell("", span=2), Cell("")), (10, 8, 6)) == (20, 6)


def test_a_dropped_column_leaves_no_gap_in_a_cell_that_reaches_over_it():
    assert spanned((Cell(""), Cell("", span=2)), (10, 8, 0)) == (10, 8)
    assert spanned((Cell(""), Cell(""), Cell("")), (10, 8, 0)) == (10, 8, 0)
